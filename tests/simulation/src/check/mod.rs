//! The rules that must always hold, checked on what really went out: against what the world knows to be true, with code of
//! their own, not with the product's.

mod calls;
mod end;
mod held;
mod watch;

pub(crate) use calls::SKEW;

use crate::world::{Key, World};
use baton_domain::{AccountId, AttemptRef, Channel, Leg, MessageId, Outcome, ReceiptStatus, SuccessStatus, TaskId};
use held::Asked;
use std::{collections::BTreeMap, time::Duration};

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Every accepted message ends in a final status, and nothing of it is left waiting.
    NothingLost,
    /// The same key or bulk is accepted once.
    AcceptedOnce,
    /// A try reaches its provider at most once; a try with an unknown outcome has no successor.
    OneCall,
    /// At most one delivery over the chain, and no fallback without a reason.
    AtMostOne,
    /// A status only moves forward.
    Forward,
    /// A cancel that was answered as done wins.
    Cancelled,
    /// Nothing goes before its time or outside its windows.
    Punctual,
    /// Accounts never meet.
    Accounts,
    /// The history of a message only grows, and says what happened.
    Timeline,
    /// What a provider reported, and we took, shows in the end.
    Truthful,
    /// Short links are stored before they go out, lead where the caller's did, and are the recipient's own.
    ShortLinks,
    /// Who is known to want no messages on a channel gets none there.
    Stopped,
    /// Nothing of a task is claimed while it is paused, or after it was deleted.
    Held,
    /// The world comes to rest, and nothing panics.
    Rest,
}

impl Check {
    /// What it says.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Check::NothingLost => "nothing accepted is lost",
            Check::AcceptedOnce => "accepted once per key",
            Check::OneCall => "one attempt, one provider call",
            Check::AtMostOne => "at most one delivery",
            Check::Forward => "status only moves forward",
            Check::Cancelled => "cancelled means not sent",
            Check::Punctual => "not before its time, not outside its windows",
            Check::Accounts => "accounts never meet",
            Check::Timeline => "the timeline only grows",
            Check::Truthful => "what was reported shows",
            Check::ShortLinks => "short links lead on",
            Check::Held => "nothing goes out that its task holds back",
            Check::Stopped => "nobody on the stop list is written to",
            Check::Rest => "it comes to rest",
        }
    }
}

/// A rule that did not hold.
#[derive(Clone, Debug)]
pub struct Violation {
    /// Which.
    pub check: Check,
    /// Of which message.
    pub(crate) about: Option<Key>,
    /// What was seen.
    pub text: String,
}

/// How a provider answered a call, as far as the process lived to hear it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Taken { receipts: bool },
    RefusedForNow { pause: Duration, at: i64 },
    Refused,
    Unknown,
}

/// A call that reached a provider.
#[derive(Clone, Copy, Debug)]
struct Call {
    process: u64,
    try_number: u8,
    at: i64,
    answer: Option<Answer>,
}

/// What is true of one attempt.
#[derive(Clone, Debug, Default)]
struct Attempted {
    calls: Vec<Call>,
    /// A receipt came that says that it failed.
    failed: bool,
    /// A receipt came, of any kind.
    reported: bool,
    /// The furthest news that was taken and acknowledged.
    told: Option<SuccessStatus>,
    /// The provider has it, whatever it answered.
    taken: bool,
}

impl Attempted {
    /// Whether Baton knows that the attempt has come as far as its channel asks for.
    fn known_to_succeed(&self, leg: &Leg) -> bool {
        let receipts =
            self.reported || self.calls.iter().any(|call| call.answer == Some(Answer::Taken { receipts: true }));
        let default = if receipts { SuccessStatus::Delivered } else { SuccessStatus::Sent };
        self.told >= Some(leg.success.unwrap_or(default))
    }

    /// Whether a provider has said that it took it or what became of it.
    fn is_spoken_of(&self) -> bool {
        self.reported || self.calls.iter().any(|call| matches!(call.answer, Some(Answer::Taken { .. })))
    }
}

/// What the world knows.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    attempts: BTreeMap<AttemptRef, Attempted>,
    /// When a cancel was answered as done.
    cancelled: BTreeMap<Key, i64>,
    /// The times that a message may have been given, in milliseconds since the epoch.
    times: BTreeMap<Key, Vec<i64>>,
    /// The processes that reschedule: which message, and whether another one does so at the same time.
    rescheduling: BTreeMap<u64, (Key, bool)>,
    /// Since when who is known to want no messages on a channel.
    stopped: BTreeMap<(Channel, String), i64>,
    /// What callers have asked of tasks.
    asked: BTreeMap<(AccountId, TaskId), Asked>,
    /// The message of each recipient.
    people: BTreeMap<String, MessageId>,
    /// The ids that each request was answered with; `None` when it was refused.
    pub(crate) answers: BTreeMap<usize, Option<Vec<MessageId>>>,
}

