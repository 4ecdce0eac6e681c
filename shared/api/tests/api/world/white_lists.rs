//! The white lists in memory.

use super::World;
use baton_api::ports::WhiteLists;
use baton_domain::{AccountId, white_list::Permitted};
use baton_pipeline::ports::PortResult;

impl WhiteLists for World {
    async fn white_list(&self, account: AccountId) -> PortResult<Vec<Permitted>> {
        self.call(async { Ok(self.own().white_lists.get(&account).cloned().unwrap_or_default()) }).await
    }

    async fn put_white_list(&self, account: AccountId, list: &[Permitted]) -> PortResult<()> {
        let put = async {
            self.own().white_lists.insert(account, list.to_vec());
            Ok(())
        };
        self.call(put).await
    }
}
