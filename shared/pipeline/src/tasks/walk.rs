//! Walk: have every bulk of a task looked at.

use super::ports::TaskBulks;
use crate::{
    pointer::WakeUp,
    ports::{Clock, PortResult, WakeUps},
};
use baton_domain::Task;
use futures::future::try_join_all;

/// Sets a wake-up for every bulk of a task. The task has been written before, so that a bulk that is added meanwhile finds it as it is
/// now ([`super::join`]).
///
/// # Errors
/// A port failed; the walk must be repeated.
pub async fn walk<T, Q, C>(tasks: &T, queues: &Q, clock: &C, task: &Task) -> PortResult<()>
where
    T: TaskBulks,
    Q: WakeUps,
    C: Clock,
{
    let bulks = tasks.bulks_of(task.account, task.id).await?;
    let now = clock.now();
    // All at the same time, so that they share the requests of the queue.
    let set = bulks.into_iter().map(|bulk| {
        let at = now.timestamp_millis();
        queues.set(WakeUp { account: task.account, bulk: bulk.bulk.key(), at, task: Some(task.id) }, now)
    });
    try_join_all(set).await.map(|_| ())
}
