//! The checks of phone numbers.

use super::Everything;
use baton_domain::{AccountId, PhoneCheck};
use baton_pipeline::{
    phone_checks::ports::{Lookup, Lookups, PhoneChecks},
    ports::{PortResult, Stored},
};
use std::sync::Arc;
use uuid::Uuid;

impl PhoneChecks for Everything {
    async fn check(&self, account: AccountId, id: Uuid) -> PortResult<Option<PhoneCheck>> {
        self.control.check(account, id).await
    }

    async fn add_check(&self, check: &PhoneCheck) -> PortResult<()> {
        self.control.add_check(check).await
    }

    async fn store_check(&self, check: &PhoneCheck, read: u32) -> PortResult<Stored> {
        self.control.store_check(check, read).await
    }
}

impl Lookups for Everything {
    async fn lookup(&self, name: Option<&str>) -> PortResult<Option<Arc<dyn Lookup>>> {
        self.lookups.find(name).await
    }
}
