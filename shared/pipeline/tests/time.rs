//! Delayed sends, windows and validity periods, over the ports in memory.

mod support;

use baton_domain::{AttemptState, Channel, Status, Time, decide, window::Range};
use baton_pipeline::{
    accept::accept,
    cancel::cancel,
    dispatch::dispatch,
    memory::{Memory, StoppedClock},
    pointer::WakeUp,
    reschedule::reschedule,
    send::Verdict,
};
use chrono::{NaiveTime, TimeDelta};
use std::{sync::Arc, time::Duration};
use support::{ACCOUNT, Scripted, drain, only_message, sender, start, submission};

fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

fn wake_ups(memory: &Memory) -> Vec<WakeUp> {
    memory.state().wake_ups.drain(..).collect()
}

/// A window that opens with this minute of the hour in which the tests start, at 14:13:20.
fn half_hour(minute: u32) -> Range {
    let time = |minute| NaiveTime::from_hms_opt(14, minute, 20).expect("a time of day");
    Range::new(time(minute), time(minute + 30)).expect("a range")
}

async fn accepted_for(send_at: Time, recipients: u16) -> (Memory, StoppedClock) {
    let (memory, clock) = (Memory::default(), StoppedClock::at(start()));
    let mut request = submission(&[Channel::Sms], recipients);
    request.items[0].schedule.send_at = Some(send_at);
    accept(&memory, &memory, &clock, request).await.expect("accepted");
    (memory, clock)
}

#[tokio::test]
async fn a_near_time_is_carried_by_the_delay_of_the_pointer() {
    let (memory, _) = accepted_for(start() + TimeDelta::milliseconds(90_500), 1).await;
    let delays: Vec<_> = memory.state().channels.iter().map(|(_, _, delay)| *delay).collect();
    assert_eq!(delays, [Duration::from_secs(91)]);
    assert!(wake_ups(&memory).is_empty());
    assert_eq!(only_message(&memory).status, Status::Delayed);
}

#[tokio::test]
async fn a_far_time_is_one_schedule_for_a_whole_bulk() {
    let send_at = start() + minutes(3 * 24 * 60);
    let (memory, clock) = accepted_for(send_at, 1000).await;
    assert!(drain(&memory).is_empty());
    let set = wake_ups(&memory);
    assert_eq!(set.len(), 1);
    for _ in 0..2 {
        dispatch(&memory, &memory, &memory, &clock, set[0]).await.expect("dispatched");
    }
    assert_eq!(memory.state().schedules.len(), 1);
    // It fires a minute or two before; the pointers carry the rest.
    clock.advance(Duration::from_secs(3 * 86_400 - 75));
    dispatch(&memory, &memory, &memory, &clock, set[0]).await.expect("dispatched");
    let state = memory.state();
    assert_eq!(state.channels.len(), 1000);
    assert!(state.channels.iter().all(|(_, _, delay)| *delay == Duration::from_secs(75)));
}

#[tokio::test]
async fn a_pointer_that_waited_until_the_window_closed_waits_for_the_next() {
    let (memory, clock) = (Memory::default(), StoppedClock::at(start()));
    let mut request = submission(&[Channel::Sms], 1);
    request.items[0].schedule.ranges = vec![half_hour(13)];
    accept(&memory, &memory, &clock, request).await.expect("accepted");
    let (_, pointer) = drain(&memory)[0];
    clock.advance(Duration::from_secs(40 * 60));
    let provider = Scripted::default();
    let sender = sender(&memory, &clock, Channel::Sms, &provider);
    assert_eq!(sender.handle(pointer).await.expect("handled"), Verdict::Done);
    assert_eq!(provider.call_count(), 0);
    assert_eq!(wake_ups(&memory).len(), 1);
    assert_eq!(only_message(&memory).attempts[0].not_before, Some(start() + minutes(1440)));
}