impl Truth {
    /// How many calls reached a provider.
    pub(crate) fn call_count(&self) -> usize {
        self.attempts.values().map(|attempt| attempt.calls.len()).sum()
    }
}

impl World {
    /// A provider has taken an attempt.
    pub(crate) fn takes(&mut self, of: AttemptRef) {
        self.truth.attempts.entry(of).or_default().taken = true;
    }

    /// Whether a provider has taken an attempt before.
    pub(crate) fn has_taken(&self, of: AttemptRef) -> bool {
        self.truth.attempts.get(&of).is_some_and(|attempt| attempt.taken)
    }

    /// A process heard the answer of a call.
    pub(crate) fn answered_call(&mut self, of: AttemptRef, outcome: &Outcome) {
        let answer = match outcome {
            Outcome::Accepted(accepted) => Answer::Taken { receipts: accepted.receipts },
            Outcome::Refused(error) if error.class == baton_domain::ErrorClass::Temporary => {
                Answer::RefusedForNow { pause: error.retry_after.unwrap_or_default(), at: self.now }
            }
            Outcome::Refused(_) => Answer::Refused,
            Outcome::Unknown(_) => Answer::Unknown,
        };
        if let Some(call) = self.truth.attempts.entry(of).or_default().calls.last_mut() {
            call.answer = Some(answer);
        }
    }

    /// A sender is done with its record: the answer that it heard has been stored.
    pub(crate) fn sent(&mut self, process: u64, of: AttemptRef) {
        let attempt = self.truth.attempts.entry(of).or_default();
        let taken = attempt
            .calls
            .last()
            .is_some_and(|call| call.process == process && matches!(call.answer, Some(Answer::Taken { .. })));
        if taken && !attempt.failed {
            attempt.told = attempt.told.max(Some(SuccessStatus::Sent));
        }
    }

    /// A receipt reached a process.
    pub(crate) fn heard(&mut self, of: AttemptRef, status: &ReceiptStatus) {
        let attempt = self.truth.attempts.entry(of).or_default();
        attempt.reported = true;
        attempt.failed |= matches!(status, ReceiptStatus::Failed(_));
    }

    /// A receipt was taken and acknowledged.
    pub(crate) fn taken(&mut self, of: AttemptRef, status: &ReceiptStatus) {
        let level = match status {
            ReceiptStatus::Delivered => Some(SuccessStatus::Delivered),
            ReceiptStatus::Read | ReceiptStatus::Tracked(_) => Some(SuccessStatus::Read),
            ReceiptStatus::Sent | ReceiptStatus::Failed(_) => None,
        };
        let attempt = self.truth.attempts.entry(of).or_default();
        attempt.told = attempt.told.max(level);
    }

    /// A cancel was answered as done.
    pub(crate) fn cancel_answered(&mut self, key: Key) {
        let now = self.now;
        self.note(Some(key), || "a cancel is answered as done".to_owned());
        self.truth.cancelled.entry(key).or_insert(now);
    }

    /// Somebody has been put on the stop list of a channel.
    pub(crate) fn stop_known(&mut self, channel: Channel, address: String) {
        let now = self.now;
        self.note(None, || format!("{address} is on the stop list of {channel}"));
        self.truth.stopped.entry((channel, address)).or_insert(now);
    }

    /// A caller asks for another time: from now on the message may go at this one, too.
    pub(crate) fn reschedule_asked(&mut self, process: u64, key: Key, at: i64) {
        let original = self.store.messages.get(&key).and_then(|message| message.schedule.send_at);
        let original = original.map_or(i64::MIN, |time| time.timestamp_millis());
        self.truth.times.entry(key).or_insert_with(|| vec![original]).push(at);
        let mut crossed = false;
        for other in self.truth.rescheduling.values_mut().filter(|other| other.0 == key) {
            (other.1, crossed) = (true, true);
        }
        self.truth.rescheduling.insert(process, (key, crossed));
    }

    /// The reschedule was answered as done: that time counts alone, unless another one crossed it.
    pub(crate) fn reschedule_answered(&mut self, process: u64, key: Key, at: i64) {
        if self.truth.rescheduling.get(&process) == Some(&(key, false)) {
            self.truth.times.insert(key, vec![at]);
        }
    }

    /// A process is no more.
    pub(crate) fn reschedule_over(&mut self, process: u64) {
        self.truth.rescheduling.remove(&process);
    }
}
