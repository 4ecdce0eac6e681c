//! The white lists.

use super::Everything;
use baton_api::ports::WhiteLists;
use baton_domain::{AccountId, white_list::Permitted};
use baton_pipeline::ports::PortResult;

impl WhiteLists for Everything {
    async fn white_list(&self, account: AccountId) -> PortResult<Vec<Permitted>> {
        self.control.white_list(account).await
    }

    async fn put_white_list(&self, account: AccountId, list: &[Permitted]) -> PortResult<()> {
        self.control.put_white_list(account, list).await
    }
}