#[tokio::test]
async fn a_validity_period_ends_at_its_wake_up() {
    let (memory, clock) = (Memory::default(), StoppedClock::at(start()));
    let mut request = submission(&[Channel::Sms, Channel::Email], 1);
    let spec = Arc::make_mut(&mut request.items[0].spec);
    spec.channels[0].content.validity_period = Some(60);
    accept(&memory, &memory, &clock, request).await.expect("accepted");
    let (_, pointer) = drain(&memory)[0];
    sender(&memory, &clock, Channel::Sms, &Scripted::default()).handle(pointer).await.expect("handled");
    let set = wake_ups(&memory);
    assert_eq!(set.len(), 1);
    // Too early: an hour ahead is for a schedule.
    dispatch(&memory, &memory, &memory, &clock, set[0]).await.expect("dispatched");
    assert_eq!(memory.state().schedules.len(), 1);
    assert!(drain(&memory).is_empty());
    clock.advance(Duration::from_secs(61 * 60));
    dispatch(&memory, &memory, &memory, &clock, set[0]).await.expect("dispatched");
    assert_eq!(only_message(&memory).attempts[0].state, AttemptState::Expired);
    assert_eq!(drain(&memory).iter().map(|(channel, _)| *channel).collect::<Vec<_>>(), [Channel::Email]);
}

#[tokio::test]
async fn a_message_that_waits_can_be_given_another_time() {
    let (memory, clock) = accepted_for(start() + minutes(600), 1).await;
    wake_ups(&memory);
    let id = only_message(&memory).id;
    let sooner = start() + minutes(2);
    let (message, done) =
        reschedule(&memory, &memory, &clock, (ACCOUNT, id), sooner).await.expect("asked").expect("a message");
    assert_eq!((message.attempts[0].not_before, done), (Some(sooner), Ok(())));
    assert_eq!(memory.state().channels[0].2, Duration::from_secs(120));
}

#[tokio::test]
async fn the_schedule_of_a_bulk_with_nothing_left_to_do_is_removed() {
    let (memory, clock) = accepted_for(start() + minutes(600), 2).await;
    let set = wake_ups(&memory);
    dispatch(&memory, &memory, &memory, &clock, set[0]).await.expect("dispatched");
    let ids: Vec<_> = memory.state().messages.keys().map(|(_, id)| *id).collect();
    let now = WakeUp { at: start().timestamp_millis(), ..set[0] };
    for (id, left) in ids.into_iter().zip([1, 0]) {
        cancel(&memory, &clock, (ACCOUNT, id), None).await.expect("asked").expect("a message").1.expect("cancelled");
        dispatch(&memory, &memory, &memory, &clock, now).await.expect("dispatched");
        assert_eq!(memory.state().schedules.len(), left);
    }
}

#[tokio::test]
async fn a_wake_up_hands_later_ones_to_the_scheduler_where_they_are_merged() {
    let (memory, clock, wake_up) = one_of_three_sent(60).await;
    clock.advance(Duration::from_secs(61 * 60));
    let closed = half_hour(13);
    memory.state().messages.values_mut().for_each(|message| message.schedule.ranges = vec![closed]);
    for _ in 0..3 {
        dispatch(&memory, &memory, &memory, &clock, wake_up).await.expect("dispatched");
    }
    assert!(wake_ups(&memory).is_empty() && drain(&memory).is_empty());
    let set: Vec<_> = memory.state().schedules.iter().filter_map(WakeUp::time).collect();
    assert_eq!(set, [start() + minutes(1440) - minutes(1) - TimeDelta::seconds(20)]);
}

