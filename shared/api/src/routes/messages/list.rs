use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    lists::{
        contents, days, find, links,
        page::{Cut, PARAMETERS, Page},
        position::Position,
        select::{FILTERS, Filter, Recipient},
    },
    ports::Address,
    query::place,
    refusal::Refusal,
    wire::{Message, MessageList, tracks},
};
use baton_domain::{AccountId, Message as Stored, MessageId};
use baton_pipeline::ports::Clock;
use std::collections::HashSet;

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

/// Lists messages. Filters take comma lists, which mean "any of"; all filters must fit.
#[utoipa::path(get, path = "/messages", tag = "messages", operation_id = "listMessages",
    params(
        ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent."),
        ("status" = Option<String>, Query, description = "Statuses, as DELIVERED,READ."),
        ("channel" = Option<String>, Query, description = "Channels: of the attempt that delivered, else of the latest."),
        ("id" = Option<String>, Query, description = "Ids of messages."),
        ("bulkId" = Option<String>, Query, description = "Ids of bulks."),
        ("groupId" = Option<String>, Query, description = "Ids of groups."),
        ("flowId" = Option<String>, Query, description = "The same as id."),
        ("taskId" = Option<String>, Query, description = "Ids of tasks; no message has one yet."),
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
    let filter = Filter::read(&query, &mut faults);
    let page = Page::read(&query, &FIELDS, &mut faults);
    let after = page.cursor.as_deref().and_then(Position::decode);
    if page.cursor.is_some() && after.is_none() {
        faults.add(place("cursor"), "invalid", "A cursor that an earlier answer gave is expected.");
    }
    faults.check()?;

    let mut cut = Cut::new(&page, after);
    let count = match named(app, account, &filter).await? {
        Some(messages) => gather(messages, &filter, &page, &mut cut),
        None => days::walk(app, account, &filter, &page, after, &mut cut).await?,
    };
    let (stored, next) = cut.finish();
    let contents = contents::rendered(&app.ports, &stored).await?;
    let links = links::of(&app.ports, &stored, &contents).await?;
    let items = stored.iter().zip(contents).zip(links).map(|((message, shown), links)| {
        let message = Message::of(message, shown.content, false).made_from(shown.template);
        message.tracked(tracks(&links, &app.short_url))
    });
    Ok(page.answer(Some(count), items.collect(), next))
}

/// The messages that the narrowest filter names; `None` when none names any.
async fn named<P: Ports, C: Clock>(
    app: &App<P, C>,
    account: AccountId,
    filter: &Filter,
) -> Result<Option<Vec<Stored>>, Refusal> {
    if filter.of_task {
        return Ok(Some(Vec::new()));
    }
    if let Some(ids) = &filter.ids {
        return Ok(Some(load(app, account, ids.clone()).await?));
    }
    let mut messages = Vec::new();
    if let Some(bulks) = &filter.bulks {
        for bulk in bulks {
            messages.extend(find::bulk(&app.ports, account, *bulk).await?);
        }
    } else if let Some(groups) = &filter.groups {
        for group in groups {
            messages.extend(find::group(&app.ports, account, group).await?);
        }
    } else if let Some(recipients) = &filter.recipients {
        let ids = to_recipients(app, account, recipients, filter).await?;
        messages = load(app, account, ids).await?;
    } else {
        return Ok(None);
    }
    Ok(Some(messages))
}

/// Reads messages, each once.
async fn load<P: Ports, C: Clock>(
    app: &App<P, C>,
    account: AccountId,
    mut ids: Vec<MessageId>,
) -> Result<Vec<Stored>, Refusal> {
    let mut seen = HashSet::new();
    ids.retain(|id| id.index().is_some() && seen.insert(*id));
    Ok(if ids.is_empty() { Vec::new() } else { app.ports.load_many(account, &ids).await? })
}

async fn to_recipients<P: Ports, C: Clock>(
    app: &App<P, C>,
    account: AccountId,
    recipients: &[Recipient],
    filter: &Filter,
) -> Result<Vec<MessageId>, Refusal> {
    let mut ids = Vec::new();
    for recipient in recipients {
        let address = match recipient {
            Recipient::Phone(phone) => Address::Phone(phone),
            Recipient::Email(email) => Address::Email(email),
        };
        let found = app.ports.by_address(account, address).await?;
        ids.extend(found.into_iter().filter(|(_, created_at)| filter.takes(*created_at)).map(|(id, _)| id));
    }
    Ok(ids)
}

/// Puts those of the messages that match into `cut`, each once and in order. Gives their number.
fn gather(messages: Vec<Stored>, filter: &Filter, page: &Page, cut: &mut Cut) -> u64 {
    let matching = messages.into_iter().filter(|message| filter.takes(message.created_at) && filter.matches(message));
    let mut placed: Vec<_> =
        matching.map(|message| (Position { at: message.created_at, id: message.id }, message)).collect();
    placed.sort_by(|(a, _), (b, _)| a.compare(b, page.sort));
    placed.dedup_by_key(|(_, message)| message.id);
    let count = placed.len() as u64;
    placed.into_iter().for_each(|(position, message)| cut.offer(position, message));
    count
}
