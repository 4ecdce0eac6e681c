//! The ports of callbacks in memory.

use super::Memory;
use crate::{
    callbacks::{
        CallbackPointer, CallbackRecord,
        ports::{CallbackLog, CallbackQueue, CallbackSecret, CallbackSecrets},
    },
    ports::{PortResult, Stored},
};
use baton_domain::{AccountId, CallbackId, MessageId};
use std::time::Duration;

impl CallbackLog for Memory {
    async fn record(&self, account: AccountId, id: CallbackId) -> PortResult<Option<CallbackRecord>> {
        Ok(self.state().callback_records.get(&(account, id)).cloned())
    }

    async fn store_record(&self, record: &CallbackRecord, read: Option<u32>) -> PortResult<Stored> {
        let mut state = self.state();
        let key = (record.account, record.transition.id());
        if state.callback_records.get(&key).map(|known| known.count) != read {
            return Ok(Stored::Conflict);
        }
        state.callback_records.insert(key, record.clone());
        Ok(Stored::Done)
    }

    async fn records_of(&self, account: AccountId, message: MessageId) -> PortResult<Vec<CallbackRecord>> {
        let state = self.state();
        let of_message = state.callback_records.iter().filter(|((of, id), _)| *of == account && id.message == message);
        Ok(of_message.map(|(_, record)| record.clone()).collect())
    }
}

impl CallbackQueue for Memory {
    async fn push(&self, pointers: &[CallbackPointer], delay: Duration) -> PortResult<()> {
        self.state().callbacks.extend(pointers.iter().map(|pointer| (pointer.clone(), delay)));
        Ok(())
    }
}

impl CallbackSecrets for Memory {
    async fn secrets(&self, account: AccountId) -> PortResult<Vec<CallbackSecret>> {
        Ok(self.state().callback_secrets.iter().filter(|secret| secret.account == account).cloned().collect())
    }
}
