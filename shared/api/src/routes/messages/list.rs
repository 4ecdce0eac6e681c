use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    lists::{
        contents::{Contents, Shown},
        cursor::{Count, Cursor, Question},
        cut::Cut,
        held,
        items::Items,
        links,
        page::{PARAMETERS, Page},
        part,
        select::{FILTERS, Filter},
    },
    query::{Query, place},
    refusal::Refusal,
    wire::{Message, MessageList},
};
use baton_domain::{AccountId, Message as Stored};
use baton_pipeline::ports::Clock;

/// The fields of an item.
pub(crate) const FIELDS: [&str; 27] = [
    "id",
    "bulkId",
    "groupId",
    "flowId",
    "status",
    "statusCode",
    "statusDescription",
    "partCount",
    "network",
    "channel",
    "templateId",
    "templateName",
    "templateVersion",
    "destination",
    "message",
    "templateVariables",
    "tracks",
    "createdAt",
    "sendAt",
    "sentAt",
    "deliveredAt",
    "expiredAt",
    "price",
    "currency",
    "taskId",
    "attempts",
    "timeline",
];

/// Those of them that take the content.
const OF_CONTENT: [&str; 5] = ["templateId", "templateName", "templateVersion", "message", "tracks"];
/// The most messages whose contents are in memory together: each may have two megabytes.
const AT_ONCE: usize = 50;

/// Lists messages. Filters take comma lists, which mean "any of"; all filters must fit. The messages of a bulk stay in their
/// order; what was accepted in the same millisecond is ordered by the id.
///
/// `count` is that of the beginning of a walk: a cursor carries it along, so it is counted once. A cursor is good for the filters,
/// the order and the account that it was given for; `limit`, `fields` and the rest may change on the way. To find by `status` or
/// `channel` alone, messages must be looked at that are not shown. A request does that for at most 100,000 messages or ten seconds;
/// then `count` is null, and a page may be shorter than its limit, with a cursor that goes on.
#[utoipa::path(get, path = "/messages", tag = "messages", operation_id = "listMessages",
    params(
        ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent."),
        ("status" = Option<String>, Query, description = "Statuses, as DELIVERED,READ."),
        ("channel" = Option<String>, Query, description = "Channels: of the attempt that delivered, else of the latest."),
        ("id" = Option<String>, Query, description = "Ids of messages."),
        ("bulkId" = Option<String>, Query, description = "Ids of bulks."),
        ("groupId" = Option<String>, Query, description = "Ids of groups."),
        ("flowId" = Option<String>, Query, description = "The same as id."),
        ("taskId" = Option<String>, Query, description = "Ids of tasks."),
        ("recipient" = Option<String>, Query, description = "Phones or e-mail addresses, exact."),
        ("from" = Option<String>, Query, description = "Accepted at this time or later, RFC 3339."),
        ("to" = Option<String>, Query, description = "Accepted at this time or earlier, RFC 3339."),
        ("sort" = Option<String>, Query, description = "createdAt, or -createdAt for the newest first, which is the default.")),
    responses((status = 200, description = "A part of the list.", body = MessageList)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&FILTERS, &PARAMETERS], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    let mut filter = Filter::read(&query, &mut faults);
    let page = Page::read(&query, &FIELDS, &mut faults);
    let question = question(account, &query, &page);
    let cursor = page.cursor.as_deref().and_then(|text| Cursor::decode(text, question));
    if page.cursor.is_some() && cursor.is_none() {
        let message = "A cursor that an earlier answer to the same filters and the same order gave is expected.";
        faults.add(place("cursor"), "invalid", message);
    }
    faults.check()?;
    filter.look_up(&app.ports, account, app.clock.now()).await?;

    let known = cursor.map_or(Count::Open, |cursor| cursor.count);
    let counting = !page.without_count && known == Count::Open;
    let after = cursor.map(|cursor| cursor.after);
    let mut cut = Cut::new((page.sort, page.wanted()), after, cursor.map_or(page.skip, |cursor| cursor.skip));
    // Who wants to know how many there are begins at the beginning.
    let from = after.filter(|_| !counting);
    let counted = part::fill(app.reading(), account, &filter, (page.sort, from, counting), &mut cut).await?;
    let count = match (counting, counted) {
        (true, Some(count)) => Count::Known(count),
        (true, None) => Count::TooMany,
        (false, _) => known,
    };
    let (places, stored, next) = cut.finish();
    let stored = held::show(&app.ports, (account, app.clock.now()), stored).await?;
    let mut items = Items::new(&page);
    show(app, &page, &stored, &mut items).await?;
    let cut_short = items.len() < stored.len();
    let next = if cut_short { places[..items.len()].last().map(|last| (*last, 0)) } else { next };
    let next = next.map(|(after, skip)| Cursor { after, skip, count }.encode(question));
    let count = if let Count::Known(count) = count { Some(count) } else { None };
    Ok(items.answer(count, next))
}

/// What a cursor is good for.
fn question(account: AccountId, query: &Query, page: &Page) -> Question {
    let mut parts = format!("{account} {:?}", page.sort);
    for name in FILTERS.iter().filter(|name| **name != "companyId") {
        let mut values = query.list(name).unwrap_or_default();
        values.sort_unstable();
        parts.push_str(&format!(" {name}={values:?}"));
    }
    Question::of(&parts)
}

/// Shows messages, as many as go into the answer; contents are read where they are shown.
async fn show<P: Ports, C: Clock>(
    app: &App<P, C>,
    page: &Page,
    stored: &[Stored],
    items: &mut Items<'_>,
) -> Result<(), Refusal> {
    if !page.shows(&OF_CONTENT) {
        let _ = stored.iter().all(|message| items.add(&Message::of(message, None, false)));
        return Ok(());
    }
    let mut contents = Contents::default();
    for part in stored.chunks(AT_ONCE) {
        let shown = contents.rendered(&app.ports, part).await?;
        let links = links::of(&app.ports, part, &shown).await?;
        let item = |((message, shown), links): ((&Stored, Shown), Vec<_>)| {
            let item = Message::of(message, shown.content, false).made_from(shown.template);
            item.linked(&links, &app.short_url)
        };
        if !part.iter().zip(shown).zip(links).map(item).all(|item| items.add(&item)) {
            break;
        }
    }
    Ok(())
}
