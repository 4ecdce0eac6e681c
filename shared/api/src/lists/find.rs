//! The messages that a name stands for.

use crate::{Ports, refusal::Refusal, submission::MOST_GROUP};
use baton_domain::{AccountId, BulkId, GroupId, Message};
use baton_pipeline::ports::Bulks;

/// The messages of a bulk, by the id that the caller knows.
pub(crate) async fn bulk<P: Ports>(ports: &P, account: AccountId, id: BulkId) -> Result<Vec<Message>, Refusal> {
    let mut messages = Bulks::messages(ports, account, id.key()).await?;
    messages.retain(|message| message.bulk_id == id);
    Ok(messages)
}

/// The messages of a group, whether the caller named it or Baton made it up. A caller's own UUID may look like a made-up
/// one, so both are looked for.
pub(crate) async fn group<P: Ports>(ports: &P, account: AccountId, id: &GroupId) -> Result<Vec<Message>, Refusal> {
    let mut found = Vec::new();
    // No group has such a name, and the store takes no key of any length.
    if id.0.chars().count() > MOST_GROUP {
        return Ok(found);
    }
    if let Some((bulk, item)) = id.made_up() {
        let messages = Bulks::messages(ports, account, bulk).await?;
        found.extend(messages.into_iter().filter(|message| message.group.is_none() && message.item == item));
    }
    let named = ports.by_group(account, &id.0).await?;
    let ids: Vec<_> = named.into_iter().map(|(id, _)| id).collect();
    if !ids.is_empty() {
        found.extend(ports.load_many(account, &ids).await?);
    }
    found.retain(|message| message.group_id() == *id);
    Ok(found)
}
