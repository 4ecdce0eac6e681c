//! Reads items of the stop lists.

use super::{all, attribute};
use crate::{
    layout,
    record::{self, BadItem, Item, string},
    state::StateTable,
};
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use baton_domain::{
    AccountId, Time,
    stop::{Listed, Standing, StopMark, StopScope},
};
use baton_pipeline::ports::{PortError, PortResult};
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::HashMap;

/// What one BatchGetItem takes.
const BATCH: usize = 100;

/// Batches that are read at the same time.
const AT_ONCE: usize = 8;

/// What an item knows of its address.
pub(super) fn listed(item: &Item) -> Result<Listed, BadItem> {
    let mut listed = Listed::nothing(record::text(item, "ad")?.to_owned());
    for channel in all() {
        let name = attribute(channel);
        let mark = item.get(name).map(mark).transpose()?;
        let time = |end: &str| item.get(&format!("{name}.{end}")).map(millis).transpose();
        let before = time("from")?.zip(time("until")?);
        if mark.is_some() || before.is_some() {
            listed.standings.insert(channel, Standing { mark, before });
        }
    }
    Ok(listed)
}

fn mark(value: &AttributeValue) -> Result<StopMark, BadItem> {
    let map = value.as_m().map_err(|_| BadItem("line"))?;
    Ok(StopMark {
        reason: record::text(map, "r")?.parse().map_err(|_| BadItem("r"))?,
        by: record::text(map, "b")?.to_owned(),
        comment: map.get("c").and_then(|comment| comment.as_s().ok()).cloned(),
        created_at: record::time(map, "at")?,
        event_at: record::optional_int(map, "ev")?.and_then(Time::from_timestamp_millis),
    })
}

fn millis(value: &AttributeValue) -> Result<Time, BadItem> {
    let number = value.as_n().ok().and_then(|number| number.parse().ok());
    number.and_then(Time::from_timestamp_millis).ok_or(BadItem("time"))
}

impl StateTable {
    /// The lists that there are, of the account's and the deployment's.
    pub(super) async fn scopes_with_lists(&self, account: AccountId) -> PortResult<Vec<StopScope>> {
        let both = [StopScope::Account(account), StopScope::Deployment];
        let unknown: Vec<_> = both.into_iter().filter(|scope| self.lists.get(*scope).is_none()).collect();
        if !unknown.is_empty() {
            let keys = unknown.iter().map(|scope| (layout::stop_flag_pk(*scope), "-".to_owned())).collect();
            let found = self.read_stops(keys).await?;
            for scope in unknown {
                let pk = layout::stop_flag_pk(scope);
                let is = found.iter().any(|item| record::text(item, "pk").is_ok_and(|known| known == pk));
                self.lists.set(scope, is);
            }
        }
        Ok(both.into_iter().filter(|scope| self.lists.get(*scope) == Some(true)).collect())
    }

    /// Reads items, in any order.
    pub(super) async fn read_stops(&self, keys: Vec<(String, String)>) -> PortResult<Vec<Item>> {
        let batches: Vec<_> = keys.chunks(BATCH).map(|batch| self.read_stops_batch(batch)).collect();
        stream::iter(batches).buffer_unordered(AT_ONCE).try_concat().await
    }

    async fn read_stops_batch(&self, batch: &[(String, String)]) -> PortResult<Vec<Item>> {
        let key =
            |(pk, sk): &(String, String)| HashMap::from([("pk".to_owned(), string(pk)), ("sk".to_owned(), string(sk))]);
        let keys = KeysAndAttributes::builder().set_keys(Some(batch.iter().map(key).collect())).build();
        let keys = keys.map_err(|error| PortError::new("DynamoDB BatchGetItem", error))?;
        let mut wanted = Some(HashMap::from([(self.name.clone(), keys)]));
        let mut found = Vec::new();
        while let Some(request) = wanted.filter(|request| !request.is_empty()) {
            let answer = self.client.batch_get_item().set_request_items(Some(request)).send().await;
            // The error of the SDK may show the request, which holds addresses.
            let answer = answer
                .map_err(|error| PortError::new("DynamoDB BatchGetItem", error.into_service_error().to_string()))?;
            found.extend(answer.responses.unwrap_or_default().into_values().flatten());
            wanted = answer.unprocessed_keys;
        }
        Ok(found)
    }
}
