//! Join: make a bulk one of a task's.

use super::ports::{TaskBulks, TaskReads};
use crate::{
    pointer::WakeUp,
    ports::{Clock, PortResult, WakeUps},
};
use baton_domain::{AccountId, BulkId, TaskId, task::TaskState};

/// Adds a bulk whose messages have been stored to a task, and has it looked at when the task runs or was deleted. Whoever changes the
/// task writes it before it reads its bulks; here the bulk is written before the task is read. So one of both sees the other.
///
/// # Errors
/// A port failed; the call must be repeated, which is harmless.
pub async fn join<T, Q, C>(
    tasks: &T,
    queues: &Q,
    clock: &C,
    (account, id): (AccountId, TaskId),
    (bulk, messages): (BulkId, u16),
) -> PortResult<()>
where
    T: TaskReads + TaskBulks,
    Q: WakeUps,
    C: Clock,
{
    tasks.add_bulk(account, id, bulk.key(), messages).await?;
    let state = tasks.task(account, id).await?.map_or(TaskState::Deleted, |task| task.state);
    match state {
        TaskState::Created | TaskState::Paused => Ok(()),
        TaskState::Running | TaskState::Deleted => {
            let now = clock.now();
            let wake_up = WakeUp { account, bulk: bulk.key(), at: now.timestamp_millis(), task: Some(id) };
            queues.set(wake_up, now).await
        }
    }
}
