//! The ports of one process. Each call waits once, so that other processes come in between; it may fail before or after it
//! takes effect, and its process may die there.

use crate::{
    faults::Fate,
    queue::Body,
    safeguard::Safeguard,
    world::{Key, Shared, World, bulk_key, time},
};
use baton_domain::{
    AccountId, AttemptRef, BulkId, Channel, Message, MessageId, ShortLink, Spec, Time,
    bandwidth::{Bandwidth, Limit},
    breaker::Breaker,
    stop::{Lift, Listed, Standing, StopEntry, StopKey, StopScope},
};
use baton_pipeline::{
    accept::Bulk,
    pointer::{FallbackPointer, Pointer, WakeUp},
    ports::{
        Accepting, Bandwidths, Begun, Breakers, Bulks, ChannelQueues, Claim, Claims, Clock, FallbackQueue, LastInbound,
        Messages, PortError, PortResult, Scheduler, Specs, Stored, WakeUps,
    },
    short_links::ShortLinks,
    stops::{StopList, StopWrites},
};
use std::{
    collections::BTreeSet,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

/// What a process holds of the world.
#[derive(Clone)]
pub(crate) struct Ports {
    pub(crate) shared: Shared,
    /// The number of the process.
    pub(crate) process: u64,
    /// How far its clock is off, in milliseconds.
    pub(crate) offset: i64,
    /// The account that it works for: that of its event.
    pub(crate) account: AccountId,
}

/// Waits until the world answers a call.
struct Waiting<'a> {
    ports: &'a Ports,
    after: i64,
    call: Option<u64>,
}

impl Future for Waiting<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut world = self.ports.shared.lock();
        match self.call {
            Some(call) if world.end_call(call, context.waker()) => Poll::Ready(()),
            Some(_) => Poll::Pending,
            None => {
                let call = world.begin_call(self.ports.process, self.after, context.waker().clone());
                drop(world);
                self.call = Some(call);
                Poll::Pending
            }
        }
    }
}

impl Ports {
    /// Waits for some milliseconds.
    pub(crate) async fn wait(&self, after: i64) {
        Waiting { ports: self, after, call: None }.await;
    }

    /// One port call.
    pub(crate) async fn call<T>(
        &self,
        operation: &'static str,
        about: Option<Key>,
        effect: impl FnOnce(&mut World) -> T + Send,
    ) -> PortResult<T> {
        let after = {
            let world = &mut *self.shared.lock();
            world.faults.latency(&mut world.random)
        };
        self.wait(after).await;
        let world = &mut *self.shared.lock();
        let failed = |world: &mut World, when: &str| {
            world.note(about, || format!("#{} {operation}: the call fails {when} its effect", self.process));
            Err(PortError::new(operation, "simulated"))
        };
        match world.faults.fate(&mut world.random) {
            Fate::FailsBefore => failed(world, "before"),
            Fate::FailsAfter => {
                effect(world);
                failed(world, "after")
            }
            Fate::Works => Ok(effect(world)),
        }
    }
}

impl Clock for Ports {
    fn now(&self) -> Time {
        time(self.shared.lock().now + self.offset)
    }

    fn spread(&self) -> f64 {
        let thousandth = self.shared.lock().random.between(0, 1000);
        f64::from(i32::try_from(thousandth).unwrap_or_default()) / 1000.0
    }

    fn random(&self) -> [u8; 8] {
        self.shared.lock().random.next().to_be_bytes()
    }

    async fn sleep(&self, pause: Duration) {
        self.wait(i64::try_from(pause.as_millis()).unwrap_or_default()).await;
    }
}

impl Breakers for Ports {
    async fn breakers(&self, channel: Channel) -> PortResult<Vec<(String, Breaker)>> {
        let read = |world: &mut World| {
            let own = world.store.breakers.iter().filter(|((of, _), _)| *of == channel);
            own.map(|((_, provider), breaker)| (provider.clone(), breaker.clone())).collect()
        };
        self.call("read breakers", None, read).await
    }

