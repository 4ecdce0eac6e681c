use super::{Tracks, stamp};
use crate::describe::describe;
use baton_domain::{
    BulkId, ChannelContent, GroupId, Message as Stored, MessageId, Recipient, Status, message as domain,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What became of one recipient of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    /// The message's id; null when the destination was refused.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub id: Option<MessageId>,
    /// The bulk's id: the caller's own, or one that Baton made.
    #[schema(value_type = uuid::Uuid)]
    pub bulk_id: BulkId,
    /// The group's id: the caller's own, or one that Baton made.
    #[schema(value_type = String)]
    pub group_id: GroupId,
    /// The same as `id`.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub flow_id: Option<MessageId>,
    /// The status; null when the destination was refused.
    #[schema(value_type = Option<String>, example = "CREATED")]
    pub status: Option<Status>,
    /// The first channel that is tried; in the answer to a cancel or a new time, the current one. Null when the destination was refused.
    #[schema(example = "sms")]
    pub channel: Option<String>,
    /// Why it was refused.
    pub error: Option<ItemError>,
}

impl Accepted {
    /// The element of a message.
    #[must_use]
    pub fn of(message: &Stored, error: Option<ItemError>) -> Accepted {
        Accepted {
            id: Some(message.id),
            bulk_id: message.bulk_id,
            group_id: message.group_id(),
            flow_id: Some(message.id),
            status: Some(message.status),
            channel: message.current_channel().map(|channel| channel.name().to_owned()),
            error,
        }
    }
}

/// Why one recipient was refused, or one message was not cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ItemError {
    /// For people.
    pub message: String,
    /// For programs.
    pub code: String,
    /// A JSON pointer into the request; null when there is no place to point to.
    pub path: Option<String>,
}

/// One notification for one recipient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub id: MessageId,
    /// The id of the bulk it was submitted with.
    #[schema(value_type = uuid::Uuid)]
    pub bulk_id: BulkId,
    /// The id of its group.
    #[schema(value_type = String)]
    pub group_id: GroupId,
    /// The same as `id`.
    #[schema(value_type = uuid::Uuid)]
    pub flow_id: MessageId,
    /// CREATED, DELAYED, PENDING, PAUSED, CANCELED, EXPIRED, DELIVERED, UNDELIVERED, ERROR or READ.
    #[schema(value_type = String, example = "DELIVERED")]
    pub status: Status,
    /// The status as a number, 0 to 9.
    pub status_code: u8,
    /// The status in a sentence.
    pub status_description: String,
    /// The number of SMS parts: as the provider told, else as counted here.
    pub part_count: Option<u16>,
    /// The recipient's network; not known yet.
    pub network: Option<String>,
    /// The channel it was delivered over, else the one that was tried last.
    #[schema(example = "telegram")]
    pub channel: Option<String>,
    /// The template that it was accepted with.
    pub template_id: Option<uuid::Uuid>,
    /// The name that the template had then.
    pub template_name: Option<String>,
    /// The version that the template had then: its content is kept, whatever becomes of the template.
    pub template_version: Option<u64>,
    /// The recipient as given, with the phone in E.164 form.
    #[schema(value_type = super::Destination)]
    pub destination: Recipient,
    /// The content of `channel`, with the recipient's variables filled in.
    #[schema(value_type = Option<super::ChannelContent>)]
    pub message: Option<ChannelContent>,
    /// The recipient's variables.
    #[schema(value_type = Object)]
    pub template_variables: domain_variables::Variables,
    /// Opens and clicks.
    pub tracks: Tracks,
    /// When it was accepted.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it is to go out, as the caller said; null for at once.
    #[schema(format = DateTime)]
    pub send_at: Option<String>,
    /// When a provider took it, on `channel`.
    #[schema(format = DateTime)]
    pub sent_at: Option<String>,
    /// When it was delivered, on `channel`.
    #[schema(format = DateTime)]
    pub delivered_at: Option<String>,
    /// When its validity period ended, on `channel`.
    #[schema(format = DateTime)]
    pub expired_at: Option<String>,
    /// What its attempts cost together, as a decimal string; null when none of them has a price, or nothing has gone out.
    #[schema(example = "5.2")]
    pub price: Option<String>,
    /// The price's currency (ISO 4217); null without a price.
    #[schema(example = "RUB")]
    pub currency: Option<String>,
    /// The task it belongs to.
    pub task_id: Option<String>,
    /// What was tried, in order.
    pub attempts: Vec<Attempt>,
    /// What happened, in order; only where one message is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub timeline: Option<Vec<TimelineEntry>>,
}

mod domain_variables {
    pub use baton_domain::recipient::Variables;
}

