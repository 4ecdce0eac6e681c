//! The stop lists as people look at them.

use super::Part;
use baton_domain::stop::{Listed, StopScope};
use baton_pipeline::{
    ports::PortResult,
    stops::{StopList, StopWrites},
};
use std::{collections::BTreeSet, future::Future};

/// The stop lists, line by line, as of every write before.
pub trait StopLists: StopList + StopWrites {
    /// What a list knows of addresses, in an order of its own; at most `limit` of them, at least two, beginning with the address
    /// `from`. `next` of the answer is such an address, which may have been shown before.
    fn part(
        &self,
        scope: StopScope,
        from: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = PortResult<Part<Listed>>> + Send;

    /// What a list knows of these addresses.
    fn on_list(
        &self,
        scope: StopScope,
        addresses: &BTreeSet<String>,
    ) -> impl Future<Output = PortResult<Vec<Listed>>> + Send;
}
