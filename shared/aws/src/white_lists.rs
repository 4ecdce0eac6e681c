//! The white lists in the control table, one item for an account.

use crate::{
    control::ControlTable,
    layout,
    messages::bad_item,
    record::{self, string},
};
use baton_api::ports::WhiteLists;
use baton_domain::{AccountId, white_list::Permitted};
use baton_pipeline::ports::{PortError, PortResult};

fn pk(account: AccountId) -> String {
    layout::index_key(account, "whiteList")
}

impl WhiteLists for ControlTable {
    async fn white_list(&self, account: AccountId) -> PortResult<Vec<Permitted>> {
        let Some(item) = self.get(pk(account), "-").await? else { return Ok(Vec::new()) };
        let text = record::text(&item, "list").map_err(bad_item)?;
        serde_json::from_str(text).map_err(|error| PortError::new("reading a white list", error))
    }

    async fn put_white_list(&self, account: AccountId, list: &[Permitted]) -> PortResult<()> {
        let text = serde_json::to_string(list).map_err(|error| PortError::new("writing a white list", error))?;
        self.client
            .put_item()
            .table_name(&self.name)
            .item("pk", string(pk(account)))
            .item("sk", string("-"))
            .item("list", string(text))
            .send()
            .await
            .map_err(|error| PortError::new("DynamoDB PutItem", error))?;
        Ok(())
    }
}
