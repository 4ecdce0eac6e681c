//! Receivers that do not answer rest for a while: their callbacks are put back on the queue instead of keeping a process busy
//! that others wait for.

use super::ports::Called;
use baton_domain::{AccountId, Time};
use chrono::TimeDelta;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// How long a receiver rests that did not answer in time, or could not be reached. Up to half of it is added, so that not
/// everything comes back at once.
const PAUSE: TimeDelta = TimeDelta::seconds(30);

/// The most receivers that a process remembers.
const MOST: usize = 10_000;

/// An account's receiver: the same host is another one for another account, so that nobody can make it rest for others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place(AccountId, String);

impl Place {
    /// The receiver at an address: its scheme, host and port.
    pub(super) fn of(account: AccountId, url: &str) -> Place {
        let end = url.find("://").map_or(0, |start| start + 3);
        let rest = url[end..].find(['/', '?', '#', '\\']).map_or(url.len(), |length| end + length);
        Place(account, url[..rest].to_ascii_lowercase())
    }
}

/// What this process knows of receivers that rest.
#[derive(Debug, Default)]
pub struct Rest(Mutex<HashMap<Place, Time>>);

impl Rest {
    /// Until when a receiver rests, if it does.
    pub(super) fn until(&self, place: &Place, now: Time) -> Option<Time> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(place).copied().filter(|until| *until > now)
    }

    /// Learns from a call: silence makes a receiver rest, any answer ends that.
    pub(super) fn learn(&self, place: Place, answer: &Called, now: Time, spread: f64) {
        let silent = matches!(answer.error, Some("timeout" | "no_connection"));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !silent {
            known.remove(&place);
            return;
        }
        if known.len() >= MOST {
            known.retain(|_, until| *until > now);
        }
        if known.len() < MOST {
            // At most a half more: less than 30 s, so the number of milliseconds is small.
            let more = TimeDelta::milliseconds((PAUSE.num_milliseconds() as f64 * spread.clamp(0.0, 1.0) / 2.0) as i64);
            known.insert(place, now + PAUSE + more);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_an_account_and_an_origin() {
        let place = |url| Place::of(AccountId(1), url);
        assert_eq!(place("https://Example.org/a?b"), place("https://example.org"));
        assert_eq!(place("https://example.org?x=/"), place("https://example.org/y"));
        assert_ne!(place("https://example.org:8443/"), place("https://example.org/"));
        assert_ne!(place("https://example.org/"), Place::of(AccountId(2), "https://example.org/"));
    }

    #[test]
    fn silence_makes_a_receiver_rest_and_an_answer_ends_that() {
        let (rest, place) = (Rest::default(), Place::of(AccountId(1), "https://example.org/"));
        let now = Time::from_timestamp_millis(1_790_000_000_000).expect("a time");
        let silent = Called { error: Some("timeout"), ..Called::default() };
        rest.learn(place.clone(), &silent, now, 1.0);
        assert_eq!(rest.until(&place, now), Some(now + TimeDelta::seconds(45)));
        assert_eq!(rest.until(&place, now + TimeDelta::seconds(46)), None);
        rest.learn(place.clone(), &Called { status: Some(500), ..Called::default() }, now, 0.0);
        assert_eq!(rest.until(&place, now), None);
    }
}
