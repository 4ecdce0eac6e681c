//! Make a task.

use super::ports::Tasks;
use crate::ports::PortResult;
use baton_domain::{AccountId, Task, TaskId, Time, task::TaskState, window::Range};
use chrono_tz::Tz;

/// What a caller says of a new task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTask {
    /// Whose it is.
    pub account: AccountId,
    /// Its id: new, or the one that an earlier try of the same request used.
    pub id: TaskId,
    /// What people call it.
    pub name: String,
    /// When its messages may go.
    pub ranges: Vec<Range>,
    /// The time zone of the windows.
    pub zone: Option<Tz>,
}

/// Makes a task. One of the same id is left alone: it comes from an earlier try.
///
/// # Errors
/// A port failed.
pub async fn make<T: Tasks>(tasks: &T, new: NewTask, now: Time) -> PortResult<()> {
    let task = Task {
        account: new.account,
        id: new.id,
        name: new.name,
        state: TaskState::Created,
        ranges: new.ranges,
        zone: new.zone,
        created_at: now,
        updated_at: now,
        walked: true,
        version: 1,
    };
    tasks.add_task(&task).await
}
