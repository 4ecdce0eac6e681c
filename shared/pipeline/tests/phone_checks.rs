//! Checks of phone numbers: nothing is looked up twice, whatever breaks.

use baton_domain::{
    AccountId, ErrorClass, PhoneCheck, PhoneStatus, ProviderError, Time,
    phone_check::{Finding, Order, Question, Said},
};
use baton_pipeline::{
    memory::{Memory, StoppedClock},
    phone_checks::{
        advance,
        ports::{Lookup, PhoneChecks},
    },
    ports::{Clock, PortError, PortResult, Stored},
};
use futures::{FutureExt, future::BoxFuture};
use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

const ACCOUNT: AccountId = AccountId(1);
const PHONE: &str = "+79990000011";

type Answers<T> = Mutex<VecDeque<Result<T, ProviderError>>>;

/// A provider that answers by script: an order with "taken", a question with "reachable" when the script has ended.
#[derive(Default)]
struct Scripted {
    orders: Mutex<Vec<Order>>,
    questions: Mutex<Vec<Vec<Question>>>,
    order_answers: Answers<Vec<Finding>>,
    ask_answers: Answers<Vec<Finding>>,
}

impl Scripted {
    fn ordered(&self) -> usize {
        self.orders.lock().expect("not poisoned").len()
    }

    fn asked(&self) -> usize {
        self.questions.lock().expect("not poisoned").len()
    }
}

fn next<T>(answers: &Answers<T>) -> Option<Result<T, ProviderError>> {
    answers.lock().expect("not poisoned").pop_front()
}

impl Lookup for Scripted {
    fn name(&self) -> &'static str {
        "SCRIPTED"
    }

    fn first_pause(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn pause(&self, _count: usize) -> Duration {
        Duration::from_secs(10)
    }

    fn order<'a>(&'a self, order: &'a Order, _now: Time) -> BoxFuture<'a, Result<Vec<Finding>, ProviderError>> {
        self.orders.lock().expect("not poisoned").push(order.clone());
        std::future::ready(next(&self.order_answers).unwrap_or(Ok(Vec::new()))).boxed()
    }

    fn ask<'a>(&'a self, questions: &'a [Question], _now: Time) -> BoxFuture<'a, Result<Vec<Finding>, ProviderError>> {
        self.questions.lock().expect("not poisoned").push(questions.to_vec());
        let reachable = |question: &Question| said(&question.phone, Said::Settled(PhoneStatus::Reachable));
        let answer = next(&self.ask_answers).unwrap_or_else(|| Ok(questions.iter().map(reachable).collect()));
        std::future::ready(answer).boxed()
    }
}

fn said(phone: &str, said: Said) -> Finding {
    Finding { phone: phone.to_owned(), said }
}

fn error(class: ErrorClass) -> ProviderError {
    ProviderError::new(class, "x", "X.")
}

fn clock() -> StoppedClock {
    StoppedClock::at(Time::from_timestamp(1_795_413_600, 0).expect("a time"))
}

async fn made(memory: &Memory, clock: &StoppedClock) -> PhoneCheck {
    let texts = vec![(PHONE.to_owned(), Some(PHONE.to_owned()))];
    let check = PhoneCheck::new((ACCOUNT, Uuid::nil()), Some("SCRIPTED".to_owned()), texts, clock.now());
    memory.add_check(&check).await.expect("stored");
    check
}

async fn stored(memory: &Memory) -> PhoneCheck {
    memory.check(ACCOUNT, Uuid::nil()).await.expect("read").expect("a check")
}

fn status(check: &PhoneCheck) -> PhoneStatus {
    check.result().next().expect("a phone").1
}

#[tokio::test]
async fn one_order_and_questions_no_sooner_than_the_provider_wants_them() {
    let (memory, clock, provider) = (Memory::default(), clock(), Scripted::default());
    provider.ask_answers.lock().expect("not poisoned").push_back(Ok(Vec::new()));
    let mut check = made(&memory, &clock).await;
    for (seconds, asked, expected) in [
        (0, 0, PhoneStatus::Pending),
        (1, 1, PhoneStatus::Pending),
        (9, 1, PhoneStatus::Pending),
        (1, 2, PhoneStatus::Reachable),
        (99, 2, PhoneStatus::Reachable),
    ] {
        clock.advance(Duration::from_secs(seconds));
        check = advance(&memory, &clock, &provider, check).await.expect("advanced");
        assert_eq!((provider.ordered(), provider.asked(), status(&check)), (1, asked, expected));
        assert_eq!(check, stored(&memory).await);
    }
}

