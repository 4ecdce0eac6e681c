use super::*;

fn minutes(minutes: i64) -> i64 {
    minutes * 60
}

#[test]
fn a_later_time_delays_and_claims_keep_to_it() {
    let mut message = message([leg(Channel::Sms)]);
    message.schedule.send_at = Some(at(100));
    let effects = open(&mut message, at(0));
    assert_eq!(effects, [Effect::Send { attempt: 0, channel: Channel::Sms, not_before: Some(at(100)) }]);
    assert_eq!(message.status, Status::Delayed);
    assert_eq!(claim(&mut message, 0, at(99)), Err(ClaimRefused::TooEarly(at(100))));
    assert_eq!(claim(&mut message, 0, at(100)), Ok(()));
}

/// Open from minute 0 to minute 30 of an hour (the epoch of the tests is at 14:13:20).
pub(super) fn half_hour() -> crate::window::Range {
    let time = |minute: u32| chrono::NaiveTime::from_hms_opt(14, minute, 20).expect("a time of day");
    crate::window::Range::new(time(13), time(43)).expect("a range")
}

#[test]
fn a_closed_window_is_not_sent_in_and_reopens_the_next_day() {
    let mut message = message([leg(Channel::Sms)]);
    message.schedule.ranges = vec![half_hour()];
    open(&mut message, at(0));
    assert_eq!(message.status, Status::Created);
    assert_eq!(claim(&mut message, 0, at(minutes(30))), Err(ClaimRefused::WindowClosed));
    let effects = reopen(&mut message, 0, at(minutes(30)));
    assert_eq!(effects, [Effect::Send { attempt: 0, channel: Channel::Sms, not_before: Some(at(minutes(1440))) }]);
    assert_eq!(claim(&mut message, 0, at(minutes(1440))), Ok(()));
}

#[test]
fn fallbacks_and_retries_wait_for_the_window_as_well() {
    let mut message = message([leg(Channel::Sms), leg(Channel::Email)]);
    message.schedule.ranges = vec![half_hour()];
    open(&mut message, at(0));
    answer(&mut message, 0, &accepted(true), minutes(29));
    report(&mut message, 0, ReceiptStatus::Failed(error(ErrorClass::Permanent)), minutes(31));
    assert_eq!(message.attempts[1].not_before, Some(at(minutes(1440))));
    assert_eq!(message.status, Status::Pending);

    let mut message = message_open_to_retry();
    let busy = Outcome::Refused(error(ErrorClass::Temporary).retry_after(Some(Duration::from_secs(120))));
    answer(&mut message, 0, &busy, minutes(29));
    assert_eq!(message.attempts[0].not_before, Some(at(minutes(1440))));
}

fn message_open_to_retry() -> Message {
    let mut message = message([leg(Channel::Sms)]);
    message.schedule.ranges = vec![half_hour()];
    open(&mut message, at(0));
    message
}

#[test]
fn without_a_receipt_in_time_the_next_channel_follows_and_the_last_one_expires() {
    let valid = |channel| Leg { validity_minutes: Some(1), ..leg(channel) };
    let mut message = opened([valid(Channel::Sms), valid(Channel::Email)]);
    assert_eq!(answer(&mut message, 0, &accepted(true), 10), [Effect::Wake { at: at(70) }]);
    assert_eq!(expire(&mut message, at(69)), [Effect::Wake { at: at(70) }]);
    assert_eq!(send_to(&expire(&mut message, at(70))), [(1, Channel::Email)]);
    assert_eq!((message.status, message.attempts[0].state), (Status::Pending, AttemptState::Expired));
    answer(&mut message, 1, &Outcome::Unknown(error(ErrorClass::Unknown)), 80);
    assert_eq!(expire(&mut message, at(140)), []);
    assert_eq!(message.status, Status::Expired);
    // The truth may still come out.
    report(&mut message, 0, ReceiptStatus::Delivered, 200);
    assert_eq!(message.status, Status::Delivered);
}

