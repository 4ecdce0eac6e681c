//! When a message may go, as requests say it.

use crate::{
    faults::{Faults, Path},
    fields::{self, Fields, wrong_type},
};
use baton_domain::{
    Template, Time,
    window::{Range, Schedule},
};
use chrono::{DateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use serde_json::Value;

/// What a time is to look like.
pub(crate) const TIME_EXPECTED: &str = "A time in RFC 3339 with an offset is expected, as 2026-11-23T09:00:00Z.";

/// How far ahead a message may be sent.
const MOST_DAYS: i64 = 366;
/// The most windows of an item.
const MOST_RANGES: usize = 24;

/// Reads `sendAt`, `allowedTimeRanges` and `timeZone`; what is not given of the last two comes from the template.
pub(crate) fn schedule(fields: &Fields<'_>, template: Option<&Template>, now: Time, faults: &mut Faults) -> Schedule {
    let of_template = template.filter(|_| !fields.has("allowedTimeRanges"));
    Schedule {
        send_at: send_at(fields, now, faults),
        ranges: of_template.map_or_else(|| ranges(fields, faults), |template| template.ranges.clone()),
        zone: time_zone(fields, faults).or(template.and_then(|template| template.zone)).unwrap_or(Tz::UTC),
    }
}

/// Reads `sendAt`. One in the past is kept as it is: it means now.
pub(crate) fn send_at(fields: &Fields<'_>, now: Time, faults: &mut Faults) -> Option<Time> {
    let text = fields.string("sendAt", faults)?;
    let path = fields.path().field("sendAt");
    let Some(time) = DateTime::parse_from_rfc3339(text).ok().and_then(|time| whole_millis(time.to_utc())) else {
        faults.add(path, "invalid", TIME_EXPECTED);
        return None;
    };
    if time > now + TimeDelta::days(MOST_DAYS) {
        faults.add(path, "out_of_range", format!("sendAt is more than {MOST_DAYS} days ahead."));
        return None;
    }
    Some(time)
}

/// The time in whole milliseconds, which is what is stored: never before the one that was given.
fn whole_millis(time: Time) -> Option<Time> {
    let more = i64::from(!time.timestamp_subsec_nanos().is_multiple_of(1_000_000));
    Time::from_timestamp_millis(time.timestamp_millis() + more)
}

/// Reads `timeZone`.
pub(crate) fn time_zone(fields: &Fields<'_>, faults: &mut Faults) -> Option<Tz> {
    let zone = fields.string("timeZone", faults)?.parse().ok();
    if zone.is_none() {
        let message = "The name of a time zone of the IANA database is expected, as Europe/Moscow.";
        faults.add(fields.path().field("timeZone"), "invalid", message);
    }
    zone
}

/// Reads `allowedTimeRanges`. Windows come again every day, so there is always a next one, unless a window is empty.
pub(crate) fn ranges(fields: &Fields<'_>, faults: &mut Faults) -> Vec<Range> {
    let Some(values) = fields.array("allowedTimeRanges", faults) else { return Vec::new() };
    let path = fields.path().field("allowedTimeRanges");
    if values.len() > MOST_RANGES {
        let message = format!("{} ranges are too many; at most {MOST_RANGES} are allowed.", values.len());
        faults.add(path, "too_long", message);
        return Vec::new();
    }
    let read: Vec<_> =
        values.iter().enumerate().filter_map(|(index, value)| window(value, &path.index(index), faults)).collect();
    // A whole day among them leaves nothing closed, as no windows at all do.
    read.into_iter().collect::<Option<Vec<_>>>().unwrap_or_default()
}

/// Reads one window: `None` when it is none, `Some(None)` when it is the whole day.
fn window(value: &Value, path: &Path<'_>, faults: &mut Faults) -> Option<Option<Range>> {
    let Value::Array(ends) = value else {
        wrong_type(*path, "An array of two times", value, faults);
        return None;
    };
    let [from, to] = ends.as_slice() else {
        let message =
            format!("Two times are expected, from and to, as [\"09:00\", \"21:00\"]; these are {}.", ends.len());
        faults.add(path, "invalid", message);
        return None;
    };
    let (from, to) = (time_of_day(from, path.index(0), false, faults), time_of_day(to, path.index(1), true, faults));
    let ((from, _), (to, end_of_day)) = (from?, to?);
    let range = Range::new(from, to);
    if range.is_none() && !end_of_day {
        faults.add(path, "empty", "The window is empty: it ends where it begins.");
        return None;
    }
    Some(range)
}

/// Reads `HH:MM` or `HH:MM:SS`, and whether it was `24:00`, which only an end may be.
fn time_of_day(value: &Value, path: Path<'_>, end: bool, faults: &mut Faults) -> Option<(NaiveTime, bool)> {
    let text = fields::string(value, path, faults)?;
    if end && matches!(text, "24:00" | "24:00:00") {
        return Some((NaiveTime::MIN, true));
    }
    let time = parse(text).map(|time| (time, false));
    if time.is_none() {
        let more = if end { "; 24:00 is the end of the day" } else { "" };
        let message = format!("A time of day is expected, 00:00 to 23:59, as 09:00 or 09:00:00{more}.");
        faults.add(path, "invalid", message);
    }
    time
}

fn parse(text: &str) -> Option<NaiveTime> {
    let mut parts = text.split(':').map(|part| {
        let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse().ok()).flatten()
    });
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
    NaiveTime::from_hms_opt(hour, minute, second).filter(|_| parts.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_are_read_strictly() {
        let time = |hour, minute, second| NaiveTime::from_hms_opt(hour, minute, second);
        assert_eq!(
            (parse("00:00"), parse("09:30"), parse("23:59:59")),
            (time(0, 0, 0), time(9, 30, 0), time(23, 59, 59))
        );
        for bad in [
            "",
            "9:00",
            "09",
            "09:0",
            "24:00",
            "23:60",
            "23:59:60",
            "09:00:00.5",
            "09:00:00:00",
            "+9:00",
            " 09:00",
            "09:00 ",
            "٠٩:٠٠",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_time_is_never_cut_to_an_earlier_one() {
        let read = |text: &str| whole_millis(DateTime::parse_from_rfc3339(text).expect("a time").to_utc());
        let at = |text: &str| Some(text.parse::<Time>().expect("a time"));
        assert_eq!(read("2026-11-23T12:00:00.0001+03:00"), at("2026-11-23T09:00:00.001Z"));
        assert_eq!(read("2026-11-23T09:00:00.001Z"), at("2026-11-23T09:00:00.001Z"));
        assert_eq!(read("2016-12-31T23:59:60Z"), at("2017-01-01T00:00:00Z"));
    }
}
