//! Pause a task.

use super::{
    TaskError,
    ports::{TaskBulks, Tasks},
    update::update,
};
use crate::ports::Clock;
use baton_domain::{
    AccountId, Task, TaskId,
    task::{Progress, TaskState},
};

/// Pauses a task. A second call is the same one. Senders learn of it within [`super::passage::FRESH`].
///
/// # Errors
/// See [`TaskError`]: there is none, it was never started, or all of its messages have come to their end.
pub async fn pause<T, C>(tasks: &T, clock: &C, of: (AccountId, TaskId)) -> Result<Task, TaskError>
where
    T: Tasks + TaskBulks,
    C: Clock,
{
    let progress = Progress::sum(tasks.bulks_of(of.0, of.1).await?.into_iter().map(|bulk| bulk.progress));
    let completed = progress.total > 0 && progress.completed >= progress.total;
    update(tasks, of, clock.now(), |task| match task.state {
        TaskState::Running if completed => Err(TaskError::Completed),
        TaskState::Running | TaskState::Paused => {
            task.state = TaskState::Paused;
            Ok(())
        }
        TaskState::Created => Err(TaskError::NotStarted),
        TaskState::Deleted => Err(TaskError::Missing),
    })
    .await
}
