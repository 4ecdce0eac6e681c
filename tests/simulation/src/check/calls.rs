//! What is checked when a provider is called.

use super::{Answer, Attempted, Call, Check};
use crate::{
    plan::LINK,
    process::SHORT_BASE,
    world::{Key, World, time},
};
use baton_domain::{AttemptRef, AttemptState, Channel, Message, window::Schedule};
use baton_pipeline::provider::SendRequest;

/// How far the clock of a process may be ahead of true time or behind it, in milliseconds.
pub(crate) const SKEW: i64 = 500;

/// How long the way from the look at the clock to the provider may take: the claim, the content, a short link and
/// the call itself.
const LATENCY: i64 = 2500;

impl World {
    /// An attempt is claimed. Whoever may go on now must not know of a delivery.
    pub(crate) fn claimed(&mut self, message: &Message, of: AttemptRef) {
        let own = &message.attempts[usize::from(of.attempt)];
        if message.leg(own).required {
            return;
        }
        let known = (0_u8..).zip(&message.attempts).find(|(index, other)| {
            let leg = message.leg(other);
            let truth = self.truth.attempts.get(&message.reference(*index));
            *index != of.attempt && !leg.required && truth.is_some_and(|truth| truth.known_to_succeed(leg))
        });
        if let Some((index, _)) = known {
            self.violate(Check::AtMostOne, Some((message.account, message.id)), || {
                format!("attempt {} goes out although attempt {index} is known to have succeeded", of.attempt)
            });
        }
    }

    /// A call reaches its provider.
    pub(crate) fn called(&mut self, process: u64, request: &SendRequest, idempotent: bool) {
        let of = request.attempt;
        let key = (of.account, of.message);
        let now = self.now;
        self.check_owner(request, key);
        self.check_links(request, key);
        self.check_repeat(of, request.try_number, key, idempotent);
        self.check_stopped(request, key);
        // What the provider has taken under the same key does not go out again.
        let repeated = idempotent && self.has_taken(of);
        if let Some(at) = self.truth.cancelled.get(&key).copied().filter(|_| !repeated) {
            self.violate(Check::Cancelled, Some(key), || {
                format!("attempt {} reached its provider {} ms after the cancel was answered", of.attempt, now - at)
            });
        }
        if let Some(message) = self.store.messages.get(&key).filter(|_| !repeated).cloned() {
            self.check_time(&message, key);
            self.check_reason(&message, of);
        }
        let call = Call { process, try_number: request.try_number, at: now, answer: None };
        self.truth.attempts.entry(of).or_default().calls.push(call);
    }

    fn check_owner(&mut self, request: &SendRequest, key: Key) {
        let name = request.recipient.client_id.clone().unwrap_or_default();
        let account = name.split('/').next().unwrap_or_default();
        let whose = self.truth.people.get(&name).copied();
        if account != key.0.to_string() || request.to != name || whose != Some(key.1) {
            self.violate(Check::Accounts, Some(key), || {
                format!("the recipient {name} was called as {} for account {}", request.to, key.0)
            });
        }
    }

    /// An SMS that asks for short links has one, which is there already; other texts keep theirs.
    fn check_links(&mut self, request: &SendRequest, key: Key) {
        let text = request.content.text.clone().unwrap_or_default();
        let asked = self.store.messages.get(&key).and_then(|message| match &message.content {
            Some(spec) => Some(spec.short_links),
            None => Some(self.store.specs.get(&(key.0, key.1.bulk_key(), message.item))?.short_links),
        });
        let shortened = asked == Some(true) && request.channel == Channel::Sms;
        let code = text.split_once(SHORT_BASE).map(|(_, rest)| rest.trim_start_matches('/'));
        let link = code.and_then(|code| self.store.links.get(code));
        let leads = link.is_some_and(|link| (link.account, link.message) == key && link.url == LINK);
        if shortened && (!leads || text.contains(LINK)) || !shortened && code.is_some() {
            self.violate(Check::ShortLinks, Some(key), || format!("over {} goes: {text}", request.channel));
        }
    }

    /// The look at the list comes before the call, and what is put there meanwhile can not be seen.
    fn check_stopped(&mut self, request: &SendRequest, key: Key) {
        let since = self.truth.stopped.get(&(request.channel, request.to.clone())).copied();
        let late = since.map_or(0, |since| self.now - since - LATENCY);
        if late > 0 {
            self.violate(Check::Stopped, Some(key), || format!("{} was called {late} ms too late", request.to));
        }
    }

