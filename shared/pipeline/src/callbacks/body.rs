use crate::ports::{PortError, PortResult};
use baton_domain::{BulkId, Currency, GroupId, Message, MessageId, Transition, callback::TransitionError};
use serde::Serialize;

/// What a receiver is told, as the contract names it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    id: MessageId,
    bulk_id: BulkId,
    group_id: GroupId,
    flow_id: MessageId,
    old_status: &'static str,
    new_status: &'static str,
    old_status_code: u8,
    new_status_code: u8,
    /// A number, as existing clients expect. It shows the decimal itself: a double keeps its fifteen digits.
    price: Option<f64>,
    currency: Option<Currency>,
    part_count: Option<u16>,
    callback_data: Option<&'a str>,
    channel: Option<&'static str>,
    provider: Option<&'a str>,
    at: Option<String>,
    error: Option<&'a TransitionError>,
}

/// The body of a callback: the same for every try.
pub(super) fn of(message: &Message, transition: &Transition, data: Option<&str>) -> PortResult<String> {
    let body = Body {
        id: message.id,
        bulk_id: message.bulk_id,
        group_id: message.group_id(),
        flow_id: message.id,
        old_status: transition.from.name(),
        new_status: transition.to.name(),
        old_status_code: transition.from.code(),
        new_status_code: transition.to.code(),
        price: transition.price.and_then(|(price, _)| price.to_string().parse().ok()),
        currency: transition.price.map(|(_, currency)| currency),
        part_count: transition.part_count,
        callback_data: data,
        channel: transition.channel.map(baton_domain::Channel::name),
        provider: transition.provider.as_deref(),
        at: transition.time().map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)),
        error: transition.error.as_ref(),
    };
    serde_json::to_string(&body).map_err(|error| PortError::new("writing a callback", error))
}
