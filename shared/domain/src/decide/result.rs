use super::{
    Effect, chain_succeeded, expiry, fail, fall_back, outstanding, set_time, settle_status, settle_success,
    withdraw_chain,
};
use crate::{
    AttemptState, ErrorClass, Message, Outcome, ProviderError, Time, TimelineEvent, message::AttemptError,
    outcome::Accepted, retry,
};

/// The result of one try of one attempt.
#[derive(Clone, Debug)]
pub struct ResultOf<'a> {
    /// The attempt's index.
    pub attempt: u8,
    /// The try, from 1: that of the claim.
    pub try_number: u8,
    /// The provider that was called; `None` when none could be.
    pub provider: Option<&'a str>,
    /// What came of it.
    pub outcome: &'a Outcome,
    /// Where in its range a pause falls, 0 to 1 (see [`retry::pause`]).
    pub spread: f64,
}

/// Takes the result of a provider call. A receipt may have come before it: then the result only adds what the receipt
/// did not know.
pub fn result(message: &mut Message, of: &ResultOf<'_>, now: Time) -> Vec<Effect> {
    let Some(attempt) = message.attempts.get_mut(usize::from(of.attempt)) else { return Vec::new() };
    if attempt.tries != of.try_number {
        return outstanding(message);
    }
    attempt.provider = of.provider.map(str::to_owned);
    let awaited = matches!(attempt.state, AttemptState::Claimed | AttemptState::Unknown);
    match of.outcome {
        Outcome::Accepted(accepted) => accept(message, of, accepted, awaited, now),
        Outcome::Refused(error) if awaited => refuse(message, of, error, now),
        Outcome::Unknown(error) if awaited => unknown(message, of.attempt, error, now),
        Outcome::Refused(_) | Outcome::Unknown(_) => outstanding(message),
    }
}

fn accept(message: &mut Message, of: &ResultOf<'_>, accepted: &Accepted, awaited: bool, now: Time) -> Vec<Effect> {
    let attempt = &mut message.attempts[usize::from(of.attempt)];
    attempt.provider_message_id = accepted.provider_message_id.clone().or(attempt.provider_message_id.take());
    attempt.part_count = accepted.part_count.or(attempt.part_count);
    attempt.receipts |= accepted.receipts;
    attempt.sent_at = attempt.sent_at.or(Some(now));
    let leg = attempt.leg;
    let ends = expiry(&message.route[usize::from(leg)], now);
    attempt.expires_at = attempt.expires_at.or(ends);
    if awaited {
        attempt.state = AttemptState::Sent;
        attempt.error = None;
        message.note(now, TimelineEvent::Sent, Some(leg), of.provider.map(str::to_owned));
    }
    settle_success(message, of.attempt, now, now);
    settle_status(message);
    outstanding(message)
}

fn refuse(message: &mut Message, of: &ResultOf<'_>, error: &ProviderError, now: Time) -> Vec<Effect> {
    let pause = match error.class {
        ErrorClass::Temporary => retry::pause(of.try_number, error.retry_after, of.spread),
        _ => None,
    };
    let Some(pause) = pause else {
        fail(message, of.attempt, error, now);
        let leg = message.attempts[usize::from(of.attempt)].leg;
        let effects = fall_back(message, leg, now);
        settle_status(message);
        return effects;
    };
    // A pause that ends outside the windows goes on to the next one.
    let permit = message.schedule.permit(now + pause);
    let attempt = &mut message.attempts[usize::from(of.attempt)];
    attempt.state = AttemptState::Queued;
    set_time(attempt, permit, now);
    attempt.error = Some(AttemptError { class: error.class, code: error.code.clone(), message: error.message.clone() });
    let leg = attempt.leg;
    if !message.route[usize::from(leg)].required && chain_succeeded(message) {
        // Another channel was reported as delivered while this one was being called.
        withdraw_chain(message, now);
    } else {
        message.note(now, TimelineEvent::Retrying, Some(leg), Some(error.code.clone()));
    }
    settle_status(message);
    outstanding(message)
}

fn unknown(message: &mut Message, index: u8, error: &ProviderError, now: Time) -> Vec<Effect> {
    let attempt = &mut message.attempts[usize::from(index)];
    attempt.state = AttemptState::Unknown;
    attempt.error =
        Some(AttemptError { class: ErrorClass::Unknown, code: error.code.clone(), message: error.message.clone() });
    let leg = attempt.leg;
    let since = attempt.claimed_at.unwrap_or(now);
    attempt.expires_at = expiry(&message.route[usize::from(leg)], since);
    message.note(now, TimelineEvent::OutcomeUnknown, Some(leg), Some(error.code.clone()));
    settle_status(message);
    outstanding(message)
}
