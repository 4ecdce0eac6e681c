//! The white lists.

use baton_domain::{AccountId, white_list::Permitted};
use baton_pipeline::ports::PortResult;
use std::future::Future;

/// The values that the messages of accounts may have.
pub trait WhiteLists: Send + Sync {
    /// The list of an account, as of every write before; empty where everything is permitted.
    fn white_list(&self, account: AccountId) -> impl Future<Output = PortResult<Vec<Permitted>>> + Send;

    /// Replaces the list of an account.
    fn put_white_list(&self, account: AccountId, list: &[Permitted]) -> impl Future<Output = PortResult<()>> + Send;
}
