use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    lists::{
        contents, find, links,
        page::{PARAMETERS, Page},
        whole,
    },
    query::place,
    refusal::Refusal,
    wire::{ShortLink, ShortLinkList},
};
use baton_domain::{AccountId, Message, MessageId, TaskId};
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
        ("taskId" = Option<String>, Query, description = "Ids of tasks with at most 10,000 messages.")),
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
    let tasks = query.uuids("taskId", &mut faults);
    if given == 0 && tasks.is_none() {
        faults.add(place("messageId"), "required", "messageId or taskId is required.");
    } else if given > MOST_MESSAGES {
        faults.add(place("messageId"), "too_many", format!("At most {MOST_MESSAGES} messages are allowed."));
    }
    faults.check()?;
    let mut ids: Vec<MessageId> = messages.into_iter().map(MessageId).filter(|id| id.index().is_some()).collect();
    ids.sort_unstable();
    ids.dedup();
    let stored = match tasks {
        None => of_ids(app, account, &ids).await?,
        Some(tasks) if given == 0 => {
            let mut found = Vec::new();
            for task in tasks {
                let instead = "Ask for some of them by messageId.";
                found.extend(find::task(&app.ports, account, TaskId(task), instead).await?);
            }
            found
        }
        // All filters must fit.
        Some(tasks) => {
            let mut stored = of_ids(app, account, &ids).await?;
            stored.retain(|message| message.task.is_some_and(|task| tasks.contains(&task.0)));
            stored
        }
    };
    let shown = contents::rendered(&app.ports, &stored).await?;
    let mut links = links::of(&app.ports, &stored, &shown).await?.concat();
    let part = whole::part(&page, &mut links, |link| (link.created_at, link.code.clone()))?;
    let items = part.items.iter().map(|link| ShortLink::of(link, &app.short_url));
    Ok(part.answer(&page, items))
}

async fn of_ids<P: Ports, C: Clock>(
    app: &App<P, C>,
    account: AccountId,
    ids: &[MessageId],
) -> Result<Vec<Message>, Refusal> {
    if ids.is_empty() { Ok(Vec::new()) } else { Ok(app.ports.load_many(account, ids).await?) }
}
