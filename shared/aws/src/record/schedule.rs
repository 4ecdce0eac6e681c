//! When a message may go, as JSON: `[send time in milliseconds or null, [["09:00:00", "21:00:00"], …], "Europe/Moscow"]`.

use baton_domain::{
    Time,
    window::{Range, Schedule},
};
use chrono::NaiveTime;

/// What is stored: send time, ranges, zone.
type Stored = (Option<i64>, Vec<(NaiveTime, NaiveTime)>, String);

/// `None` for a message that may go at once and always.
pub(super) fn encode(schedule: &Schedule) -> Option<String> {
    if schedule.send_at.is_none() && schedule.ranges.is_empty() {
        return None;
    }
    let ranges = schedule.ranges.iter().map(|range| (range.from(), range.to())).collect();
    let stored: Stored =
        (schedule.send_at.map(|time| time.timestamp_millis()), ranges, schedule.zone.name().to_owned());
    serde_json::to_string(&stored).ok()
}

pub(super) fn decode(text: &str) -> Option<Schedule> {
    let (send_at, ranges, zone): Stored = serde_json::from_str(text).ok()?;
    Some(Schedule {
        send_at: match send_at {
            Some(millis) => Some(Time::from_timestamp_millis(millis)?),
            None => None,
        },
        ranges: ranges.into_iter().map(|(from, to)| Range::new(from, to)).collect::<Option<_>>()?,
        zone: zone.parse().ok()?,
    })
}
