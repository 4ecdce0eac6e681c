//! Dates and times: the ones of programs, and the ones that people write.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeDelta, TimeZone};
use chrono_tz::Tz;

/// What the days of a workbook are counted from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Epoch {
    /// 1 is 1 January 1900, and 60 the 29 February that 1900 did not have.
    #[default]
    Since1900,
    /// 0 is 1 January 1904: workbooks of old Macs.
    Since1904,
}

const SECONDS: f64 = 86_400.0;

/// What days are plausible in a cell that is not formatted as a date: 1982 to 2173.
const PLAUSIBLE: std::ops::Range<f64> = 30_000.0..100_000.0;

impl Epoch {
    /// The day and the time of a number of days, to the nearest second. The day is `None` for a bare time (less than 1).
    pub(crate) fn read(self, serial: f64) -> Option<(Option<NaiveDate>, NaiveTime)> {
        if !(0.0..2_958_466.0).contains(&serial) {
            return None;
        }
        // Within range, so the conversion is exact.
        #[expect(clippy::cast_possible_truncation, reason = "at most 2.6e11")]
        let seconds = (serial * SECONDS).round() as i64;
        let (days, seconds) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let time = NaiveTime::from_num_seconds_from_midnight_opt(u32::try_from(seconds).ok()?, 0)?;
        let (start, days) = match self {
            Epoch::Since1900 if days == 0 => return Some((None, time)),
            Epoch::Since1900 if days < 60 => (NaiveDate::from_ymd_opt(1899, 12, 31)?, days),
            Epoch::Since1900 => (NaiveDate::from_ymd_opt(1899, 12, 30)?, days),
            Epoch::Since1904 if days == 0 => return Some((None, time)),
            Epoch::Since1904 => (NaiveDate::from_ymd_opt(1904, 1, 1)?, days),
        };
        Some((Some(start.checked_add_days(Days::new(u64::try_from(days).ok()?))?), time))
    }

    /// The same of a number in a column of dates, which a cell that lost its format holds.
    pub(crate) fn guess(self, number: f64) -> Option<(Option<NaiveDate>, NaiveTime)> {
        ((0.0..=1.0).contains(&number) || PLAUSIBLE.contains(&number)).then(|| self.read(number)).flatten()
    }
}

/// Reads `2026-12-01` or `01.12.2026`.
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    let (first, rest) = text.split_once(['-', '.'])?;
    let (second, third) = rest.split_once(['-', '.'])?;
    let (year, month, day) = if text.contains('-') { (first, second, third) } else { (third, second, first) };
    let whole = year.len() == 4 && (1..=2).contains(&month.len()) && (1..=2).contains(&day.len());
    let uniform = text.contains('-') != text.contains('.');
    if !whole || !uniform {
        return None;
    }
    NaiveDate::from_ymd_opt(i32::try_from(number(year)?).ok()?, number(month)?, number(day)?)
}

/// Reads `9:00`, `09:00` or `09:00:00`.
pub(crate) fn time(text: &str) -> Option<NaiveTime> {
    let mut parts = text.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next().unwrap_or("00"));
    let whole = (1..=2).contains(&hour.len()) && minute.len() == 2 && second.len() == 2 && parts.next().is_none();
    whole.then(|| NaiveTime::from_hms_opt(number(hour)?, number(minute)?, number(second)?)).flatten()
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// A moment as somebody wrote it: with an offset, or by the clock of some zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    Fixed(DateTime<chrono::FixedOffset>),
    Local(NaiveDateTime),
}

/// Reads a date, a date with a time after a space or a `T`, or RFC 3339.
pub(crate) fn moment(text: &str) -> Option<Moment> {
    if let Ok(fixed) = DateTime::parse_from_rfc3339(text) {
        return Some(Moment::Fixed(fixed));
    }
    let (day, hour) = text.split_once([' ', 'T']).map_or((text, None), |(day, hour)| (day, Some(hour.trim_start())));
    let hour = hour.map_or(Some(NaiveTime::MIN), time)?;
    Some(Moment::Local(date(day)?.and_time(hour)))
}

/// A moment as the API takes it. Of a time that the clock shows twice it is the first; one that it jumps over is taken by the
/// clock as it was before.
pub(crate) fn instant(moment: Moment, zone: Tz) -> Option<String> {
    let local = match moment {
        Moment::Fixed(fixed) => return Some(fixed.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        Moment::Local(local) => local,
    };
    let at = zone.from_local_datetime(&local).earliest().or_else(|| {
        let before = zone.from_local_datetime(&(local - TimeDelta::days(1))).latest()?;
        Some(before + TimeDelta::days(1))
    })?;
    Some(at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

#[cfg(test)]
#[path = "dates_tests.rs"]
mod tests;
