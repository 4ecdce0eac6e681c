//! Messages from accept to their end, over the ports in memory.

mod support;

use baton_domain::{
    AttemptState, Channel, Currency, ErrorClass, Outcome, Price, Receipt, ReceiptStatus, Status, TimelineEvent,
    outcome::Accepted,
};
use baton_pipeline::{
    accept::accept,
    cancel::cancel,
    fallback::fall_back,
    memory::{Memory, StoppedClock},
    pointer::Pointer,
    ports::Claims,
    provider::ReceiptOf,
    receipts::{Taken, take},
    send::Verdict,
};
use std::time::Duration;
use support::{ACCOUNT, Scripted, drain, only_message, refused, sender, start, submission};

fn receipt(pointer: Pointer, status: ReceiptStatus) -> ReceiptOf {
    let receipt = Receipt { status, at: start(), provider_message_id: None, part_count: None };
    ReceiptOf { attempt: pointer.attempt, receipt }
}

/// A world with one accepted message, and the pointer to its first attempt.
async fn accepted(channels: &[Channel]) -> (Memory, StoppedClock, Pointer) {
    let (memory, clock) = (Memory::default(), StoppedClock::at(start()));
    accept(&memory, &memory, &clock, submission(channels, 1)).await.expect("accepted");
    let pointers = drain(&memory);
    assert_eq!(pointers.len(), 1);
    assert_eq!(pointers[0].0, channels[0]);
    (memory, clock, pointers[0].1)
}

#[tokio::test]
async fn the_sender_counts_the_parts_that_its_provider_does_not_tell_and_the_rate_makes_the_price() {
    for (channel, parts, price) in
        [(Channel::Sms, Some(2), Some("0.2 RUB")), (Channel::Telegram, None, Some("0.1 RUB"))]
    {
        let (memory, clock) = (Memory::default(), StoppedClock::at(start()));
        let mut submission = submission(&[channel], 2);
        let spec = std::sync::Arc::make_mut(&mut submission.items[0].spec);
        spec.channels[0].content.text = Some("Ещё и ещё".repeat(10));
        submission.items[0].rates.insert(0, "RUB,0=0.1".parse().expect("rates"));
        accept(&memory, &memory, &clock, submission).await.expect("accepted");
        for (_, pointer) in drain(&memory) {
            let outcome = Outcome::Accepted(Accepted { receipts: true, ..Accepted::default() });
            sender(&memory, &clock, channel, &Scripted::answering([outcome])).handle(pointer).await.expect("handled");
        }
        let state = memory.state();
        let prices: Vec<_> = state.messages.values().map(|message| message.price()).collect();
        let shown = |price: &(Price, Currency)| format!("{} {}", price.0, price.1);
        assert_eq!(
            prices.iter().map(|price| price.as_ref().map(shown)).collect::<Vec<_>>(),
            [price.map(str::to_owned), None]
        );
        assert!(state.messages.values().all(|message| message.attempts[0].part_count == parts));
    }
}

#[tokio::test]
async fn falls_back_and_is_delivered() {
    let (memory, clock, first) = accepted(&[Channel::Whatsapp, Channel::Telegram]).await;
    let whatsapp = Scripted::answering([refused(ErrorClass::Permanent)]);
    assert_eq!(
        sender(&memory, &clock, Channel::Whatsapp, &whatsapp).handle(first).await.expect("handled"),
        Verdict::Done
    );
    let fallback = memory.state().fallbacks.pop().expect("a fallback");
    fall_back(&memory, &memory, &clock, fallback).await.expect("fell back");
    let (channel, second) = drain(&memory)[0];
    assert_eq!(channel, Channel::Telegram);
    let telegram = Scripted::default();
    sender(&memory, &clock, channel, &telegram).handle(second).await.expect("handled");
    assert_eq!(telegram.calls.lock().expect("calls")[0].content.text.as_deref(), Some("Здравствуйте, друг"));
    assert_eq!(
        take(&memory, &memory, &memory, &clock, &receipt(second, ReceiptStatus::Delivered)).await.expect("taken"),
        Taken::Applied
    );
    let message = only_message(&memory);
    assert_eq!(message.status, Status::Delivered);
    assert_eq!(
        message.attempts.iter().map(|a| a.state).collect::<Vec<_>>(),
        [AttemptState::Failed, AttemptState::Delivered]
    );
}

