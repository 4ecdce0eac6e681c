//! Providers that accept, refuse, throttle, time out, panic, hang, and report whatever they like whenever they like.

use crate::{
    ports::Ports,
    queue::Body,
    random::Random,
    world::{World, time},
};
use baton_domain::{ErrorClass, Outcome, ProviderError, Receipt, ReceiptStatus, outcome::Accepted};
use baton_pipeline::provider::{Provider, ReceiptOf, SendRequest};
use futures::future::BoxFuture;
use std::time::Duration;

/// A provider, as one process sees it.
pub(crate) struct Carrier {
    pub(crate) ports: Ports,
    /// The second provider of its channel.
    pub(crate) second: bool,
    /// Whether it takes a key against duplicates.
    pub(crate) idempotent: bool,
}

/// How a call ends for the process.
enum End {
    Answer(Outcome),
    Panic,
    Hang,
}

/// How often, in 100 cases, a provider takes a message and answers; takes it, and the call fails; fails before it takes it;
/// refuses for good; refuses for now. The rest is a misconfiguration.
const TEMPERS: [[usize; 5]; 5] =
    [[100, 0, 0, 0, 0], [60, 10, 5, 13, 10], [20, 10, 5, 50, 10], [25, 5, 5, 5, 58], [30, 30, 20, 10, 5]];

impl Provider for Carrier {
    fn name(&self) -> &'static str {
        if self.second { "RESERVE" } else { "CARRIER" }
    }

    fn idempotent(&self) -> bool {
        self.idempotent
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let travel = self.ports.shared.lock().random.between(1, 200);
            self.ports.wait(travel).await;
            let (end, after) = self.ports.shared.lock().carry(self, request);
            self.ports.wait(after).await;
            match end {
                End::Answer(outcome) => {
                    self.ports.shared.lock().answered_call(request.attempt, &outcome);
                    outcome
                }
                // Not `panic!`, whose hook would write to the terminal.
                End::Panic => {
                    let unknown = ProviderError::new(ErrorClass::Unknown, "panic", "the adapter panicked");
                    self.ports.shared.lock().answered_call(request.attempt, &Outcome::Unknown(unknown));
                    std::panic::resume_unwind(Box::new("the adapter panicked"))
                }
                End::Hang => std::future::pending().await,
            }
        })
    }
}

impl World {
    /// A call reaches its provider: what it says, and after how many milliseconds.
    fn carry(&mut self, carrier: &Carrier, request: &SendRequest) -> (End, i64) {
        self.called(carrier.ports.process, request, carrier.idempotent);
        let key = (request.attempt.account, request.attempt.message);
        let (channel, index, number) = (request.channel, request.attempt.attempt, request.try_number);
        self.note(Some(key), || format!("the provider of {channel} is called for attempt {index}, try {number}"));
        let answer = self.random.between(5, 1500);
        let mut left = self.random.index(100);
        let kind = TEMPERS[self.plan.tempers[usize::from(carrier.second)]].iter().position(|share| {
            let here = left < *share;
            left = left.saturating_sub(*share);
            here
        });
        let wide = self.plan.wide;
        let unknown = || scope(ProviderError::new(ErrorClass::Unknown, "timeout", "no answer"), wide);
        // What it has taken it takes again under the same key, if it says anything, and does nothing.
        let again = carrier.idempotent && self.has_taken(request.attempt);
        let kind = if again && !matches!(kind, Some(1 | 2)) { Some(0) } else { kind };
        let takes = !again && matches!(kind, Some(0 | 1));
        if takes {
            self.takes(request.attempt);
        }
        let (end, after) = match kind {
            Some(0) => {
                let receipts = !self.random.chance(200);
                if receipts && takes {
                    self.report(request, answer);
                }
                let accepted =
                    Accepted { provider_message_id: Some(format!("p{}", self.number())), receipts, part_count: None };
                (End::Answer(Outcome::Accepted(accepted)), answer)
            }
            Some(1 | 2) => {
                if takes {
                    self.report(request, 8000);
                }
                match self.random.index(6) {
                    0 => (End::Panic, answer),
                    1 => (End::Hang, answer),
                    _ => (End::Answer(Outcome::Unknown(unknown())), 8000),
                }
            }
            Some(3) => (End::Answer(refused(ErrorClass::Permanent, None, false)), answer),
            Some(_) => (End::Answer(refused(ErrorClass::Temporary, pause(&mut self.random), wide)), answer),
            None => (End::Answer(refused(ErrorClass::Misconfigured, None, wide)), answer),
        };
        self.note(Some(key), || match &end {
            End::Answer(outcome) => format!("  it will answer {outcome:?} in {after} ms"),
            End::Panic => format!("  its adapter will panic in {after} ms"),
            End::Hang => "  it will never answer".to_owned(),
        });
        (end, after)
    }

    /// Sends receipts about a message that was taken, from before the call's answer (`answer` milliseconds ahead) to long after.
    fn report(&mut self, request: &SendRequest, answer: i64) {
        let failed = || ReceiptStatus::Failed(ProviderError::new(ErrorClass::Permanent, "absent", "not delivered"));
        let (sent, delivered, read) = (ReceiptStatus::Sent, ReceiptStatus::Delivered, ReceiptStatus::Read);
        let mut statuses = match self.random.index(12) {
            0..=3 => vec![sent, delivered],
            4 | 5 => vec![sent, delivered, read],
            6 | 7 => vec![sent, failed()],
            8 => vec![failed(), delivered],
            9 => vec![delivered, failed()],
            10 => vec![sent],
            _ => vec![],
        };
        if self.random.chance(100) && !statuses.is_empty() {
            let again = self.random.index(statuses.len());
            statuses.push(statuses[again].clone());
        }
        if self.random.chance(150) && statuses.len() > 1 {
            let lost = self.random.index(statuses.len());
            statuses.remove(lost);
        }
        // All of them in one of these times, not one after the other: the order is chance's.
        let spread = match self.random.index(6) {
            0 => answer,
            1..=3 => 30_000,
            4 => 20 * 60_000,
            _ => 5 * 3_600_000,
        };
        for status in statuses {
            let after = self.random.between(1, spread);
            let at = self.now + after + self.random.between(-2000, 2000);
            let receipt = Receipt { status, at: time(at), provider_message_id: None, part_count: None };
            self.enqueue(Body::Receipt(ReceiptOf { attempt: request.attempt, receipt }), after);
        }
    }
}

fn refused(class: ErrorClass, retry_after: Option<Duration>, wide: bool) -> Outcome {
    Outcome::Refused(scope(ProviderError::new(class, "refused", "refused").retry_after(retry_after), wide))
}

/// Says an error of the provider as a whole.
fn scope(error: ProviderError, wide: bool) -> ProviderError {
    if wide { error.provider_wide() } else { error }
}

/// How long a provider that refuses for now asks us to wait.
fn pause(random: &mut Random) -> Option<Duration> {
    match random.index(6) {
        0 => Some(Duration::from_secs(random.next() % 120)),
        1 => Some(Duration::from_secs(900 + random.next() % 7200)),
        2 => Some(Duration::from_secs(random.next() % (13 * 3600))),
        _ => None,
    }
}
