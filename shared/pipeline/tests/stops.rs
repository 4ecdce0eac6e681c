//! The stop list: what puts recipients there, and that nobody on it is written to.

mod support;

use baton_domain::{
    AttemptState, Channel, ErrorClass, Outcome, ProviderError, Receipt, ReceiptStatus, Status, Time,
    stop::{StopEntry, StopKey, StopMark, StopReason, StopScope},
};
use baton_pipeline::{
    accept::accept,
    fallback::fall_back,
    inbound::{Act, Inbound},
    memory::{Memory, StoppedClock},
    pointer::Pointer,
    provider::ReceiptOf,
    receipts::take,
    stops::{StopWrites, hear},
};
use std::{collections::BTreeSet, time::Duration};
use support::{ACCOUNT, Scripted, drain, only_message, sender, start, submission};

async fn accepted(channels: &[Channel]) -> (Memory, StoppedClock, Pointer) {
    let (memory, clock) = (Memory::default(), StoppedClock::at(start()));
    accept(&memory, &memory, &clock, submission(channels, 1)).await.expect("accepted");
    let pointer = drain(&memory)[0].1;
    (memory, clock, pointer)
}

fn person(channel: Option<Channel>, address: &str) -> StopEntry {
    let key = StopKey { scope: StopScope::Account(ACCOUNT), address: address.to_owned(), channel };
    let by = "key".to_owned();
    let mark = StopMark { reason: StopReason::Manual, by, comment: None, created_at: start(), event_at: None };
    StopEntry { key, mark }
}

fn did(act: Act, channel: Channel, from: &str, at: Time) -> Inbound {
    let (provider, id) = ("SCRIPTED".to_owned(), "1".to_owned());
    Inbound { channel, provider, id, from: from.to_owned(), to: None, at, act }
}

/// The address that a channel uses for the recipient of the only message.
fn address(memory: &Memory, channel: Channel) -> String {
    only_message(memory).recipient.address(channel).expect("an address").to_owned()
}

/// The reasons for which somebody is on a list for a channel.
fn reasons(memory: &Memory, scope: StopScope, channel: Channel) -> BTreeSet<StopReason> {
    let state = memory.state();
    let of_scope = state.stops.iter().filter(|((of, _), _)| *of == scope).map(|(_, listed)| listed);
    let marks = of_scope.filter_map(|listed| listed.standings.get(&Some(channel))?.mark.as_ref());
    marks.map(|mark| mark.reason).collect()
}

#[tokio::test]
async fn a_stopped_channel_is_passed_over_visibly_and_the_next_one_follows() {
    let (memory, clock, first) = accepted(&[Channel::Sms, Channel::Telegram]).await;
    memory.stop(&person(Some(Channel::Sms), &address(&memory, Channel::Sms))).await.expect("stored");
    let (sms, telegram) = (Scripted::default(), Scripted::default());
    sender(&memory, &clock, Channel::Sms, &sms).handle(first).await.expect("handled");
    assert_eq!(sms.call_count(), 0);
    let error = only_message(&memory).attempts[0].error.clone().expect("an error");
    assert_eq!((error.class, error.code.as_str()), (ErrorClass::Permanent, "stop_list"));
    let fallback = memory.state().fallbacks.pop().expect("a fallback");
    fall_back(&memory, &memory, &clock, fallback).await.expect("fell back");
    let (channel, second) = drain(&memory)[0];
    sender(&memory, &clock, channel, &telegram).handle(second).await.expect("handled");
    assert_eq!((channel, telegram.call_count()), (Channel::Telegram, 1));
}

#[tokio::test]
async fn a_stop_between_two_tries_wins() {
    let (memory, clock, pointer) = accepted(&[Channel::Sms]).await;
    let phone = address(&memory, Channel::Sms);
    let sms = Scripted::answering([support::refused(ErrorClass::Temporary)]);
    let sender = sender(&memory, &clock, Channel::Sms, &sms);
    sender.handle(pointer).await.expect("handled");
    hear(&memory, &did(Act::Blocked, Channel::Sms, &phone, start()), start()).await.expect("heard");
    clock.advance(Duration::from_secs(60));
    sender.handle(pointer).await.expect("handled");
    let message = only_message(&memory);
    assert_eq!((sms.call_count(), message.status), (1, Status::Undelivered));
    assert_eq!(message.attempts[0].state, AttemptState::Failed);
}

