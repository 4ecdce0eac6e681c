//! Start a task.

use super::{
    TaskError,
    ports::{TaskBulks, Tasks},
    update::update,
    walk::walk,
};
use crate::ports::{Clock, WakeUps};
use baton_domain::{AccountId, Task, TaskId, task::TaskState};

/// Starts a task. A second start is the same start.
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
        TaskState::Created | TaskState::Running => {
            task.state = TaskState::Running;
            Ok(())
        }
        TaskState::Paused => Err(TaskError::Paused),
        TaskState::Deleted => Err(TaskError::Missing),
    });
    let task = started.await?;
    walk(tasks, queues, clock, &task).await?;
    Ok(task)
}
