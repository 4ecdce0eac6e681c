//! How long a message may be at work, so that nothing of it is removed before it has come to its end.

use crate::{Message, Time};
use chrono::TimeDelta;

/// The longest that a channel waits for its window: it comes every day, and may be skipped on one of them in spring.
const LONGEST_WINDOW_WAIT: TimeDelta = TimeDelta::days(2);

/// The latest moment at which something that was planned for a message can still come: its time, and for each of its channels
/// the wait for a window and the validity period. What is kept of it is kept for a while from then on.
#[must_use]
pub fn ends_by(message: &Message) -> Time {
    let begins = message.schedule.send_at.map_or(message.created_at, |time| time.max(message.created_at));
    let windows = if message.schedule.has_windows() { LONGEST_WINDOW_WAIT } else { TimeDelta::zero() };
    let period = |minutes: Option<u16>| TimeDelta::minutes(minutes.unwrap_or_default().into());
    message.route.iter().fold(begins, |end, leg| end + windows + period(leg.validity_minutes))
}

/// When what is needed until then may be removed, in seconds since the epoch.
#[must_use]
pub fn removable_at(needed_until: Time, retention_days: u32) -> i64 {
    needed_until.timestamp() + i64::from(retention_days) * 86_400
}