#[tokio::test]
async fn a_pointer_that_comes_twice_calls_the_provider_once() {
    let (memory, clock, pointer) = accepted(&[Channel::Sms]).await;
    let provider = Scripted::default();
    let sender = sender(&memory, &clock, Channel::Sms, &provider);
    for _ in 0..3 {
        assert_eq!(sender.handle(pointer).await.expect("handled"), Verdict::Done);
    }
    assert_eq!(provider.call_count(), 1);
}

#[tokio::test]
async fn temporary_errors_come_again_by_the_record_and_then_fall_back() {
    let (memory, clock, pointer) = accepted(&[Channel::Sms, Channel::Email]).await;
    let provider = Scripted::answering((0..5).map(|_| refused(ErrorClass::Temporary)));
    let sender = sender(&memory, &clock, Channel::Sms, &provider);
    for seconds in [1, 4, 16, 64] {
        assert_eq!(sender.handle(pointer).await.expect("handled"), Verdict::Again(Duration::from_secs(seconds)));
        // Too early: a duplicate of the record does not shorten the pause.
        clock.advance(Duration::from_millis(900));
        assert_eq!(
            sender.handle(pointer).await.expect("handled"),
            Verdict::Again(Duration::from_millis(seconds * 1000 - 900))
        );
        clock.advance(Duration::from_millis(seconds * 1000 - 900));
    }
    assert_eq!(sender.handle(pointer).await.expect("handled"), Verdict::Done);
    assert_eq!(provider.call_count(), 5);
    assert_eq!(memory.state().fallbacks.len(), 1);
}

#[tokio::test]
async fn an_unknown_outcome_is_never_sent_again() {
    let (memory, clock, pointer) = accepted(&[Channel::Sms, Channel::Email]).await;
    let provider = Scripted::answering([refused(ErrorClass::Unknown)]);
    let sender = sender(&memory, &clock, Channel::Sms, &provider);
    for _ in 0..3 {
        assert_eq!(sender.handle(pointer).await.expect("handled"), Verdict::Done);
        clock.advance(Duration::from_secs(3600));
    }
    assert_eq!((provider.call_count(), memory.state().fallbacks.len()), (1, 0));
    take(&memory, &memory, &memory, &clock, &receipt(pointer, ReceiptStatus::Delivered)).await.expect("taken");
    assert_eq!(only_message(&memory).status, Status::Delivered);
}

#[tokio::test]
async fn a_sender_that_died_after_its_claim_leaves_an_unknown_outcome() {
    let (memory, clock, pointer) = accepted(&[Channel::Sms]).await;
    memory.claim(pointer.attempt, start()).await.expect("claimed");
    let provider = Scripted::default();
    let sender = sender(&memory, &clock, Channel::Sms, &provider);
    clock.advance(Duration::from_secs(5));
    assert_eq!(sender.handle(pointer).await.expect("handled"), Verdict::Again(Duration::from_secs(30)));
    clock.advance(Duration::from_secs(30));
    assert_eq!(sender.handle(pointer).await.expect("handled"), Verdict::Done);
    assert_eq!((provider.call_count(), only_message(&memory).attempts[0].state), (0, AttemptState::Unknown));
}

