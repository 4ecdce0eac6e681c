//! The import function's ports in one value, each passed on to the adapter that fulfils it.

use baton_api::ports::{Prices, Templates, WhiteLists};
use baton_aws::{
    control::ControlTable, messages::MessageTable, objects::ObjectStore, prices::PriceTable, queues::WakeQueue,
    state::StateTable,
};
use baton_domain::{
    AccountId, BulkId, Message, Spec, Template, Time,
    price_list::{PriceList, RegisteredSender, Tariff},
    stop::Listed,
    white_list::Permitted,
};
use baton_pipeline::{
    accept::Bulk,
    objects::HasObjects,
    pointer::WakeUp,
    ports::{Accepting, Begun, Bulks, PortResult, Stored, WakeUps},
    stops::StopList,
    tasks::ports::HasTasks,
};
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

/// All that the import needs of AWS.
#[derive(Clone, Debug)]
pub struct Imports {
    /// Messages.
    pub messages: MessageTable,
    /// Tasks, templates, white lists.
    pub control: ControlTable,
    /// Senders and prices.
    pub prices: PriceTable,
    /// The stop lists.
    pub state: StateTable,
    /// The wake queue.
    pub wake_ups: WakeQueue,
    /// The files.
    pub objects: ObjectStore,
}

impl Accepting for Imports {
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

impl Bulks for Imports {
    async fn messages(&self, account: AccountId, bulk: BulkId) -> PortResult<Vec<Message>> {
        self.messages.messages(account, bulk).await
    }
}

impl HasTasks for Imports {
    type Tasks = ControlTable;

    fn tasks_in(&self) -> &ControlTable {
        &self.control
    }
}

impl Templates for Imports {
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

impl WhiteLists for Imports {
    async fn white_list(&self, account: AccountId) -> PortResult<Vec<Permitted>> {
        self.control.white_list(account).await
    }

    async fn put_white_list(&self, account: AccountId, list: &[Permitted]) -> PortResult<()> {
        self.control.put_white_list(account, list).await
    }
}

impl Prices for Imports {
    async fn price_list(&self, account: AccountId) -> PortResult<Arc<PriceList>> {
        self.prices.price_list(account).await
    }

    async fn senders(&self, account: AccountId) -> PortResult<Vec<RegisteredSender>> {
        self.prices.senders(account).await
    }

    async fn put_senders(&self, account: AccountId, senders: &[RegisteredSender]) -> PortResult<()> {
        self.prices.put_senders(account, senders).await
    }

    async fn sms_tariffs(&self, account: AccountId) -> PortResult<Vec<Tariff>> {
        self.prices.sms_tariffs(account).await
    }

    async fn put_sms_tariffs(&self, account: AccountId, tariffs: &[Tariff]) -> PortResult<()> {
        self.prices.put_sms_tariffs(account, tariffs).await
    }
}

impl StopList for Imports {
    async fn listed(&self, account: AccountId, addresses: &BTreeSet<String>) -> PortResult<Vec<Listed>> {
        self.state.listed(account, addresses).await
    }
}

impl WakeUps for Imports {
    async fn set(&self, wake_up: WakeUp, now: Time) -> PortResult<()> {
        self.wake_ups.set(wake_up, now).await
    }
}

impl HasObjects for Imports {
    type Objects = ObjectStore;

    fn objects(&self) -> &ObjectStore {
        &self.objects
    }
}
