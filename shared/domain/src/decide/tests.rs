use super::*;
use crate::{AccountId, BulkId, Leg, MessageId, Outcome, Receipt, ReceiptStatus, Recipient, outcome::Accepted};
use std::time::Duration;

mod combinations;
/// Several providers on one channel, and calls that may be made again.
mod providers;
/// What waits: for its time, its window, its receipt.
mod time;
mod tracks;

fn at(seconds: i64) -> Time {
    Time::from_timestamp_millis(1_790_000_000_000 + seconds * 1000).expect("a time")
}

fn leg(channel: Channel) -> Leg {
    Leg { channel, required: false, reachable: true, success: None, validity_minutes: None }
}

fn message(route: impl IntoIterator<Item = Leg>) -> Message {
    let bulk = BulkId::new(at(0), [7; 8]);
    Message {
        account: AccountId(1),
        id: MessageId::new(bulk, 0),
        bulk_id: bulk,
        task: None,
        group: None,
        item: 0,
        content: None,
        callback: false,
        recipient: Recipient::default(),
        created_at: at(0),
        schedule: crate::window::Schedule::default(),
        route: route.into_iter().collect(),
        rates: None,
        status: Status::Created,
        attempts: Vec::new(),
        timeline: Vec::new(),
        tracks: crate::tracks::Tracks::default(),
        version: 0,
    }
}

fn opened(route: impl IntoIterator<Item = Leg>) -> Message {
    let mut message = message(route);
    open(&mut message, at(0));
    message
}

fn accepted(receipts: bool) -> Outcome {
    Outcome::Accepted(Accepted { provider_message_id: Some("p1".into()), receipts, part_count: None })
}

fn error(class: ErrorClass) -> ProviderError {
    ProviderError::new(class, "E1", "refused")
}

/// Claims and answers one try at second `second`.
fn answer(message: &mut Message, attempt: u8, outcome: &Outcome, second: i64) -> Vec<Effect> {
    claim(message, attempt, at(second)).expect("a claim");
    let try_number = message.attempts[usize::from(attempt)].tries;
    let of = ResultOf::new(attempt, try_number, Some("P"), outcome);
    result(message, &of, at(second))
}

fn report(message: &mut Message, attempt: u8, status: ReceiptStatus, second: i64) -> Vec<Effect> {
    let news = Receipt { status, at: at(second), provider_message_id: None, part_count: None };
    receipt(message, attempt, &news, at(second)).expect("an attempt")
}

fn send_to(effects: &[Effect]) -> Vec<(u8, Channel)> {
    let sends = effects.iter().filter_map(|effect| match effect {
        Effect::Send { attempt, channel, .. } => Some((*attempt, *channel)),
        Effect::Wake { .. } => None,
    });
    sends.collect()
}

#[test]
fn one_channel_with_a_receipt() {
    let mut message = message([leg(Channel::Sms)]);
    assert_eq!(send_to(&open(&mut message, at(0))), [(0, Channel::Sms)]);
    assert_eq!(answer(&mut message, 0, &accepted(true), 1), []);
    assert_eq!(message.status, Status::Pending);
    report(&mut message, 0, ReceiptStatus::Delivered, 2);
    assert_eq!(message.status, Status::Delivered);
    report(&mut message, 0, ReceiptStatus::Read, 3);
    assert_eq!(message.status, Status::Read);
    let events: Vec<_> = message.timeline.iter().map(|entry| entry.event.name()).collect();
    assert_eq!(events, ["accepted", "sent", "delivered", "read"]);
}

#[test]
fn without_receipts_taken_counts_as_delivered() {
    let mut message = opened([leg(Channel::Telegram), leg(Channel::Sms)]);
    answer(&mut message, 0, &accepted(false), 1);
    assert_eq!(message.status, Status::Delivered);
    assert_eq!(message.attempts[0].status(), Status::Delivered);
}

#[test]
fn a_refusal_moves_to_the_next_channel_and_the_last_one_ends_it() {
    let mut message = opened([leg(Channel::Whatsapp), leg(Channel::Telegram)]);
    let effects = answer(&mut message, 0, &Outcome::Refused(error(ErrorClass::Permanent)), 1);
    assert_eq!(send_to(&effects), [(1, Channel::Telegram)]);
    assert_eq!(message.status, Status::Pending);
    let effects = answer(&mut message, 1, &Outcome::Refused(error(ErrorClass::Misconfigured)), 2);
    assert_eq!(effects, []);
    assert_eq!(message.status, Status::Undelivered);
}

#[test]
fn a_failing_receipt_falls_back_once_however_often_it_comes() {
    let mut message = opened([leg(Channel::Sms), leg(Channel::Email)]);
    answer(&mut message, 0, &accepted(true), 1);
    let failed = || ReceiptStatus::Failed(error(ErrorClass::Permanent));
    assert_eq!(send_to(&report(&mut message, 0, failed(), 2)), [(1, Channel::Email)]);
    assert_eq!(send_to(&report(&mut message, 0, failed(), 3)), [(1, Channel::Email)]);
    assert_eq!(message.attempts.len(), 2);
}

