//! The ports of callbacks in memory.

use super::Memory;
use crate::{
    callbacks::{
        CallbackPointer, CallbackRecord, Known, Pace, Place,
        ports::{CallbackLog, CallbackQueue, CallbackSecret, CallbackSecrets, Paces, SlowCallbackQueue},
    },
    ports::{PortResult, Stored},
};
use baton_domain::{AccountId, CallbackId, MessageId, Time};
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

impl SlowCallbackQueue for Memory {
    async fn push_slow(&self, pointer: &CallbackPointer, delay: Duration) -> PortResult<()> {
        self.state().slow_callbacks.push((pointer.clone(), delay));
        Ok(())
    }
}

impl Paces for Memory {
    async fn pace(&self, place: &Place) -> PortResult<Option<Known>> {
        Ok(self.state().paces.get(place).copied())
    }

    async fn set_pace(&self, place: &Place, known: &Known) -> PortResult<()> {
        self.state().paces.insert(place.clone(), *known);
        Ok(())
    }

    async fn begin_trial(&self, place: &Place, now: Time, until: Time) -> PortResult<bool> {
        let mut state = self.state();
        if state.paces.get(place).is_some_and(|known| known.until > now) {
            return Ok(false);
        }
        state.paces.insert(place.clone(), Known { pace: Pace::Trial, until });
        Ok(true)
    }
}

impl CallbackSecrets for Memory {
    async fn secrets(&self, account: AccountId) -> PortResult<Vec<CallbackSecret>> {
        Ok(self.state().callback_secrets.iter().filter(|secret| secret.account == account).cloned().collect())
    }
}
