//! What the use cases need of the world, as narrow traits: a function holds only what it uses, as its rights do.

use crate::{
    accept::Bulk,
    inbound::Inbound,
    pointer::{FallbackPointer, Pointer, WakeUp},
};
use baton_domain::{
    AccountId, AttemptRef, BulkId, Channel, Message, MessageId, Spec, Time,
    bandwidth::{Bandwidth, Limit},
    breaker::Breaker,
};
use std::{error::Error, future::Future, sync::Arc, time::Duration};

/// A port failed. The event that needed it is not acknowledged, so it comes again.
#[derive(Debug, thiserror::Error)]
#[error("{operation} failed: {source}")]
pub struct PortError {
    /// What was tried, as `DynamoDB UpdateItem`.
    pub operation: &'static str,
    /// The cause, whole.
    pub source: Box<dyn Error + Send + Sync>,
}

impl PortError {
    /// Wraps the error of an operation.
    pub fn new(operation: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> PortError {
        PortError { operation, source: source.into() }
    }
}

/// What a port answers.
pub type PortResult<T> = Result<T, PortError>;

/// The time, and what is random about the program.
pub trait Clock: Send + Sync {
    /// Now, cut to whole milliseconds.
    fn now(&self) -> Time;
    /// A number from 0 to 1, to spread pauses.
    fn spread(&self) -> f64;
    /// Random bits for an id.
    fn random(&self) -> [u8; 8];
    /// Waits, at most a second or two: while it does, the process is paid for.
    fn sleep(&self, pause: Duration) -> impl Future<Output = ()> + Send;
}

/// What became of a conditional write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It took effect.
    Done,
    /// Somebody else wrote another version first: load and decide again.
    Conflict,
}

/// What became of a claim.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// The attempt is ours; the message as it is now.
    Won(Box<Message>),
    /// It is not; the message as it is.
    Lost(Box<Message>),
    /// There is no such message.
    Missing,
}

/// Stored messages, one at a time.
pub trait Messages: Send + Sync {
    /// Reads a message, as of every write before.
    fn load(&self, account: AccountId, id: MessageId) -> impl Future<Output = PortResult<Option<Message>>> + Send;

    /// Stores the state of a message (status, attempts, timeline) if its stored version is still `read`; the stored version
    /// becomes `message.version`.
    fn store(&self, message: &Message, read: u64) -> impl Future<Output = PortResult<Stored>> + Send;
}

/// The one write that comes before a provider call.
pub trait Claims: Send + Sync {
    /// Does what [`baton_domain::decide::claim`] says, in one conditional write that also returns the message.
    fn claim(&self, attempt: AttemptRef, now: Time) -> impl Future<Output = PortResult<Claim>> + Send;
}

/// The contents that are stored once beside a bulk.
pub trait Specs: Send + Sync {
    /// The content of one item of a bulk.
    fn spec(
        &self,
        account: AccountId,
        bulk: BulkId,
        item: u16,
    ) -> impl Future<Output = PortResult<Option<Arc<Spec>>>> + Send;
}

/// All messages of a bulk.
pub trait Bulks: Send + Sync {
    /// Reads the messages of a bulk in the order of their index.
    fn messages(&self, account: AccountId, bulk: BulkId) -> impl Future<Output = PortResult<Vec<Message>>> + Send;
}

/// Whether a bulk is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Nobody stored it before.
    New,
    /// The head that was stored before.
    Known(Bulk),
}

/// The writes that accept a bulk. Each takes effect once, however often it is repeated.
pub trait Accepting: Send + Sync {
    /// Stores the head of a bulk, or finds the head that is there.
    fn begin(&self, bulk: &Bulk) -> impl Future<Output = PortResult<Begun>> + Send;

    /// Stores contents beside the head, by the index of their item. Messages may need them until `needed_until`.
    fn put_specs(
        &self,
        account: AccountId,
        bulk: BulkId,
        specs: &[(u16, Arc<Spec>)],
        needed_until: Time,
    ) -> impl Future<Output = PortResult<()>> + Send;

