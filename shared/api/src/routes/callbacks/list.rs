use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    lists::{
        page::{PARAMETERS, Page},
        whole,
    },
    query::place,
    refusal::Refusal,
    wire::{CallbackEntry, CallbackList},
};
use baton_domain::MessageId;
use baton_pipeline::ports::Clock;

/// The fields of an item.
pub(crate) const FIELDS: [&str; 10] =
    ["id", "messageId", "companyId", "oldStatus", "newStatus", "at", "standing", "nextTryAt", "tryCount", "tries"];

/// The most messages that one call asks about.
const MOST_MESSAGES: usize = 20;

/// Lists the callbacks of messages, with their tries. One that has not been tried yet does not show.
#[utoipa::path(get, path = "/callbacks", tag = "callbacks", operation_id = "listCallbacks",
    params(
        ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent."),
        ("messageId" = String, Query, description = "Ids of messages, 1 to 20.")),
    responses((status = 200, description = "A part of the list.", body = CallbackList)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId", "messageId"], &PARAMETERS], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    let page = Page::read(&query, &FIELDS, &mut faults);
    let given = query.list("messageId").map_or(0, |ids| ids.len());
    let messages = query.uuids("messageId", &mut faults).unwrap_or_default();
    if given == 0 {
        faults.add(place("messageId"), "required", "messageId is required.");
    } else if given > MOST_MESSAGES {
        faults.add(place("messageId"), "too_many", format!("At most {MOST_MESSAGES} messages are allowed."));
    }
    faults.check()?;
    let mut records = Vec::new();
    for message in messages.into_iter().map(MessageId).filter(|id| id.index().is_some()) {
        records.extend(app.ports.records_of(account, message).await?);
    }
    let part = whole::part(&page, &mut records, |record| {
        let transition = &record.transition;
        (transition.at, (transition.message, transition.number))
    })?;
    let shown = part.items.iter().map(CallbackEntry::from);
    Ok(part.answer(&page, shown))
}
