//! All ports in memory, each call of which can be made to fail.

use baton_api::ports::{
    ApiKey, AuthKey, Begin, Deployment, Export, ExportPointer, Idempotency, Keys, Outbox, OutboxItem, Part, Session,
    User,
};
use baton_domain::{
    AccountId, BulkId, Channel, Message, MessageId, Spec, Template, Time,
    bandwidth::{Bandwidth, Limit},
    breaker::Breaker,
    price_list::{RegisteredSender, Tariff},
    white_list::Permitted,
};
use baton_pipeline::{
    accept::Bulk,
    memory::Memory,
    pointer::{Pointer, WakeUp},
    ports::{
        Accepting, Bandwidths, Begun, Breakers, Bulks, ChannelQueues, Messages, PortError, PortResult, Specs, Stored,
        WakeUps,
    },
};
use std::{
    cmp::Ordering,
    collections::BTreeMap,
    future::Future,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use uuid::Uuid;

mod callbacks;
mod exports;
mod lists;
mod objects;
mod phone_checks;
mod prices;
mod short_links;
mod stops;
mod tasks;
mod templates;
mod white_lists;

pub use lists::Reads;
pub use phone_checks::{Register, Registers};

/// Where a call breaks off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// Before it took effect.
    Before,
    /// After it took effect, with its answer lost.
    After,
    /// Before it took effect, and so does every call after it: who called has died.
    Dead,
}

#[derive(Clone, Debug)]
struct Record {
    digest: String,
    id: Uuid,
    until: Time,
    done: bool,
}

/// What the interface's own ports hold.
#[derive(Debug, Default)]
pub struct Own {
    pub keys: BTreeMap<(AccountId, String), ApiKey>,
    records: BTreeMap<(AccountId, String), Record>,
    /// The templates that are there.
    pub templates: BTreeMap<(AccountId, Uuid), Template>,
    /// The versions that were there before, oldest first.
    pub old_templates: Vec<Template>,
    /// Registered senders, and prices of SMS.
    pub prices: BTreeMap<AccountId, (Vec<RegisteredSender>, Vec<Tariff>)>,
    /// How often they were read for messages.
    pub price_lists_read: usize,
    pub white_lists: BTreeMap<AccountId, Vec<Permitted>>,
    pub exports: BTreeMap<(AccountId, Uuid), Export>,
    /// Pointers on the queue of exports, in the order of their coming.
    pub export_queue: Vec<ExportPointer>,
    /// After how many writes of an export another run claims it.
    pub overtaken: Option<usize>,
    pub outbox: Vec<OutboxItem>,
    pub outbox_off: bool,
    pub users: BTreeMap<(AccountId, Uuid), User>,
    pub sessions: BTreeMap<(AccountId, String), Session>,
    /// Attempts to log in, by what they have in common and the window.
    pub logins: BTreeMap<(String, i64), u32>,
    /// The newest first.
    pub auth_keys: Vec<AuthKey>,
    /// The providers documents.
    pub documents: BTreeMap<Channel, String>,
    /// The providers that look phone numbers up, in order.
    pub registers: Registers,
    /// What lists have read so far.
    pub reads: Reads,
    /// Calls of all ports so far.
    pub calls: usize,
    /// Which call breaks off.
    pub broken: Option<(usize, Break)>,
    /// What somebody else does to a message between its next reading and storing.
    pub meanwhile: Option<fn(&mut Message)>,
}

/// All ports over one state.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub memory: Memory,
    own: Arc<Mutex<Own>>,
}

