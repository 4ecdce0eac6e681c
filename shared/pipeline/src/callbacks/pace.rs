//! How receivers answer, and what a call teaches of it.

use super::ports::Called;
use baton_domain::Time;
use chrono::TimeDelta;
use std::time::Duration;

/// The two ways that callbacks go, each with its own queue and places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// For receivers that have answered quickly lately, and for those alone. Every callback begins here.
    Fast,
    /// For all others: new, slow and dead ones.
    Slow,
}

/// How a receiver answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// It answers quickly, whatever it says.
    Quick,
    /// It answers, and takes its time.
    Slow,
    /// A call finds out. Others wait for what comes of it, so that a dead receiver holds one place.
    Trial,
    /// It did not answer, and is left alone.
    Rest,
}

impl Pace {
    /// All of them.
    pub const ALL: [Pace; 4] = [Pace::Quick, Pace::Slow, Pace::Trial, Pace::Rest];

    /// The name under which it is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Pace::Quick => "quick",
            Pace::Slow => "slow",
            Pace::Trial => "trial",
            Pace::Rest => "rest",
        }
    }
}

/// What is known of a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// How it answers.
    pub pace: Pace,
    /// Until when that is believed; later it is as if nothing were known.
    pub until: Time,
}

/// How long a receiver stays quick that is not called: one that dies in that time costs the fast lane one short time limit.
const QUICK: TimeDelta = TimeDelta::days(7);

/// How long a receiver is held to be slow.
const SLOW: TimeDelta = TimeDelta::minutes(10);

/// How long a receiver rests that did not answer in time, or could not be reached. Up to half of it is added, so that not
/// everything comes back at once.
const REST: TimeDelta = TimeDelta::seconds(30);

impl Known {
    /// What a call in a lane teaches, where `quick` is the fast lane's time limit; `None`: nothing new.
    pub(super) fn by(
        answer: &Called,
        lane: Lane,
        took: Duration,
        quick: Duration,
        now: Time,
        spread: f64,
    ) -> Option<Known> {
        let known = |pace, lasts| Some(Known { pace, until: now + lasts });
        match (answer.error, lane) {
            // It may be slow or dead; the slow lane finds out which.
            (Some("timeout"), Lane::Fast) => known(Pace::Rest, TimeDelta::zero()),
            (Some("timeout" | "no_connection"), _) => {
                // At most a half more: less than 30 s, so the number of milliseconds is small.
                let more = (REST.num_milliseconds() as f64 * spread.clamp(0.0, 1.0) / 2.0) as i64;
                known(Pace::Rest, REST + TimeDelta::milliseconds(more))
            }
            // Half of the limit, so that who is near to it does not go to and fro.
            _ if took <= quick / 2 => known(Pace::Quick, QUICK),
            (_, Lane::Slow) => known(Pace::Slow, SLOW),
            (_, Lane::Fast) => None,
        }
    }

    /// Whether another process needs to be told this, beside what it knows already.
    pub(super) fn is_news(&self, before: Option<&Known>, now: Time) -> bool {
        before.is_none_or(|before| before.pace != self.pace || (before.until - now) * 2 < self.until - now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Time {
        Time::from_timestamp_millis(1_790_000_000_000).expect("a time")
    }

    fn by(error: Option<&'static str>, lane: Lane, millis: u64) -> Option<(Pace, i64)> {
        let answer = Called { error, ..Called::default() };
        let known = Known::by(&answer, lane, Duration::from_millis(millis), Duration::from_secs(2), now(), 1.0);
        known.map(|known| (known.pace, (known.until - now()).num_seconds()))
    }

    #[test]
    fn silence_makes_a_receiver_rest_and_an_answer_ends_that() {
        assert_eq!(by(Some("timeout"), Lane::Slow, 10_000), Some((Pace::Rest, 45)));
        assert_eq!(by(Some("no_connection"), Lane::Fast, 1), Some((Pace::Rest, 45)));
        assert_eq!(by(Some("timeout"), Lane::Fast, 2000), Some((Pace::Rest, 0)), "the slow lane is to ask at once");
        for lane in [Lane::Fast, Lane::Slow] {
            assert_eq!(by(None, lane, 1000), Some((Pace::Quick, 7 * 24 * 3600)));
            assert_eq!(by(Some("connection_lost"), lane, 20), Some((Pace::Quick, 7 * 24 * 3600)));
        }
        assert_eq!(by(None, Lane::Slow, 1001), Some((Pace::Slow, 600)));
        assert_eq!(by(None, Lane::Fast, 1001), None);
    }

    #[test]
    fn only_what_others_do_not_know_is_told() {
        let known = |pace, days| Known { pace, until: now() + TimeDelta::days(days) };
        let quick = known(Pace::Quick, 7);
        assert!(quick.is_news(None, now()));
        assert!(quick.is_news(Some(&known(Pace::Slow, 7)), now()));
        assert!(!quick.is_news(Some(&known(Pace::Quick, 4)), now()));
        assert!(quick.is_news(Some(&known(Pace::Quick, 3)), now()));
    }
}
