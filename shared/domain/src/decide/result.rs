use super::{
    Effect, chain_succeeded, expiry, fail, fail_over, fall_back, outstanding, set_time, settle_status, settle_success,
    withdraw_chain,
};
use crate::{
    AttemptState, ErrorClass, Message, Outcome, ProviderError, Time, TimelineEvent, message::AttemptError,
    outcome::Accepted, retry,
};
use std::time::Duration;

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
    /// Whether the channel has another provider that this message may go through.
    pub another: bool,
    /// Whether the provider takes a key against duplicates, so that a call whose outcome is unknown may be made again.
    pub idempotent: bool,
    /// The providers before it in the channel's order that were passed over, as their breakers are open.
    pub passed_over: &'a [&'a str],
    /// The parts of its SMS as we count them, for where the provider does not tell.
    pub part_count: Option<u16>,
}

impl<'a> ResultOf<'a> {
    /// The result of a try through the channel's only provider, which takes no key against duplicates.
    #[must_use]
    pub const fn new(attempt: u8, try_number: u8, provider: Option<&'a str>, outcome: &'a Outcome) -> ResultOf<'a> {
        ResultOf {
            attempt,
            try_number,
            provider,
            outcome,
            spread: 0.0,
            another: false,
            idempotent: false,
            passed_over: &[],
            part_count: None,
        }
    }
}

/// Takes the result of a provider call. A receipt may have come before it: then the result only adds what the receipt
/// did not know.
pub fn result(message: &mut Message, of: &ResultOf<'_>, now: Time) -> Vec<Effect> {
    let Some(attempt) = message.attempts.get_mut(usize::from(of.attempt)) else { return Vec::new() };
    if attempt.tries != of.try_number {
        return outstanding(message);
    }
    let first = attempt.provider.is_none();
    attempt.provider = of.provider.map(str::to_owned);
    let leg = attempt.leg;
    for provider in of.passed_over.iter().filter(|_| first) {
        message.note(now, TimelineEvent::FailedOver, Some(leg), Some(format!("{provider} breaker_open")));
    }
    let attempt = &message.attempts[usize::from(of.attempt)];
    let awaited = matches!(attempt.state, AttemptState::Claimed | AttemptState::Unknown);
    match of.outcome {
        Outcome::Accepted(accepted) => accept(message, of, accepted, awaited, now),
        Outcome::Refused(error) if awaited => refuse(message, of, error, now),
        Outcome::Unknown(error) if awaited => {
            let attempt = &mut message.attempts[usize::from(of.attempt)];
            attempt.part_count = attempt.part_count.or(of.part_count);
            unknown(message, of, error, now)
        }
        Outcome::Refused(_) | Outcome::Unknown(_) => outstanding(message),
    }
}

fn accept(message: &mut Message, of: &ResultOf<'_>, accepted: &Accepted, awaited: bool, now: Time) -> Vec<Effect> {
    let attempt = &mut message.attempts[usize::from(of.attempt)];
    attempt.provider_message_id = accepted.provider_message_id.clone().or(attempt.provider_message_id.take());
    // A receipt that has come before knows better.
    let told = if attempt.receipts { attempt.part_count } else { None };
    attempt.part_count = told.or(accepted.part_count).or(attempt.part_count).or(of.part_count);
    attempt.receipts |= accepted.receipts;
    attempt.sent_at = attempt.sent_at.or(Some(now));
    let leg = attempt.leg;
    let ends = expiry(&message.route[usize::from(leg)], now);
    attempt.expires_at = attempt.expires_at.or(ends);
    if awaited {
        // A receipt about an earlier try under the same key may have come before.
        attempt.state = if attempt.delivered_at.is_some() { AttemptState::Delivered } else { AttemptState::Sent };
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
    let attempt = &message.attempts[usize::from(of.attempt)];
    let earlier = attempt.error.clone().filter(|earlier| earlier.class == ErrorClass::Unknown);
    match (pause, earlier) {
        (Some(pause), _) => again(message, of, error, pause, now),
        // An earlier try may be out, and only the provider can know better: it refuses the recipient, so it has not taken them.
        (None, Some(earlier)) if error.class != ErrorClass::Permanent || of.provider.is_none() => {
            stays_unknown(message, of.attempt, earlier, now)
        }
        (None, _) => give_up(message, of, error, now),
    }
}

/// The provider is done with: the channel's next one takes over, or the next channel. What the recipient is refused for would
/// be refused by any provider of the channel.
fn give_up(message: &mut Message, of: &ResultOf<'_>, error: &ProviderError, now: Time) -> Vec<Effect> {
    fail(message, of.attempt, error, now);
    let leg = message.attempts[usize::from(of.attempt)].leg;
    let effects = if of.another && error.class != ErrorClass::Permanent {
        fail_over(message, leg, of.provider, now)
    } else {
        fall_back(message, leg, now)
    };
    settle_status(message);
    effects
}

/// Puts the attempt back to waiting.
fn again(message: &mut Message, of: &ResultOf<'_>, error: &ProviderError, pause: Duration, now: Time) -> Vec<Effect> {
    // A pause that ends outside the windows goes on to the next one.
    let permit = message.schedule.permit(now + pause);
    let attempt = &mut message.attempts[usize::from(of.attempt)];
    attempt.state = AttemptState::Queued;
    set_time(attempt, permit, now);
    // That an earlier try may be out is not forgotten over what came of a later one.
    if attempt.error.as_ref().is_none_or(|earlier| earlier.class != ErrorClass::Unknown) {
        attempt.error = Some(as_kept(error));
    }
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

fn unknown(message: &mut Message, of: &ResultOf<'_>, error: &ProviderError, now: Time) -> Vec<Effect> {
    if of.idempotent
        && let Some(pause) = retry::pause(of.try_number, error.retry_after, of.spread)
    {
        return again(message, of, error, pause, now);
    }
    stays_unknown(message, of.attempt, as_kept(error), now)
}

fn stays_unknown(message: &mut Message, index: u8, error: AttemptError, now: Time) -> Vec<Effect> {
    let attempt = &mut message.attempts[usize::from(index)];
    attempt.state = AttemptState::Unknown;
    let (leg, code) = (attempt.leg, error.code.clone());
    attempt.error = Some(error);
    let since = attempt.claimed_at.unwrap_or(now);
    attempt.expires_at = expiry(&message.route[usize::from(leg)], since);
    message.note(now, TimelineEvent::OutcomeUnknown, Some(leg), Some(code));
    settle_status(message);
    outstanding(message)
}

fn as_kept(error: &ProviderError) -> AttemptError {
    AttemptError { class: error.class, code: error.code.clone(), message: error.message.clone() }
}