#[tokio::test]
async fn who_blocks_us_is_stopped_for_all_accounts_until_they_let_us_in() {
    let memory = Memory::default();
    let at = |seconds| start() + Duration::from_secs(seconds);
    let on = |channel| reasons(&memory, StopScope::Deployment, channel);
    for (channel, from, reason) in [
        (Channel::Sms, "+79990000009", StopReason::StopReply),
        (Channel::Email, "Anna@Example.org", StopReason::Complaint),
        (Channel::Telegram, "42", StopReason::Blocked),
    ] {
        hear(&memory, &did(Act::Blocked, channel, from, at(1)), at(2)).await.expect("heard");
        assert_eq!(on(channel), [reason].into());
        hear(&memory, &did(Act::wrote("hello"), channel, from, at(3)), at(3)).await.expect("heard");
        assert_eq!(on(channel), [reason].into(), "to write is not to let in");
        hear(&memory, &did(Act::Allowed, channel, from, at(4)), at(4)).await.expect("heard");
        hear(&memory, &did(Act::Blocked, channel, from, at(1)), at(5)).await.expect("heard");
        assert_eq!(on(channel), BTreeSet::new(), "the first event came again");
    }
    let key = |entry: StopEntry| StopEntry { key: StopKey { scope: StopScope::Deployment, ..entry.key }, ..entry };
    memory.stop(&key(person(Some(Channel::Telegram), "42"))).await.expect("stored");
    hear(&memory, &did(Act::Allowed, Channel::Telegram, "42", at(9)), at(9)).await.expect("heard");
    assert_eq!(on(Channel::Telegram), [StopReason::Manual].into(), "what a person put there stays");
}

#[tokio::test]
async fn a_hard_bounce_in_a_receipt_stops_the_address_for_its_account() {
    let (memory, clock, pointer) = accepted(&[Channel::Email]).await;
    sender(&memory, &clock, Channel::Email, &Scripted::default()).handle(pointer).await.expect("handled");
    let bounced = |stop: Option<StopReason>| {
        let error = ProviderError { stop, ..ProviderError::new(ErrorClass::Permanent, "Bounce", "It came back.") };
        let (status, at) = (ReceiptStatus::Failed(error), start());
        let receipt = Receipt { status, at, provider_message_id: None, part_count: None };
        ReceiptOf { attempt: pointer.attempt, receipt }
    };
    take(&memory, &memory, &memory, &clock, &bounced(None)).await.expect("taken");
    let on = || reasons(&memory, StopScope::Account(ACCOUNT), Channel::Email);
    assert_eq!(on(), BTreeSet::new());
    for _ in 0..2 {
        take(&memory, &memory, &memory, &clock, &bounced(Some(StopReason::Bounce))).await.expect("taken");
        assert_eq!(on(), [StopReason::Bounce].into());
    }
    assert_eq!(reasons(&memory, StopScope::Deployment, Channel::Email), BTreeSet::new());
}

#[tokio::test]
async fn a_refusal_that_says_so_stops_the_address_that_was_called() {
    let (memory, clock, pointer) = accepted(&[Channel::Telegram]).await;
    let blocked = ProviderError::new(ErrorClass::Permanent, "403", "Blocked.").stop(StopReason::Blocked);
    let telegram = Scripted::answering([Outcome::Refused(blocked)]);
    sender(&memory, &clock, Channel::Telegram, &telegram).handle(pointer).await.expect("handled");
    assert_eq!(reasons(&memory, StopScope::Deployment, Channel::Telegram), [StopReason::Blocked].into());
    let state = memory.state();
    let (_, stopped) = state.stops.first_key_value().expect("a line");
    assert_eq!(stopped.address, telegram.calls.lock().expect("calls")[0].to);
}
