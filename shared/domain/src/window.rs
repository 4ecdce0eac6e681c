//! When a message may go: not before its time, and inside the windows of its recipient's day.
//!
//! A window is half-open in local time, `[from, to)`, and may cross midnight. What counts is the clock on the recipient's
//! wall: an hour that is skipped in spring has no moments in it, an hour that is repeated in autumn has them twice.

use crate::Time;
use chrono::{DateTime, Days, LocalResult, NaiveTime, TimeDelta, TimeZone, Timelike};
use chrono_tz::Tz;

/// A part of the day, `[from, to)` in local time. With `to` before `from` it crosses midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    from: NaiveTime,
    to: NaiveTime,
}

impl Range {
    /// A range; `None` when it is empty.
    #[must_use]
    pub fn new(from: NaiveTime, to: NaiveTime) -> Option<Range> {
        (from != to).then_some(Range { from, to })
    }

    /// Where it begins.
    #[must_use]
    pub const fn from(self) -> NaiveTime {
        self.from
    }

    /// Where it ends; that moment is outside.
    #[must_use]
    pub const fn to(self) -> NaiveTime {
        self.to
    }

    fn holds(self, time: NaiveTime) -> bool {
        if self.from < self.to { self.from <= time && time < self.to } else { self.from <= time || time < self.to }
    }
}

/// When a message may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Not before.
    pub send_at: Option<Time>,
    /// The windows; none means always.
    pub ranges: Vec<Range>,
    /// The time zone of the windows.
    pub zone: Tz,
}

impl Default for Schedule {
    /// At once, at any time.
    fn default() -> Schedule {
        Schedule { send_at: None, ranges: Vec::new(), zone: Tz::UTC }
    }
}

/// The next span of time in which a message may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permit {
    /// From this moment on; the moment that was asked about when it may go at once.
    pub from: Time,
    /// Up to this moment, which is outside; `None` when there is no end.
    pub until: Option<Time>,
}

/// How far ahead a window is looked for. Windows come every day; a day can lose one to the spring's skipped hour.
const HORIZON_DAYS: u64 = 3;

impl Schedule {
    /// Whether there are windows. A message that has some does not keep to those of its task.
    #[must_use]
    pub const fn has_windows(&self) -> bool {
        !self.ranges.is_empty()
    }

    /// The one place that decides when a message may go: the first span from `now` on.
    #[must_use]
    pub fn permit(&self, now: Time) -> Permit {
        let earliest = self.send_at.map_or(now, |time| time.max(now));
        if !self.has_windows() {
            return Permit { from: earliest, until: None };
        }
        let from = if self.allows(earliest) {
            earliest
        } else {
            // A window every day: one of the next days has it. Without one the message would wait for ever.
            self.next(earliest, true).unwrap_or(earliest)
        };
        Permit { from, until: self.next(from, false) }
    }

    /// Whether a moment is inside a window.
    fn allows(&self, moment: Time) -> bool {
        let local = moment.with_timezone(&self.zone).time();
        self.ranges.iter().any(|range| range.holds(local))
    }

    /// The first moment after `after` at which the windows open (or close): only there where a range begins or ends, or
    /// where the wall clock jumps.
    fn next(&self, after: Time, open: bool) -> Option<Time> {
        let edges = self.ranges.iter().flat_map(|range| [range.from, range.to]);
        let first_day = after.with_timezone(&self.zone).date_naive();
        let days = (0..=HORIZON_DAYS).filter_map(|days| first_day.checked_add_days(Days::new(days)));
        let at_edges = edges.flat_map(|edge| days.clone().map(move |day| day.and_time(edge))).flat_map(|local| {
            match self.zone.from_local_datetime(&local) {
                LocalResult::Single(time) => [Some(time), None],
                LocalResult::Ambiguous(first, second) => [Some(first), Some(second)],
                LocalResult::None => [None, None],
            }
        });
        let moments = at_edges.flatten().map(|time| time.to_utc()).chain(jumps(self.zone, after));
        moments.filter(|moment| *moment > after && self.allows(*moment) == open).min()
    }
}

/// The moments within the horizon at which the offset of a zone changes.
fn jumps(zone: Tz, after: Time) -> Vec<Time> {
    let offset = |moment: DateTime<chrono::Utc>| {
        use chrono::Offset;
        moment.with_timezone(&zone).offset().fix()
    };
    // Whole seconds: offsets change on them.
    let start = after.with_nanosecond(0).unwrap_or(after);
    let hours = 24 * i64::try_from(HORIZON_DAYS + 1).unwrap_or_default();
    let changed = (0..hours)
        .map(|hour| start + TimeDelta::hours(hour))
        .filter(|hour| offset(*hour) != offset(*hour + TimeDelta::hours(1)));
    changed
        .map(|hour| {
            let (mut low, mut high) = (0, 3600);
            while high - low > 1 {
                let middle = i64::midpoint(low, high);
                if offset(hour + TimeDelta::seconds(middle)) == offset(hour) { low = middle } else { high = middle }
            }
            hour + TimeDelta::seconds(high)
        })
        .collect()
}

#[cfg(test)]
mod tests;
