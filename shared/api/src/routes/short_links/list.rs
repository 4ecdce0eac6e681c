use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    lists::{
        contents, links,
        page::{PARAMETERS, Page},
    },
    query::place,
    refusal::Refusal,
    wire::{ShortLink, ShortLinkList},
};
use baton_domain::MessageId;
use baton_pipeline::ports::Clock;

/// The fields of an item.
pub(crate) const FIELDS: [&str; 11] = [
    "id",
    "messageId",
    "taskId",
    "companyId",
    "content",
    "shortcut",
    "clicks",
    "createdAt",
    "updatedAt",
    "firstVisitedAt",
    "lastVisitedAt",
];

/// The most messages that one call asks about.
const MOST_MESSAGES: usize = 100;

/// Lists the short links of messages, with their clicks. A message that has not come to SMS yet has none.
#[utoipa::path(get, path = "/shortLinks", tag = "shortLinks", operation_id = "listShortLinks",
    params(
        ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent."),
        ("messageId" = Option<String>, Query, description = "Ids of messages, at most 100. Required unless taskId is given."),
        ("taskId" = Option<String>, Query, description = "Ids of tasks; no message has one yet.")),
    responses((status = 200, description = "A part of the list.", body = ShortLinkList)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId", "messageId", "taskId"], &PARAMETERS], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    let page = Page::read(&query, &FIELDS, &mut faults);
    let given = query.list("messageId").map_or(0, |ids| ids.len());
    let messages = query.uuids("messageId", &mut faults).unwrap_or_default();
    let of_task = query.uuids("taskId", &mut faults).is_some();
    if given == 0 && !of_task {
        faults.add(place("messageId"), "required", "messageId or taskId is required.");
    } else if given > MOST_MESSAGES {
        faults.add(place("messageId"), "too_many", format!("At most {MOST_MESSAGES} messages are allowed."));
    }
    faults.check()?;
    let mut ids: Vec<MessageId> = messages.into_iter().map(MessageId).filter(|id| id.index().is_some()).collect();
    ids.sort_unstable();
    ids.dedup();
    // All filters must fit, and no message belongs to a task.
    let ids = if of_task { Vec::new() } else { ids };
    let stored = if ids.is_empty() { Vec::new() } else { app.ports.load_many(account, &ids).await? };
    let shown = contents::rendered(&app.ports, &stored).await?;
    let mut links = links::of(&app.ports, &stored, &shown).await?.concat();
    links.sort_by(|a, b| page.sort.apply((a.created_at, &a.code).cmp(&(b.created_at, &b.code))));
    // A message has few links: they are read whole, and a cursor is the id of the last one shown.
    let first = match &page.cursor {
        None => usize::try_from(page.skip).unwrap_or(usize::MAX),
        Some(last) => match links.iter().position(|link| link.id().to_string() == *last) {
            Some(index) => index + 1,
            None => {
                let mut faults = Faults::default();
                faults.add(place("cursor"), "invalid", "A cursor that an earlier answer gave is expected.");
                return Err(faults.into_refusal());
            }
        },
    };
    let part = links.iter().skip(first).take(page.wanted());
    let items: Vec<ShortLink> = part.map(|link| ShortLink::of(link, &app.short_url)).collect();
    let more = !page.without_items && first.saturating_add(items.len()) < links.len();
    let next = items.last().filter(|_| more).map(|link| link.id.to_string());
    Ok(page.answer(Some(links.len() as u64), items, next))
}
