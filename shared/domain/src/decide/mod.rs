//! The decisions: pure functions `(message, event, now) -> (message, effects)`, one file per event.
//!
//! Each takes the message by `&mut`, changes it to its next state, and says through its answer what must now be done. A
//! caller stores the message first (on the condition that nobody stored another version meanwhile), then carries out the
//! effects, then acknowledges its own event. When it dies in between, the event comes again: it then changes nothing, and
//! [`outstanding`] names what the stored state still calls for. Carrying that out twice is harmless, as each attempt is
//! claimed before its provider is called.
//!
//! The route has two kinds of legs. *Required* ones are opened at once and stand for themselves. The others form the
//! *chain*: one at a time, in order, until one of them has succeeded. What is left of the chain is not opened any more once
//! it has, and a required channel's success or failure moves the chain neither way.

mod cancel;
mod claim;
mod expire;
mod open;
mod receipt;
mod reschedule;
mod result;

pub use cancel::{NotCancellable, abandon, cancel};
pub use claim::{ClaimRefused, claim, lose, reopen};
pub use expire::expire;
pub use open::open;
pub use receipt::receipt;
pub use reschedule::{NotWaiting, reschedule};
pub use result::{ResultOf, result};

use crate::{
    AttemptState, Channel, ErrorClass, Leg, Message, ProviderError, Status, SuccessStatus, Time, TimelineEvent,
    message::{Attempt, AttemptError},
    window::Permit,
};

/// What a new state calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Put a pointer to this attempt on the queue of its channel.
    Send {
        /// The attempt's index.
        attempt: u8,
        /// Its channel.
        channel: Channel,
        /// Not to be tried before.
        not_before: Option<Time>,
    },
    /// Look at the message again at this time: a validity period ends.
    Wake {
        /// When.
        at: Time,
    },
}

/// Every effect that the state of a message calls for: what an event that comes again repeats.
#[must_use]
pub fn outstanding(message: &Message) -> Vec<Effect> {
    if message.status == Status::Canceled {
        return Vec::new();
    }
    let effects = message.attempts.iter().zip(0..).filter_map(|(attempt, index)| match attempt.state {
        AttemptState::Queued => Some(send(message, attempt, index)),
        _ if awaited(attempt) => attempt.expires_at.map(|at| Effect::Wake { at }),
        _ => None,
    });
    effects.collect()
}

/// The effects that an event about one attempt has to see to when it comes again: the attempt's own, and the beginning of the
/// one that follows it: the next of the chain, or the next provider of a required channel. All others have events of their own. Were they seen to from here as well, two attempts
/// that wait at the same time would put each other on the queues again and again, and ever more often.
#[must_use]
pub fn outstanding_of(message: &Message, index: u8) -> Vec<Effect> {
    let own = message.attempts.get(usize::from(index));
    // In the chain the next channel or provider; on a required channel its next provider.
    let follows = |attempt: &Attempt| {
        let in_chain = |attempt: &Attempt| !message.leg(attempt).required;
        own.is_some_and(|own| if in_chain(own) { in_chain(attempt) } else { attempt.leg == own.leg })
    };
    let mut later = (0..).zip(&message.attempts).skip(usize::from(index) + 1);
    // Once it has been claimed, its own event sees to it.
    let next = later.find(|(_, attempt)| follows(attempt)).filter(|(_, attempt)| attempt.tries == 0);
    let next = next.map(|(next, _)| next);
    let concerns = |effect: &Effect| match effect {
        Effect::Send { attempt, .. } => *attempt == index || Some(*attempt) == next,
        Effect::Wake { at } => own.is_some_and(|own| awaited(own) && own.expires_at == Some(*at)),
    };
    outstanding(message).into_iter().filter(concerns).collect()
}

