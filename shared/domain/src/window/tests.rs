use super::*;
use proptest::prelude::*;

fn utc(text: &str) -> Time {
    DateTime::parse_from_rfc3339(text).expect("a time").to_utc()
}

fn schedule(zone: Tz, ranges: &[(&str, &str)]) -> Schedule {
    let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").expect("a time of day");
    let range = |(from, to): &(&str, &str)| Range::new(time(from), time(to)).expect("a range");
    Schedule { send_at: None, ranges: ranges.iter().map(range).collect(), zone }
}

fn permit(schedule: &Schedule, now: &str) -> (String, Option<String>) {
    let permit = schedule.permit(utc(now));
    let text = |time: Time| time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    (text(permit.from), permit.until.map(text))
}

fn span(from: &str, until: &str) -> (String, Option<String>) {
    (from.to_owned(), Some(until.to_owned()))
}

#[test]
fn without_windows_only_the_time_counts() {
    let now = utc("2026-11-23T10:00:00Z");
    assert_eq!(Schedule::default().permit(now), Permit { from: now, until: None });
    let later = Schedule { send_at: Some(utc("2026-11-24T10:00:00Z")), ..Schedule::default() };
    assert_eq!(later.permit(now).from, utc("2026-11-24T10:00:00Z"));
    let past = Schedule { send_at: Some(utc("2020-01-01T00:00:00Z")), ..Schedule::default() };
    assert_eq!(past.permit(now).from, now);
}

#[test]
fn waits_for_the_morning_in_the_recipients_zone() {
    let moscow = schedule(Tz::Europe__Moscow, &[("09:00", "21:00")]);
    assert_eq!(permit(&moscow, "2026-11-23T10:00:00Z"), span("2026-11-23T10:00:00Z", "2026-11-23T18:00:00Z"));
    assert_eq!(permit(&moscow, "2026-11-23T20:10:00Z"), span("2026-11-24T06:00:00Z", "2026-11-24T18:00:00Z"));
    // Half-open: nine is inside, twenty-one is not.
    assert_eq!(permit(&moscow, "2026-11-23T06:00:00Z").0, "2026-11-23T06:00:00Z");
    assert_eq!(permit(&moscow, "2026-11-23T18:00:00Z").0, "2026-11-24T06:00:00Z");
}

#[test]
fn several_windows_and_one_across_midnight() {
    let lunch = schedule(Tz::UTC, &[("09:00", "12:00"), ("14:00", "18:00")]);
    assert_eq!(permit(&lunch, "2026-11-23T12:30:00Z"), span("2026-11-23T14:00:00Z", "2026-11-23T18:00:00Z"));
    let night = schedule(Tz::UTC, &[("22:00", "02:00")]);
    assert_eq!(permit(&night, "2026-11-23T23:30:00Z"), span("2026-11-23T23:30:00Z", "2026-11-24T02:00:00Z"));
    assert_eq!(permit(&night, "2026-11-23T01:00:00Z"), span("2026-11-23T01:00:00Z", "2026-11-23T02:00:00Z"));
    assert_eq!(permit(&night, "2026-11-23T12:00:00Z"), span("2026-11-23T22:00:00Z", "2026-11-24T02:00:00Z"));
    // Windows that meet are one.
    let all_day = schedule(Tz::UTC, &[("00:00", "12:00"), ("12:00", "00:00")]);
    assert_eq!(permit(&all_day, "2026-11-23T11:00:00Z"), ("2026-11-23T11:00:00Z".to_owned(), None));
}

#[test]
fn the_skipped_hour_of_spring() {
    // Berlin, 2027-03-28: 02:00 becomes 03:00 at 01:00 UTC.
    let inside = schedule(Tz::Europe__Berlin, &[("02:30", "04:00")]);
    assert_eq!(permit(&inside, "2027-03-28T00:30:00Z"), span("2027-03-28T01:00:00Z", "2027-03-28T02:00:00Z"));
    // A window that lies wholly in the skipped hour does not come that day.
    let lost = schedule(Tz::Europe__Berlin, &[("02:10", "02:50")]);
    assert_eq!(permit(&lost, "2027-03-28T00:30:00Z"), span("2027-03-29T00:10:00Z", "2027-03-29T00:50:00Z"));
}

#[test]
fn the_repeated_hour_of_autumn() {
    // Berlin, 2026-10-25: 03:00 becomes 02:00 at 01:00 UTC; 02:30 comes at 00:30 and at 01:30 UTC.
    let twice = schedule(Tz::Europe__Berlin, &[("02:30", "03:00")]);
    assert_eq!(permit(&twice, "2026-10-25T00:00:00Z"), span("2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z"));
    assert_eq!(permit(&twice, "2026-10-25T01:00:00Z"), span("2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"));
    // The clock jumps back into this window.
    let into = schedule(Tz::Europe__Berlin, &[("01:30", "02:30")]);
    assert_eq!(permit(&into, "2026-10-25T00:45:00Z"), span("2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"));
}

#[test]
fn an_empty_range_is_none() {
    let noon = NaiveTime::from_hms_opt(12, 0, 0).expect("noon");
    assert_eq!(Range::new(noon, noon), None);
}

proptest! {
    /// Against the plain reading of the rule, minute by minute.
    #[test]
    fn agrees_with_a_walk_by_the_minute(
        start in 1_774_000_000_i64..1_806_000_000,
        edges in proptest::collection::vec((0_u32..1440, 0_u32..1440), 1..4),
        zone in prop::sample::select(vec![Tz::UTC, Tz::Europe__Berlin, Tz::America__New_York, Tz::Asia__Kolkata, Tz::Australia__Lord_Howe]),
    ) {
        let at = |minute: u32| NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).expect("a time of day");
        let ranges: Vec<_> = edges.iter().filter_map(|(from, to)| Range::new(at(*from), at(*to))).collect();
        prop_assume!(!ranges.is_empty());
        let schedule = Schedule { send_at: None, ranges, zone };
        let now = Time::from_timestamp(start - start % 60, 0).expect("a time");
        let minutes = || (0..3 * 1440).map(|minute| now + TimeDelta::minutes(minute));
        let from = minutes().find(|moment| schedule.allows(*moment));
        prop_assume!(from.is_some());
        let permit = schedule.permit(now);
        prop_assert_eq!(Some(permit.from), from);
        let until = minutes().filter(|moment| *moment > permit.from).find(|moment| !schedule.allows(*moment));
        if let (Some(known), Some(until)) = (permit.until, until) {
            prop_assert_eq!(known, until);
        }
    }
}
