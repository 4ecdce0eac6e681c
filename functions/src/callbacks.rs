//! What calling back works on.

use baton_aws::{callbacks::Callbacks, control::ControlTable, messages::MessageTable, state::StateTable};
use baton_domain::{AccountId, BulkId, CallbackId, Message, MessageId, Spec, Time};
use baton_pipeline::{
    callbacks::{
        CallbackPointer, CallbackRecord, Known, Place,
        ports::{CallbackLog, CallbackQueue, CallbackSecret, CallbackSecrets, Paces, SlowCallbackQueue},
    },
    ports::{Messages, PortResult, Specs, Stored},
};
use std::{sync::Arc, time::Duration};

/// The messages and their records, the queues of both lanes, the secrets, and what is known of receivers, in one value for the
/// pipeline.
#[derive(Clone, Debug)]
pub struct CallbackPorts {
    /// Messages, contents and records.
    pub messages: MessageTable,
    /// The secrets.
    pub control: ControlTable,
    /// How receivers answer.
    pub state: StateTable,
    /// The queue of the fast lane.
    pub fast: Callbacks,
    /// The queue of the slow lane.
    pub slow: Callbacks,
}

impl Messages for CallbackPorts {
    async fn load(&self, account: AccountId, id: MessageId) -> PortResult<Option<Message>> {
        self.messages.load(account, id).await
    }

    async fn store(&self, message: &Message, read: u64) -> PortResult<Stored> {
        self.messages.store(message, read).await
    }
}

impl Specs for CallbackPorts {
    async fn spec(&self, account: AccountId, bulk: BulkId, item: u16) -> PortResult<Option<Arc<Spec>>> {
        self.messages.spec(account, bulk, item).await
    }
}

impl CallbackLog for CallbackPorts {
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

impl CallbackQueue for CallbackPorts {
    async fn push(&self, pointers: &[CallbackPointer], delay: Duration) -> PortResult<()> {
        self.fast.push(pointers, delay).await
    }
}

impl SlowCallbackQueue for CallbackPorts {
    async fn push_slow(&self, pointer: &CallbackPointer, delay: Duration) -> PortResult<()> {
        self.slow.push(std::slice::from_ref(pointer), delay).await
    }
}

impl Paces for CallbackPorts {
    async fn pace(&self, place: &Place) -> PortResult<Option<Known>> {
        self.state.pace(place).await
    }

    async fn set_pace(&self, place: &Place, known: &Known) -> PortResult<()> {
        self.state.set_pace(place, known).await
    }

    async fn begin_trial(&self, place: &Place, now: Time, until: Time) -> PortResult<bool> {
        self.state.begin_trial(place, now, until).await
    }
}

impl CallbackSecrets for CallbackPorts {
    async fn secrets(&self, account: AccountId) -> PortResult<Vec<CallbackSecret>> {
        self.control.secrets(account).await
    }
}
