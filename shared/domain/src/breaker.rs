//! When a provider is not called for a while: after failures that are about the provider as a whole, and when it asked for a
//! pause.
//!
//! Five such failures in a row open the breaker for 30 seconds; messages then go through the channel's next provider. After that
//! the next message is the trial: another failure opens it again for twice as long, up to 15 minutes, and an answer closes it.

use crate::{ErrorClass, Outcome, ProviderError, Time};
use chrono::TimeDelta;

/// Failures in a row that open a breaker.
pub const THRESHOLD: u32 = 5;

/// How long it is open for the first time.
const FIRST: TimeDelta = TimeDelta::seconds(30);

/// How long it is open, or a provider is left alone at its own wish, at the most.
const LONGEST: TimeDelta = TimeDelta::minutes(15);

/// How often an error that is like the last one is worth writing down.
const NOTED_EVERY: TimeDelta = TimeDelta::seconds(30);

/// The last error of a provider that was not the recipient's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastError {
    /// Its class.
    pub class: ErrorClass,
    /// The provider's code.
    pub code: String,
    /// When.
    pub at: Time,
}

/// What is known of one provider of a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    /// Failures in a row that this process has seen.
    pub failures: u32,
    /// How often it has opened since the provider last worked.
    pub openings: u32,
    /// Until when it is open.
    pub open_until: Option<Time>,
    /// Until when the provider asked to be left alone (`Retry-After`).
    pub hold_until: Option<Time>,
    /// The last error.
    pub last_error: Option<LastError>,
}

/// How a breaker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The provider is called.
    Closed,
    /// It is not, where the channel has another one.
    Open,
    /// The next message is the trial.
    HalfOpen,
}

impl State {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            State::Closed => "closed",
            State::Open => "open",
            State::HalfOpen => "half_open",
        }
    }
}

/// What an outcome changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing that others need to know.
    Nothing,
    /// There is a new last error.
    Noted,
    /// It opened.
    Opened,
    /// It closed.
    Closed,
    /// The provider asked for a pause.
    Held,
}

impl Breaker {
    /// How it stands.
    #[must_use]
    pub fn state(&self, now: Time) -> State {
        match self.open_until {
            Some(until) if until > now => State::Open,
            Some(_) if self.openings > 0 => State::HalfOpen,
            _ => State::Closed,
        }
    }

    /// Until when the provider asked to be left alone, when that is still to come.
    #[must_use]
    pub fn held(&self, now: Time) -> Option<Time> {
        self.hold_until.filter(|until| *until > now)
    }

    /// Takes what a call came to.
    pub fn take(&mut self, outcome: &Outcome, now: Time) -> Change {
        match outcome {
            Outcome::Accepted(_) => self.works(),
            // The recipient was refused: the provider works.
            Outcome::Refused(error) if error.class == ErrorClass::Permanent => self.works(),
            Outcome::Refused(error) | Outcome::Unknown(error) => self.fails(error, now),
        }
    }

    fn works(&mut self) -> Change {
        self.failures = 0;
        if self.openings == 0 {
            return Change::Nothing;
        }
        (self.openings, self.open_until) = (0, None);
        Change::Closed
    }

