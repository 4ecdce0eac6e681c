//! Pause a task.

use super::{
    TaskError,
    file::FileState,
    ports::{TaskBulks, TaskFiles, Tasks},
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
/// See [`TaskError`]: there is none, it was never started, or all of its messages have come to their end and no file brings more.
pub async fn pause<T, C>(tasks: &T, clock: &C, of: (AccountId, TaskId)) -> Result<Task, TaskError>
where
    T: Tasks + TaskBulks + TaskFiles,
    C: Clock,
{
    // The files first: the messages of one that has been read by now are among the bulks.
    let importing = tasks.files_of(of.0, of.1).await?.iter().any(|file| file.state == FileState::Importing);
    let progress = Progress::sum(tasks.bulks_of(of.0, of.1).await?.into_iter().map(|bulk| bulk.progress));
    let completed = progress.is_complete() && !importing;
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