    /// Keeps a content beside the head for longer, if there is one and it would be gone by then.
    fn keep_spec(
        &self,
        account: AccountId,
        bulk: BulkId,
        item: u16,
        needed_until: Time,
    ) -> impl Future<Output = PortResult<()>> + Send;

    /// Stores messages that are not there yet and gives, in the same order, each as it is stored now. A message `alone`
    /// has no head, and stands for its bulk in the lists itself.
    fn put(&self, messages: Vec<Message>, alone: bool) -> impl Future<Output = PortResult<Vec<Message>>> + Send;
}

/// The queues of the channels.
pub trait ChannelQueues: Send + Sync {
    /// Puts pointers on the queue of a channel; answers when all are durable. `delay` is at most 15 minutes.
    fn push(
        &self,
        channel: Channel,
        pointers: &[Pointer],
        delay: Duration,
    ) -> impl Future<Output = PortResult<()>> + Send;
}

/// The queue of wake-ups.
pub trait WakeUps: Send + Sync {
    /// Puts a wake-up on the queue: to come at its time when that is at most 15 minutes away, else at once, so that dispatch
    /// sets a schedule for it. Answers when it is durable.
    fn set(&self, wake_up: WakeUp, now: Time) -> impl Future<Output = PortResult<()>> + Send;
}

/// The schedules of wake-ups that are further away than a queue can delay.
pub trait Scheduler: Send + Sync {
    /// Sets a schedule that puts the wake-up on its queue at its time. One that is there already is left alone.
    fn schedule(&self, wake_up: WakeUp) -> impl Future<Output = PortResult<()>> + Send;

    /// Removes the schedule of a wake-up, if there is one.
    fn forget(&self, wake_up: WakeUp) -> impl Future<Output = PortResult<()>> + Send;
}

/// The queue of messages whose next channel is due.
pub trait FallbackQueue: Send + Sync {
    /// Puts a message on the queue; answers when it is durable.
    fn push(&self, pointer: FallbackPointer) -> impl Future<Output = PortResult<()>> + Send;
}

/// What all senders know together about the providers of a channel.
pub trait Breakers: Send + Sync {
    /// What is known of the channel's providers, by name.
    fn breakers(&self, channel: Channel) -> impl Future<Output = PortResult<Vec<(String, Breaker)>>> + Send;

    /// Tells the others; the last to tell is believed.
    fn tell(&self, channel: Channel, provider: &str, breaker: &Breaker) -> impl Future<Output = PortResult<()>> + Send;
}

/// The limits of accounts, and the counters that all senders share.
pub trait Bandwidths: Send + Sync {
    /// The limits of an account.
    fn bandwidth(&self, account: AccountId) -> impl Future<Output = PortResult<Vec<Bandwidth>>> + Send;

    /// Takes the next free moment of a counter: `now`, or later when others have taken it. Moments are one interval of the
    /// limit apart, and each is given once.
    fn reserve(&self, limit: &Limit, now: Time) -> impl Future<Output = PortResult<Time>> + Send;
}

/// When people last wrote to us.
pub trait LastInbound: Send + Sync {
    /// When a person last wrote over a channel, from this address; `None` when nothing is known.
    fn last_inbound(&self, channel: Channel, from: &str) -> impl Future<Output = PortResult<Option<Time>>> + Send;
}

/// Where inbound events go.
pub trait Inbounds: Send + Sync {
    /// Remembers when the person last wrote (an earlier time than the known one changes nothing).
    fn remember(&self, inbound: &Inbound) -> impl Future<Output = PortResult<()>> + Send;

    /// Puts events on their queue; answers when all are durable.
    fn publish(&self, inbound: &[Inbound]) -> impl Future<Output = PortResult<()>> + Send;
}
