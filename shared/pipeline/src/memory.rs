//! The ports in memory: for tests, benchmarks and the simulation.

use crate::{
    accept::Bulk,
    callbacks::{CallbackPointer, CallbackRecord, ports::CallbackSecret},
    pointer::{FallbackPointer, Pointer, WakeUp},
    ports::{
        Accepting, Bandwidths, Begun, Breakers, Bulks, ChannelQueues, Claim, Claims, Clock, FallbackQueue, LastInbound,
        Messages, PortResult, Scheduler, Specs, Stored, WakeUps,
    },
    tasks::file::TaskFile,
};
use baton_domain::{
    AccountId, AttemptRef, BulkId, CallbackId, Channel, Message, MessageId, ShortLink, Spec, Task, TaskId, Time,
    bandwidth::{Bandwidth, Limit},
    breaker::Breaker,
    decide,
    stop::{Listed, StopScope},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use uuid::Uuid;

mod callbacks;
mod objects;
mod short_links;
mod stops;
mod tasks;

pub use objects::StoredObject;
pub use tasks::Counted;

/// What is stored and queued.
#[derive(Debug, Default)]
pub struct State {
    /// The heads of bulks.
    pub bulks: BTreeMap<(AccountId, BulkId), Bulk>,
    /// The contents beside bulks.
    pub specs: BTreeMap<(AccountId, BulkId, u16), Arc<Spec>>,
    /// Until when each content is needed.
    pub needed_until: BTreeMap<(AccountId, BulkId, u16), Time>,
    /// The messages.
    pub messages: BTreeMap<(AccountId, MessageId), Message>,
    /// Pointers on the queues of channels, with their delays, in the order of their coming.
    pub channels: Vec<(Channel, Pointer, Duration)>,
    /// Pointers on the fallback queue.
    pub fallbacks: Vec<FallbackPointer>,
    /// Wake-ups on their queue.
    pub wake_ups: Vec<WakeUp>,
    /// Schedules.
    pub schedules: BTreeSet<WakeUp>,
    /// What is known of providers.
    pub breakers: BTreeMap<(Channel, String), Breaker>,
    /// The limits of accounts.
    pub bandwidth: BTreeMap<AccountId, Vec<Bandwidth>>,
    /// The next free moment of each counter, in microseconds since the epoch.
    pub turns: BTreeMap<String, i64>,
    /// The records of callbacks.
    pub callback_records: BTreeMap<(AccountId, CallbackId), CallbackRecord>,
    /// Pointers on the callbacks queue, with their delays, in the order of their coming.
    pub callbacks: Vec<(CallbackPointer, Duration)>,
    /// The secrets that callbacks are signed with.
    pub callback_secrets: Vec<CallbackSecret>,
    /// When people last wrote.
    pub inbound: BTreeMap<(Channel, String), Time>,
    /// Short links, by their codes.
    pub short_links: BTreeMap<String, ShortLink>,
    /// What stop lists know, by whose they are and the address.
    pub stops: BTreeMap<(StopScope, String), Listed>,
    /// Files, by their keys.
    pub objects: BTreeMap<String, StoredObject>,
    /// The tasks.
    pub tasks: BTreeMap<(AccountId, TaskId), Task>,
    /// Their bulks, by their keys.
    pub task_bulks: BTreeMap<(AccountId, TaskId, BulkId), Counted>,
    /// Their files.
    pub task_files: BTreeMap<(AccountId, TaskId, Uuid), TaskFile>,
}

/// All ports over one [`State`].
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<State>>);

impl Memory {
    /// The state, for a test to look at and to take from.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Messages for Memory {
    async fn load(&self, account: AccountId, id: MessageId) -> PortResult<Option<Message>> {
        Ok(self.state().messages.get(&(account, id)).cloned())
    }

    async fn store(&self, message: &Message, read: u64) -> PortResult<Stored> {
        match self.state().messages.get_mut(&(message.account, message.id)) {
            Some(stored) if stored.version == read => {
                *stored = message.clone();
                Ok(Stored::Done)
            }
            _ => Ok(Stored::Conflict),
        }
    }
}

impl Claims for Memory {
    async fn claim(&self, attempt: AttemptRef, now: Time) -> PortResult<Claim> {
        let mut state = self.state();
        let Some(message) = state.messages.get_mut(&(attempt.account, attempt.message)) else {
            return Ok(Claim::Missing);
        };
        let won = decide::claim(message, attempt.attempt, now).is_ok();
        let message = Box::new(message.clone());
        Ok(if won { Claim::Won(message) } else { Claim::Lost(message) })
    }
}

impl Specs for Memory {
    async fn spec(&self, account: AccountId, bulk: BulkId, item: u16) -> PortResult<Option<Arc<Spec>>> {
        Ok(self.state().specs.get(&(account, bulk.key(), item)).cloned())
    }
}

