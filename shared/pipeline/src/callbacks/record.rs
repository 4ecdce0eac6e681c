use super::ports::Called;
use baton_domain::{AccountId, Time, Transition, callback};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How a callback stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// The next try is to come.
    Waiting,
    /// The receiver has taken it (2xx).
    Delivered,
    /// The receiver wants no more of it (410).
    Gone,
    /// Every try has failed.
    Failed,
}

/// One call of a receiver, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallbackTry {
    /// When, in milliseconds since the epoch.
    pub at: i64,
    /// How long it took, in milliseconds.
    pub took: u64,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// Why there was none, see [`Called::error`].
    pub error: Option<String>,
    /// Whether somebody asked for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
}

impl CallbackTry {
    pub(super) fn of(began: Time, ended: Time, answer: &Called, by_hand: bool) -> CallbackTry {
        CallbackTry {
            at: began.timestamp_millis(),
            took: u64::try_from((ended - began).num_milliseconds()).unwrap_or_default(),
            status: answer.status,
            error: answer.error.map(str::to_owned),
            by_hand,
        }
    }
}

/// The tries that a record keeps; those of the schedule and a dozen by hand.
const MOST_TRIES: usize = 20;

/// What is known of one callback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallbackRecord {
    /// Whose it is.
    pub account: AccountId,
    /// What is told.
    pub transition: Transition,
    /// How it stands.
    pub standing: Standing,
    /// All tries so far, also those that are not kept.
    pub count: u32,
    /// The tries of the schedule so far.
    pub scheduled: u32,
    /// With `waiting`: when the next try is due, in milliseconds since the epoch.
    pub next: i64,
    /// The latest tries.
    pub tries: Vec<CallbackTry>,
}

impl CallbackRecord {
    /// The record of a callback that is due now.
    #[must_use]
    pub fn new(account: AccountId, transition: Transition) -> CallbackRecord {
        let next = transition.at;
        CallbackRecord {
            account,
            transition,
            standing: Standing::Waiting,
            count: 0,
            scheduled: 0,
            next,
            tries: Vec::new(),
        }
    }

    /// When the next try is due; `None` when there is none to come.
    #[must_use]
    pub fn due(&self) -> Option<Time> {
        Time::from_timestamp_millis(self.next).filter(|_| self.standing == Standing::Waiting)
    }

    /// Adds a try. What somebody asked for can end the callback well, and changes nothing else of its schedule.
    pub(super) fn add(&mut self, line: CallbackTry, asked: Option<Duration>, spread: f64) {
        let (at, status, by_hand) = (line.at + i64::try_from(line.took).unwrap_or_default(), line.status, line.by_hand);
        self.count += 1;
        if self.tries.len() >= MOST_TRIES {
            self.tries.remove(0);
        }
        self.tries.push(line);
        if status.is_some_and(|status| (200..300).contains(&status)) {
            self.standing = Standing::Delivered;
        } else if status == Some(410) && self.standing != Standing::Delivered {
            self.standing = Standing::Gone;
        } else if !by_hand && self.standing == Standing::Waiting {
            self.scheduled += 1;
            match callback::pause(usize::try_from(self.scheduled).unwrap_or(usize::MAX), asked, spread) {
                Some(pause) => self.next = at + i64::try_from(pause.as_millis()).unwrap_or_default(),
                None => self.standing = Standing::Failed,
            }
        }
    }
}
