//! The ports of callbacks in memory.

use super::World;
use baton_api::ports::CallbackKeys;
use baton_domain::{AccountId, CallbackId, MessageId};
use baton_pipeline::{
    callbacks::{
        CallbackPointer, CallbackRecord,
        ports::{CallbackLog, CallbackQueue, CallbackSecret, CallbackSecrets},
    },
    ports::{PortResult, Stored},
};
use std::time::Duration;

impl CallbackLog for World {
    async fn record(&self, account: AccountId, id: CallbackId) -> PortResult<Option<CallbackRecord>> {
        self.call(self.memory.record(account, id)).await
    }

    async fn store_record(&self, record: &CallbackRecord, read: Option<u32>) -> PortResult<Stored> {
        self.call(self.memory.store_record(record, read)).await
    }

    async fn records_of(&self, account: AccountId, message: MessageId) -> PortResult<Vec<CallbackRecord>> {
        self.call(self.memory.records_of(account, message)).await
    }
}

impl CallbackQueue for World {
    async fn push(&self, pointers: &[CallbackPointer], delay: Duration) -> PortResult<()> {
        self.call(CallbackQueue::push(&self.memory, pointers, delay)).await
    }
}

impl CallbackSecrets for World {
    async fn secrets(&self, account: AccountId) -> PortResult<Vec<CallbackSecret>> {
        self.call(self.memory.secrets(account)).await
    }
}

impl CallbackKeys for World {
    async fn add_secret(&self, secret: &CallbackSecret) -> PortResult<()> {
        let add = async {
            let secrets = &mut self.memory.state().callback_secrets;
            if !secrets.iter().any(|known| (known.account, &known.id) == (secret.account, &secret.id)) {
                secrets.push(secret.clone());
            }
            Ok(())
        };
        self.call(add).await
    }

    async fn remove_secret(&self, account: AccountId, id: &str) -> PortResult<Option<CallbackSecret>> {
        let remove = async {
            let secrets = &mut self.memory.state().callback_secrets;
            let index = secrets.iter().position(|known| known.account == account && known.id == id);
            Ok(index.map(|index| secrets.remove(index)))
        };
        self.call(remove).await
    }
}