impl World {
    pub fn own(&self) -> MutexGuard<'_, Own> {
        self.own.lock().expect("not poisoned")
    }

    pub fn messages(&self) -> Vec<Message> {
        self.memory.state().messages.values().cloned().collect()
    }

    /// Whether anything of a request is stored or queued.
    pub fn is_empty(&self) -> bool {
        let state = self.memory.state();
        let stored = state.bulks.is_empty() && state.specs.is_empty() && state.messages.is_empty();
        stored && state.channels.is_empty() && state.wake_ups.is_empty() && self.own().records.is_empty()
    }

    pub async fn call<T>(&self, work: impl Future<Output = PortResult<T>>) -> PortResult<T> {
        let broken = {
            let mut own = self.own();
            own.calls += 1;
            own.broken.and_then(|(call, how)| match own.calls.cmp(&call) {
                Ordering::Less => None,
                Ordering::Equal => Some(how),
                Ordering::Greater => (how == Break::Dead).then_some(how),
            })
        };
        let failed = || PortError::new("call", "broken off");
        if matches!(broken, Some(Break::Before | Break::Dead)) {
            return Err(failed());
        }
        let answer = work.await;
        if broken == Some(Break::After) { Err(failed()) } else { answer }
    }
}

impl Messages for World {
    async fn load(&self, account: AccountId, id: MessageId) -> PortResult<Option<Message>> {
        self.call(self.memory.load(account, id)).await
    }

    async fn store(&self, message: &Message, read: u64) -> PortResult<Stored> {
        let meanwhile = self.own().meanwhile.take();
        if let Some(stored) = self.memory.state().messages.get_mut(&(message.account, message.id)) {
            meanwhile.into_iter().for_each(|change| change(stored));
        }
        self.call(self.memory.store(message, read)).await
    }
}

impl Specs for World {
    async fn spec(&self, account: AccountId, bulk: BulkId, item: u16) -> PortResult<Option<Arc<Spec>>> {
        self.call(self.memory.spec(account, bulk, item)).await
    }
}

impl Bulks for World {
    async fn messages(&self, account: AccountId, bulk: BulkId) -> PortResult<Vec<Message>> {
        self.call(self.memory.messages(account, bulk)).await
    }
}

impl Accepting for World {
    async fn begin(&self, bulk: &Bulk) -> PortResult<Begun> {
        self.call(Accepting::begin(&self.memory, bulk)).await
    }

    async fn put_specs(
        &self,
        account: AccountId,
        bulk: BulkId,
        specs: &[(u16, Arc<Spec>)],
        needed_until: Time,
    ) -> PortResult<()> {
        self.call(self.memory.put_specs(account, bulk, specs, needed_until)).await
    }

    async fn keep_spec(&self, account: AccountId, bulk: BulkId, item: u16, needed_until: Time) -> PortResult<()> {
        self.call(self.memory.keep_spec(account, bulk, item, needed_until)).await
    }

    /// One call per message: a real store takes them in parts too.
    async fn put(&self, messages: Vec<Message>, alone: bool) -> PortResult<Vec<Message>> {
        let mut stored = Vec::new();
        for message in messages {
            stored.extend(self.call(self.memory.put(vec![message], alone)).await?);
        }
        Ok(stored)
    }
}

impl ChannelQueues for World {
    async fn push(&self, channel: Channel, pointers: &[Pointer], delay: Duration) -> PortResult<()> {
        for pointer in pointers {
            self.call(ChannelQueues::push(&self.memory, channel, &[*pointer], delay)).await?;
        }
        Ok(())
    }
}

impl WakeUps for World {
    async fn set(&self, wake_up: WakeUp, now: Time) -> PortResult<()> {
        self.call(self.memory.set(wake_up, now)).await
    }
}

impl Breakers for World {
    async fn breakers(&self, channel: Channel) -> PortResult<Vec<(String, Breaker)>> {
        self.call(self.memory.breakers(channel)).await
    }

    async fn tell(&self, channel: Channel, provider: &str, breaker: &Breaker) -> PortResult<()> {
        self.call(self.memory.tell(channel, provider, breaker)).await
    }
}

impl Bandwidths for World {
    async fn bandwidth(&self, account: AccountId) -> PortResult<Vec<Bandwidth>> {
        self.call(self.memory.bandwidth(account)).await
    }

    async fn reserve(&self, limit: &Limit, now: Time) -> PortResult<Time> {
        self.call(self.memory.reserve(limit, now)).await
    }
}

impl Deployment for World {
    async fn providers_document(&self, channel: Channel) -> PortResult<Option<String>> {
        self.call(async { Ok(self.own().documents.get(&channel).cloned()) }).await
    }