    async fn tell(&self, channel: Channel, provider: &str, breaker: &Breaker) -> PortResult<()> {
        let key = (channel, provider.to_owned());
        self.call("tell a breaker", None, |world| {
            world.store.breakers.insert(key, breaker.clone());
        })
        .await
    }
}

impl Bandwidths for Ports {
    async fn bandwidth(&self, _account: AccountId) -> PortResult<Vec<Bandwidth>> {
        let limit = |world: &mut World| {
            world.plan.bandwidth.map(|bandwidth| Bandwidth { bandwidth, channel: None, provider: None })
        };
        self.call("read limits", None, limit).await.map(|limit| limit.into_iter().collect())
    }

    async fn reserve(&self, limit: &Limit, now: Time) -> PortResult<Time> {
        let interval = limit.interval_micros();
        self.call("take a turn", None, |world| {
            let next = world.store.turns.entry(limit.bucket.clone()).or_default();
            let turn = (*next).max(now.timestamp_micros());
            *next = turn + interval;
            Time::from_timestamp_micros(turn).unwrap_or(now)
        })
        .await
    }
}

impl StopList for Ports {
    async fn listed(&self, account: AccountId, addresses: &BTreeSet<String>) -> PortResult<Vec<Listed>> {
        self.call("read the stop list", None, |world| {
            if world.lacks(Safeguard::StopList) {
                return Vec::new();
            }
            let keys = addresses.iter().flat_map(|address| {
                [StopScope::Account(account), StopScope::Deployment].map(|scope| (scope, address.clone()))
            });
            keys.filter_map(|key| world.store.stops.get(&key).cloned()).collect()
        })
        .await
    }
}

impl StopWrites for Ports {
    async fn stop(&self, entry: &StopEntry) -> PortResult<bool> {
        self.standing(&entry.key, |standing| standing.stop(&entry.mark)).await
    }

    async fn lift(&self, key: &StopKey, lift: Lift) -> PortResult<bool> {
        self.standing(key, |standing| standing.lift(lift)).await
    }
}

impl Ports {
    /// Changes what a stop list knows of an address on a channel.
    async fn standing(&self, key: &StopKey, change: impl FnOnce(&mut Standing) -> bool + Send) -> PortResult<bool> {
        self.call("write the stop list", None, |world| {
            let listed = world.store.stops.entry((key.scope, key.address.clone()));
            let listed = listed.or_insert_with(|| Listed::nothing(key.address.clone()));
            change(listed.standings.entry(key.channel).or_default())
        })
        .await
    }
}

impl LastInbound for Ports {
    async fn last_inbound(&self, _channel: Channel, _from: &str) -> PortResult<Option<Time>> {
        Ok(None)
    }
}

impl Messages for Ports {
    async fn load(&self, account: AccountId, id: MessageId) -> PortResult<Option<Message>> {
        self.call("load", Some((account, id)), |world| world.load(account, id)).await
    }

    async fn store(&self, message: &Message, read: u64) -> PortResult<Stored> {
        let about = Some((message.account, message.id));
        self.call("store", about, |world| world.update(self, message, read)).await
    }
}

impl Claims for Ports {
    async fn claim(&self, attempt: AttemptRef, now: Time) -> PortResult<Claim> {
        let about = Some((attempt.account, attempt.message));
        self.call("claim", about, |world| world.claim(self, attempt, now)).await
    }
}

impl Specs for Ports {
    async fn spec(&self, account: AccountId, bulk: BulkId, item: u16) -> PortResult<Option<Arc<Spec>>> {
        self.call("read a content", Some(bulk_key(account, bulk)), |world| {
            world.store.specs.get(&(account, bulk.key(), item)).cloned()
        })
        .await
    }
}

impl ShortLinks for Ports {
    async fn add_link(&self, link: &ShortLink) -> PortResult<Option<ShortLink>> {
        let about = Some((link.account, link.message));
        self.call("put a link", about, |world| world.put_link(self, link)).await
    }
}

