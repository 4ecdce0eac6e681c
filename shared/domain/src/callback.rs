//! Callbacks: what a caller is told about a message, and when it is told again.
//!
//! A *transition* is a stored change of a message's status. It follows from the message before and after the write alone, so
//! whoever sees the write twice makes the same transition of it, with the same id.

use crate::{
    AttemptState, Channel, Currency, ErrorClass, Message, MessageId, Price, Status, Time, message::TIMELINE_LIMIT,
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, time::Duration};
use uuid::Uuid;

/// Where a caller wants to be told, and what of theirs is given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// An http or https address, at most 4,000 bytes.
    pub url: String,
    /// Anything of the caller's, at most 10,240 bytes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub data: Option<String>,
}

/// The id of a callback, `webhook-id` on the wire: the message's id and the number of the write that changed its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallbackId {
    /// The message.
    pub message: MessageId,
    /// The version that the message got by the write.
    pub number: u64,
}

impl fmt::Display for CallbackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.message, self.number)
    }
}

/// The text is no id of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a callback")]
pub struct BadCallbackId;

impl FromStr for CallbackId {
    type Err = BadCallbackId;

    fn from_str(text: &str) -> Result<CallbackId, BadCallbackId> {
        let (message, number) = text.rsplit_once('-').ok_or(BadCallbackId)?;
        let message = Uuid::try_parse(message).map(MessageId).map_err(|_| BadCallbackId)?;
        let number = number.parse().map_err(|_| BadCallbackId)?;
        message.index().ok_or(BadCallbackId)?;
        Ok(CallbackId { message, number })
    }
}

/// A stored change of a message's status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Transition {
    /// The message.
    pub message: MessageId,
    /// See [`CallbackId::number`].
    pub number: u64,
    /// The status before.
    pub from: Status,
    /// The status after.
    pub to: Status,
    /// When, in milliseconds since the epoch; later than that of every transition before it.
    pub at: i64,
    /// The channel that the message shows.
    pub channel: Option<Channel>,
    /// The provider of that channel's attempt.
    pub provider: Option<String>,
    /// The parts of its SMS.
    pub part_count: Option<u16>,
    /// Why it was not delivered.
    pub error: Option<TransitionError>,
    /// What the message has cost so far, and in what.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub price: Option<(Price, Currency)>,
}

/// The error of an attempt that ended a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransitionError {
    /// Its class.
    pub class: ErrorClass,
    /// The provider's code.
    pub code: String,
    /// For people.
    pub message: String,
}

impl Transition {
    /// The id that the receiver knows it by.
    #[must_use]
    pub fn id(&self) -> CallbackId {
        CallbackId { message: self.message, number: self.number }
    }

    /// When; `None` when the number is no time.
    #[must_use]
    pub fn time(&self) -> Option<Time> {
        Time::from_timestamp_millis(self.at)
    }

    /// The transition that a write made, if it made one. `written` is about when the database took it.
    #[must_use]
    pub fn between(before: &Message, after: &Message, written: Option<Time>) -> Option<Transition> {
        if before.status == after.status {
            return None;
        }
        let attempt = after.current();
        let delivered = |state| matches!(state, AttemptState::Sent | AttemptState::Delivered | AttemptState::Read);
        let error = attempt.filter(|attempt| !delivered(attempt.state)).and_then(|attempt| attempt.error.as_ref());
        Some(Transition {
            message: after.id,
            number: after.version,
            from: before.status,
            to: after.status,
            at: moment(after, written).timestamp_millis(),
            channel: after.current_channel(),
            provider: attempt.and_then(|attempt| attempt.provider.clone()),
            part_count: attempt.and_then(|attempt| attempt.part_count),
            error: error.map(|error| TransitionError {
                class: error.class,
                code: error.code.clone(),
                message: error.message.clone(),
            }),
            price: after.price(),
        })
    }
}

/// When a message came to its state: the time of the last line of its history, moved on where clocks of different machines
/// would make it go back or stand still. Each change of the status adds a line, so a later state has a later time.
fn moment(message: &Message, written: Option<Time>) -> Time {
    let step = TimeDelta::milliseconds(1);
    let last = message
        .timeline
        .iter()
        .fold(None, |last: Option<Time>, entry| Some(last.map_or(entry.at, |last| entry.at.max(last + step))));
    let last = last.unwrap_or(message.created_at);
    if message.timeline.len() < TIMELINE_LIMIT {
        return last;
    }
    // A full history adds no lines any more; the version still grows.
    let version = i64::try_from(message.version).unwrap_or_default();
    written.map_or(last, |written| written.max(last)) + TimeDelta::milliseconds(version)
}

/// The pauses before the tries of a callback, in seconds; each is spread by a fifth.
const STEPS: [u64; 8] = [0, 5, 300, 1800, 7200, 18_000, 36_000, 36_000];

/// The pause before the next try after `tries` tries have failed; `None` when it is given up. `spread` (0 to 1) says where in
/// its range of four to six fifths the pause falls. A receiver may ask for up to twice the step by `Retry-After`; it is not
/// called earlier than the step then.
#[must_use]
pub fn pause(tries: usize, asked: Option<Duration>, spread: f64) -> Option<Duration> {
    let step = Duration::from_secs(*STEPS.get(tries)?);
    Some(match asked {
        Some(asked) => asked.clamp(step, step * 2),
        None => step.mul_f64(0.8 + 0.4 * spread.clamp(0.0, 1.0)),
    })
}

#[cfg(test)]
mod tests;
