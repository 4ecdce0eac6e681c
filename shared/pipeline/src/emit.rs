//! Carrying out effects: pointers for what is due soon, wake-ups for what is due later.

use crate::{
    pointer::{Pointer, WakeUp},
    ports::{ChannelQueues, PortResult, WakeUps},
};
use baton_domain::{
    Channel, Message, Time,
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
pub(crate) async fn sends<Q, W>(queues: &Q, wake_ups: &W, messages: &[Message], now: Time) -> PortResult<()>
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
                    pointers.entry((channel, delay)).or_default().push(Pointer::to(message.reference(attempt)));
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

/// The wake-up that comes before a send.
pub(crate) fn before_send(message: &Message, time: Time) -> WakeUp {
    let early = time - LEAD;
    let at = early.duration_trunc(TimeDelta::minutes(1)).unwrap_or(early);
    WakeUp { account: message.account, bulk: message.id.bulk_key(), at: at.timestamp_millis() }
}

/// The wake-up that comes after the end of a validity period: by the minute when that is far away, so that a bulk has few of
/// them, else to five seconds.
pub(crate) fn after_expiry(message: &Message, time: Time, now: Time) -> WakeUp {
    let grain = if is_later(time, now) { TimeDelta::minutes(1) } else { TimeDelta::seconds(5) };
    let floor = time.duration_trunc(grain).unwrap_or(time);
    let at = if floor < time { floor + grain } else { floor };
    WakeUp { account: message.account, bulk: message.id.bulk_key(), at: at.timestamp_millis() }
}

fn seconds_until(time: Time, now: Time) -> u64 {
    u64::try_from((time - now).num_milliseconds()).unwrap_or_default().div_ceil(1000)
}
