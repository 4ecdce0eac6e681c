//! Exports in the control table, and their queue.

use crate::{
    control::ControlTable,
    layout,
    messages::bad_item,
    record::{self, Item, number, string},
};
use aws_sdk_dynamodb::{error::SdkError, operation::put_item::builders::PutItemFluentBuilder};
use baton_api::ports::{EXPORT_DAYS, Export, Exports};
use baton_domain::AccountId;
use baton_pipeline::ports::{PortError, PortResult, Stored};
use chrono::TimeDelta;
use uuid::Uuid;

fn exports_pk(account: AccountId) -> String {
    layout::index_key(account, "export")
}

fn decode(item: &Item) -> PortResult<Export> {
    let json = record::text(item, "j").map_err(bad_item)?;
    serde_json::from_str(json).map_err(|error| PortError::new("reading an export", error))
}

impl ControlTable {
    fn put_export(&self, export: &Export) -> PortResult<PutItemFluentBuilder> {
        let json = serde_json::to_string(export).map_err(|error| PortError::new("writing an export", error))?;
        let ends = export.created_at + TimeDelta::days(EXPORT_DAYS);
        let put = self.client.put_item().table_name(&self.name);
        let put = put.item("pk", string(exports_pk(export.account))).item("sk", string(export.id.to_string()));
        Ok(put.item("v", number(export.version)).item("j", string(json)).item("ttl", number(ends.timestamp())))
    }
}

impl Exports for ControlTable {
    async fn export(&self, account: AccountId, id: Uuid) -> PortResult<Option<Export>> {
        let item = self.get(exports_pk(account), &id.to_string()).await?;
        item.as_ref().map(decode).transpose()
    }

    async fn exports(&self, account: AccountId) -> PortResult<Vec<Export>> {
        self.partition(exports_pk(account)).await?.iter().map(decode).collect()
    }

    async fn add_export(&self, export: &Export) -> PortResult<()> {
        let put = self.put_export(export)?.condition_expression("attribute_not_exists(pk)");
        match put.send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => Ok(()),
            Err(error) => Err(PortError::new("DynamoDB PutItem", error)),
        }
    }

    async fn store_export(&self, export: &Export, read: u64) -> PortResult<Stored> {
        let put = self
            .put_export(export)?
            .condition_expression("v = :read")
            .expression_attribute_values(":read", number(read));
        match put.send().await {
            Ok(_) => Ok(Stored::Done),
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
                Ok(Stored::Conflict)
            }
            Err(error) => Err(PortError::new("DynamoDB PutItem", error)),
        }
    }
}