#[tokio::test]
async fn the_schedule_of_a_required_channel_outlives_the_delivery_over_another() {
    let (memory, clock) = (Memory::default(), StoppedClock::at(start()));
    let mut request = submission(&[Channel::Sms, Channel::Email], 1);
    request.items[0].schedule.send_at = Some(start() + minutes(600));
    Arc::make_mut(&mut request.items[0].spec).channels[1].content.required = true;
    accept(&memory, &memory, &clock, request).await.expect("accepted");
    let set = wake_ups(&memory);
    dispatch(&memory, &memory, &memory, &clock, set[0]).await.expect("dispatched");
    {
        // The chain was withdrawn, as an earlier channel of it turned out to have delivered.
        let mut state = memory.state();
        let message = state.messages.values_mut().next().expect("a message");
        message.attempts[0].state = AttemptState::Canceled;
        message.status = Status::Delivered;
    }
    let now = WakeUp { at: start().timestamp_millis(), ..set[0] };
    dispatch(&memory, &memory, &memory, &clock, now).await.expect("dispatched");
    assert_eq!(memory.state().schedules.len(), 1);
}

/// Three messages of which the first is sent, with this period in which its receipt is waited for.
async fn one_of_three_sent(period: u16) -> (Memory, StoppedClock, WakeUp) {
    let (memory, clock) = (Memory::default(), StoppedClock::at(start()));
    let mut request = submission(&[Channel::Sms, Channel::Email], 3);
    Arc::make_mut(&mut request.items[0].spec).channels[0].content.validity_period = Some(period);
    accept(&memory, &memory, &clock, request).await.expect("accepted");
    let (_, pointer) = drain(&memory)[0];
    sender(&memory, &clock, Channel::Sms, &Scripted::default()).handle(pointer).await.expect("handled");
    let wake_up = wake_ups(&memory)[0];
    (memory, clock, wake_up)
}

#[tokio::test]
async fn a_wake_up_leaves_alone_what_it_was_not_set_for() {
    let (memory, clock, wake_up) = one_of_three_sent(5).await;
    clock.advance(Duration::from_secs(301));
    // The second time as after a death between its writes and its pointers; the two that wait for their first sender have
    // pointers already.
    for _ in 0..2 {
        dispatch(&memory, &memory, &memory, &clock, wake_up).await.expect("dispatched");
        let pointers = drain(&memory);
        assert_eq!(pointers.iter().map(|(channel, _)| *channel).collect::<Vec<_>>(), [Channel::Email]);
        assert_eq!(pointers[0].1.attempt.attempt, 1);
    }
    let another = WakeUp { at: wake_up.at + 5_000, ..wake_up };
    dispatch(&memory, &memory, &memory, &clock, another).await.expect("dispatched");
    assert!(drain(&memory).is_empty());
}

#[tokio::test]
async fn a_wake_up_sees_to_a_message_whose_rescheduling_died_half_way() {
    let (memory, clock) = accepted_for(start() + minutes(600), 2).await;
    let set = wake_ups(&memory);
    {
        let mut state = memory.state();
        let message = state.messages.values_mut().next().expect("a message");
        decide::reschedule(message, start(), start()).expect("rescheduled");
        message.version += 1;
    }
    clock.advance(Duration::from_secs(598 * 60));
    let other = WakeUp { at: set[0].at - 60_000, ..set[0] };
    dispatch(&memory, &memory, &memory, &clock, other).await.expect("dispatched");
    assert_eq!(drain(&memory).len(), 1);
}

#[tokio::test]
async fn the_schedule_of_a_validity_period_is_removed_when_all_have_been_delivered() {
    let (memory, clock, wake_up) = one_of_three_sent(60).await;
    dispatch(&memory, &memory, &memory, &clock, wake_up).await.expect("dispatched");
    assert_eq!(memory.state().schedules.len(), 1);
    let now = WakeUp { at: start().timestamp_millis(), ..wake_up };
    for left in [1, 0] {
        for message in memory.state().messages.values_mut().skip(left) {
            message.attempts[0].state = AttemptState::Delivered;
            message.attempts[0].succeeded_at = Some(start());
            message.status = Status::Delivered;
        }
        dispatch(&memory, &memory, &memory, &clock, now).await.expect("dispatched");
        assert_eq!(memory.state().schedules.len(), left);
    }
}
