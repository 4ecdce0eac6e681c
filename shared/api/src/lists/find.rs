//! The messages that a name stands for.

use crate::{
    Ports,
    ports::{Index, Span},
    refusal::Refusal,
    submission::MOST_GROUP,
};
use baton_domain::{AccountId, BulkId, GroupId, Message, MessageId, TaskId, task::Progress};
use baton_pipeline::{ports::Bulks, tasks::ports::TaskBulks};
use chrono::{DateTime, Utc};

/// The most messages of a group that the caller named, or of a task.
const MOST_FOUND: usize = 10_000;

/// The messages of a bulk, by the id that the caller knows.
pub(crate) async fn bulk<P: Ports>(ports: &P, account: AccountId, id: BulkId) -> Result<Vec<Message>, Refusal> {
    let mut messages = Bulks::messages(ports, account, id.key()).await?;
    messages.retain(|message| message.bulk_id == id);
    Ok(messages)
}

/// The keys of the bulks of tasks.
pub(crate) async fn bulks_of<P: TaskBulks>(
    ports: &P,
    account: AccountId,
    tasks: &[TaskId],
) -> Result<Vec<BulkId>, Refusal> {
    let mut found = Vec::new();
    for task in tasks {
        found.extend(ports.bulks_of(account, *task).await?.into_iter().map(|bulk| bulk.bulk));
    }
    Ok(found)
}

/// The messages of a task. One that has too many of them for one call is refused, with this hint on what to do instead.
pub(crate) async fn task<P: Ports>(
    ports: &P,
    account: AccountId,
    id: TaskId,
    instead: &str,
) -> Result<Vec<Message>, Refusal> {
    let bulks = ports.bulks_of(account, id).await?;
    let total = Progress::sum(bulks.iter().map(|bulk| bulk.progress)).total;
    if total > MOST_FOUND as u64 {
        return Err(too_many(&format!("The task has {total} messages"), instead));
    }
    let mut found = Vec::new();
    for bulk in bulks {
        found.extend(Bulks::messages(ports, account, bulk.bulk).await?);
    }
    found.retain(|message| message.task == Some(id));
    Ok(found)
}

fn too_many(found: &str, instead: &str) -> Refusal {
    Refusal::unprocessable("too_many", format!("{found}; one call takes {MOST_FOUND}. {instead}"))
}

/// The messages of a group, whether the caller named it or Baton made it up. A caller's own UUID may look like a made-up
/// one, so both are looked for. One that has too many of them for one call is refused, with this hint on what to do instead.
pub(crate) async fn group<P: Ports>(
    ports: &P,
    account: AccountId,
    id: &GroupId,
    instead: &str,
) -> Result<Vec<Message>, Refusal> {
    let mut found = Vec::new();
    // No group has such a name, and the store takes no key of any length.
    if id.0.chars().count() > MOST_GROUP {
        return Ok(found);
    }
    if let Some((bulk, item)) = id.made_up() {
        let messages = Bulks::messages(ports, account, bulk).await?;
        found.extend(messages.into_iter().filter(|message| message.group.is_none() && message.item == item));
    }
    let ids = named(ports, account, &id.0, instead).await?;
    if !ids.is_empty() {
        found.extend(ports.load_many(account, &ids).await?);
    }
    found.retain(|message| message.group_id() == *id);
    Ok(found)
}

/// The messages of a group that the caller named.
async fn named<P: Ports>(ports: &P, account: AccountId, group: &str, instead: &str) -> Result<Vec<MessageId>, Refusal> {
    let span = Span { from: DateTime::UNIX_EPOCH, to: DateTime::<Utc>::MAX_UTC, newest_first: true };
    let (mut ids, mut after): (Vec<MessageId>, Option<String>) = (Vec::new(), None);
    loop {
        // One more, which tells whether there are too many.
        let left = MOST_FOUND + 1 - ids.len();
        let part = ports.lines(account, Index::Group(group), span, after.as_deref(), left).await?;
        ids.extend(part.items.iter().filter_map(|line| Some(MessageId::new(line.bulk, line.index?))));
        if ids.len() > MOST_FOUND {
            return Err(too_many(&format!("The group has more than {MOST_FOUND} messages"), instead));
        }
        after = part.next;
        if after.is_none() {
            return Ok(ids);
        }
    }
}
