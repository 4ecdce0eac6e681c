//! Accept, and what a crash between any two of its writes leaves behind.

mod support;

use baton_domain::{Channel, Status, Time};
use baton_pipeline::{
    accept::{AcceptError, Bulk, accept},
    memory::{Memory, StoppedClock},
    pointer::{Pointer, WakeUp},
    ports::{Accepting, Begun, ChannelQueues, PortError, PortResult, WakeUps},
};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use support::{start, submission};

/// Ports that fail from the n-th call on, before or after it takes effect.
struct Failing {
    memory: Memory,
    left: AtomicUsize,
    after_effect: bool,
}

impl Failing {
    async fn call<T>(&self, effect: impl Future<Output = PortResult<T>>) -> PortResult<T> {
        let failed = || PortError::new("test", "crashed");
        let left = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        match (left, self.after_effect) {
            (Ok(_), _) => effect.await,
            (Err(_), true) => effect.await.and_then(|_| Err(failed())),
            (Err(_), false) => Err(failed()),
        }
    }
}

impl Accepting for Failing {
    async fn begin(&self, bulk: &Bulk) -> PortResult<Begun> {
        self.call(self.memory.begin(bulk)).await
    }

    async fn put_specs(
        &self,
        account: baton_domain::AccountId,
        bulk: baton_domain::BulkId,
        specs: &[(u16, Arc<baton_domain::Spec>)],
        needed_until: baton_domain::Time,
    ) -> PortResult<()> {
        self.call(self.memory.put_specs(account, bulk, specs, needed_until)).await
    }

    async fn keep_spec(
        &self,
        account: baton_domain::AccountId,
        bulk: baton_domain::BulkId,
        item: u16,
        needed_until: baton_domain::Time,
    ) -> PortResult<()> {
        self.call(self.memory.keep_spec(account, bulk, item, needed_until)).await
    }

    async fn put(&self, messages: Vec<baton_domain::Message>, alone: bool) -> PortResult<Vec<baton_domain::Message>> {
        // One by one, as the real table takes them: a crash leaves the first ones behind.
        let mut stored = Vec::new();
        for message in messages {
            stored.extend(self.call(self.memory.put(vec![message], alone)).await?);
        }
        Ok(stored)
    }
}

impl ChannelQueues for Failing {
    async fn push(&self, channel: Channel, pointers: &[Pointer], delay: Duration) -> PortResult<()> {
        self.call(self.memory.push(channel, pointers, delay)).await
    }
}

impl WakeUps for Failing {
    async fn set(&self, wake_up: WakeUp, now: Time) -> PortResult<()> {
        self.call(self.memory.set(wake_up, now)).await
    }
}

#[tokio::test]
async fn a_retry_completes_what_a_crash_left_and_doubles_nothing() {
    let clock = StoppedClock::at(start());
    let wanted = 5;
    for crash_at in 0..10 {
        for after_effect in [false, true] {
            let memory = Memory::default();
            let failing = Failing { memory: memory.clone(), left: AtomicUsize::new(crash_at), after_effect };
            let request = || submission(&[Channel::Sms, Channel::Email], wanted);
            let first = accept(&failing, &failing, &clock, request()).await;
            clock.advance(Duration::from_secs(1));
            let second = accept(&memory, &memory, &clock, request()).await.expect("completed");
            if let Ok(first) = first {
                assert_eq!(ids(&first), ids(&second));
            }
            let state = memory.state();
            assert_eq!(state.messages.len(), usize::from(wanted), "crash at {crash_at}");
            let pointed: BTreeSet<_> = state.channels.iter().map(|(_, pointer, _)| pointer.attempt).collect();
            assert_eq!(pointed.len(), usize::from(wanted), "crash at {crash_at}");
            assert!(state.messages.values().all(|message| message.attempts.len() == 1));
        }
    }
}

fn ids(messages: &[baton_domain::Message]) -> Vec<baton_domain::MessageId> {
    messages.iter().map(|message| message.id).collect()
}

#[tokio::test]
async fn a_known_bulk_with_another_request_is_refused_and_changes_nothing() {
    let (memory, clock) = (Memory::default(), StoppedClock::at(start()));
    accept(&memory, &memory, &clock, submission(&[Channel::Sms], 2)).await.expect("accepted");
    let before = memory.state().messages.clone();
    let mut other = submission(&[Channel::Sms], 3);
    other.digest = "another".into();
    assert!(matches!(accept(&memory, &memory, &clock, other).await, Err(AcceptError::OtherRequest)));
    assert_eq!(memory.state().messages, before);
}

/// How many contents and heads are stored.
fn stored_beside(memory: &Memory) -> (usize, usize) {
    let state = memory.state();
    (state.specs.len(), state.bulks.len())
}

#[tokio::test]
async fn content_is_stored_once_and_only_beside_messages_that_share_it() {
    let (memory, clock) = (Memory::default(), StoppedClock::at(start()));
    let messages = accept(&memory, &memory, &clock, submission(&[Channel::Sms], 2)).await.expect("accepted");
    assert!(messages.iter().all(|message| message.content.is_none() && message.status == Status::Created));
    assert_eq!(stored_beside(&memory), (1, 1));

    let memory = Memory::default();
    let messages = accept(&memory, &memory, &clock, submission(&[Channel::Sms], 1)).await.expect("accepted");
    assert!(messages[0].content.is_some());
    assert_eq!(stored_beside(&memory), (0, 0));
}

#[tokio::test]
async fn a_thousand_recipients_are_one_bulk() {
    let (memory, clock) = (Memory::default(), StoppedClock::at(start()));
    let messages = accept(&memory, &memory, &clock, submission(&[Channel::Sms], 1000)).await.expect("accepted");
    assert_eq!(messages.len(), 1000);
    assert!(messages.windows(2).all(|pair| pair[0].id.index() < pair[1].id.index()));
    assert_eq!(memory.state().channels.len(), 1000);
}