    fn fails(&mut self, error: &ProviderError, now: Time) -> Change {
        let known = self.last_error.as_ref();
        let like =
            |last: &LastError| (last.class, &last.code) == (error.class, &error.code) && now - last.at < NOTED_EVERY;
        let noted = if known.is_some_and(like) { Change::Nothing } else { Change::Noted };
        if noted == Change::Noted {
            self.last_error = Some(LastError { class: error.class, code: error.code.clone(), at: now });
        }
        if !error.provider_wide {
            return noted;
        }
        if let (ErrorClass::Temporary, Some(pause)) = (error.class, error.retry_after) {
            let until = now + TimeDelta::from_std(pause).unwrap_or(LONGEST).min(LONGEST);
            self.hold_until = self.hold_until.max(Some(until));
            return Change::Held;
        }
        self.failures += 1;
        match self.state(now) {
            State::Closed if self.failures < THRESHOLD => noted,
            // Calls that had begun before it opened.
            State::Open => noted,
            State::Closed | State::HalfOpen => {
                let longer = FIRST * (1 << self.openings.min(6));
                self.open_until = Some(now + longer.min(LONGEST));
                self.openings += 1;
                self.failures = 0;
                Change::Opened
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Accepted;
    use std::time::Duration;

    fn at(seconds: i64) -> Time {
        Time::from_timestamp_millis(1_790_000_000_000 + seconds * 1000).expect("a time")
    }

    fn wide(class: ErrorClass) -> Outcome {
        Outcome::from_error(ProviderError::new(class, "E", "refused").provider_wide())
    }

    fn opened() -> Breaker {
        let mut breaker = Breaker::default();
        let changes: Vec<_> = (0..5).map(|second| breaker.take(&wide(ErrorClass::Misconfigured), at(second))).collect();
        use Change::{Noted, Nothing, Opened};
        assert_eq!(changes, [Noted, Nothing, Nothing, Nothing, Opened]);
        breaker
    }

    #[test]
    fn five_failures_in_a_row_open_it_and_an_answer_closes_it() {
        let mut breaker = opened();
        assert_eq!(breaker.state(at(33)), State::Open);
        assert_eq!(breaker.state(at(34)), State::HalfOpen);
        assert_eq!(breaker.take(&Outcome::Accepted(Accepted::default()), at(35)), Change::Closed);
        assert_eq!(breaker.state(at(35)), State::Closed);
    }

    #[test]
    fn a_failed_trial_opens_it_for_longer_up_to_a_limit() {
        let mut breaker = opened();
        let mut now = 4;
        let mut spans = Vec::new();
        for _ in 0..8 {
            now = breaker.open_until.map_or(now, |until| (until - at(0)).num_seconds());
            assert_eq!(breaker.take(&wide(ErrorClass::Unknown), at(now)), Change::Opened);
            spans.push(breaker.open_until.map_or(0, |until| (until - at(now)).num_seconds()));
        }
        assert_eq!(spans, [60, 120, 240, 480, 900, 900, 900, 900]);
    }

    #[test]
    fn what_is_about_a_message_does_not_open_it() {
        let mut breaker = Breaker::default();
        let own = Outcome::Refused(ProviderError::new(ErrorClass::Misconfigured, "132001", "no such template"));
        for second in 0..20 {
            breaker.take(&own, at(second));
        }
        assert_eq!(breaker.state(at(20)), State::Closed);
        assert_eq!(breaker.last_error.as_ref().map(|last| (last.code.as_str(), last.at)), Some(("132001", at(0))));
        // Four failures, a refused recipient, four failures: never five in a row.
        let permanent = Outcome::Refused(ProviderError::new(ErrorClass::Permanent, "1", "no such number"));
        for round in [[21, 22, 23, 24], [26, 27, 28, 29]] {
            for second in round {
                assert_ne!(breaker.take(&wide(ErrorClass::Temporary), at(second)), Change::Opened);
            }
            breaker.take(&permanent, at(round[3] + 1));
        }
        assert_eq!(breaker.state(at(31)), State::Closed);
    }

    #[test]
    fn a_pause_that_the_provider_asks_for_holds_and_opens_nothing() {
        let mut breaker = Breaker::default();
        let error = ProviderError::new(ErrorClass::Temporary, "429", "slow down").provider_wide();
        for second in 0..10 {
            let limited = Outcome::Refused(error.clone().retry_after(Some(Duration::from_secs(60))));
            assert_eq!(breaker.take(&limited, at(second)), Change::Held);
        }
        assert_eq!(breaker.state(at(10)), State::Closed);
        assert_eq!((breaker.held(at(68)), breaker.held(at(69))), (Some(at(69)), None));
        let for_days = Outcome::Refused(error.retry_after(Some(Duration::from_secs(999_999))));
        breaker.take(&for_days, at(100));
        assert_eq!(breaker.held(at(101)), Some(at(1000)));
    }
}
