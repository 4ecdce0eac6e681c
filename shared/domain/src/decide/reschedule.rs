use super::{Effect, moment, outstanding, set_time};
use crate::{AttemptState, Message, Status, Time, TimelineEvent};

/// The message does not wait any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message does not wait any more")]
pub struct NotWaiting;

/// Gives a message that waits for its time another one.
///
/// # Errors
/// It has gone out, or has come to its end.
pub fn reschedule(message: &mut Message, send_at: Time, now: Time) -> Result<Vec<Effect>, NotWaiting> {
    let waits = matches!(message.status, Status::Created | Status::Delayed | Status::Paused);
    let untouched = |attempt: &crate::Attempt| attempt.state == AttemptState::Queued && attempt.tries == 0;
    if !waits || !message.attempts.iter().all(untouched) {
        return Err(NotWaiting);
    }
    if message.schedule.send_at == Some(send_at) {
        return Ok(outstanding(message));
    }
    message.schedule.send_at = Some(send_at);
    let permit = message.schedule.permit(now);
    for attempt in &mut message.attempts {
        set_time(attempt, permit, now);
    }
    message.note(now, TimelineEvent::Rescheduled, None, Some(moment(permit.from)));
    let status = if permit.from > now { Status::Delayed } else { Status::Created };
    if message.status.may_become(status) {
        message.status = status;
    }
    Ok(outstanding(message))
}
