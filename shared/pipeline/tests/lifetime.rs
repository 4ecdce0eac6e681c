//! Nothing is removed that a message still needs, however far ahead its time is.

mod support;

use baton_domain::{Channel, Time, lifetime, window::Range};
use baton_pipeline::{
    accept::accept,
    memory::{Memory, StoppedClock},
    reschedule::reschedule,
};
use chrono::{NaiveTime, TimeDelta};
use std::sync::Arc;
use support::{ACCOUNT, start, submission};

fn days(days: i64) -> TimeDelta {
    TimeDelta::days(days)
}

/// Two recipients who share a content, in 200 days.
async fn far_ahead() -> (Memory, StoppedClock) {
    let (memory, clock) = (Memory::default(), StoppedClock::at(start()));
    let mut request = submission(&[Channel::Sms, Channel::Email], 2);
    request.items[0].schedule.send_at = Some(start() + days(200));
    Arc::make_mut(&mut request.items[0].spec).channels[0].content.validity_period = Some(60);
    accept(&memory, &memory, &clock, request).await.expect("accepted");
    (memory, clock)
}

fn content_needed_until(memory: &Memory) -> Time {
    let state = memory.state();
    assert_eq!(state.needed_until.len(), 1);
    *state.needed_until.values().next().expect("a content")
}

#[tokio::test]
async fn a_message_and_its_content_are_needed_until_its_time_and_the_periods_of_its_channels() {
    let (memory, _) = far_ahead().await;
    let mut message = memory.state().messages.values().next().expect("a message").clone();
    let expected = start() + days(200) + TimeDelta::hours(1);
    assert_eq!((lifetime::ends_by(&message), content_needed_until(&memory)), (expected, expected));
    let noon = |minute| NaiveTime::from_hms_opt(12, minute, 0).expect("a time of day");
    message.schedule.ranges = vec![Range::new(noon(0), noon(1)).expect("a range")];
    assert_eq!(lifetime::ends_by(&message), expected + days(4), "two channels may wait for a window");
    message.schedule.send_at = Some(start() - days(1));
    assert_eq!(lifetime::ends_by(&message), start() + days(4) + TimeDelta::hours(1), "at once");
    assert_eq!(lifetime::removable_at(start(), 90), (start() + days(90)).timestamp());
}

#[tokio::test]
async fn a_content_is_kept_for_a_message_that_is_put_off_and_for_those_that_are_not() {
    let (memory, clock) = far_ahead().await;
    let ids: Vec<_> = memory.state().messages.keys().map(|(_, id)| *id).collect();
    for (days_ahead, needed) in [(300, 300), (100, 300), (301, 301)] {
        let send_at = start() + days(days_ahead);
        let done = reschedule(&memory, &memory, &clock, (ACCOUNT, ids[0]), send_at).await.expect("asked");
        done.expect("a message").1.expect("rescheduled");
        assert_eq!(content_needed_until(&memory), start() + days(needed) + TimeDelta::hours(1));
    }
}
