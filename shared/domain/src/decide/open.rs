use super::{Effect, enqueue, outstanding};
use crate::{Message, Status, Time, TimelineEvent};

/// Opens a message that has just been accepted: every required channel, and the first of the chain. Channels that the
/// recipient has no address for are noted as skipped.
pub fn open(message: &mut Message, now: Time) -> Vec<Effect> {
    message.note(now, TimelineEvent::Accepted, None, None);
    let mut chain_open = false;
    for (index, leg) in (0..).zip(message.route.clone()) {
        if !leg.reachable {
            message.note(now, TimelineEvent::Skipped, Some(index), Some("no address".to_owned()));
            continue;
        }
        if leg.required || !chain_open {
            chain_open |= !leg.required;
            enqueue(message, index, now);
        }
    }
    if message.attempts.iter().all(|attempt| attempt.not_before.is_some()) {
        message.status = Status::Delayed;
    }
    outstanding(message)
}
