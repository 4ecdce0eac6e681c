//! What people did with a message, as far as its provider tells: opened it, followed a link in it.
//!
//! Counts and the first and the last time are kept, and of the latest events what it takes to know them again: services hand
//! their events out more than once.

use crate::Time;

/// How many events are known again. A repetition that comes after so many others is counted once more.
const KNOWN: usize = 8;

/// What somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrackKind {
    /// Opened the message. Some mail programs fetch images without anybody looking, so it is no proof.
    Open,
    /// Followed a link in it.
    Click,
}

/// One event of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TrackEvent {
    /// What somebody did.
    pub kind: TrackKind,
    /// By which the same event is known again: of its id, else of all that it says.
    pub digest: u32,
}

/// How often somebody did something, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Track {
    /// How often.
    pub count: u32,
    /// The first time.
    pub first: Time,
    /// The last time.
    pub last: Time,
}

/// What people did with a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tracks {
    /// Opens.
    pub opens: Option<Track>,
    /// Followed links.
    pub clicks: Option<Track>,
    /// The digests of the latest events, oldest first.
    pub known: Vec<u32>,
}

impl Tracks {
    /// Counts an event that happened at this time, unless it is known.
    pub fn add(&mut self, event: TrackEvent, at: Time) {
        if self.known.contains(&event.digest) {
            return;
        }
        if self.known.len() >= KNOWN {
            self.known.remove(0);
        }
        self.known.push(event.digest);
        let track = match event.kind {
            TrackKind::Open => &mut self.opens,
            TrackKind::Click => &mut self.clicks,
        };
        let track = track.get_or_insert(Track { count: 0, first: at, last: at });
        track.count = track.count.saturating_add(1);
        track.first = track.first.min(at);
        track.last = track.last.max(at);
    }

    /// Whether nobody has done anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.opens.is_none() && self.clicks.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Time {
        Time::from_timestamp(1_790_000_000 + second, 0).expect("a time")
    }

    #[test]
    fn events_are_counted_once_and_in_any_order() {
        let mut tracks = Tracks::default();
        assert!(tracks.is_empty());
        for (kind, digest, second) in [
            (TrackKind::Open, 1, 5),
            (TrackKind::Open, 2, 3),
            (TrackKind::Click, 3, 9),
            (TrackKind::Open, 1, 5),
            (TrackKind::Click, 3, 9),
        ] {
            tracks.add(TrackEvent { kind, digest }, at(second));
        }
        assert_eq!(tracks.opens, Some(Track { count: 2, first: at(3), last: at(5) }));
        assert_eq!(tracks.clicks, Some(Track { count: 1, first: at(9), last: at(9) }));
    }

    #[test]
    fn so_many_events_are_known_again() {
        let mut tracks = Tracks::default();
        let open = |digest| TrackEvent { kind: TrackKind::Open, digest };
        (0..9).for_each(|digest| tracks.add(open(digest), at(0)));
        (1..9).for_each(|digest| tracks.add(open(digest), at(0)));
        assert_eq!((tracks.opens.expect("opens").count, tracks.known.len()), (9, KNOWN));
        tracks.add(open(0), at(0));
        assert_eq!(tracks.opens.expect("opens").count, 10);
    }
}
