//! A delay counts from the moment at which it is set, however long the writes before it took.

mod support;

use baton_domain::{AccountId, BulkId, Channel, Message, MessageId, Spec, Time};
use baton_pipeline::{
    accept::{Bulk, accept},
    dispatch::dispatch,
    memory::{Memory, StoppedClock},
    ports::{Accepting, Begun, Bulks, Clock, Messages, PortResult, Stored},
    reschedule::reschedule,
};
use chrono::TimeDelta;
use std::{sync::Arc, time::Duration};
use support::{ACCOUNT, drain, start, submission};

/// A table each of whose larger calls takes four seconds.
struct Slow {
    memory: Memory,
    clock: StoppedClock,
}

impl Slow {
    fn new() -> Slow {
        Slow { memory: Memory::default(), clock: StoppedClock::at(start()) }
    }

    fn pass(&self) {
        self.clock.advance(Duration::from_secs(4));
    }

    /// The delays of what has been put on the channels' queues.
    fn delays(&self) -> Vec<u64> {
        self.memory.state().channels.drain(..).map(|(_, _, delay)| delay.as_secs()).collect()
    }

    async fn accept(&self, send_at: Time) {
        let mut request = submission(&[Channel::Sms], 2);
        request.items[0].schedule.send_at = Some(send_at);
        accept(self, &self.memory, &self.clock, request).await.expect("accepted");
    }
}

impl Accepting for Slow {
    async fn begin(&self, bulk: &Bulk) -> PortResult<Begun> {
        self.memory.begin(bulk).await
    }

    async fn put_specs(
        &self,
        account: AccountId,
        bulk: BulkId,
        specs: &[(u16, Arc<Spec>)],
        needed_until: Time,
    ) -> PortResult<()> {
        self.memory.put_specs(account, bulk, specs, needed_until).await
    }

    async fn keep_spec(&self, account: AccountId, bulk: BulkId, item: u16, needed_until: Time) -> PortResult<()> {
        self.memory.keep_spec(account, bulk, item, needed_until).await
    }

    async fn put(&self, messages: Vec<Message>, alone: bool) -> PortResult<Vec<Message>> {
        self.pass();
        self.memory.put(messages, alone).await
    }
}

impl Bulks for Slow {
    async fn messages(&self, account: AccountId, bulk: BulkId) -> PortResult<Vec<Message>> {
        self.pass();
        self.memory.messages(account, bulk).await
    }
}

impl Messages for Slow {
    async fn load(&self, account: AccountId, id: MessageId) -> PortResult<Option<Message>> {
        self.memory.load(account, id).await
    }

    async fn store(&self, message: &Message, read: u64) -> PortResult<Stored> {
        self.pass();
        self.memory.store(message, read).await
    }
}

#[tokio::test]
async fn of_a_bulk_that_took_long_to_accept() {
    let slow = Slow::new();
    slow.accept(start() + TimeDelta::milliseconds(90_500)).await;
    assert_eq!(slow.delays(), [87, 87]);
}

#[tokio::test]
async fn of_a_bulk_that_took_long_to_read() {
    let slow = Slow::new();
    let send_at = start() + TimeDelta::minutes(60);
    slow.accept(send_at).await;
    let wake_up = slow.memory.state().wake_ups[0];
    slow.clock.advance((send_at - TimeDelta::seconds(70) - slow.clock.now()).to_std().expect("it is ahead"));
    dispatch(&slow, &slow.memory, &slow.memory, &slow.clock, wake_up).await.expect("dispatched");
    assert_eq!(slow.delays(), [66, 66]);
}

#[tokio::test]
async fn of_a_message_that_is_rescheduled() {
    let slow = Slow::new();
    slow.accept(start() + TimeDelta::minutes(60)).await;
    let id = slow.memory.state().messages.keys().next().expect("a message").1;
    let soon = slow.clock.now() + TimeDelta::seconds(30);
    let done = reschedule(&slow, &slow.memory, &slow.clock, (ACCOUNT, id), soon).await.expect("asked");
    done.expect("a message").1.expect("rescheduled");
    assert_eq!(slow.delays(), [26]);
    assert!(drain(&slow.memory).is_empty());
}
