use super::*;

fn day(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day)
}

#[test]
fn days_are_counted_as_programs_count_them() {
    let date = |epoch: Epoch, serial| epoch.read(serial).and_then(|(date, _)| date);
    // 29 February 1900, which there was not, is number 60.
    for (serial, expected) in [(1.0, day(1900, 1, 1)), (59.0, day(1900, 2, 28)), (61.0, day(1900, 3, 1))] {
        assert_eq!(date(Epoch::Since1900, serial), expected);
    }
    assert_eq!(date(Epoch::Since1900, 46_357.0), day(2026, 12, 1));
    assert_eq!(date(Epoch::Since1904, 46_357.0 - 1462.0), day(2026, 12, 1));
    assert_eq!(date(Epoch::Since1900, 0.5), None);
    for serial in [-1.0, f64::NAN, f64::INFINITY, 3e6] {
        assert_eq!(Epoch::Since1900.read(serial), None, "{serial}");
    }
}

#[test]
fn times_are_rounded_to_seconds() {
    let time = |serial| Epoch::Since1900.read(serial).map(|(_, time)| time);
    assert_eq!(time(0.375), NaiveTime::from_hms_opt(9, 0, 0));
    assert_eq!(time(46_357.437_499_999_99), NaiveTime::from_hms_opt(10, 30, 0));
    assert_eq!(Epoch::Since1900.read(46_357.999_999_99), day(2026, 12, 2).map(|day| (Some(day), NaiveTime::MIN)));
}

#[test]
fn numbers_that_could_be_anything_are_no_dates() {
    assert_eq!(Epoch::Since1900.guess(2026.0), None);
    assert_eq!(Epoch::Since1900.guess(20_261_201.0), None);
    assert!(Epoch::Since1900.guess(46_357.5).is_some());
}

#[test]
fn moments_have_an_offset_or_a_clock() {
    let zone = chrono_tz::Europe::Moscow;
    let at = |text: &str| moment(text).and_then(|moment| instant(moment, zone));
    assert_eq!(at("2026-12-01").as_deref(), Some("2026-12-01T00:00:00+03:00"));
    assert_eq!(at("2026-12-01T10:00:00").as_deref(), Some("2026-12-01T10:00:00+03:00"));
    assert_eq!(at("2026-12-01T10:00:00Z").as_deref(), Some("2026-12-01T10:00:00Z"));
    assert_eq!(at("1.12.2026  9:00").as_deref(), Some("2026-12-01T09:00:00+03:00"));
    // Samoa had no 30 December 2011.
    let gone = moment("2011-12-30 10:00").and_then(|moment| instant(moment, chrono_tz::Pacific::Apia));
    assert_eq!(gone.as_deref(), Some("2011-12-31T10:00:00+14:00"));
    for bad in ["", "-", "2026-12-01 ", "2026-12", "2026.12.01", "01-12.2026", "2026-12-01 10", "+2026-1-1"] {
        assert_eq!(at(bad), None, "{bad:?}");
    }
}
