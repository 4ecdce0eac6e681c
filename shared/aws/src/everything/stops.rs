//! The stop lists.

use super::Everything;
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

impl StopList for Everything {
    async fn listed(&self, account: AccountId, addresses: &BTreeSet<String>) -> PortResult<Vec<Listed>> {
        self.state.listed(account, addresses).await
    }
}

impl StopWrites for Everything {
    async fn stop(&self, entry: &StopEntry) -> PortResult<bool> {
        self.state.stop(entry).await
    }

    async fn lift(&self, key: &StopKey, lift: Lift) -> PortResult<bool> {
        self.state.lift(key, lift).await
    }
}

impl StopLists for Everything {
    async fn part(&self, scope: StopScope, from: Option<&str>, limit: usize) -> PortResult<Part<Listed>> {
        self.state.part(scope, from, limit).await
    }

    async fn on_list(&self, scope: StopScope, addresses: &BTreeSet<String>) -> PortResult<Vec<Listed>> {
        self.state.on_list(scope, addresses).await
    }
}
