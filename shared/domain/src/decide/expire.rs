use super::{Effect, awaited, fall_back, outstanding, settle_status};
use crate::{AttemptState, Message, Time, TimelineEvent};

/// Ends every attempt whose validity period is over: no receipt has come in time, and the next channel follows. What was
/// delivered, but not read although it should be, stays delivered, and the next channel follows all the same.
pub fn expire(message: &mut Message, now: Time) -> Vec<Effect> {
    for index in 0..message.attempts.len() {
        let attempt = &mut message.attempts[index];
        if !awaited(attempt) || attempt.expires_at.is_none_or(|time| time > now) {
            continue;
        }
        if attempt.state != AttemptState::Delivered {
            attempt.state = AttemptState::Expired;
        }
        attempt.ended_at = Some(now);
        let leg = attempt.leg;
        message.note(now, TimelineEvent::Expired, Some(leg), None);
        fall_back(message, leg, now);
    }
    settle_status(message);
    outstanding(message)
}