/// Whether an attempt is with a provider and more is to be heard of it before it counts as delivered.
fn awaited(attempt: &Attempt) -> bool {
    let out = matches!(attempt.state, AttemptState::Sent | AttemptState::Unknown | AttemptState::Delivered);
    out && attempt.succeeded_at.is_none() && attempt.ended_at.is_none()
}

/// Adds an attempt on a leg, to be sent as soon as the message may go.
fn enqueue(message: &mut Message, leg: u8, now: Time) -> u8 {
    let mut attempt = Attempt::queued(leg, now);
    let waits = set_time(&mut attempt, message.schedule.permit(now), now);
    message.attempts.push(attempt);
    if let Some(time) = waits {
        message.note(now, TimelineEvent::Delayed, Some(leg), Some(moment(time)));
    }
    u8::try_from(message.attempts.len() - 1).unwrap_or(u8::MAX)
}

/// Gives an attempt its time; that time when it is still to come.
fn set_time(attempt: &mut Attempt, permit: Permit, now: Time) -> Option<Time> {
    attempt.not_before = (permit.from > now).then_some(permit.from);
    attempt.until = permit.until;
    attempt.not_before
}

/// A time as the timeline's details show it.
fn moment(time: Time) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// When a validity period that begins now ends.
fn expiry(leg: &Leg, from: Time) -> Option<Time> {
    leg.validity_minutes.map(|minutes| from + chrono::TimeDelta::minutes(i64::from(minutes)))
}

fn send(message: &Message, attempt: &Attempt, index: u8) -> Effect {
    Effect::Send { attempt: index, channel: message.leg(attempt).channel, not_before: attempt.not_before }
}

/// Opens the next reachable channel of the chain, unless one of the chain has succeeded or may still.
/// `after` is the leg that failed.
fn fall_back(message: &mut Message, after: u8, now: Time) -> Vec<Effect> {
    let busy = message.attempts.iter().any(|attempt| {
        let in_chain = !message.leg(attempt).required;
        in_chain && (is_open(attempt) || attempt.succeeded_at.is_some() || attempt.leg > after)
    });
    if busy || message.route[usize::from(after)].required || message.status == Status::Canceled {
        return Vec::new();
    }
    let next =
        (after + 1..).zip(&message.route[usize::from(after) + 1..]).find(|(_, leg)| !leg.required && leg.reachable);
    let Some((leg, _)) = next else { return Vec::new() };
    message.note(now, TimelineEvent::FellBack, Some(leg), None);
    let index = enqueue(message, leg, now);
    vec![send(message, &message.attempts[usize::from(index)], index)]
}

/// Opens another attempt on the same channel, for its next provider, unless another one of the chain has succeeded meanwhile.
fn fail_over(message: &mut Message, leg: u8, from: Option<&str>, now: Time) -> Vec<Effect> {
    let required = message.route[usize::from(leg)].required;
    let open_again = message.attempts.iter().any(|attempt| attempt.leg == leg && is_open(attempt));
    if message.status == Status::Canceled || open_again || !required && chain_succeeded(message) {
        return Vec::new();
    }
    message.note(now, TimelineEvent::FailedOver, Some(leg), from.map(str::to_owned));
    let index = enqueue(message, leg, now);
    vec![send(message, &message.attempts[usize::from(index)], index)]
}

/// Whether an attempt waits for its sender or is under way.
fn is_open(attempt: &Attempt) -> bool {
    attempt.state == AttemptState::Queued || attempt.state.in_flight()
}

/// Marks an attempt as failed and writes down why.
fn fail(message: &mut Message, index: u8, error: &ProviderError, now: Time) {
    let attempt = &mut message.attempts[usize::from(index)];
    attempt.state = AttemptState::Failed;
    attempt.ended_at = Some(now);
    attempt.error = Some(AttemptError { class: error.class, code: error.code.clone(), message: error.message.clone() });
    let leg = attempt.leg;
    message.note(now, TimelineEvent::Failed, Some(leg), Some(format!("{} {}", error.class, error.code)));
}

