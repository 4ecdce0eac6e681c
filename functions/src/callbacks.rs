//! What calling back works on.

use baton_aws::{callbacks::Callbacks, control::ControlTable, messages::MessageTable};
use baton_domain::{AccountId, BulkId, CallbackId, Message, MessageId, Spec};
use baton_pipeline::{
    callbacks::{
        CallbackPointer, CallbackRecord,
        ports::{CallbackLog, CallbackQueue, CallbackSecret, CallbackSecrets},
    },
    ports::{Messages, PortResult, Specs, Stored},
};
use std::{sync::Arc, time::Duration};

/// The messages and their records, the function's own queue, and the secrets, in one value for the pipeline.
#[derive(Clone, Debug)]
pub struct CallbackPorts {
    /// Messages, contents and records.
    pub messages: MessageTable,
    /// The secrets.
    pub control: ControlTable,
    /// The queue that the function reads.
    pub queue: Callbacks,
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
        self.queue.push(pointers, delay).await
    }
}

impl CallbackSecrets for CallbackPorts {
    async fn secrets(&self, account: AccountId) -> PortResult<Vec<CallbackSecret>> {
        self.control.secrets(account).await
    }
}
