use super::*;

/// Claims and answers one try of a provider after which the channel has `another`.
fn refused_with_another(message: &mut Message, attempt: u8, class: ErrorClass, second: i64) -> Vec<Effect> {
    claim(message, attempt, at(second)).expect("a claim");
    let outcome = Outcome::Refused(error(class));
    let tries = message.attempts[usize::from(attempt)].tries;
    let of = ResultOf { another: true, ..ResultOf::new(attempt, tries, Some("A"), &outcome) };
    result(message, &of, at(second))
}

fn events(message: &Message) -> Vec<&'static str> {
    message.timeline.iter().map(|entry| entry.event.name()).collect()
}

#[test]
fn a_misconfigured_provider_hands_over_to_the_next_of_its_channel() {
    let mut message = opened([leg(Channel::Sms), leg(Channel::Email)]);
    let effects = refused_with_another(&mut message, 0, ErrorClass::Misconfigured, 1);
    assert_eq!(send_to(&effects), [(1, Channel::Sms)]);
    assert_eq!(events(&message), ["accepted", "failed", "failed_over"]);
    assert_eq!(message.status, Status::Pending);
    let first = &message.attempts[0];
    assert_eq!((first.provider.as_deref(), first.state), (Some("A"), AttemptState::Failed));
    // The last provider of the channel: now the next channel follows.
    let effects = answer(&mut message, 1, &Outcome::Refused(error(ErrorClass::Misconfigured)), 2);
    assert_eq!(send_to(&effects), [(2, Channel::Email)]);
}

#[test]
fn a_recipient_that_is_refused_is_refused_by_every_provider() {
    let mut message = opened([leg(Channel::Sms), leg(Channel::Email)]);
    let effects = refused_with_another(&mut message, 0, ErrorClass::Permanent, 1);
    assert_eq!(send_to(&effects), [(1, Channel::Email)]);
}

#[test]
fn a_temporary_failure_hands_over_after_its_last_try() {
    let mut message = opened([leg(Channel::Sms)]);
    for second in [1, 10, 30, 100] {
        let effects = refused_with_another(&mut message, 0, ErrorClass::Temporary, second);
        assert_eq!(send_to(&effects), [(0, Channel::Sms)]);
    }
    let effects = refused_with_another(&mut message, 0, ErrorClass::Temporary, 300);
    assert_eq!(send_to(&effects), [(1, Channel::Sms)]);
    answer(&mut message, 1, &accepted(false), 301);
    assert_eq!(message.status, Status::Delivered);
}

#[test]
fn a_required_channel_has_its_next_provider_too() {
    let required = Leg { required: true, ..leg(Channel::Email) };
    let mut message = opened([required, leg(Channel::Sms)]);
    let effects = refused_with_another(&mut message, 0, ErrorClass::Misconfigured, 1);
    assert_eq!(send_to(&effects), [(2, Channel::Email)]);
    // The event that failed sees to what follows when it comes again.
    assert_eq!(send_to(&outstanding_of(&message, 0)), [(2, Channel::Email)]);
    assert_eq!(send_to(&outstanding_of(&message, 1)), [(1, Channel::Sms)]);
    answer(&mut message, 1, &accepted(false), 2);
    assert_eq!(send_to(&outstanding(&message)), [(2, Channel::Email)]);
}

#[test]
fn nothing_takes_over_once_the_chain_has_succeeded() {
    let mut message = opened([leg(Channel::Sms), leg(Channel::Email)]);
    answer(&mut message, 0, &accepted(true), 1);
    report(&mut message, 0, ReceiptStatus::Failed(error(ErrorClass::Permanent)), 2);
    claim(&mut message, 1, at(3)).expect("a claim");
    report(&mut message, 0, ReceiptStatus::Delivered, 4);
    let outcome = Outcome::Refused(error(ErrorClass::Misconfigured));
    let of = ResultOf { another: true, ..ResultOf::new(1, 1, Some("A"), &outcome) };
    assert_eq!(result(&mut message, &of, at(5)), []);
    assert_eq!((message.attempts.len(), message.status), (2, Status::Delivered));
}