#[test]
fn a_channel_without_an_address_is_skipped_visibly() {
    let unreachable = Leg { reachable: false, ..leg(Channel::Email) };
    let mut message = message([unreachable, leg(Channel::Sms)]);
    assert_eq!(send_to(&open(&mut message, at(0))), [(0, Channel::Sms)]);
    assert!(message.timeline.iter().any(|entry| entry.event == TimelineEvent::Skipped && entry.leg == Some(0)));
}

#[test]
fn temporary_errors_are_retried_with_the_pause_the_provider_asks_for_and_then_given_up() {
    let mut message = opened([leg(Channel::Sms), leg(Channel::Email)]);
    let busy = Outcome::Refused(error(ErrorClass::Temporary).retry_after(Some(Duration::from_secs(30))));
    let effects = answer(&mut message, 0, &busy, 0);
    assert_eq!(effects, [Effect::Send { attempt: 0, channel: Channel::Sms, not_before: Some(at(30)) }]);
    assert_eq!(claim(&mut message, 0, at(29)), Err(ClaimRefused::TooEarly(at(30))));
    for second in [100, 200, 300] {
        assert_eq!(send_to(&answer(&mut message, 0, &busy, second)), [(0, Channel::Sms)]);
    }
    assert_eq!(send_to(&answer(&mut message, 0, &busy, 400)), [(1, Channel::Email)]);
    assert_eq!(message.attempts[0].state, AttemptState::Failed);
}

#[test]
fn an_unknown_outcome_waits_for_its_receipt() {
    let mut message = opened([leg(Channel::Sms), leg(Channel::Email)]);
    let timeout = Outcome::Unknown(error(ErrorClass::Unknown));
    assert_eq!(answer(&mut message, 0, &timeout, 1), []);
    assert_eq!((message.status, message.attempts.len()), (Status::Pending, 1));
    assert_eq!(claim(&mut message, 0, at(9)), Err(ClaimRefused::NotWaiting));
    report(&mut message, 0, ReceiptStatus::Delivered, 2);
    assert_eq!(message.status, Status::Delivered);
    assert_eq!(message.attempts[0].error, None);
}

#[test]
fn a_lost_claim_is_an_unknown_outcome() {
    let mut message = opened([leg(Channel::Sms)]);
    claim(&mut message, 0, at(1)).expect("a claim");
    assert_eq!(claim(&mut message, 0, at(2)), Err(ClaimRefused::InProgress(at(1))));
    assert!(lose(&mut message, 0, at(60)));
    assert!(!lose(&mut message, 0, at(61)));
    assert_eq!(message.attempts[0].state, AttemptState::Unknown);
}

#[test]
fn a_receipt_before_the_answer_is_not_undone_by_it() {
    let mut message = opened([leg(Channel::Sms)]);
    claim(&mut message, 0, at(1)).expect("a claim");
    report(&mut message, 0, ReceiptStatus::Delivered, 2);
    let outcome = accepted(true);
    let of = ResultOf::new(0, 1, Some("P"), &outcome);
    result(&mut message, &of, at(3));
    assert_eq!((message.status, message.attempts[0].state), (Status::Delivered, AttemptState::Delivered));
    assert_eq!(message.attempts[0].provider_message_id.as_deref(), Some("p1"));
    let of = ResultOf { outcome: &Outcome::Unknown(error(ErrorClass::Unknown)), ..of };
    result(&mut message, &of, at(4));
    assert_eq!(message.status, Status::Delivered);
}

#[test]
fn a_late_delivery_withdraws_what_has_not_gone_out() {
    let mut message = opened([leg(Channel::Sms), leg(Channel::Email)]);
    answer(&mut message, 0, &accepted(true), 1);
    report(&mut message, 0, ReceiptStatus::Failed(error(ErrorClass::Permanent)), 2);
    assert_eq!(report(&mut message, 0, ReceiptStatus::Delivered, 3), []);
    assert_eq!(message.status, Status::Delivered);
    assert_eq!(message.attempts[1].state, AttemptState::Canceled);
    assert_eq!(claim(&mut message, 1, at(4)), Err(ClaimRefused::NotWaiting));
}

#[test]
fn a_late_failure_changes_nothing_but_the_timeline() {
    let mut message = opened([leg(Channel::Sms), leg(Channel::Email)]);
    answer(&mut message, 0, &accepted(true), 1);
    report(&mut message, 0, ReceiptStatus::Delivered, 2);
    for second in [3, 4] {
        assert_eq!(report(&mut message, 0, ReceiptStatus::Failed(error(ErrorClass::Permanent)), second), []);
    }
    assert_eq!((message.status, message.attempts.len()), (Status::Delivered, 1));
    assert_eq!(message.timeline.iter().filter(|entry| entry.event == TimelineEvent::LateReceipt).count(), 1);
}

