//! The checks of phone numbers in memory, and providers that look numbers up.

use super::World;
use baton_domain::{
    AccountId, PhoneCheck, PhoneStatus, ProviderError, Time,
    phone_check::{Finding, Order, Question, Said},
};
use baton_pipeline::{
    phone_checks::ports::{Lookup, Lookups, PhoneChecks},
    ports::{PortResult, Stored},
};
use futures::{FutureExt, future::BoxFuture};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use uuid::Uuid;

/// The providers that look numbers up, in order.
pub type Registers = Vec<Arc<Register>>;

/// A provider that looks numbers up: a number is reachable a second after it was ordered, unless it ends in `0002`, which is
/// never known.
#[derive(Debug)]
pub struct Register {
    pub name: &'static str,
    /// The numbers of each order.
    pub orders: Mutex<Vec<Vec<String>>>,
}

impl Register {
    pub fn named(name: &'static str) -> Arc<Register> {
        Arc::new(Register { name, orders: Mutex::default() })
    }

    /// The numbers that were ordered, order by order.
    pub fn ordered(&self) -> Vec<Vec<String>> {
        self.orders.lock().expect("not poisoned").clone()
    }
}

impl Lookup for Register {
    fn name(&self) -> &'static str {
        self.name
    }

    fn first_pause(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn pause(&self, _count: usize) -> Duration {
        Duration::from_secs(1)
    }

    fn order<'a>(&'a self, order: &'a Order, _now: Time) -> BoxFuture<'a, Result<Vec<Finding>, ProviderError>> {
        self.orders.lock().expect("not poisoned").push(order.phones.clone());
        std::future::ready(Ok(Vec::new())).boxed()
    }

    fn ask<'a>(&'a self, questions: &'a [Question], _now: Time) -> BoxFuture<'a, Result<Vec<Finding>, ProviderError>> {
        let known = questions.iter().filter(|question| !question.phone.ends_with("0002"));
        let reachable = |phone: &String| Finding { phone: phone.clone(), said: Said::Settled(PhoneStatus::Reachable) };
        std::future::ready(Ok(known.map(|question| reachable(&question.phone)).collect())).boxed()
    }
}

impl Lookups for World {
    async fn lookup(&self, name: Option<&str>) -> PortResult<Option<Arc<dyn Lookup>>> {
        let find = async {
            let own = self.own();
            let found = own.registers.iter().find(|register| name.is_none_or(|name| register.name == name));
            Ok(found.map(|register| register.clone() as Arc<dyn Lookup>))
        };
        self.call(find).await
    }
}

impl PhoneChecks for World {
    async fn check(&self, account: AccountId, id: Uuid) -> PortResult<Option<PhoneCheck>> {
        self.call(self.memory.check(account, id)).await
    }

    async fn add_check(&self, check: &PhoneCheck) -> PortResult<()> {
        self.call(self.memory.add_check(check)).await
    }

    async fn store_check(&self, check: &PhoneCheck, read: u32) -> PortResult<Stored> {
        self.call(self.memory.store_check(check, read)).await
    }
}