impl Bulks for Ports {
    async fn messages(&self, account: AccountId, bulk: BulkId) -> PortResult<Vec<Message>> {
        let of = move |key: &Key| key.0 == account && key.1.bulk_key() == bulk.key();
        let read = |world: &mut World| {
            world.store.messages.iter().filter(|(key, _)| of(key)).map(|(_, message)| message.clone()).collect()
        };
        self.call("read a bulk", Some(bulk_key(account, bulk)), read).await
    }
}

impl Accepting for Ports {
    async fn begin(&self, bulk: &Bulk) -> PortResult<Begun> {
        self.call("put a head", Some(bulk_key(bulk.account, bulk.id)), |world| world.begin_bulk(self, bulk)).await
    }

    async fn put_specs(
        &self,
        account: AccountId,
        bulk: BulkId,
        specs: &[(u16, Arc<Spec>)],
        _needed_until: Time,
    ) -> PortResult<()> {
        for (item, spec) in specs {
            self.call("put a content", Some(bulk_key(account, bulk)), |world| {
                world.put_spec(self, (account, bulk.key(), *item), spec)
            })
            .await?;
        }
        Ok(())
    }

    async fn keep_spec(&self, account: AccountId, bulk: BulkId, _item: u16, _needed_until: Time) -> PortResult<()> {
        // A history is over long before anything is removed.
        self.call("keep a content", Some(bulk_key(account, bulk)), |_| ()).await
    }

    async fn put(&self, messages: Vec<Message>, _alone: bool) -> PortResult<Vec<Message>> {
        // One by one, as the table takes them: a process that dies leaves the first ones behind.
        let mut stored = Vec::new();
        for message in messages {
            let about = Some((message.account, message.id));
            stored.push(self.call("put a message", about, |world| world.put(self, message)).await?);
        }
        Ok(stored)
    }
}

impl ChannelQueues for Ports {
    async fn push(&self, channel: Channel, pointers: &[Pointer], delay: Duration) -> PortResult<()> {
        // Requests of at most ten, as SQS takes them.
        for batch in pointers.chunks(10) {
            self.call("push pointers", None, |world| {
                for pointer in batch {
                    world.push(self, Body::Send(channel, *pointer), seconds(delay));
                }
            })
            .await?;
        }
        Ok(())
    }
}

impl FallbackQueue for Ports {
    async fn push(&self, pointer: FallbackPointer) -> PortResult<()> {
        let of = Some((pointer.account, pointer.message));
        self.call("push a fallback", of, |world| world.push(self, Body::FallBack(pointer), 0)).await
    }
}

impl WakeUps for Ports {
    async fn set(&self, wake_up: WakeUp, now: Time) -> PortResult<()> {
        let rest = wake_up.time().map_or(0, |at| (at - now).num_milliseconds());
        let delay = u64::try_from(rest).unwrap_or_default().div_ceil(1000);
        let body = Body::Wake(wake_up);
        self.call("set a wake-up", body.about(), |world| world.push(self, body, delay)).await
    }
}

impl Scheduler for Ports {
    async fn schedule(&self, wake_up: WakeUp) -> PortResult<()> {
        self.call("schedule", Some(bulk_key(wake_up.account, wake_up.bulk)), |world| world.set_schedule(wake_up)).await
    }

    async fn forget(&self, wake_up: WakeUp) -> PortResult<()> {
        let about = Some(bulk_key(wake_up.account, wake_up.bulk));
        let forget = |world: &mut World| {
            if world.schedules.remove(&wake_up).is_some() {
                world.note(about, || format!("#{} removes the schedule at {}", self.process, time(wake_up.at)));
            }
        };
        self.call("forget a schedule", about, forget).await
    }
}

fn seconds(delay: Duration) -> u64 {
    delay.as_secs() + u64::from(delay.subsec_nanos() > 0)
}
