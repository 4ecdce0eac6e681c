//! Walk: have every bulk of a task looked at.

use super::{
    TaskError,
    ports::{TaskBulks, Tasks},
};
use crate::{
    pointer::WakeUp,
    ports::{Clock, PortResult, WakeUps},
};
use baton_domain::Task;
use futures::future::try_join_all;

/// Sets a wake-up for every bulk of a task, once for each change of it, and gives the task. It has been written before, so that a
/// bulk that is added meanwhile finds it as it is now ([`super::join`]).
///
/// # Errors
/// A port failed; the walk must be repeated.
pub async fn walk<T, Q, C>(tasks: &T, queues: &Q, clock: &C, task: Task) -> Result<Task, TaskError>
where
    T: Tasks + TaskBulks,
    Q: WakeUps,
    C: Clock,
{
    if task.walked {
        return Ok(task);
    }
    set_all(tasks, queues, clock, &task).await?;
    let walked = Task { walked: true, version: task.version + 1, ..task };
    // Whoever has changed it meanwhile walks for that change.
    tasks.store_task(&walked, task.version).await?;
    Ok(walked)
}

async fn set_all<T, Q, C>(tasks: &T, queues: &Q, clock: &C, task: &Task) -> PortResult<()>
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