#[test]
fn required_channels_stand_for_themselves() {
    let required = Leg { required: true, ..leg(Channel::Email) };
    let mut message = message([leg(Channel::Push), required, leg(Channel::Sms)]);
    assert_eq!(send_to(&open(&mut message, at(0))), [(0, Channel::Push), (1, Channel::Email)]);
    answer(&mut message, 1, &accepted(false), 1);
    assert_eq!(message.status, Status::Delivered);
    // The e-mail is a copy: the chain goes on until one of its own has delivered.
    let effects = answer(&mut message, 0, &Outcome::Refused(error(ErrorClass::Permanent)), 2);
    assert_eq!(send_to(&effects), [(2, Channel::Sms)]);
}

#[test]
fn a_failed_required_channel_leaves_the_rest_alone() {
    let required = Leg { required: true, ..leg(Channel::Email) };
    let mut message = opened([required, leg(Channel::Push), leg(Channel::Sms)]);
    assert_eq!(answer(&mut message, 0, &Outcome::Refused(error(ErrorClass::Permanent)), 1), []);
    assert_eq!(message.status, Status::Pending);
    answer(&mut message, 1, &accepted(false), 2);
    assert_eq!((message.status, message.attempts.len()), (Status::Delivered, 2));
}

#[test]
fn success_can_mean_sent_or_read() {
    let sent = Leg { success: Some(SuccessStatus::Sent), ..leg(Channel::Sms) };
    let mut message = opened([sent, leg(Channel::Email)]);
    answer(&mut message, 0, &accepted(true), 1);
    assert_eq!(message.status, Status::Delivered);
    report(&mut message, 0, ReceiptStatus::Failed(error(ErrorClass::Permanent)), 2);
    assert_eq!((message.status, message.attempts.len()), (Status::Delivered, 1));

    let read = Leg { success: Some(SuccessStatus::Read), ..leg(Channel::Viber) };
    let mut message = opened([read, leg(Channel::Email)]);
    answer(&mut message, 0, &accepted(true), 1);
    report(&mut message, 0, ReceiptStatus::Delivered, 2);
    assert_eq!(message.status, Status::Pending);
    report(&mut message, 0, ReceiptStatus::Read, 3);
    assert_eq!(message.status, Status::Read);
}

#[test]
fn cancel_wins_before_a_claim_and_loses_after_it() {
    let mut message = opened([leg(Channel::Sms)]);
    cancel(&mut message, at(1)).expect("cancelled");
    cancel(&mut message, at(1)).expect("still cancelled");
    assert_eq!(claim(&mut message, 0, at(2)), Err(ClaimRefused::NotWaiting));
    assert_eq!((message.status, outstanding(&message)), (Status::Canceled, Vec::new()));

    let mut message = opened([leg(Channel::Sms)]);
    claim(&mut message, 0, at(1)).expect("a claim");
    assert_eq!(cancel(&mut message, at(2)), Err(NotCancellable));
}

#[test]
fn cancel_between_two_channels_stops_the_fallback() {
    let mut message = opened([leg(Channel::Sms), leg(Channel::Email)]);
    answer(&mut message, 0, &Outcome::Refused(error(ErrorClass::Permanent)), 1);
    cancel(&mut message, at(2)).expect("cancelled");
    assert_eq!(claim(&mut message, 1, at(3)), Err(ClaimRefused::NotWaiting));
}

#[test]
fn no_provider_is_an_error_of_ours() {
    let mut message = opened([leg(Channel::Sms)]);
    claim(&mut message, 0, at(1)).expect("a claim");
    let outcome = Outcome::Refused(error(ErrorClass::Misconfigured));
    let of = ResultOf::new(0, 1, None, &outcome);
    result(&mut message, &of, at(1));
    assert_eq!(message.status, Status::Error);
}

#[test]
fn a_message_of_a_deleted_task_goes_no_further() {
    // Nothing has gone out.
    let mut message = opened([leg(Channel::Sms), leg(Channel::Email)]);
    abandon(&mut message, at(1));
    assert_eq!((message.status, outstanding(&message)), (Status::Canceled, Vec::new()));
    // One required channel has, the other one waits.
    let required = |channel| Leg { required: true, ..leg(channel) };
    let mut message = opened([required(Channel::Sms), required(Channel::Email)]);
    claim(&mut message, 0, at(1)).expect("claimed");
    abandon(&mut message, at(2));
    assert_eq!((message.attempts[0].state, message.attempts[1].state), (AttemptState::Claimed, AttemptState::Canceled));
    assert!(outstanding(&message).iter().all(|effect| !matches!(effect, Effect::Send { .. })));
    let before = message.clone();
    abandon(&mut message, at(3));
    assert_eq!(message, before, "a second time changes nothing");
}