impl Message {
    /// A stored message and the content of its current channel. `timeline`: whether to show it.
    #[must_use]
    pub fn of(stored: &Stored, content: Option<ChannelContent>, timeline: bool) -> Message {
        let current = stored.current();
        Message {
            id: stored.id,
            bulk_id: stored.bulk_id,
            group_id: stored.group_id(),
            flow_id: stored.id,
            status: stored.status,
            status_code: stored.status.code(),
            status_description: describe(stored),
            part_count: current.and_then(|attempt| attempt.part_count),
            network: None,
            channel: stored.current_channel().map(|channel| channel.name().to_owned()),
            template_id: None,
            template_name: None,
            template_version: None,
            destination: stored.recipient.clone(),
            message: content,
            template_variables: stored.recipient.variables.clone(),
            tracks: Tracks::of(&stored.tracks),
            created_at: stamp(stored.created_at),
            send_at: stored.schedule.send_at.map(stamp),
            sent_at: current.and_then(|attempt| attempt.sent_at).map(stamp),
            delivered_at: current.and_then(|attempt| attempt.delivered_at).map(stamp),
            expired_at: current.and_then(expired_at),
            price: stored.price().map(|(price, _)| price.to_string()),
            currency: stored.price().map(|(_, currency)| currency.to_string()),
            task_id: stored.task.map(|task| task.to_string()),
            attempts: stored.attempts.iter().map(|attempt| Attempt::of(stored, attempt)).collect(),
            timeline: timeline.then(|| stored.timeline.iter().map(|entry| TimelineEntry::of(stored, entry)).collect()),
        }
    }
}

fn expired_at(attempt: &domain::Attempt) -> Option<String> {
    (attempt.state == domain::AttemptState::Expired).then_some(attempt.ended_at)?.map(stamp)
}

/// One message over one channel through one provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// The channel.
    #[schema(example = "sms")]
    pub channel: String,
    /// The provider; null until it has been called.
    #[schema(example = "SANDBOX")]
    pub provider: Option<String>,
    /// How far it has come, in the words of a message's status.
    #[schema(value_type = String, example = "UNDELIVERED")]
    pub status: Status,
    /// The provider's id of the message.
    pub provider_message_id: Option<String>,
    /// What went wrong, last.
    pub error: Option<AttemptError>,
    /// The number of SMS parts: as the provider told, else as counted here.
    pub part_count: Option<u16>,
    /// What it cost, as a decimal string: parts times the rate as of the message's acceptance. Null when no provider took it, or it
    /// has no price.
    #[schema(example = "5.2")]
    pub price: Option<String>,
    /// When it was put on its way.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When the provider took it.
    #[schema(format = DateTime)]
    pub sent_at: Option<String>,
    /// When it was delivered.
    #[schema(format = DateTime)]
    pub delivered_at: Option<String>,
    /// When it was read.
    #[schema(format = DateTime)]
    pub read_at: Option<String>,
    /// When its validity period ended with no delivery.
    #[schema(format = DateTime)]
    pub expired_at: Option<String>,
}

impl Attempt {
    fn of(message: &Stored, attempt: &domain::Attempt) -> Attempt {
        Attempt {
            channel: message.leg(attempt).channel.name().to_owned(),
            provider: attempt.provider.clone(),
            status: attempt.status(),
            provider_message_id: attempt.provider_message_id.clone(),
            error: attempt.error.as_ref().map(|error| AttemptError {
                class: error.class.name().to_owned(),
                code: error.code.clone(),
                message: error.message.clone(),
            }),
            part_count: attempt.part_count,
            price: message.price_of(attempt).map(|price| price.to_string()),
            created_at: stamp(attempt.created_at),
            sent_at: attempt.sent_at.map(stamp),
            delivered_at: attempt.delivered_at.map(stamp),
            read_at: attempt.read_at.map(stamp),
            expired_at: expired_at(attempt),
        }
    }
}

/// Why an attempt failed, or why its outcome is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttemptError {
    /// What it means: permanent, temporary, unknown or misconfigured.
    #[schema(example = "permanent")]
    pub class: String,
    /// The provider's code.
    pub code: String,
    /// For people.
    pub message: String,
}

/// One line of a message's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimelineEntry {
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// accepted, skipped, sent, retrying, failed, fell_back, outcome_unknown, delivered, read, expired, canceled,
    /// withdrawn, late_receipt, delayed, rescheduled or failed_over.
    #[schema(example = "fell_back")]
    pub event: String,
    /// On which channel; null for the message as a whole.
    pub channel: Option<String>,
    /// More, for people.
    pub detail: Option<String>,
}

impl TimelineEntry {
    fn of(message: &Stored, entry: &domain::TimelineEntry) -> TimelineEntry {
        let leg = entry.leg.and_then(|leg| message.route.get(usize::from(leg)));
        TimelineEntry {
            at: stamp(entry.at),
            event: entry.event.name().to_owned(),
            channel: leg.map(|leg| leg.channel.name().to_owned()),
            detail: entry.detail.clone(),
        }
    }
}

/// Messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageList {
    /// How many messages match in all; null with `withoutCount`.
    pub count: Option<u64>,
    /// The messages.
    pub items: Vec<Message>,
    /// Where the next part begins; null at the end.
    pub next_cursor: Option<String>,
}
