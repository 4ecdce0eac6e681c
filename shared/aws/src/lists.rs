//! The lists of messages, over the indexes of the messages table.

use crate::{
    layout,
    messages::{MessageTable, bad_item},
    record::{self, Item, number, string},
};
use aws_sdk_dynamodb::types::KeysAndAttributes;
use baton_api::ports::{Address, DayEntry, Lists, Part};
use baton_domain::{AccountId, Message, MessageId, Time};
use baton_pipeline::ports::{PortError, PortResult};
use chrono::NaiveDate;
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The most messages that a lookup by address or group gives.
const MOST_FOUND: usize = 10_000;

/// What one BatchGetItem takes.
const BATCH: usize = 100;

/// Where a page of `by-day` ended.
#[derive(Serialize, Deserialize)]
struct Position(String, String, i64);

impl Lists for MessageTable {
    async fn day(
        &self,
        account: AccountId,
        day: NaiveDate,
        after: Option<&str>,
        limit: usize,
    ) -> PortResult<Part<DayEntry>> {
        let dk = layout::index_key(account, day);
        let start = after.and_then(|after| serde_json::from_str(after).ok()).map(|Position(pk, sk, ct)| -> Item {
            [("pk", string(pk)), ("sk", string(sk)), ("ct", number(ct)), ("dk", string(&dk))]
                .map(|(name, value)| (name.to_owned(), value))
                .into()
        });
        let answer = self
            .client
            .query()
            .table_name(&self.name)
            .index_name("by-day")
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .key_condition_expression("dk = :dk")
            .expression_attribute_values(":dk", string(&dk))
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| PortError::new("DynamoDB Query", error))?;
        let items = answer.items().iter().map(day_entry).collect::<Result<_, _>>().map_err(bad_item)?;
        let next = answer.last_evaluated_key().map(position).transpose().map_err(bad_item)?;
        Ok(Part { items, next })
    }

    async fn by_address(&self, account: AccountId, address: Address<'_>) -> PortResult<Vec<(MessageId, Time)>> {
        match address {
            Address::Phone(phone) => self.find("by-phone", "ph", layout::index_key(account, phone)).await,
            Address::Email(email) => self.find("by-email", "em", layout::index_key(account, email)).await,
        }
    }

    async fn by_group(&self, account: AccountId, group: &str) -> PortResult<Vec<(MessageId, Time)>> {
        self.find("by-group", "gr", layout::index_key(account, group)).await
    }

    async fn load_many(&self, account: AccountId, ids: &[MessageId]) -> PortResult<Vec<Message>> {
        let batches: Vec<_> = ids.chunks(BATCH).map(|ids| self.load_batch(account, ids)).collect();
        let found: Vec<Vec<Message>> = stream::iter(batches).buffered(8).try_collect().await?;
        let mut found: HashMap<_, _> = found.into_iter().flatten().map(|message| (message.id, message)).collect();
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }
}

fn day_entry(item: &Item) -> Result<DayEntry, record::BadItem> {
    let bulk = layout::bulk_of(record::text(item, "pk")?).ok_or(record::BadItem("pk"))?;
    Ok(DayEntry { bulk, created_at: record::time(item, "ct")?, count: record::int(item, "n")? })
}

fn position(key: &Item) -> Result<String, record::BadItem> {
    let (pk, sk) = (record::text(key, "pk")?, record::text(key, "sk")?);
    let position = Position(pk.to_owned(), sk.to_owned(), record::int(key, "ct")?);
    serde_json::to_string(&position).map_err(|_| record::BadItem("pk"))
}

impl MessageTable {
    /// Finds messages through one of the sparse indexes, newest first.
    async fn find(&self, index: &str, attribute: &str, key: String) -> PortResult<Vec<(MessageId, Time)>> {
        let mut items = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(index)
            .scan_index_forward(false)
            .key_condition_expression(format!("{attribute} = :key"))
            .expression_attribute_values(":key", string(key))
            .into_paginator()
            .items()
            .send();
        let mut found = Vec::new();
        while let Some(item) = items.try_next().await.map_err(|error| PortError::new("DynamoDB Query", error))? {
            let read = || {
                let keys = (record::text(&item, "pk")?, record::text(&item, "sk")?);
                let id = layout::message_of(keys.0, keys.1).ok_or(record::BadItem("sk"))?;
                Ok((id, record::time(&item, "ct")?))
            };
            found.push(read().map_err(bad_item)?);
            if found.len() == MOST_FOUND {
                break;
            }
        }
        Ok(found)
    }

    /// Reads up to [`BATCH`] messages, in any order.
    async fn load_batch(&self, account: AccountId, ids: &[MessageId]) -> PortResult<Vec<Message>> {
        let failed = |error| PortError::new("DynamoDB BatchGetItem", error);
        let mut keys = KeysAndAttributes::builder().consistent_read(true);
        let mut unique = ids.to_vec();
        unique.sort_unstable();
        unique.dedup();
        for id in &unique {
            let pk = string(layout::bulk_pk(account, id.bulk_key()));
            keys = keys.keys([("pk".to_owned(), pk), ("sk".to_owned(), string(layout::message_sk(*id)))].into());
        }
        let keys = keys.build().map_err(|error| PortError::new("DynamoDB BatchGetItem", error))?;
        let mut wanted = Some(HashMap::from([(self.name.clone(), keys)]));
        let mut found = Vec::new();
        while let Some(request) = wanted.filter(|request| !request.is_empty()) {
            let answer = self
                .client
                .batch_get_item()
                .set_request_items(Some(request))
                .send()
                .await
                .map_err(|error| failed(error.into_service_error().to_string()))?;
            for item in answer.responses.unwrap_or_default().into_values().flatten() {
                found.push(record::decode(account, &item).map_err(bad_item)?);
            }
            wanted = answer.unprocessed_keys;
        }
        Ok(found)
    }
}