#[tokio::test]
async fn two_who_advance_the_same_version_order_once() {
    let (memory, clock, provider) = (Memory::default(), clock(), Scripted::default());
    let check = made(&memory, &clock).await;
    for _ in 0..2 {
        let seen = advance(&memory, &clock, &provider, check.clone()).await.expect("advanced");
        assert_eq!(seen, stored(&memory).await);
    }
    assert_eq!(provider.ordered(), 1);
    clock.advance(Duration::from_secs(1));
    let read = stored(&memory).await;
    for _ in 0..2 {
        let seen = advance(&memory, &clock, &provider, read.clone()).await.expect("advanced");
        assert_eq!(status(&seen), PhoneStatus::Reachable);
    }
    assert_eq!((provider.ordered(), provider.asked()), (1, 1));
}

#[tokio::test]
async fn refusals_are_stored_with_their_class() {
    for (class, expected) in [
        (ErrorClass::Temporary, PhoneStatus::Pending),
        (ErrorClass::Permanent, PhoneStatus::Unreachable),
        (ErrorClass::Misconfigured, PhoneStatus::Unknown),
        (ErrorClass::Unknown, PhoneStatus::Pending),
    ] {
        let (memory, clock, provider) = (Memory::default(), clock(), Scripted::default());
        provider.order_answers.lock().expect("not poisoned").push_back(Err(error(class)));
        let check = made(&memory, &clock).await;
        advance(&memory, &clock, &provider, check).await.expect("advanced");
        assert_eq!(status(&stored(&memory).await), expected, "{class}");
        clock.advance(Duration::from_secs(1));
        let check = stored(&memory).await;
        advance(&memory, &clock, &provider, check).await.expect("advanced");
        let again = if class == ErrorClass::Temporary { 2 } else { 1 };
        assert_eq!(provider.ordered(), again, "{class}");
    }
}

#[tokio::test]
async fn what_ended_at_once_and_what_could_not_be_asked() {
    let (memory, clock, provider) = (Memory::default(), clock(), Scripted::default());
    let invalid = vec![said(PHONE, Said::Settled(PhoneStatus::Invalid))];
    provider.order_answers.lock().expect("not poisoned").push_back(Ok(invalid));
    let check = made(&memory, &clock).await;
    let check = advance(&memory, &clock, &provider, check).await.expect("advanced");
    assert_eq!(status(&check), PhoneStatus::Invalid);

    let (memory, provider) = (Memory::default(), Scripted::default());
    let pause = error(ErrorClass::Temporary).retry_after(Some(Duration::from_secs(60)));
    provider.ask_answers.lock().expect("not poisoned").push_back(Err(pause));
    let mut check = made(&memory, &clock).await;
    for (seconds, asked) in [(0, 0), (1, 1), (59, 1), (1, 2)] {
        clock.advance(Duration::from_secs(seconds));
        check = advance(&memory, &clock, &provider, check).await.expect("advanced");
        assert_eq!(provider.asked(), asked);
    }
    assert_eq!(status(&check), PhoneStatus::Reachable);
}

/// A store whose `n`th write breaks off, before or after it took effect.
struct Breaking<'a> {
    memory: &'a Memory,
    broken: usize,
    after: bool,
    writes: AtomicUsize,
}

impl PhoneChecks for Breaking<'_> {
    async fn check(&self, account: AccountId, id: Uuid) -> PortResult<Option<PhoneCheck>> {
        self.memory.check(account, id).await
    }

    async fn add_check(&self, check: &PhoneCheck) -> PortResult<()> {
        self.memory.add_check(check).await
    }

    async fn store_check(&self, check: &PhoneCheck, read: u32) -> PortResult<Stored> {
        let broken = self.writes.fetch_add(1, Ordering::SeqCst) == self.broken;
        if broken && !self.after {
            return Err(PortError::new("write", "broken off"));
        }
        let stored = self.memory.store_check(check, read).await;
        if broken { Err(PortError::new("write", "broken off")) } else { stored }
    }
}

#[tokio::test]
async fn whatever_write_breaks_nothing_is_ordered_twice_and_the_check_comes_to_an_end() {
    for (broken, after) in (0..3).flat_map(|broken| [(broken, false), (broken, true)]) {
        let (memory, clock, provider) = (Memory::default(), clock(), Scripted::default());
        let mut ended = made(&memory, &clock).await;
        let store = Breaking { memory: &memory, broken, after, writes: AtomicUsize::new(0) };
        let mut failures = 0;
        for _ in 0..4 {
            let check = stored(&memory).await;
            failures += usize::from(advance(&store, &clock, &provider, check).await.is_err());
            clock.advance(Duration::from_secs(10));
            ended = stored(&memory).await;
        }
        assert_eq!(failures, 1, "write {broken}, after: {after}");
        // A claim that was stored and whose process died then is an order that was never placed: the provider is asked, and
        // this one says that it is done.
        assert!(provider.ordered() <= 1, "write {broken}, after: {after}");
        assert_eq!(status(&ended), PhoneStatus::Reachable, "write {broken}, after: {after}");
    }
}
