//! Start a task.

use super::{
    TaskError,
    ports::{TaskBulks, Tasks},
    update::update,
    walk::walk,
};
use crate::ports::{Clock, WakeUps};
use baton_domain::{AccountId, Task, TaskId, task::TaskState};

/// Starts a task. A second start is the same start: it repeats of the first what that has not come to.
///
/// # Errors
/// See [`TaskError`]: there is none, or it is paused.
pub async fn start<T, Q, C>(tasks: &T, queues: &Q, clock: &C, of: (AccountId, TaskId)) -> Result<Task, TaskError>
where
    T: Tasks + TaskBulks,
    Q: WakeUps,
    C: Clock,
{
    let started = update(tasks, of, clock.now(), |task| match task.state {
        TaskState::Running => Ok(()),
        TaskState::Created => {
            (task.state, task.walked) = (TaskState::Running, false);
            Ok(())
        }
        TaskState::Paused => Err(TaskError::Paused),
        TaskState::Deleted => Err(TaskError::Missing),
    });
    walk(tasks, queues, clock, started.await?).await
}
