//! Carrying out effects: pointers for what is due soon, wake-ups for what is due later.

use crate::{
    pointer::{Pointer, WakeUp},
    ports::{ChannelQueues, PortResult, WakeUps},
};
use baton_domain::{
    Attempt, AttemptState, Channel, Message, TaskId, Time, TimelineEvent,
    decide::{self, Effect},
};
use chrono::{DurationRound, TimeDelta};
use futures::future::try_join_all;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// The longest that SQS delays a message. What is due within it needs no wake-up: its pointer itself is delayed, to the
/// second.
pub const LONGEST_DELAY: TimeDelta = TimeDelta::minutes(15);

/// How long before a send its wake-up comes: a schedule fires within the minute after its time, and the pointers are then
/// delayed for the rest.
const LEAD: TimeDelta = TimeDelta::minutes(1);

/// Puts everything that waits in these messages on its way.
pub(crate) async fn sends<'m, Q, W>(
    queues: &Q,
    wake_ups: &W,
    messages: impl IntoIterator<Item = &'m Message>,
    now: Time,
) -> PortResult<()>
where
    Q: ChannelQueues,
    W: WakeUps,
{
    let mut pointers: BTreeMap<(Channel, u64), Vec<Pointer>> = BTreeMap::new();
    let mut later = BTreeSet::new();
    for message in messages {
        for effect in decide::outstanding(message) {
            let Effect::Send { attempt, channel, not_before } = effect else { continue };
            match not_before.filter(|time| is_later(*time, now)) {
                Some(time) => {
                    later.insert(before_send(message, time));
                }
                None => {
                    let delay = not_before.map_or(0, |time| seconds_until(time, now));
                    pointers.entry((channel, delay)).or_default().push(Pointer::of(message, attempt));
                }
            }
        }
    }
    // The wake-ups first: when a pointer fails after them, everything comes again and finds them there.
    try_join_all(later.iter().map(|wake_up| wake_ups.set(*wake_up, now))).await?;
    let pushes = pointers
        .iter()
        .map(|((channel, delay), pointers)| queues.push(*channel, pointers, Duration::from_secs(*delay)));
    try_join_all(pushes).await.map(|_| ())
}

/// Whether a time is too far away for the delay of a queue.
#[must_use]
pub fn is_later(time: Time, now: Time) -> bool {
    time - now > LONGEST_DELAY
}

/// When what is due then has to be looked at.
fn lead(time: Time) -> Time {
    let early = time - LEAD;
    early.duration_trunc(TimeDelta::minutes(1)).unwrap_or(early)
}

/// The wake-up of a bulk for when the window of its task opens: a schedule comes before it, so that the queue has the seconds.
pub(crate) fn at_opening(bulk: &WakeUp, task: TaskId, opens: Time, now: Time) -> WakeUp {
    let at = if is_later(opens, now) { lead(opens) } else { opens };
    WakeUp { at: at.timestamp_millis(), task: Some(task), ..*bulk }
}

/// The wake-up that comes before a send.
pub(crate) fn before_send(message: &Message, time: Time) -> WakeUp {
    let at = lead(time);
    WakeUp { account: message.account, bulk: message.id.bulk_key(), at: at.timestamp_millis(), task: None }
}

/// How fine the wake-ups of validity periods are: by the minute when the end is far away, so that a bulk has few of them.
const FAR_GRAIN: TimeDelta = TimeDelta::minutes(1);
const NEAR_GRAIN: TimeDelta = TimeDelta::seconds(5);

/// The wake-up that comes after the end of a validity period.
pub(crate) fn after_expiry(message: &Message, time: Time, now: Time) -> WakeUp {
    after(message, time, if is_later(time, now) { FAR_GRAIN } else { NEAR_GRAIN })
}

fn after(message: &Message, time: Time, grain: TimeDelta) -> WakeUp {
    let floor = time.duration_trunc(grain).unwrap_or(time);
    let at = if floor < time { floor + grain } else { floor };
    WakeUp { account: message.account, bulk: message.id.bulk_key(), at: at.timestamp_millis(), task: None }
}

/// Whether a wake-up has to see to what waits in a message that it has found unchanged: it was set for a send of it; or for a
/// validity period that has been ended, so that what followed may not be on its way yet; or somebody gave the message another
/// time, as a call that died after it had stored that is not repeated by any queue.
pub(crate) fn is_woken(message: &Message, wake_up: WakeUp) -> bool {
    let rescheduled = message.timeline.iter().any(|entry| entry.event == TimelineEvent::Rescheduled);
    let mut attempts = message.attempts.iter();
    rescheduled || attempts.any(|attempt| is_before(message, attempt, wake_up) || is_after(message, attempt, wake_up))
}

/// Whether a wake-up comes before the send of an attempt.
fn is_before(message: &Message, attempt: &Attempt, wake_up: WakeUp) -> bool {
    let waits = attempt.not_before.filter(|_| attempt.state == AttemptState::Queued);
    waits.is_some_and(|time| before_send(message, time) == wake_up)
}

/// Whether a wake-up comes after the validity period of an attempt that has ended.
fn is_after(message: &Message, attempt: &Attempt, wake_up: WakeUp) -> bool {
    let ended = attempt.expires_at.filter(|_| attempt.ended_at.is_some());
    ended.is_some_and(|time| [FAR_GRAIN, NEAR_GRAIN].iter().any(|grain| after(message, time, *grain) == wake_up))
}

/// Every wake-up that may be scheduled for a message that has come to its end: for what was withdrawn before its time, and for
/// validity periods that a queue can not delay.
pub(crate) fn scheduled(message: &Message) -> impl Iterator<Item = WakeUp> + '_ {
    message.attempts.iter().flat_map(|attempt| {
        let withdrawn = attempt.not_before.filter(|_| attempt.state == AttemptState::Canceled);
        let period = message.leg(attempt).validity_minutes.map(|minutes| TimeDelta::minutes(minutes.into()));
        let settled = attempt.expires_at.filter(|_| period > Some(LONGEST_DELAY));
        let sends = withdrawn.map(|time| before_send(message, time));
        sends.into_iter().chain(settled.map(|time| after(message, time, FAR_GRAIN)))
    })
}

fn seconds_until(time: Time, now: Time) -> u64 {
    u64::try_from((time - now).num_milliseconds()).unwrap_or_default().div_ceil(1000)
}