impl Bulks for Memory {
    async fn messages(&self, account: AccountId, bulk: BulkId) -> PortResult<Vec<Message>> {
        let state = self.state();
        let of_bulk =
            state.messages.values().filter(|message| message.account == account && message.id.bulk_key() == bulk.key());
        Ok(of_bulk.cloned().collect())
    }
}

impl Accepting for Memory {
    async fn begin(&self, bulk: &Bulk) -> PortResult<Begun> {
        let mut state = self.state();
        if let Some(known) = state.bulks.get(&(bulk.account, bulk.id.key())) {
            return Ok(Begun::Known(known.clone()));
        }
        state.bulks.insert((bulk.account, bulk.id.key()), bulk.clone());
        Ok(Begun::New)
    }

    async fn put_specs(
        &self,
        account: AccountId,
        bulk: BulkId,
        specs: &[(u16, Arc<Spec>)],
        needed_until: Time,
    ) -> PortResult<()> {
        let mut state = self.state();
        for (item, spec) in specs {
            state.specs.insert((account, bulk.key(), *item), spec.clone());
            state.needed_until.insert((account, bulk.key(), *item), needed_until);
        }
        Ok(())
    }

    async fn keep_spec(&self, account: AccountId, bulk: BulkId, item: u16, needed_until: Time) -> PortResult<()> {
        let mut state = self.state();
        let known = state.needed_until.get_mut(&(account, bulk.key(), item));
        if let Some(known) = known {
            *known = needed_until.max(*known);
        }
        Ok(())
    }

    async fn put(&self, messages: Vec<Message>, _alone: bool) -> PortResult<Vec<Message>> {
        let mut state = self.state();
        let stored = messages
            .into_iter()
            .map(|message| state.messages.entry((message.account, message.id)).or_insert(message).clone());
        Ok(stored.collect())
    }
}

impl ChannelQueues for Memory {
    async fn push(&self, channel: Channel, pointers: &[Pointer], delay: Duration) -> PortResult<()> {
        self.state().channels.extend(pointers.iter().map(|pointer| (channel, *pointer, delay)));
        Ok(())
    }
}

impl FallbackQueue for Memory {
    async fn push(&self, pointer: FallbackPointer) -> PortResult<()> {
        self.state().fallbacks.push(pointer);
        Ok(())
    }
}

impl WakeUps for Memory {
    async fn set(&self, wake_up: WakeUp, _now: Time) -> PortResult<()> {
        self.state().wake_ups.push(wake_up);
        Ok(())
    }
}

impl Breakers for Memory {
    async fn breakers(&self, channel: Channel) -> PortResult<Vec<(String, Breaker)>> {
        let state = self.state();
        let own = state.breakers.iter().filter(|((of, _), _)| *of == channel);
        Ok(own.map(|((_, provider), breaker)| (provider.clone(), breaker.clone())).collect())
    }

    async fn tell(&self, channel: Channel, provider: &str, breaker: &Breaker) -> PortResult<()> {
        self.state().breakers.insert((channel, provider.to_owned()), breaker.clone());
        Ok(())
    }
}

impl Bandwidths for Memory {
    async fn bandwidth(&self, account: AccountId) -> PortResult<Vec<Bandwidth>> {
        Ok(self.state().bandwidth.get(&account).cloned().unwrap_or_default())
    }

    async fn reserve(&self, limit: &Limit, now: Time) -> PortResult<Time> {
        let mut state = self.state();
        let next = state.turns.entry(limit.bucket.clone()).or_default();
        let turn = (*next).max(now.timestamp_micros());
        *next = turn + limit.interval_micros();
        Ok(Time::from_timestamp_micros(turn).unwrap_or(now))
    }
}

impl LastInbound for Memory {
    async fn last_inbound(&self, channel: Channel, from: &str) -> PortResult<Option<Time>> {
        Ok(self.state().inbound.get(&(channel, from.to_owned())).copied())
    }
}

impl Scheduler for Memory {
    async fn schedule(&self, wake_up: WakeUp) -> PortResult<()> {
        self.state().schedules.insert(wake_up);
        Ok(())
    }

    async fn forget(&self, wake_up: WakeUp) -> PortResult<()> {
        self.state().schedules.remove(&wake_up);
        Ok(())
    }
}

/// A clock that stands where it is put.
#[derive(Clone, Debug)]
pub struct StoppedClock(Arc<Mutex<(Time, u64)>>);

impl StoppedClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: Time) -> StoppedClock {
        StoppedClock(Arc::new(Mutex::new((now, 0))))
    }

    /// Moves the clock.
    pub fn advance(&self, by: Duration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 += by;
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> Time {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn spread(&self) -> f64 {
        0.0
    }

    fn random(&self) -> [u8; 8] {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.1 += 1;
        inner.1.to_be_bytes()
    }

    async fn sleep(&self, pause: Duration) {
        self.advance(pause);
    }
}