#[tokio::test]
async fn what_a_dead_process_did_not_emit_is_emitted_by_the_redelivery() {
    let (memory, clock, pointer) = accepted(&[Channel::Sms, Channel::Email]).await;
    let provider = Scripted::answering([refused(ErrorClass::Permanent)]);
    let sender = sender(&memory, &clock, Channel::Sms, &provider);
    sender.handle(pointer).await.expect("handled");
    // It died after it had stored the failure, before it could put the message on the fallback queue.
    memory.state().fallbacks.clear();
    assert_eq!(sender.handle(pointer).await.expect("handled"), Verdict::Done);
    assert_eq!(memory.state().fallbacks.len(), 1);

    // The same for a receipt.
    let failed =
        receipt(pointer, ReceiptStatus::Failed(baton_domain::ProviderError::new(ErrorClass::Permanent, "x", "x")));
    memory.state().fallbacks.clear();
    take(&memory, &memory, &memory, &clock, &failed).await.expect("taken");
    assert_eq!(memory.state().fallbacks.len(), 1);
}

#[tokio::test]
async fn a_receipt_may_come_before_the_answer() {
    let (memory, clock, pointer) = accepted(&[Channel::Sms]).await;
    memory.claim(pointer.attempt, start()).await.expect("claimed");
    take(&memory, &memory, &memory, &clock, &receipt(pointer, ReceiptStatus::Delivered)).await.expect("taken");
    take(&memory, &memory, &memory, &clock, &receipt(pointer, ReceiptStatus::Delivered)).await.expect("taken");
    let message = only_message(&memory);
    assert_eq!(message.status, Status::Delivered);
    assert_eq!(message.timeline.iter().filter(|entry| entry.event == TimelineEvent::Delivered).count(), 1);
}

#[tokio::test]
async fn no_provider_and_no_such_provider_are_misconfigurations() {
    let (memory, clock, pointer) = accepted(&[Channel::Sms]).await;
    let mut sender = sender(&memory, &clock, Channel::Sms, &Scripted::default());
    sender.providers.clear();
    sender.handle(pointer).await.expect("handled");
    let message = only_message(&memory);
    let error = message.attempts[0].error.as_ref().expect("an error");
    assert_eq!(
        (message.status, error.class, error.code.as_str()),
        (Status::Error, ErrorClass::Misconfigured, "no_provider")
    );
}

#[tokio::test]
async fn a_cancelled_message_is_not_sent() {
    let (memory, clock, pointer) = accepted(&[Channel::Sms]).await;
    let (message, cancelled) =
        cancel(&memory, &clock, (ACCOUNT, pointer.attempt.message), None).await.expect("asked").expect("a message");
    assert_eq!((message.status, cancelled), (Status::Canceled, Ok(())));
    let provider = Scripted::default();
    assert_eq!(sender(&memory, &clock, Channel::Sms, &provider).handle(pointer).await.expect("handled"), Verdict::Done);
    assert_eq!(provider.call_count(), 0);
}

#[tokio::test]
async fn pointers_to_nothing_are_done_with() {
    let (memory, clock, pointer) = accepted(&[Channel::Sms]).await;
    memory.state().messages.clear();
    let provider = Scripted::default();
    assert_eq!(sender(&memory, &clock, Channel::Sms, &provider).handle(pointer).await.expect("handled"), Verdict::Done);
    assert_eq!(
        take(&memory, &memory, &memory, &clock, &receipt(pointer, ReceiptStatus::Read)).await.expect("taken"),
        Taken::Unknown
    );
}

#[tokio::test]
async fn two_attempts_that_wait_side_by_side_do_not_multiply_each_other() {
    let (memory, clock) = (Memory::default(), StoppedClock::at(start()));
    let mut request = submission(&[Channel::Sms, Channel::Email], 1);
    std::sync::Arc::make_mut(&mut request.items[0].spec).channels[1].content.required = true;
    accept(&memory, &memory, &clock, request).await.expect("accepted");
    let pointers = drain(&memory);
    assert_eq!(pointers.len(), 2);
    for (channel, pointer) in pointers {
        let provider = Scripted::answering([refused(ErrorClass::Temporary)]);
        let sender = sender(&memory, &clock, channel, &provider);
        // The try itself, and a second record that comes too early.
        for _ in 0..2 {
            assert!(matches!(sender.handle(pointer).await.expect("handled"), Verdict::Again(_)));
        }
    }
    assert!(memory.state().fallbacks.is_empty() && drain(&memory).is_empty());
}
