//! What is checked of tasks: a pause that was answered holds, and a closed window does.

use super::{Check, SKEW};
use crate::{
    plan::Ask,
    world::{World, time},
};
use baton_domain::{AccountId, Message, Task, TaskId, task::TaskState};
use std::collections::BTreeSet;

/// How long after the answer to a pause a claim may still take effect, in milliseconds: so long a task is believed to be as it was
/// read (a second), and so long a claim takes.
const SETTLES: i64 = 2100;

/// What callers have asked of a task.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// The processes that open it.
    opening: BTreeSet<u64>,
    /// How often somebody has begun to.
    openings: u64,
    /// The processes that close it, with the openings before.
    closing: Vec<(u64, u64)>,
    /// Since when it is known to be paused.
    paused: Option<i64>,
    /// Since when it is known to be deleted.
    deleted: Option<i64>,
}

impl World {
    /// A process begins to ask something of a task.
    pub(crate) fn task_asked(&mut self, process: u64, of: (AccountId, TaskId), ask: Ask) {
        let asked = self.truth.asked.entry(of).or_default();
        match ask {
            Ask::Start | Ask::Resume | Ask::Settle => {
                asked.opening.insert(process);
                asked.openings += 1;
                asked.paused = None;
            }
            Ask::Pause | Ask::Delete => asked.closing.push((process, asked.openings)),
        }
    }

    /// It was answered as done. A pause counts from then on, unless somebody opened the task meanwhile.
    pub(crate) fn task_answered(&mut self, process: u64, of: (AccountId, TaskId), ask: Ask) {
        let now = self.now;
        let asked = self.truth.asked.entry(of).or_default();
        let alone = asked.opening.is_empty() && asked.closing.contains(&(process, asked.openings));
        match ask {
            Ask::Delete => _ = asked.deleted.get_or_insert(now),
            Ask::Pause if alone => _ = asked.paused.get_or_insert(now),
            _ => {}
        }
    }

    /// A process asks nothing any more.
    pub(crate) fn task_ask_over(&mut self, process: u64) {
        for asked in self.truth.asked.values_mut() {
            asked.opening.remove(&process);
            asked.closing.retain(|(other, _)| *other != process);
        }
    }

    /// An attempt was claimed.
    pub(crate) fn check_held(&mut self, message: &Message) {
        let Some(task) = message.task else { return };
        let asked = self.truth.asked.get(&(message.account, task)).cloned().unwrap_or_default();
        let stored = self.store.tasks.get(&(message.account, task));
        let created = stored.is_some_and(|task| task.state == TaskState::Created);
        let closed = stored.is_some_and(|task| self.is_closed(task, message));
        let late = [asked.paused, asked.deleted].into_iter().flatten().map(|since| self.now - since - SETTLES).max();
        let key = Some((message.account, message.id));
        if let Some(late) = late.filter(|late| *late > 0) {
            self.violate(Check::Held, key, || format!("it was claimed {late} ms too late for its task"));
        } else if created {
            self.violate(Check::Held, key, || "its task was never started".to_owned());
        } else if closed {
            self.violate(Check::Held, key, || "the window of its task was closed".to_owned());
        }
    }

    /// Whether the window of a running task was closed to a message when its sender asked, whatever its clock showed. No window
    /// is shorter than the time in between.
    fn is_closed(&self, task: &Task, message: &Message) -> bool {
        let passable = |at| task.schedule().permit(time(at)).from <= time(at);
        let keeps = task.state == TaskState::Running && !message.schedule.has_windows();
        keeps && !passable(self.now - SETTLES - SKEW) && !passable(self.now + SKEW)
    }
}
