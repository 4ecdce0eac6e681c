use super::{settle_status, withdraw};
use crate::{Attempt, AttemptState, Message, Status, Time, TimelineEvent};

/// The message has gone out, or has come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message can not be cancelled any more")]
pub struct NotCancellable;

/// Cancels a message that no provider holds: one that has not gone out, or that is between two channels or two tries.
/// A message that was cancelled before stays so; repeating the call is no error.
///
/// # Errors
/// A provider has it, may have it, or it is final.
pub fn cancel(message: &mut Message, now: Time) -> Result<(), NotCancellable> {
    if message.status == Status::Canceled {
        return Ok(());
    }
    let held = message.attempts.iter().any(|attempt| {
        attempt.may_be_out() || attempt.succeeded_at.is_some() || attempt.state == AttemptState::Delivered
    });
    if held || message.status.is_final() {
        return Err(NotCancellable);
    }
    for attempt in message.attempts.iter_mut().filter(|attempt| attempt.state == AttemptState::Queued) {
        attempt.state = AttemptState::Canceled;
        attempt.ended_at = Some(now);
    }
    message.status = Status::Canceled;
    message.note(now, TimelineEvent::Canceled, None, None);
    Ok(())
}

/// Gives up what of a message has not gone out, as its task was deleted: cancels it, or takes back what waits beside what a
/// provider holds, may hold or has delivered.
pub fn abandon(message: &mut Message, now: Time) {
    let waits = message.attempts.iter().any(|attempt| attempt.state == AttemptState::Queued);
    if cancel(message, now).is_err() && waits {
        let again = |attempt: &Attempt| attempt.state == AttemptState::Queued && attempt.may_be_out();
        let unknown: Vec<bool> = message.attempts.iter().map(again).collect();
        withdraw(message, now, |_| true);
        // Nobody waits for what became of them; should a receipt come all the same, it counts.
        for (attempt, _) in message.attempts.iter_mut().zip(unknown).filter(|(_, unknown)| *unknown) {
            attempt.state = AttemptState::Expired;
        }
        settle_status(message);
    }
}
