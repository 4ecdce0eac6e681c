//! The stop lists in memory.

use super::{World, part};
use baton_api::ports::{Part, StopLists};
use baton_domain::{
    AccountId,
    stop::{Lift, Listed, StopEntry, StopKey, StopScope},
};
use baton_pipeline::{
    ports::PortResult,
    stops::{StopList, StopWrites},
};
use std::collections::BTreeSet;

impl StopList for World {
    async fn listed(&self, account: AccountId, addresses: &BTreeSet<String>) -> PortResult<Vec<Listed>> {
        self.call(self.memory.listed(account, addresses)).await
    }
}

impl StopWrites for World {
    async fn stop(&self, entry: &StopEntry) -> PortResult<bool> {
        self.call(self.memory.stop(entry)).await
    }

    async fn lift(&self, key: &StopKey, lift: Lift) -> PortResult<bool> {
        self.call(self.memory.lift(key, lift)).await
    }
}

impl StopLists for World {
    /// Three addresses at a time, so that lists of a test have several parts.
    async fn part(&self, scope: StopScope, from: Option<&str>, _limit: usize) -> PortResult<Part<Listed>> {
        let state = self.memory.state();
        let of_list = state.stops.iter().filter(|((of, _), _)| *of == scope).map(|(_, listed)| listed.clone());
        let rest = of_list.filter(|listed| from.is_none_or(|from| listed.address.as_str() >= from)).collect();
        let Part { items, next } = part(rest, None, 3);
        let last = items.last().map(|listed: &Listed| listed.address.clone());
        Ok(Part { items, next: next.and(last) })
    }

    async fn on_list(&self, scope: StopScope, addresses: &BTreeSet<String>) -> PortResult<Vec<Listed>> {
        let state = self.memory.state();
        Ok(addresses.iter().filter_map(|address| state.stops.get(&(scope, address.clone())).cloned()).collect())
    }
}