#[test]
fn a_provider_that_was_passed_over_shows_once() {
    let mut message = opened([leg(Channel::Sms)]);
    for second in [1, 60] {
        claim(&mut message, 0, at(second)).expect("a claim");
        let outcome = Outcome::Refused(error(ErrorClass::Temporary));
        let tries = message.attempts[0].tries;
        let of = ResultOf { passed_over: &["A"], ..ResultOf::new(0, tries, Some("B"), &outcome) };
        result(&mut message, &of, at(second));
    }
    assert_eq!(events(&message), ["accepted", "failed_over", "retrying", "retrying"]);
    assert_eq!(message.timeline[1].detail.as_deref(), Some("A breaker_open"));
}

fn unknown(message: &mut Message, second: i64) -> Vec<Effect> {
    claim(message, 0, at(second)).expect("a claim");
    let outcome = Outcome::Unknown(error(ErrorClass::Unknown));
    let tries = message.attempts[0].tries;
    let of = ResultOf { idempotent: true, ..ResultOf::new(0, tries, Some("A"), &outcome) };
    result(message, &of, at(second))
}

#[test]
fn an_unknown_outcome_is_tried_again_with_the_same_key_and_is_not_cancelled_meanwhile() {
    let mut message = opened([leg(Channel::Vk), leg(Channel::Sms)]);
    assert_eq!(send_to(&unknown(&mut message, 1)), [(0, Channel::Vk)]);
    assert_eq!(message.status, Status::Pending);
    // It may be out already.
    assert_eq!(cancel(&mut message, at(2)), Err(NotCancellable));
    answer(&mut message, 0, &accepted(false), 3);
    assert_eq!((message.status, message.attempts[0].error.clone()), (Status::Delivered, None));
}

#[test]
fn after_its_last_try_an_unknown_outcome_stays_unknown() {
    let mut message = opened([leg(Channel::Vk), leg(Channel::Sms)]);
    for second in [1, 10, 40, 200] {
        assert_eq!(send_to(&unknown(&mut message, second)), [(0, Channel::Vk)]);
    }
    assert_eq!(unknown(&mut message, 1000), []);
    assert_eq!(message.attempts[0].state, AttemptState::Unknown);
    report(&mut message, 0, ReceiptStatus::Delivered, 1001);
    assert_eq!(message.status, Status::Delivered);
}

#[test]
fn what_may_be_out_is_not_forgotten_over_a_later_try() {
    let may_be_out = || {
        let mut message = opened([leg(Channel::Vk), leg(Channel::Sms)]);
        unknown(&mut message, 1);
        message
    };
    // A temporary refusal, a misconfiguration, a content that could not be made: the first try may still arrive.
    let mut message = may_be_out();
    answer(&mut message, 0, &Outcome::Refused(error(ErrorClass::Temporary)), 10);
    assert_eq!(cancel(&mut message, at(11)), Err(NotCancellable));
    assert_eq!(answer(&mut message, 0, &Outcome::Refused(error(ErrorClass::Misconfigured)), 20), []);
    assert_eq!((message.attempts[0].state, message.attempts.len()), (AttemptState::Unknown, 1));
    // The provider refuses the recipient: nothing is out.
    let mut message = may_be_out();
    let effects = answer(&mut message, 0, &Outcome::Refused(error(ErrorClass::Permanent)), 10);
    assert_eq!(send_to(&effects), [(1, Channel::Sms)]);
}

#[test]
fn what_may_be_out_waits_for_its_next_try_unless_a_receipt_settles_it() {
    let wants_read = Leg { success: Some(SuccessStatus::Read), validity_minutes: Some(60), ..leg(Channel::Vk) };
    let mut message = opened([wants_read]);
    unknown(&mut message, 1);
    for (status, second) in [(ReceiptStatus::Sent, 2), (ReceiptStatus::Delivered, 3)] {
        assert_eq!(send_to(&report(&mut message, 0, status, second)), [(0, Channel::Vk)]);
    }
    let effects = answer(&mut message, 0, &accepted(true), 10);
    assert_eq!(effects, [Effect::Wake { at: at(10 + 3600) }], "somebody looks at it when its period ends");
    assert_eq!(message.attempts[0].state, AttemptState::Delivered);
    report(&mut message, 0, ReceiptStatus::Read, 11);
    assert_eq!(message.status, Status::Read);

    let mut message = opened([leg(Channel::Vk)]);
    unknown(&mut message, 1);
    assert_eq!(report(&mut message, 0, ReceiptStatus::Delivered, 2), []);
    assert_eq!(message.status, Status::Delivered);
}