    fn check_repeat(&mut self, of: AttemptRef, try_number: u8, key: Key, idempotent: bool) {
        let now = self.now;
        let calls = self.truth.attempts.get(&of).map(|attempt| attempt.calls.clone()).unwrap_or_default();
        for call in calls {
            let fault = match call.answer {
                _ if call.try_number == try_number => Some(format!("try {try_number} reached its provider twice")),
                Some(Answer::RefusedForNow { pause, at }) => {
                    let early = at + i64::try_from(pause.as_millis()).unwrap_or(i64::MAX) - 2 * SKEW - now;
                    (early > 0).then(|| format!("try {try_number} came {early} ms before the provider asked for it"))
                }
                Some(Answer::Unknown) if idempotent => None,
                answer => Some(format!("try {try_number} followed a try that ended with {answer:?}")),
            };
            if let Some(fault) = fault {
                self.violate(Check::OneCall, Some(key), || format!("attempt {}: {fault}", of.attempt));
            }
        }
    }

    fn check_time(&mut self, message: &Message, key: Key) {
        let now = self.now;
        let original = || message.schedule.send_at.map(|time| time.timestamp_millis());
        let not_before = match self.truth.times.get(&key) {
            Some(times) => times.iter().min().copied(),
            None => original(),
        };
        if not_before.is_some_and(|time| now + SKEW < time) {
            self.violate(Check::Punctual, Some(key), || "it was sent before its time".to_owned());
        }
        if !is_open(&message.schedule, now) {
            let ranges = message.schedule.ranges.clone();
            let local = time(now).with_timezone(&message.schedule.zone);
            self.violate(Check::Punctual, Some(key), || format!("it was sent at {local}, outside {ranges:?}"));
        }
    }

    /// Every other attempt of the chain must have been given up for a reason that the provider gave, or that time gave.
    fn check_reason(&mut self, message: &Message, of: AttemptRef) {
        let own = &message.attempts[usize::from(of.attempt)];
        if message.leg(own).required {
            return;
        }
        for (index, other) in (0_u8..).zip(&message.attempts) {
            let leg = message.leg(other);
            if index == of.attempt || leg.required {
                continue;
            }
            let truth = self.truth.attempts.get(&message.reference(index)).cloned().unwrap_or_default();
            if !was_given_up(&truth, leg.validity_minutes, other.state, self.now) {
                self.violate(Check::AtMostOne, Some((message.account, message.id)), || {
                    format!("attempt {} went out although nothing speaks against attempt {index}", of.attempt)
                });
            }
        }
    }
}

/// Whether the next channel may follow an attempt.
fn was_given_up(truth: &Attempted, validity_minutes: Option<u16>, state: AttemptState, now: i64) -> bool {
    let Some(last) = truth.calls.last() else {
        // No provider was called: there is none, the content could not be read, or the sender died before.
        return matches!(state, AttemptState::Failed | AttemptState::Canceled | AttemptState::Expired);
    };
    // Counted from the claim, which may be that much older than the call; a provider's clock may be two seconds off. Where
    // tries with unknown outcomes are repeated, the first of them may have been taken.
    let refuses = |answer| matches!(answer, Some(Answer::Refused | Answer::RefusedForNow { .. }));
    let first = truth.calls.iter().find(|call| !refuses(call.answer)).unwrap_or(last);
    let ends = |minutes: u16| first.at + i64::from(minutes) * 60_000 - 2 * SKEW - LATENCY - 2000;
    refuses(last.answer) || truth.failed || validity_minutes.is_some_and(|minutes| now >= ends(minutes))
}

/// Whether a window was open, or had just been: looked at with a formula of its own.
fn is_open(schedule: &Schedule, now: i64) -> bool {
    let inside = |millis: i64| {
        let local = time(millis).with_timezone(&schedule.zone).time();
        schedule.ranges.iter().any(|range| {
            let (after, before) = (range.from() <= local, local < range.to());
            if range.from() < range.to() { after && before } else { after || before }
        })
    };
    schedule.ranges.is_empty() || [now, now + SKEW, now - SKEW - LATENCY].into_iter().any(inside)
}
