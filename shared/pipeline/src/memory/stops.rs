//! The stop list in memory.

use super::Memory;
use crate::{
    ports::PortResult,
    stops::{StopList, StopWrites},
};
use baton_domain::{
    AccountId,
    stop::{Lift, Listed, Standing, StopEntry, StopKey, StopScope},
};
use std::collections::BTreeSet;

impl Memory {
    /// Changes what a list knows of an address on a channel.
    fn standing(&self, key: &StopKey, change: impl FnOnce(&mut Standing) -> bool) -> bool {
        let mut state = self.state();
        let listed = state.stops.entry((key.scope, key.address.clone()));
        let listed = listed.or_insert_with(|| Listed::nothing(key.address.clone()));
        change(listed.standings.entry(key.channel).or_default())
    }
}

impl StopList for Memory {
    async fn listed(&self, account: AccountId, addresses: &BTreeSet<String>) -> PortResult<Vec<Listed>> {
        let state = self.state();
        let keys = addresses.iter().flat_map(|address| {
            [StopScope::Account(account), StopScope::Deployment].map(|scope| (scope, address.clone()))
        });
        Ok(keys.filter_map(|key| state.stops.get(&key).cloned()).collect())
    }
}

impl StopWrites for Memory {
    async fn stop(&self, entry: &StopEntry) -> PortResult<bool> {
        Ok(self.standing(&entry.key, |standing| standing.stop(&entry.mark)))
    }

    async fn lift(&self, key: &StopKey, lift: Lift) -> PortResult<bool> {
        Ok(self.standing(key, |standing| standing.lift(lift)))
    }
}
