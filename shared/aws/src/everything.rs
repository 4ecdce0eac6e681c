//! All ports of the HTTP interface in one, each passed on to the adapter that fulfils it.

mod auth;
mod exports;
mod objects;
mod phone_checks;
mod prices;
mod short_links;
mod stops;
mod tasks;
mod white_lists;

use crate::{
    auth_keys::AuthKeyParameter,
    callbacks::Callbacks,
    control::ControlTable,
    lookups::LookupProviders,
    messages::MessageTable,
    objects::ObjectStore,
    outbox::OutboxTable,
    parameters::Documents,
    prices::PriceTable,
    queues::{Channels, ExportsQueue, WakeQueue},
    short_links::LinkTable,
    state::StateTable,
};
use baton_api::ports::{
    ApiKey, Begin, CallbackKeys, Deployment, Idempotency, Index, Keys, Line, Lists, Outbox, OutboxItem, Part, Span,
    Templates,
};
use baton_domain::{
    AccountId, BulkId, CallbackId, Channel, Message, MessageId, Spec, Template, Time,
    bandwidth::{Bandwidth, Limit},
    breaker::Breaker,
};
use baton_pipeline::{
    accept::Bulk,
    callbacks::{
        CallbackPointer, CallbackRecord,
        ports::{CallbackLog, CallbackQueue, CallbackSecret, CallbackSecrets},
    },
    pointer::{Pointer, WakeUp},
    ports::{
        Accepting, Bandwidths, Begun, Breakers, Bulks, ChannelQueues, Messages, PortResult, Specs, Stored, WakeUps,
    },
};
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

/// The adapters that the HTTP interface works on.
#[derive(Clone, Debug)]
pub struct Everything {
    /// Messages and their lists.
    pub messages: MessageTable,
    /// Keys, idempotency, users and sessions, checks of phone numbers.
    pub control: ControlTable,
    /// What the sandbox "sent".
    pub outbox: OutboxTable,
    /// The queues of the channels.
    pub channels: Channels,
    /// The wake queue.
    pub wake_ups: WakeQueue,
    /// Breakers, limits, stop lists, and attempts to log in.
    pub state: StateTable,
    /// The providers documents.
    pub documents: Documents,
    /// The callbacks queue.
    pub callbacks: Callbacks,
    /// The keys of session tokens.
    pub auth_keys: AuthKeyParameter,
    /// The short links.
    pub links: LinkTable,
    /// Registered senders and prices.
    pub prices: PriceTable,
    /// The providers that look phone numbers up.
    pub lookups: LookupProviders,
    /// The queue of exports.
    pub exports: ExportsQueue,
    /// Files.
    pub objects: ObjectStore,
}

impl Messages for Everything {
    async fn load(&self, account: AccountId, id: MessageId) -> PortResult<Option<Message>> {
        self.messages.load(account, id).await
    }

    async fn store(&self, message: &Message, read: u64) -> PortResult<Stored> {
        self.messages.store(message, read).await
    }
}

impl Specs for Everything {
    async fn spec(&self, account: AccountId, bulk: BulkId, item: u16) -> PortResult<Option<Arc<Spec>>> {
        self.messages.spec(account, bulk, item).await
    }
}

impl Bulks for Everything {
    async fn messages(&self, account: AccountId, bulk: BulkId) -> PortResult<Vec<Message>> {
        self.messages.messages(account, bulk).await
    }
}

impl Accepting for Everything {
    async fn begin(&self, bulk: &Bulk) -> PortResult<Begun> {
        self.messages.begin(bulk).await
    }

    async fn put_specs(
        &self,
        account: AccountId,
        bulk: BulkId,
        specs: &[(u16, Arc<Spec>)],
        needed_until: Time,
    ) -> PortResult<()> {
        self.messages.put_specs(account, bulk, specs, needed_until).await
    }

    async fn keep_spec(&self, account: AccountId, bulk: BulkId, item: u16, needed_until: Time) -> PortResult<()> {
        self.messages.keep_spec(account, bulk, item, needed_until).await
    }

    async fn put(&self, messages: Vec<Message>, alone: bool) -> PortResult<Vec<Message>> {
        self.messages.put(messages, alone).await
    }
}

impl ChannelQueues for Everything {
    async fn push(&self, channel: Channel, pointers: &[Pointer], delay: Duration) -> PortResult<()> {
        self.channels.push(channel, pointers, delay).await
    }
}

impl WakeUps for Everything {
    async fn set(&self, wake_up: WakeUp, now: Time) -> PortResult<()> {
        self.wake_ups.set(wake_up, now).await
    }
}

impl Breakers for Everything {
    async fn breakers(&self, channel: Channel) -> PortResult<Vec<(String, Breaker)>> {
        self.state.breakers(channel).await
    }

    async fn tell(&self, channel: Channel, provider: &str, breaker: &Breaker) -> PortResult<()> {
        self.state.tell(channel, provider, breaker).await
    }
}

impl Bandwidths for Everything {
    async fn bandwidth(&self, account: AccountId) -> PortResult<Vec<Bandwidth>> {
        self.state.bandwidth(account).await
    }

