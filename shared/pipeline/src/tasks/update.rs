//! Load a task, decide, store on a condition, and again when somebody else was faster.

use super::ports::Tasks;
use crate::ports::{PortError, Stored};
use baton_domain::{AccountId, Task, TaskId, Time, task::TaskState};

/// Tries before giving up on a task that others keep changing.
const MOST_CONFLICTS: usize = 10;

/// Why a task was not changed.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// The account has no such task, or it was deleted.
    #[error("there is no such task")]
    Missing,
    /// It was never started, so it can be neither paused nor resumed.
    #[error("the task was never started")]
    NotStarted,
    /// It is paused: it is to be resumed, not started.
    #[error("the task is paused")]
    Paused,
    /// All of its messages have come to their end, so there is nothing to pause.
    #[error("the task is completed")]
    Completed,
    /// A port failed; the caller may repeat the request.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Changes a task, whatever others do to it meanwhile. Nothing is stored when `decide` changes nothing. One that was deleted can be
/// deleted again and is missing for all else; that of a bulk from a sheet is nobody's to change.
pub(super) async fn update<T: Tasks>(
    tasks: &T,
    (account, id): (AccountId, TaskId),
    now: Time,
    decide: impl Fn(&mut Task) -> Result<(), TaskError>,
) -> Result<Task, TaskError> {
    for _ in 0..MOST_CONFLICTS {
        let known = tasks.task(account, id).await?.filter(|task| !task.is_hidden());
        let before = known.ok_or(TaskError::Missing)?;
        let mut task = before.clone();
        decide(&mut task)?;
        match (before.state, task == before) {
            (TaskState::Deleted, false) => return Err(TaskError::Missing),
            (_, true) => return Ok(task),
            (_, false) => {}
        }
        task.version = before.version + 1;
        // Never before what was there, whoever's clock is late.
        task.updated_at = now.max(before.updated_at);
        if tasks.store_task(&task, before.version).await? == Stored::Done {
            return Ok(task);
        }
    }
    Err(PortError::new("update of a task", "others changed it again and again").into())
}
