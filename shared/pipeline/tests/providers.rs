//! Several providers on a channel, their breakers, and the bandwidth.

mod support;

use baton_domain::{Channel, ErrorClass, Outcome, ProviderError, Status, bandwidth::Bandwidth, breaker::State};
use baton_pipeline::{
    accept::accept,
    memory::{Memory, StoppedClock},
    pointer::Pointer,
    provider::Provider,
    send::{Sender, Verdict},
};
use std::time::Duration;
use support::{ACCOUNT, Scripted, drain, message, only_message, refused, sender_through, start, submission, taken};

type Sms = Sender<Memory, Memory, Memory, StoppedClock, Memory, Memory>;

fn wide(class: ErrorClass) -> Outcome {
    Outcome::from_error(ProviderError::new(class, "down", "refused").provider_wide())
}

async fn accepted(channels: &[Channel], recipients: u16) -> (Memory, StoppedClock, Vec<Pointer>) {
    let (memory, clock) = (Memory::default(), StoppedClock::at(start()));
    accept(&memory, &memory, &clock, submission(channels, recipients)).await.expect("accepted");
    let pointers = drain(&memory).into_iter().map(|(_, pointer)| pointer).collect();
    (memory, clock, pointers)
}

fn two(memory: &Memory, clock: &StoppedClock, first: &Scripted, second: &Scripted) -> Sms {
    let providers: Vec<Box<dyn Provider>> = vec![Box::new(first.clone()), Box::new(second.clone())];
    sender_through(memory, clock, Channel::Sms, providers)
}

/// Lets the fallback function put what follows on the queue, and gives it.
async fn follows(memory: &Memory, clock: &StoppedClock) -> Vec<(Channel, Pointer)> {
    let fallbacks = std::mem::take(&mut memory.state().fallbacks);
    for pointer in fallbacks {
        baton_pipeline::fallback::fall_back(memory, memory, clock, pointer).await.expect("fallen back");
    }
    drain(memory)
}

#[tokio::test]
async fn the_next_provider_takes_over_before_the_next_channel() {
    let (memory, clock, pointers) = accepted(&[Channel::Sms, Channel::Email], 1).await;
    let first = Scripted::answering([refused(ErrorClass::Misconfigured)]).named("FIRST");
    let second = Scripted::answering([taken()]).named("SECOND");
    let sms = two(&memory, &clock, &first, &second);
    assert_eq!(sms.handle(pointers[0]).await.expect("handled"), Verdict::Done);
    let next = follows(&memory, &clock).await;
    assert_eq!(next.iter().map(|(channel, _)| *channel).collect::<Vec<_>>(), [Channel::Sms]);
    sms.handle(next[0].1).await.expect("handled");
    let message = only_message(&memory);
    let through: Vec<_> = message.attempts.iter().map(|attempt| attempt.provider.as_deref()).collect();
    assert_eq!(through, [Some("FIRST"), Some("SECOND")]);
    assert_eq!((message.status, first.call_count(), second.call_count()), (Status::Pending, 1, 1));
}

#[tokio::test]
async fn when_every_provider_has_failed_the_next_channel_follows() {
    let (memory, clock, pointers) = accepted(&[Channel::Sms, Channel::Email], 1).await;
    let failing = || Scripted::answering([refused(ErrorClass::Misconfigured)]);
    let sms = two(&memory, &clock, &failing().named("FIRST"), &failing().named("SECOND"));
    sms.handle(pointers[0]).await.expect("handled");
    let next = follows(&memory, &clock).await;
    sms.handle(next[0].1).await.expect("handled");
    let next = follows(&memory, &clock).await;
    assert_eq!(next.iter().map(|(channel, _)| *channel).collect::<Vec<_>>(), [Channel::Email]);
}

