//! Change the name or the windows of a task.

use super::{
    TaskError,
    ports::{TaskBulks, Tasks},
    update::update,
    walk::walk,
};
use crate::ports::{Clock, WakeUps};
use baton_domain::{AccountId, Task, TaskId, task::TaskState, window::Range};
use chrono_tz::Tz;

/// What is to be changed; the rest stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskChange {
    /// What people call it.
    pub name: Option<String>,
    /// When its messages may go; none of them means always.
    pub ranges: Option<Vec<Range>>,
    /// The time zone of the windows.
    pub zone: Option<Tz>,
}

/// Changes a task. What goes out from then on keeps to the new windows.
///
/// # Errors
/// See [`TaskError`]: there is none.
pub async fn change<T, Q, C>(
    tasks: &T,
    queues: &Q,
    clock: &C,
    of: (AccountId, TaskId),
    change: &TaskChange,
) -> Result<Task, TaskError>
where
    T: Tasks + TaskBulks,
    Q: WakeUps,
    C: Clock,
{
    let changed = update(tasks, of, clock.now(), |task| {
        if task.state == TaskState::Deleted {
            return Err(TaskError::Missing);
        }
        let before = task.schedule();
        if let Some(name) = &change.name {
            task.name.clone_from(name);
        }
        if let Some(ranges) = &change.ranges {
            task.ranges.clone_from(ranges);
        }
        task.zone = change.zone.or(task.zone);
        if task.schedule() != before {
            task.walked = false;
        }
        Ok(())
    });
    let task = changed.await?;
    // What does not run is walked when it is started or resumed.
    if task.state == TaskState::Running { walk(tasks, queues, clock, task).await } else { Ok(task) }
}
