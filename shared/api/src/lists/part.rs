//! The messages of a part of a list: by their ids, or by a walk.

use super::{
    Reading,
    cut::Cut,
    position::{Position, Sort},
    select::Filter,
    sources,
    walk::Walk,
};
use crate::{ports::Lists, refusal::Refusal};
use baton_domain::{AccountId, MessageId};
use baton_pipeline::{ports::Clock, tasks::ports::TaskBulks};
use std::collections::HashSet;

/// Puts the messages that are meant into `cut`, in this order, from a place on. Gives the number of all that match, or `None` where
/// the walk was given up before it was known, or is not `counting`.
pub(crate) async fn fill<P: Lists + TaskBulks, C: Clock>(
    reading: Reading<'_, P, C>,
    account: AccountId,
    filter: &Filter,
    (sort, from, counting): (Sort, Option<Position>, bool),
    cut: &mut Cut,
) -> Result<Option<u64>, Refusal> {
    match &filter.ids {
        Some(ids) => gather(reading.ports, account, ids, (filter, sort), cut).await.map(Some),
        None => {
            let mut merge = sources::of(reading, account, filter, sort, from).await?;
            Walk::new(reading, account, filter, counting).go(&mut merge, cut).await
        }
    }
}

/// Puts those of these messages that match into `cut`, each once and in order. Gives their number.
async fn gather<P: Lists>(
    ports: &P,
    account: AccountId,
    ids: &[MessageId],
    (filter, sort): (&Filter, Sort),
    cut: &mut Cut,
) -> Result<u64, Refusal> {
    let (mut seen, mut ids) = (HashSet::new(), ids.to_vec());
    ids.retain(|id| id.index().is_some() && seen.insert(*id));
    let messages = if ids.is_empty() { Vec::new() } else { ports.load_many(account, &ids).await? };
    let matching = messages.into_iter().filter(|message| filter.takes(message.created_at) && filter.matches(message));
    let mut placed: Vec<_> =
        matching.map(|message| (Position { at: message.created_at, id: message.id }, message)).collect();
    placed.sort_by(|(a, _), (b, _)| a.compare(b, sort));
    let count = placed.len() as u64;
    placed.into_iter().for_each(|(position, message)| cut.offer(position, message));
    Ok(count)
}