#[tokio::test]
async fn a_breaker_that_is_open_passes_its_provider_over_for_all_senders() {
    let (memory, clock, pointers) = accepted(&[Channel::Sms], 9).await;
    let first = Scripted::answering((0..5).map(|_| wide(ErrorClass::Misconfigured))).named("FIRST");
    let second = Scripted::default().named("SECOND");
    let sms = two(&memory, &clock, &first, &second);
    for pointer in &pointers[..5] {
        sms.handle(*pointer).await.expect("handled");
    }
    let breaker = memory.state().breakers[&(Channel::Sms, "FIRST".to_owned())].clone();
    assert_eq!(breaker.state(start()), State::Open);
    assert_eq!(breaker.last_error.map(|last| last.code), Some("down".to_owned()));
    // Another process learns of it from the store.
    let other = two(&memory, &clock, &first, &second);
    for pointer in &pointers[5..8] {
        other.handle(*pointer).await.expect("handled");
    }
    assert_eq!((first.call_count(), second.call_count()), (5, 3));
    let seen = message(&memory, pointers[5].attempt.message);
    assert!(seen.timeline.iter().any(|line| line.detail.as_deref() == Some("FIRST breaker_open")), "{seen:?}");
    // The trial after half a minute works, and closes it.
    clock.advance(Duration::from_secs(31));
    other.handle(pointers[8]).await.expect("handled");
    assert_eq!(first.call_count(), 6);
    let breaker = memory.state().breakers[&(Channel::Sms, "FIRST".to_owned())].clone();
    assert_eq!(breaker.state(start()), State::Closed);
}

#[tokio::test]
async fn the_only_provider_is_called_although_its_breaker_is_open() {
    let (memory, clock, pointers) = accepted(&[Channel::Sms], 7).await;
    let only = Scripted::answering((0..6).map(|_| wide(ErrorClass::Misconfigured)));
    let sms = sender_through(&memory, &clock, Channel::Sms, vec![Box::new(only.clone())]);
    for pointer in &pointers {
        sms.handle(*pointer).await.expect("handled");
    }
    assert_eq!(only.call_count(), 7);
    assert_eq!(message(&memory, pointers[6].attempt.message).status, Status::Pending);
}

#[tokio::test]
async fn a_provider_that_the_content_names_is_the_only_one() {
    let (memory, clock, pointers) = accepted(&[Channel::Sms], 1).await;
    let spec = memory.state().messages.values().next().and_then(|message| message.content.clone());
    let mut pinned = (*spec.expect("a content")).clone();
    pinned.channels[0].content.provider = Some("second".into());
    memory
        .state()
        .messages
        .values_mut()
        .for_each(|message| message.content = Some(std::sync::Arc::new(pinned.clone())));
    let first = Scripted::default().named("FIRST");
    let second = Scripted::answering([refused(ErrorClass::Misconfigured)]).named("SECOND");
    two(&memory, &clock, &first, &second).handle(pointers[0]).await.expect("handled");
    assert_eq!((first.call_count(), second.call_count()), (0, 1));
    assert_eq!(only_message(&memory).status, Status::Undelivered);
}

#[tokio::test]
async fn an_unknown_outcome_is_tried_again_where_the_provider_takes_a_key() {
    let (memory, clock, pointers) = accepted(&[Channel::Sms], 1).await;
    let lost = || Scripted::answering([wide(ErrorClass::Unknown)]);
    let (plain, with_key) = (lost(), lost().idempotent());
    let sms = sender_through(&memory, &clock, Channel::Sms, vec![Box::new(with_key.clone())]);
    let Verdict::Again(pause) = sms.handle(pointers[0]).await.expect("handled") else { panic!("done") };
    clock.advance(pause);
    assert_eq!(sms.handle(pointers[0]).await.expect("handled"), Verdict::Done);
    let keys: Vec<_> = with_key.calls.lock().expect("calls").iter().map(|request| request.attempt).collect();
    assert_eq!(keys, [pointers[0].attempt; 2]);

    let (memory, clock, pointers) = accepted(&[Channel::Sms], 1).await;
    let sms = sender_through(&memory, &clock, Channel::Sms, vec![Box::new(plain.clone())]);
    assert_eq!(sms.handle(pointers[0]).await.expect("handled"), Verdict::Done);
    assert_eq!(plain.call_count(), 1);
}

