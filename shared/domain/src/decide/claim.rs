use super::{Effect, expiry, moment, outstanding, set_time, settle_status};
use crate::{AttemptState, ErrorClass, Message, Status, Time, TimelineEvent, message::AttemptError};

/// Why an attempt may not be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimRefused {
    /// Its time has not come.
    TooEarly(Time),
    /// The window has closed: see [`reopen`].
    WindowClosed,
    /// Somebody claimed it at this time and has not said what came of it.
    InProgress(Time),
    /// It is not waiting for a sender: it was sent before, or withdrawn.
    NotWaiting,
}

/// Claims an attempt: whoever succeeds calls the provider, nobody else ever does for this try.
///
/// The store does the same in one conditional write; this is the rule that it follows.
///
/// # Errors
/// The attempt may not be sent now.
pub fn claim(message: &mut Message, index: u8, now: Time) -> Result<(), ClaimRefused> {
    let canceled = message.status == Status::Canceled;
    let attempt = message.attempts.get_mut(usize::from(index)).ok_or(ClaimRefused::NotWaiting)?;
    match (attempt.state, attempt.not_before, attempt.claimed_at) {
        (AttemptState::Queued, Some(time), _) if now < time => Err(ClaimRefused::TooEarly(time)),
        (AttemptState::Queued, _, _) if attempt.until.is_some_and(|until| until <= now) => {
            Err(ClaimRefused::WindowClosed)
        }
        (AttemptState::Queued, _, _) if !canceled => {
            attempt.state = AttemptState::Claimed;
            attempt.tries += 1;
            attempt.claimed_at = Some(now);
            message.version += 1;
            Ok(())
        }
        (AttemptState::Claimed, _, Some(since)) => Err(ClaimRefused::InProgress(since)),
        _ => Err(ClaimRefused::NotWaiting),
    }
}

/// Gives an attempt whose window has closed before it could be sent the time of the next one.
pub fn reopen(message: &mut Message, index: u8, now: Time) -> Vec<Effect> {
    let permit = message.schedule.permit(now);
    if let Some(attempt) = message.attempts.get_mut(usize::from(index))
        && attempt.state == AttemptState::Queued
        && attempt.until.is_some_and(|until| until <= now)
    {
        let leg = attempt.leg;
        if let Some(time) = set_time(attempt, permit, now) {
            message.note(now, TimelineEvent::Delayed, Some(leg), Some(moment(time)));
        }
    }
    outstanding(message)
}

/// Gives up on a claim whose holder must be dead: nobody knows whether the provider was called, so it is not called again.
/// Returns whether anything changed.
pub fn lose(message: &mut Message, index: u8, now: Time) -> bool {
    let Some(attempt) = message.attempts.get_mut(usize::from(index)) else { return false };
    if attempt.state != AttemptState::Claimed {
        return false;
    }
    attempt.state = AttemptState::Unknown;
    attempt.error = Some(AttemptError {
        class: ErrorClass::Unknown,
        code: "sender_lost".to_owned(),
        message: "The sender stopped after it had claimed the message; the provider may have taken it.".to_owned(),
    });
    let leg = attempt.leg;
    // It may have been taken as early as that.
    let since = attempt.claimed_at.unwrap_or(now);
    attempt.expires_at = expiry(&message.route[usize::from(leg)], since);
    message.note(now, TimelineEvent::OutcomeUnknown, Some(leg), Some("sender_lost".to_owned()));
    settle_status(message);
    true
}
