//! The checks of phone numbers in the control table, one item for a check.

use crate::{
    control::ControlTable,
    layout,
    messages::bad_item,
    record::{self, number, string},
};
use aws_sdk_dynamodb::{
    error::SdkError, operation::put_item::builders::PutItemFluentBuilder, types::ReturnConsumedCapacity,
};
use baton_domain::{AccountId, PhoneCheck};
use baton_pipeline::{
    phone_checks::ports::PhoneChecks,
    ports::{PortError, PortResult, Stored},
};
use uuid::Uuid;

fn pk(account: AccountId) -> String {
    layout::index_key(account, "phoneCheck")
}

impl ControlTable {
    fn put_check(&self, check: &PhoneCheck) -> PortResult<PutItemFluentBuilder> {
        let json = serde_json::to_string(check).map_err(|error| PortError::new("writing a phone check", error))?;
        Ok(self
            .client
            .put_item()
            .table_name(&self.name)
            .item("pk", string(pk(check.account)))
            .item("sk", string(check.id.to_string()))
            .item("n", number(check.version))
            .item("j", string(json))
            .item("ttl", number(check.expires_at().timestamp()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total))
    }

    async fn stored(&self, request: PutItemFluentBuilder) -> PortResult<Stored> {
        match request.send().await {
            Ok(answer) => {
                self.meter.write(answer.consumed_capacity());
                Ok(Stored::Done)
            }
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
                self.meter.refused_write();
                Ok(Stored::Conflict)
            }
            Err(error) => Err(PortError::new("DynamoDB PutItem", error)),
        }
    }
}

impl PhoneChecks for ControlTable {
    async fn check(&self, account: AccountId, id: Uuid) -> PortResult<Option<PhoneCheck>> {
        let Some(item) = self.get(pk(account), &id.to_string()).await? else { return Ok(None) };
        let json = record::text(&item, "j").map_err(bad_item)?;
        serde_json::from_str(json).map(Some).map_err(|error| PortError::new("reading a phone check", error))
    }

    async fn add_check(&self, check: &PhoneCheck) -> PortResult<()> {
        let request = self.put_check(check)?.condition_expression("attribute_not_exists(pk)");
        self.stored(request).await.map(|_| ())
    }

    async fn store_check(&self, check: &PhoneCheck, read: u32) -> PortResult<Stored> {
        let request = self.put_check(check)?;
        let request = request.condition_expression("#n = :read").expression_attribute_names("#n", "n");
        self.stored(request.expression_attribute_values(":read", number(read))).await
    }
}