#[test]
fn unread_in_time_falls_back_and_stays_delivered() {
    let read = Leg { success: Some(SuccessStatus::Read), validity_minutes: Some(1), ..leg(Channel::Viber) };
    let mut message = opened([read, leg(Channel::Sms)]);
    answer(&mut message, 0, &accepted(true), 0);
    report(&mut message, 0, ReceiptStatus::Delivered, 5);
    assert_eq!(send_to(&expire(&mut message, at(60))), [(1, Channel::Sms)]);
    answer(&mut message, 1, &Outcome::Refused(error(ErrorClass::Permanent)), 61);
    assert_eq!(message.status, Status::Delivered);
}

#[test]
fn only_what_waits_is_rescheduled() {
    let mut message = message([leg(Channel::Sms)]);
    message.schedule.send_at = Some(at(100));
    open(&mut message, at(0));
    let effects = reschedule(&mut message, at(200), at(1)).expect("rescheduled");
    assert_eq!(effects, [Effect::Send { attempt: 0, channel: Channel::Sms, not_before: Some(at(200)) }]);
    assert_eq!(claim(&mut message, 0, at(150)), Err(ClaimRefused::TooEarly(at(200))));
    reschedule(&mut message, at(0), at(2)).expect("rescheduled");
    assert_eq!(message.status, Status::Created);
    claim(&mut message, 0, at(3)).expect("a claim");
    assert_eq!(reschedule(&mut message, at(500), at(4)), Err(NotWaiting));
}

#[test]
fn a_late_delivery_that_is_not_enough_ends_the_wait_all_the_same() {
    let read = Leg { success: Some(SuccessStatus::Read), validity_minutes: Some(1), ..leg(Channel::Viber) };
    let mut message = opened([read]);
    answer(&mut message, 0, &accepted(true), 0);
    expire(&mut message, at(60));
    assert_eq!(report(&mut message, 0, ReceiptStatus::Delivered, 90), []);
    assert_eq!(message.status, Status::Delivered);

    // The same while the next channel is still out.
    let mut message = opened([read, leg(Channel::Sms)]);
    answer(&mut message, 0, &accepted(true), 0);
    expire(&mut message, at(60));
    report(&mut message, 0, ReceiptStatus::Delivered, 90);
    answer(&mut message, 1, &Outcome::Refused(error(ErrorClass::Permanent)), 91);
    assert_eq!(message.status, Status::Delivered);
}

#[test]
fn a_refusal_for_now_is_not_tried_again_when_another_channel_has_delivered_meanwhile() {
    let mut message = opened([leg(Channel::Sms), leg(Channel::Email)]);
    answer(&mut message, 0, &accepted(true), 1);
    report(&mut message, 0, ReceiptStatus::Failed(error(ErrorClass::Permanent)), 2);
    claim(&mut message, 1, at(3)).expect("a claim");
    report(&mut message, 0, ReceiptStatus::Delivered, 4);
    let outcome = Outcome::Refused(error(ErrorClass::Temporary));
    let of = ResultOf::new(1, 1, Some("P"), &outcome);
    assert_eq!(result(&mut message, &of, at(5)), []);
    assert_eq!((message.attempts[1].state, message.status), (AttemptState::Canceled, Status::Delivered));
}

#[test]
fn an_event_sees_to_its_own_attempt_and_the_one_that_follows() {
    let required = Leg { required: true, ..leg(Channel::Email) };
    let mut message = opened([required, leg(Channel::Sms), leg(Channel::Push)]);
    // Two that wait side by side leave each other alone.
    assert_eq!(send_to(&outstanding_of(&message, 0)), [(0, Channel::Email)]);
    assert_eq!(send_to(&outstanding_of(&message, 1)), [(1, Channel::Sms)]);
    answer(&mut message, 1, &Outcome::Refused(error(ErrorClass::Permanent)), 1);
    assert_eq!(send_to(&outstanding_of(&message, 1)), [(2, Channel::Push)]);
    assert_eq!(send_to(&outstanding_of(&message, 0)), [(0, Channel::Email)]);
    // What follows has been claimed: it has an event of its own now.
    answer(&mut message, 2, &Outcome::Refused(error(ErrorClass::Temporary)), 2);
    assert_eq!(outstanding_of(&message, 1), []);
    assert_eq!(send_to(&outstanding_of(&message, 2)), [(2, Channel::Push)]);
}