/// The seconds after the start at which pointers go out, when each comes as its delay says.
async fn departures(memory: &Memory, clock: &StoppedClock, sms: &Sms, pointers: Vec<Pointer>) -> Vec<f64> {
    let mut queue: Vec<(baton_domain::Time, Pointer)> =
        pointers.into_iter().map(|pointer| (start(), pointer)).collect();
    let calls = |memory: &Memory| {
        let state = memory.state();
        let sent =
            state.messages.values().flat_map(|message| &message.attempts).filter_map(|attempt| attempt.claimed_at);
        sent.collect::<Vec<_>>()
    };
    for _ in 0..1000 {
        if queue.is_empty() {
            break;
        }
        queue.sort_by_key(|(at, _)| *at);
        let (at, pointer) = queue.remove(0);
        let now = baton_pipeline::ports::Clock::now(clock);
        clock.advance((at - now).to_std().unwrap_or_default());
        assert_eq!(sms.handle(pointer).await.expect("handled"), Verdict::Done);
        let now = baton_pipeline::ports::Clock::now(clock);
        queue.extend(memory.state().channels.drain(..).map(|(_, pointer, delay)| (now + delay, pointer)));
    }
    let mut at: Vec<f64> = calls(memory).iter().map(|at| (*at - start()).as_seconds_f64()).collect();
    at.sort_by(f64::total_cmp);
    at
}

#[tokio::test]
async fn the_bandwidth_of_an_account_is_kept_and_nothing_is_lost() {
    let (memory, clock, pointers) = accepted(&[Channel::Sms], 20).await;
    let limit = Bandwidth { bandwidth: 2, channel: Some(Channel::Sms), provider: None };
    memory.state().bandwidth.insert(ACCOUNT, vec![limit]);
    let provider = Scripted::default();
    let sms = sender_through(&memory, &clock, Channel::Sms, vec![Box::new(provider.clone())]);
    let at = departures(&memory, &clock, &sms, pointers).await;
    assert_eq!((provider.call_count(), at.len()), (20, 20));
    // Two a second: the last one leaves nine and a half seconds after the first.
    assert!(at.windows(3).all(|three| three[2] - three[0] >= 0.99), "{at:?}");
    assert!((9.5..11.0).contains(&at[19]), "{at:?}");
}

#[tokio::test]
async fn a_provider_has_a_limit_of_its_own_and_others_have_none() {
    let (memory, clock, pointers) = accepted(&[Channel::Sms], 6).await;
    let provider = Scripted::default();
    let mut sms = sender_through(&memory, &clock, Channel::Sms, vec![Box::new(provider.clone())]);
    sms.rates.insert("SCRIPTED", 1);
    let at = departures(&memory, &clock, &sms, pointers).await;
    assert!((5.0..6.0).contains(&at[5]), "{at:?}");
    assert_eq!(memory.state().turns.keys().collect::<Vec<_>>(), ["*#sms#SCRIPTED"]);
}

#[tokio::test]
async fn a_pause_that_a_provider_asks_for_holds_the_others_back_too() {
    let (memory, clock, pointers) = accepted(&[Channel::Sms], 3).await;
    let limited = ProviderError::new(ErrorClass::Temporary, "429", "slow down").provider_wide();
    let limited = Outcome::Refused(limited.retry_after(Some(Duration::from_secs(20))));
    let provider = Scripted::answering([limited]);
    let sms = sender_through(&memory, &clock, Channel::Sms, vec![Box::new(provider.clone())]);
    assert!(matches!(sms.handle(pointers[0]).await.expect("handled"), Verdict::Again(_)));
    for pointer in &pointers[1..] {
        assert_eq!(sms.handle(*pointer).await.expect("handled"), Verdict::Done);
    }
    assert_eq!(provider.call_count(), 1);
    let delays: Vec<_> = memory.state().channels.iter().map(|(_, _, delay)| delay.as_secs()).collect();
    assert_eq!(delays, [20, 20]);
}

#[tokio::test]
async fn a_free_text_on_whatsapp_waits_for_no_provider_outside_the_window() {
    for (hours, calls) in [(23, 1), (25, 0)] {
        let (memory, clock, pointers) = accepted(&[Channel::Whatsapp], 1).await;
        let phone = only_message(&memory).recipient.phone.expect("a phone");
        memory.state().inbound.insert((Channel::Whatsapp, phone), start() - Duration::from_secs(hours * 3600));
        let provider = Scripted::default();
        let sender = sender_through(&memory, &clock, Channel::Whatsapp, vec![Box::new(provider.clone())]);
        sender.handle(pointers[0]).await.expect("handled");
        assert_eq!(provider.call_count(), calls);
        let error = only_message(&memory).attempts[0].error.clone();
        assert_eq!(error.map(|error| error.code), (calls == 0).then(|| "outside_window".to_owned()));
    }
}
