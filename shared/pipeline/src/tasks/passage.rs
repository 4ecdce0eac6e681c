//! Whether messages of a task may go: what a sender asks before each claim, without a read for each.
//!
//! That a task is open is believed for [`FRESH`], so a pause holds after that. That it is closed is believed only when it was read after
//! the pointer had come from its queue: a pointer that came since may have been put there because the task was resumed, and would
//! be lost.

use super::ports::TaskReads;
use crate::ports::PortResult;
use baton_domain::{AccountId, Task, TaskId, Time, task::Passage};
use chrono::TimeDelta;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// How long a task is believed to be as it was read.
pub const FRESH: TimeDelta = TimeDelta::seconds(1);

/// The most tasks that are remembered.
const REMEMBERED: usize = 1000;

/// When something happened in this process, in its order with reads of tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(u64);

/// A task as it was last read; those who ask at the same time wait for one read.
type Entry = Arc<tokio::sync::Mutex<Option<Known>>>;

#[derive(Clone, Debug)]
struct Known {
    task: Option<Arc<Task>>,
    begun: Moment,
    at: Time,
}

/// The tasks that a sender knows.
#[derive(Debug)]
pub struct Passages<T> {
    tasks: T,
    known: Mutex<BTreeMap<(AccountId, TaskId), Entry>>,
    moments: AtomicU64,
}

impl<T: TaskReads> Passages<T> {
    /// Of these tasks; nothing is known yet.
    pub fn new(tasks: T) -> Passages<T> {
        Passages { tasks, known: Mutex::default(), moments: AtomicU64::new(0) }
    }

    /// This moment, as it is to be named where a pointer is taken.
    #[must_use]
    pub fn moment(&self) -> Moment {
        Moment(self.moments.fetch_add(1, Ordering::Relaxed))
    }

    /// The task of a pointer that was `received` at that moment, as it may be believed; `None` when there is none.
    ///
    /// # Errors
    /// It could not be read.
    pub async fn task(
        &self,
        (account, id): (AccountId, TaskId),
        received: Moment,
        now: Time,
    ) -> PortResult<Option<Arc<Task>>> {
        let entry = self.entry((account, id));
        let mut entry = entry.lock().await;
        if let Some(known) = entry.as_ref().filter(|known| known.at <= now && now - known.at < FRESH) {
            let open = known.task.as_ref().is_some_and(|task| task.passage(false, now) == Passage::Open);
            if open || known.begun > received {
                return Ok(known.task.clone());
            }
        }
        let begun = self.moment();
        let task = self.tasks.task(account, id).await?.map(Arc::new);
        *entry = Some(Known { task: task.clone(), begun, at: now });
        Ok(task)
    }

    fn entry(&self, key: (AccountId, TaskId)) -> Entry {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.entry(key).or_default().clone()
    }
}

#[cfg(test)]
mod tests;
