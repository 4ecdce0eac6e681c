//! The counters of attempts to log in, in the state table: one write each, whoever else counts at the same time.

use crate::{
    messages::bad_item,
    record::{self, number, string},
    state::StateTable,
};
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValue};
use baton_api::ports::{LoginLimits, Window};
use baton_pipeline::ports::{PortError, PortResult};

/// A counter is removed so many seconds after its end.
const KEPT: i64 = 3600;

impl StateTable {
    async fn add_logins(&self, what: &str, window: Window, by: i32) -> PortResult<u32> {
        let answer = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("pk", string(format!("*#login#{what}")))
            .key("sk", string(window.0.to_string()))
            .update_expression("ADD #n :by SET #ttl = :ttl")
            .expression_attribute_names("#n", "n")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":by", number(by))
            .expression_attribute_values(":ttl", number(window.end() + KEPT))
            .return_values(ReturnValue::UpdatedNew)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| PortError::new("DynamoDB UpdateItem", error))?;
        self.meter.write(answer.consumed_capacity());
        let count: i64 = record::int(&answer.attributes.unwrap_or_default(), "n").map_err(bad_item)?;
        Ok(u32::try_from(count).unwrap_or_default())
    }
}

impl LoginLimits for StateTable {
    async fn count_login(&self, what: &str, window: Window) -> PortResult<u32> {
        self.add_logins(what, window, 1).await
    }

    async fn forgive_login(&self, what: &str, window: Window) -> PortResult<()> {
        self.add_logins(what, window, -1).await.map(drop)
    }
}