    async fn reserve(&self, limit: &Limit, now: Time) -> PortResult<Time> {
        self.state.reserve(limit, now).await
    }
}

impl Deployment for Everything {
    async fn providers_document(&self, channel: Channel) -> PortResult<Option<String>> {
        self.documents.read(channel).await
    }

    async fn put_bandwidth(&self, account: AccountId, limits: &[Bandwidth]) -> PortResult<()> {
        self.state.put_bandwidth(account, limits).await
    }
}

impl Keys for Everything {
    async fn key(&self, account: AccountId, id: &str) -> PortResult<Option<ApiKey>> {
        self.control.key(account, id).await
    }

    async fn keys(&self, account: AccountId) -> PortResult<Vec<ApiKey>> {
        self.control.keys(account).await
    }

    async fn add(&self, key: &ApiKey) -> PortResult<()> {
        self.control.add(key).await
    }

    async fn revoke(&self, account: AccountId, id: &str, at: Time) -> PortResult<bool> {
        self.control.revoke(account, id, at).await
    }
}

impl Idempotency for Everything {
    async fn begin(
        &self,
        account: AccountId,
        key: &str,
        digest: &str,
        id: Uuid,
        now: Time,
        until: Time,
    ) -> PortResult<Begin> {
        self.control.begin(account, key, digest, id, now, until).await
    }

    async fn first_id(&self, account: AccountId, key: &str, digest: &str, now: Time) -> PortResult<Option<Uuid>> {
        self.control.first_id(account, key, digest, now).await
    }

    async fn release(&self, account: AccountId, key: &str, until: Time) -> PortResult<()> {
        self.control.release(account, key, until).await
    }

    async fn finish(&self, account: AccountId, key: &str) -> PortResult<()> {
        self.control.finish(account, key).await
    }
}

impl Lists for Everything {
    async fn lines(
        &self,
        account: AccountId,
        index: Index<'_>,
        span: Span,
        after: Option<&str>,
        limit: usize,
    ) -> PortResult<Part<Line>> {
        self.messages.lines(account, index, span, after, limit).await
    }

    async fn line(&self, account: AccountId, bulk: BulkId) -> PortResult<Option<(BulkId, Line)>> {
        self.messages.line(account, bulk).await
    }

    async fn part_of_bulk(
        &self,
        account: AccountId,
        bulk: BulkId,
        first: u16,
        limit: usize,
    ) -> PortResult<Vec<Message>> {
        self.messages.part_of_bulk(account, bulk, first, limit).await
    }

    async fn load_many(&self, account: AccountId, ids: &[MessageId]) -> PortResult<Vec<Message>> {
        self.messages.load_many(account, ids).await
    }
}

impl Outbox for Everything {
    fn is_on(&self) -> bool {
        self.outbox.is_on()
    }

    async fn records(
        &self,
        account: AccountId,
        message: Option<MessageId>,
        after: Option<&str>,
        limit: usize,
    ) -> PortResult<Part<OutboxItem>> {
        self.outbox.records(account, message, after, limit).await
    }
}

impl CallbackLog for Everything {
    async fn record(&self, account: AccountId, id: CallbackId) -> PortResult<Option<CallbackRecord>> {
        self.messages.record(account, id).await
    }

    async fn store_record(&self, record: &CallbackRecord, read: Option<u32>) -> PortResult<Stored> {
        self.messages.store_record(record, read).await
    }

    async fn records_of(&self, account: AccountId, message: MessageId) -> PortResult<Vec<CallbackRecord>> {
        self.messages.records_of(account, message).await
    }
}

impl CallbackQueue for Everything {
    async fn push(&self, pointers: &[CallbackPointer], delay: Duration) -> PortResult<()> {
        self.callbacks.push(pointers, delay).await
    }
}

impl CallbackSecrets for Everything {
    async fn secrets(&self, account: AccountId) -> PortResult<Vec<CallbackSecret>> {
        self.control.secrets(account).await
    }
}

impl CallbackKeys for Everything {
    async fn add_secret(&self, secret: &CallbackSecret) -> PortResult<()> {
        self.control.add_secret(secret).await
    }

    async fn remove_secret(&self, account: AccountId, id: &str) -> PortResult<Option<CallbackSecret>> {
        self.control.remove_secret(account, id).await
    }
}

impl Templates for Everything {
    async fn template(&self, account: AccountId, id: Uuid) -> PortResult<Option<Template>> {
        self.control.template(account, id).await
    }

    async fn template_as_of(&self, account: AccountId, id: Uuid, at: Time) -> PortResult<Option<Template>> {
        self.control.template_as_of(account, id, at).await
    }

    async fn templates(&self, account: AccountId) -> PortResult<Vec<Template>> {
        self.control.templates(account).await
    }

    async fn add_template(&self, template: &Template) -> PortResult<()> {
        self.control.add_template(template).await
    }

    async fn replace_template(&self, old: &Template, new: &Template) -> PortResult<Stored> {
        self.control.replace_template(old, new).await
    }

    async fn delete_template(&self, old: &Template, at: Time) -> PortResult<Stored> {
        self.control.delete_template(old, at).await
    }
}