/// Notes that an attempt counts as delivered from now on if it has come as far as its leg asks for. The first success of
/// the chain withdraws what of it has not gone out yet.
fn settle_success(message: &mut Message, index: u8, at: Time, now: Time) {
    let attempt = &message.attempts[usize::from(index)];
    let leg = *message.leg(attempt);
    let default = if attempt.receipts { SuccessStatus::Delivered } else { SuccessStatus::Sent };
    let reached = match attempt.state {
        AttemptState::Sent => Some(SuccessStatus::Sent),
        AttemptState::Delivered => Some(SuccessStatus::Delivered),
        AttemptState::Read => Some(SuccessStatus::Read),
        _ => None,
    };
    if attempt.succeeded_at.is_some() || reached < Some(leg.success.unwrap_or(default)) {
        return;
    }
    message.attempts[usize::from(index)].succeeded_at = Some(at);
    if !leg.required {
        withdraw_chain(message, now);
    }
}

/// Whether an attempt of the chain counts as delivered.
fn chain_succeeded(message: &Message) -> bool {
    message.attempts.iter().any(|attempt| attempt.succeeded_at.is_some() && !message.leg(attempt).required)
}

fn withdraw_chain(message: &mut Message, now: Time) {
    withdraw(message, now, |leg| !leg.required);
}

/// Takes back what waits on these legs.
fn withdraw(message: &mut Message, now: Time, concerned: impl Fn(&Leg) -> bool) {
    let route = message.route.clone();
    let mut withdrawn = Vec::new();
    for attempt in &mut message.attempts {
        if attempt.state == AttemptState::Queued && concerned(&route[usize::from(attempt.leg)]) {
            // What may be out is not called back by not sending it again.
            attempt.state = if attempt.may_be_out() { AttemptState::Unknown } else { AttemptState::Canceled };
            attempt.ended_at = Some(now);
            withdrawn.push(attempt.leg);
        }
    }
    for leg in withdrawn {
        message.note(now, TimelineEvent::Withdrawn, Some(leg), None);
    }
}

/// Moves the message's status to what its attempts say, forward only.
fn settle_status(message: &mut Message) {
    let status = status_of(message);
    if message.status.may_become(status) {
        message.status = status;
    }
}

fn status_of(message: &Message) -> Status {
    let attempts = &message.attempts;
    let succeeded = || attempts.iter().filter(|attempt| attempt.succeeded_at.is_some());
    if succeeded().any(|attempt| attempt.state == AttemptState::Read) {
        return Status::Read;
    }
    if succeeded().next().is_some() {
        return Status::Delivered;
    }
    // Delivered while the channel waits to be read is open too, until its validity period ends.
    if attempts.iter().any(|attempt| is_open(attempt) || awaited(attempt)) {
        let gone_out = attempts.iter().any(|attempt| attempt.tries > 0);
        return if gone_out { Status::Pending } else { message.status };
    }
    // Delivered, though not as far as the caller wanted: that is still the truth.
    if attempts.iter().any(|attempt| attempt.state == AttemptState::Delivered) {
        return Status::Delivered;
    }
    let last = message.current();
    match last.map(|attempt| attempt.state) {
        Some(AttemptState::Expired) => Status::Expired,
        // Beside what has gone out, what was taken back is no cancel of the message.
        Some(AttemptState::Canceled) if attempts.iter().all(|attempt| attempt.tries == 0) => Status::Canceled,
        Some(AttemptState::Failed) if last.is_some_and(is_our_fault) => Status::Error,
        _ => Status::Undelivered,
    }
}

/// Refused before any provider was called: there is none, or the content could not be made.
fn is_our_fault(attempt: &Attempt) -> bool {
    attempt.provider.is_none() && attempt.error.as_ref().is_some_and(|error| error.class == ErrorClass::Misconfigured)
}

#[cfg(test)]
mod tests;
