//! What calling back needs of the world.

use super::{CallbackPointer, CallbackRecord, Known, Place};
use crate::ports::{PortResult, Stored};
use baton_domain::{AccountId, CallbackId, MessageId, Time};
use std::{fmt, future::Future, time::Duration};

/// The records of callbacks: one per callback, changed with each try, kept as long as the message.
pub trait CallbackLog: Send + Sync {
    /// The record of a callback that has been tried, as of every write before.
    fn record(
        &self,
        account: AccountId,
        id: CallbackId,
    ) -> impl Future<Output = PortResult<Option<CallbackRecord>>> + Send;

    /// Stores a record, if the stored one still has `read` tries (`None`: there is none).
    fn store_record(
        &self,
        record: &CallbackRecord,
        read: Option<u32>,
    ) -> impl Future<Output = PortResult<Stored>> + Send;

    /// The records of a message, in the order of their numbers.
    fn records_of(
        &self,
        account: AccountId,
        message: MessageId,
    ) -> impl Future<Output = PortResult<Vec<CallbackRecord>>> + Send;
}

/// The callbacks queue, which is the fast lane's.
pub trait CallbackQueue: Send + Sync {
    /// Puts pointers on the queue; answers when all are durable. `delay` is at most 15 minutes.
    fn push(&self, pointers: &[CallbackPointer], delay: Duration) -> impl Future<Output = PortResult<()>> + Send;
}

/// The slow lane's queue.
pub trait SlowCallbackQueue: Send + Sync {
    /// Puts a pointer on the queue; answers when it is durable. `delay` is at most 15 minutes.
    fn push_slow(&self, pointer: &CallbackPointer, delay: Duration) -> impl Future<Output = PortResult<()>> + Send;
}

/// How receivers answer, as all processes know it together. What is lost of it is found out again.
pub trait Paces: Send + Sync {
    /// What is known of a receiver, as of every write before; it may have ended.
    fn pace(&self, place: &Place) -> impl Future<Output = PortResult<Option<Known>>> + Send;

    /// Replaces what is known of a receiver.
    fn set_pace(&self, place: &Place, known: &Known) -> impl Future<Output = PortResult<()>> + Send;

    /// Stores a [`Pace::Trial`](super::Pace::Trial) until then, unless something is known at `now`: says whether it did. Of
    /// several that ask at once, one is told so.
    fn begin_trial(&self, place: &Place, now: Time, until: Time) -> impl Future<Output = PortResult<bool>> + Send;
}

/// A secret that an account's callbacks are signed with. Its text never reaches a log.
#[derive(Clone, PartialEq, Eq)]
pub struct CallbackSecret {
    /// Whose it is.
    pub account: AccountId,
    /// Its id.
    pub id: String,
    /// `whsec_` and the base64 of 24 to 64 bytes.
    pub secret: String,
    /// When it was made.
    pub created_at: Time,
}

impl fmt::Debug for CallbackSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackSecret").field("account", &self.account).field("id", &self.id).finish_non_exhaustive()
    }
}

/// The secrets of accounts.
pub trait CallbackSecrets: Send + Sync {
    /// The secrets of an account, the oldest first.
    fn secrets(&self, account: AccountId) -> impl Future<Output = PortResult<Vec<CallbackSecret>>> + Send;
}

/// One call of a receiver.
#[derive(Clone, Debug)]
pub struct Delivery<'a> {
    /// Where.
    pub url: &'a str,
    /// The same for every try.
    pub id: CallbackId,
    /// Seconds since the epoch.
    pub timestamp: i64,
    /// JSON.
    pub body: String,
    /// It is signed with each of them.
    pub secrets: &'a [CallbackSecret],
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Called {
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// Why there was none: `timeout`, `no_connection`, `connection_lost`, `private_address`, `invalid_url`.
    pub error: Option<&'static str>,
    /// The pause that the receiver asks for.
    pub retry_after: Option<Duration>,
}

/// Whoever is called. A call has its own time limit and never fails otherwise than by what it gives.
pub trait Receiver: Send + Sync {
    /// Signs and posts.
    fn post(&self, delivery: &Delivery<'_>) -> impl Future<Output = Called> + Send;
}
