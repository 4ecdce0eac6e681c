//! Resume a task that was paused.

use super::{
    TaskError,
    ports::{TaskBulks, Tasks},
    update::update,
    walk::walk,
};
use crate::ports::{Clock, WakeUps};
use baton_domain::{AccountId, Task, TaskId, task::TaskState};

/// Resumes a task. A second call is the same one.
///
/// # Errors
/// See [`TaskError`]: there is none, or it was never started.
pub async fn resume<T, Q, C>(tasks: &T, queues: &Q, clock: &C, of: (AccountId, TaskId)) -> Result<Task, TaskError>
where
    T: Tasks + TaskBulks,
    Q: WakeUps,
    C: Clock,
{
    let resumed = update(tasks, of, clock.now(), |task| match task.state {
        TaskState::Running => Ok(()),
        TaskState::Paused => {
            (task.state, task.walked) = (TaskState::Running, false);
            Ok(())
        }
        TaskState::Created => Err(TaskError::NotStarted),
        TaskState::Deleted => Err(TaskError::Missing),
    });
    walk(tasks, queues, clock, resumed.await?).await
}
