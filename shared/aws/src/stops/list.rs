//! A stop list, part by part.

use super::read;
use crate::{layout, messages::bad_item, record::string, state::StateTable};
use baton_api::ports::{Part, StopLists};
use baton_domain::stop::{Listed, StopScope};
use baton_pipeline::ports::{PortError, PortResult};
use std::collections::BTreeSet;

impl StopLists for StateTable {
    async fn part(&self, scope: StopScope, from: Option<&str>, limit: usize) -> PortResult<Part<Listed>> {
        let request = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression(if from.is_some() { "pk = :pk AND sk >= :from" } else { "pk = :pk" })
            .expression_attribute_values(":pk", string(layout::stop_pk(scope)))
            .set_limit(i32::try_from(limit).ok());
        let request = match from {
            Some(from) => request.expression_attribute_values(":from", string(layout::stop_sk(from))),
            None => request,
        };
        let answer = request.send().await.map_err(|error| PortError::new("DynamoDB Query", error))?;
        let items = answer.items().iter().map(|item| read::listed(item).map_err(bad_item));
        let items: Vec<Listed> = items.collect::<PortResult<_>>()?;
        let last = items.last().filter(|_| answer.last_evaluated_key().is_some());
        Ok(Part { next: last.map(|last| last.address.clone()), items })
    }

    async fn on_list(&self, scope: StopScope, addresses: &BTreeSet<String>) -> PortResult<Vec<Listed>> {
        let key = |address: &String| (layout::stop_pk(scope), layout::stop_sk(address));
        let items = self.read_stops(addresses.iter().map(key).collect()).await?;
        items.iter().map(|item| read::listed(item).map_err(bad_item)).collect()
    }
}
