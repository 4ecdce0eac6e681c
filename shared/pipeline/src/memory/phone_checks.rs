//! The checks of phone numbers in memory.

use super::Memory;
use crate::{
    phone_checks::ports::PhoneChecks,
    ports::{PortResult, Stored},
};
use baton_domain::{AccountId, PhoneCheck};
use uuid::Uuid;

impl PhoneChecks for Memory {
    async fn check(&self, account: AccountId, id: Uuid) -> PortResult<Option<PhoneCheck>> {
        Ok(self.state().phone_checks.get(&(account, id)).cloned())
    }

    async fn add_check(&self, check: &PhoneCheck) -> PortResult<()> {
        self.state().phone_checks.entry((check.account, check.id)).or_insert_with(|| check.clone());
        Ok(())
    }

    async fn store_check(&self, check: &PhoneCheck, read: u32) -> PortResult<Stored> {
        let mut state = self.state();
        match state.phone_checks.get_mut(&(check.account, check.id)) {
            Some(stored) if stored.version == read => {
                *stored = check.clone();
                Ok(Stored::Done)
            }
            _ => Ok(Stored::Conflict),
        }
    }
}
