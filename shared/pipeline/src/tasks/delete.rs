//! Delete a task, and cancel what of it has not gone out.

use super::{
    TaskError,
    ports::{TaskBulks, Tasks},
    update::update,
    walk::walk,
};
use crate::ports::{Clock, WakeUps};
use baton_domain::{AccountId, TaskId, task::TaskState};

/// Deletes a task. A second call is the same one. Senders learn of it within [`super::passage::FRESH`]; its messages are cancelled by
/// the walk.
///
/// # Errors
/// See [`TaskError`]: there has never been such a task.
pub async fn delete<T, Q, C>(tasks: &T, queues: &Q, clock: &C, of: (AccountId, TaskId)) -> Result<(), TaskError>
where
    T: Tasks + TaskBulks,
    Q: WakeUps,
    C: Clock,
{
    let deleted = update(tasks, of, clock.now(), |task| {
        if task.state != TaskState::Deleted {
            (task.state, task.walked) = (TaskState::Deleted, false);
        }
        Ok(())
    });
    walk(tasks, queues, clock, deleted.await?).await.map(drop)
}
