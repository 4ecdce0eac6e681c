//! Send jobs: a named set of messages that is started, paused and resumed as a whole.
//!
//! What a caller has asked for ([`TaskState`]) is stored; what the contract calls the task's status ([`TaskStatus`]) follows from
//! it, from what is being imported, and from how far the messages have come. No message is changed when its task is paused: senders ask the
//! task before they claim ([`Task::passage`]).

use crate::{
    AccountId, BulkId, Status, TaskId, Time,
    window::{Range, Schedule},
};
use chrono_tz::Tz;

/// What was asked of a task last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaskState {
    /// It was made, and never started.
    Created,
    /// It was started or resumed.
    Running,
    /// It was paused.
    Paused,
    /// It was deleted. It stays known to senders, so that nothing of it goes out any more.
    Deleted,
}

/// What the contract calls the status of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaskStatus {
    /// It was made, and never started.
    Created,
    /// A file is being read into messages.
    Importing,
    /// Its messages go out.
    Running,
    /// It is paused.
    Paused,
    /// It was started, and all of its messages have come to their end.
    Completed,
    /// It has no messages, as nothing of its files could be taken.
    Failed,
}

impl TaskStatus {
    /// Every status.
    pub const ALL: [TaskStatus; 6] = [
        TaskStatus::Created,
        TaskStatus::Importing,
        TaskStatus::Running,
        TaskStatus::Paused,
        TaskStatus::Completed,
        TaskStatus::Failed,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            TaskStatus::Created => "CREATED",
            TaskStatus::Importing => "IMPORTING",
            TaskStatus::Running => "RUNNING",
            TaskStatus::Paused => "PAUSED",
            TaskStatus::Completed => "COMPLETED",
            TaskStatus::Failed => "FAILED",
        }
    }
}

/// A send job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Whose it is.
    pub account: AccountId,
    /// Which it is.
    pub id: TaskId,
    /// What people call it. The task of a bulk from a sheet has no name: see [`Task::is_hidden`].
    pub name: String,
    /// What was asked of it last.
    pub state: TaskState,
    /// When its messages may go, where their rows say nothing; none means always.
    pub ranges: Vec<Range>,
    /// The time zone of the windows, and of the dates in its sheets; UTC when it has none.
    pub zone: Option<Tz>,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
    /// Whether its bulks have been told what was asked of it last; a second call then has nothing to repeat.
    pub walked: bool,
    /// Counts the changes; the store refuses a change of an older version.
    pub version: u64,
}

/// Whether a message of a task may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// It may.
    Open,
    /// Not before this time: the task's window is closed.
    ClosedUntil(Time),
    /// Not before the task is started or resumed.
    Held,
    /// Never: the task was deleted.
    Gone,
}

impl Task {
    /// Whether a message of the task may go now. Messages with windows of their own (`own_windows`) do not keep to the task's.
    #[must_use]
    pub fn passage(&self, own_windows: bool, now: Time) -> Passage {
        match self.state {
            TaskState::Created | TaskState::Paused => Passage::Held,
            TaskState::Deleted => Passage::Gone,
            TaskState::Running if own_windows => Passage::Open,
            TaskState::Running => {
                let permit = self.schedule().permit(now);
                if permit.from > now { Passage::ClosedUntil(permit.from) } else { Passage::Open }
            }
        }
    }

    /// Whether it is the task of `POST /messages/bulk`, which shows in no list of tasks: people's tasks have names.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.name.is_empty()
    }

    /// The task's windows.
    #[must_use]
    pub fn schedule(&self) -> Schedule {
        Schedule { send_at: None, ranges: self.ranges.clone(), zone: self.zone.unwrap_or(Tz::UTC) }
    }

    /// The status. `importing` says whether a file is being read, `read` whether there are files and all have been.
    ///
    /// That it is paused is told first: whoever paused it wants to know that nothing goes out, also while a file is being read.
    #[must_use]
    pub fn status(&self, progress: Progress, importing: bool, read: bool) -> TaskStatus {
        match self.state {
            TaskState::Paused | TaskState::Deleted => TaskStatus::Paused,
            _ if importing => TaskStatus::Importing,
            _ if read && progress.total == 0 => TaskStatus::Failed,
            TaskState::Created => TaskStatus::Created,
            TaskState::Running if progress.is_complete() => TaskStatus::Completed,
            TaskState::Running => TaskStatus::Running,
        }
    }

    /// How a message that waits is shown where the task is what holds it back: PAUSED in a paused task, DELAYED behind a closed
    /// window. `own_windows` is as for [`Task::passage`].
    #[must_use]
    pub fn holding(&self, own_windows: bool, now: Time) -> Option<Status> {
        match self.passage(own_windows, now) {
            Passage::Held if self.state == TaskState::Paused => Some(Status::Paused),
            Passage::ClosedUntil(_) => Some(Status::Delayed),
            Passage::Open | Passage::Held | Passage::Gone => None,
        }
    }
}

/// How far messages have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many there are.
    pub total: u64,
    /// How many have been handed to a provider, or have come to their end without.
    pub processed: u64,
    /// How many have come to their end.
    pub completed: u64,
}

impl Progress {
    /// Of all of these together.
    #[must_use]
    pub fn sum(parts: impl IntoIterator<Item = Progress>) -> Progress {
        parts.into_iter().fold(Progress::default(), |sum, part| Progress {
            total: sum.total + part.total,
            processed: sum.processed + part.processed,
            completed: sum.completed + part.completed,
        })
    }

    /// Whether there are messages and all have come to their end.
    #[must_use]
    pub const fn is_complete(self) -> bool {
        self.total > 0 && self.completed >= self.total
    }

    /// How many are with a provider.
    #[must_use]
    pub const fn in_progress(self) -> u64 {
        self.processed.saturating_sub(self.completed)
    }

    /// What part has come to its end, from 0 to 100; 100 only when all have.
    #[must_use]
    pub const fn percent(self) -> u8 {
        if self.total == 0 {
            return 0;
        }
        let percent = self.completed.saturating_mul(100) / self.total;
        if percent > 100 { 100 } else { percent as u8 }
    }

    /// What the change of a message's status adds to [`Progress::processed`] and [`Progress::completed`].
    #[must_use]
    pub const fn step(before: Status, after: Status) -> (u64, u64) {
        let processed = before.waits() && !after.waits();
        let completed = !before.is_final() && after.is_final();
        (processed as u64, completed as u64)
    }
}

/// A bulk of a task, and how far its messages have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskBulk {
    /// The bulk's key.
    pub bulk: BulkId,
    /// How far it has come.
    pub progress: Progress,
}

#[cfg(test)]
mod tests;