    async fn put_bandwidth(&self, account: AccountId, limits: &[Bandwidth]) -> PortResult<()> {
        let put = async {
            self.memory.state().bandwidth.insert(account, limits.to_vec());
            Ok(())
        };
        self.call(put).await
    }
}

impl Keys for World {
    async fn key(&self, account: AccountId, id: &str) -> PortResult<Option<ApiKey>> {
        self.call(async { Ok(self.own().keys.get(&(account, id.to_owned())).cloned()) }).await
    }

    async fn keys(&self, account: AccountId) -> PortResult<Vec<ApiKey>> {
        self.call(async { Ok(self.own().keys.values().filter(|key| key.account == account).cloned().collect()) }).await
    }

    async fn add(&self, key: &ApiKey) -> PortResult<()> {
        let add = async {
            self.own().keys.entry((key.account, key.id.clone())).or_insert_with(|| key.clone());
            Ok(())
        };
        self.call(add).await
    }

    async fn revoke(&self, account: AccountId, id: &str, at: Time) -> PortResult<bool> {
        let revoke = async {
            let mut own = self.own();
            let Some(key) = own.keys.get_mut(&(account, id.to_owned())) else { return Ok(false) };
            key.revoked_at.get_or_insert(at);
            Ok(true)
        };
        self.call(revoke).await
    }
}

impl Idempotency for World {
    async fn begin(
        &self,
        account: AccountId,
        key: &str,
        digest: &str,
        id: Uuid,
        now: Time,
        until: Time,
    ) -> PortResult<Begin> {
        let begin = async {
            let mut own = self.own();
            let Some(record) = own.records.get_mut(&(account, key.to_owned())) else {
                let record = Record { digest: digest.to_owned(), id, until, done: false };
                own.records.insert((account, key.to_owned()), record);
                return Ok(Begin::New);
            };
            if record.digest != digest {
                return Ok(Begin::Mismatch);
            }
            if record.done {
                return Ok(Begin::Done(record.id));
            }
            if record.until > now {
                return Ok(Begin::Running(record.id, record.until));
            }
            record.until = until;
            Ok(Begin::Resume(record.id))
        };
        self.call(begin).await
    }

    async fn first_id(&self, account: AccountId, key: &str, digest: &str, _now: Time) -> PortResult<Option<Uuid>> {
        let find = async {
            let own = self.own();
            let record = own.records.get(&(account, key.to_owned()));
            Ok(record.filter(|record| record.digest == digest).map(|record| record.id))
        };
        self.call(find).await
    }

    async fn release(&self, account: AccountId, key: &str, until: Time) -> PortResult<()> {
        let release = async {
            if let Some(record) = self.own().records.get_mut(&(account, key.to_owned()))
                && record.until == until
                && !record.done
            {
                record.until = Time::UNIX_EPOCH;
            }
            Ok(())
        };
        self.call(release).await
    }

    async fn finish(&self, account: AccountId, key: &str) -> PortResult<()> {
        let finish = async {
            self.own().records.get_mut(&(account, key.to_owned())).expect("begun").done = true;
            Ok(())
        };
        self.call(finish).await
    }
}

impl Outbox for World {
    fn is_on(&self) -> bool {
        !self.own().outbox_off
    }

    async fn records(
        &self,
        account: AccountId,
        message: Option<MessageId>,
        after: Option<&str>,
        limit: usize,
    ) -> PortResult<Part<OutboxItem>> {
        let own = self.own();
        let records = own.outbox.iter().rev().filter(|item| item.account == account);
        let records = records.filter(|item| message.is_none_or(|message| item.message == message)).cloned();
        Ok(part(records.collect(), after, limit))
    }
}

/// The place of a part is the number of what comes before it.
fn part<T>(items: Vec<T>, after: Option<&str>, limit: usize) -> Part<T> {
    let first: usize = after.map_or(0, |after| after.parse().expect("a number"));
    let next = (first + limit < items.len()).then(|| (first + limit).to_string());
    Part { items: items.into_iter().skip(first).take(limit).collect(), next }
}
