//! The lists of messages, over the indexes of the messages table.

use crate::{
    layout,
    messages::{MessageTable, bad_item},
    record::{self, BadItem, Item, number, string},
};
use aws_sdk_dynamodb::types::KeysAndAttributes;
use baton_api::ports::{Index, Line, Lists, Part, Span};
use baton_domain::{AccountId, BulkId, Message, MessageId};
use baton_pipeline::ports::{PortError, PortResult};
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// What one BatchGetItem takes.
const BATCH: usize = 100;

/// Where a part of an index ended: the keys of its last item, and its time.
#[derive(Serialize, Deserialize)]
struct Position(String, String, i64);

impl Lists for MessageTable {
    async fn lines(
        &self,
        account: AccountId,
        index: Index<'_>,
        span: Span,
        after: Option<&str>,
        limit: usize,
    ) -> PortResult<Part<Line>> {
        let (name, attribute, key) = key(account, index);
        let start = after.and_then(|after| serde_json::from_str(after).ok()).map(|Position(pk, sk, ct)| -> Item {
            [("pk", string(pk)), ("sk", string(sk)), ("ct", number(ct)), (attribute, string(&key))]
                .map(|(name, value)| (name.to_owned(), value))
                .into()
        });
        // The table does not take a span that ends before it begins.
        if span.from > span.to {
            return Ok(Part { items: Vec::new(), next: None });
        }
        let answer = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(name)
            .scan_index_forward(!span.newest_first)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .key_condition_expression(format!("{attribute} = :key AND ct BETWEEN :from AND :to"))
            .expression_attribute_values(":key", string(&key))
            .expression_attribute_values(":from", number(span.from.timestamp_millis()))
            .expression_attribute_values(":to", number(span.to.timestamp_millis()))
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| PortError::new("DynamoDB Query", error))?;
        let items = answer.items().iter().map(line).collect::<Result<_, _>>().map_err(bad_item)?;
        let next = answer.last_evaluated_key().map(position).transpose().map_err(bad_item)?;
        Ok(Part { items, next })
    }

    async fn line(&self, account: AccountId, bulk: BulkId) -> PortResult<Option<(BulkId, Line)>> {
        if let Some(head) = self.get(layout::bulk_pk(account, bulk), layout::HEAD.to_owned()).await? {
            let tag = record::int(&head, "bt").map_err(bad_item)?;
            return Ok(Some((bulk.key().with_tag(tag), line(&head).map_err(bad_item)?)));
        }
        // A bulk without a head is one message, and has an id that Baton made.
        let alone = self.part_of_bulk(account, bulk, 0, 1).await?.pop();
        Ok(alone.map(|message| {
            let index = message.id.index();
            (message.bulk_id, Line { bulk: bulk.key(), index, at: message.created_at, count: 1 })
        }))
    }

    async fn part_of_bulk(
        &self,
        account: AccountId,
        bulk: BulkId,
        first: u16,
        limit: usize,
    ) -> PortResult<Vec<Message>> {
        let mut items = self
            .client
            .query()
            .table_name(&self.name)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", string(layout::bulk_pk(account, bulk)))
            .expression_attribute_values(":first", string(layout::message_sk(MessageId::new(bulk, first))))
            .expression_attribute_values(":last", string("m~"))
            .into_paginator()
            .items()
            .send();
        let mut messages = Vec::new();
        while messages.len() < limit
            && let Some(item) = items.try_next().await.map_err(|error| PortError::new("DynamoDB Query", error))?
        {
            messages.push(record::decode(account, &item).map_err(bad_item)?);
        }
        Ok(messages)
    }

    async fn load_many(&self, account: AccountId, ids: &[MessageId]) -> PortResult<Vec<Message>> {
        let batches: Vec<_> = ids.chunks(BATCH).map(|ids| self.load_batch(account, ids)).collect();
        let found: Vec<Vec<Message>> = stream::iter(batches).buffered(8).try_collect().await?;
        let mut found: HashMap<_, _> = found.into_iter().flatten().map(|message| (message.id, message)).collect();
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }
}

/// An index, the attribute that is its key, and the key.
fn key(account: AccountId, index: Index<'_>) -> (&'static str, &'static str, String) {
    match index {
        Index::Month(month) => ("by-month", "mk", layout::index_key(account, month)),
        Index::Phone(phone) => ("by-phone", "ph", layout::index_key(account, phone)),
        Index::Email(email) => ("by-email", "em", layout::index_key(account, email)),
        Index::Group(group) => ("by-group", "gr", layout::index_key(account, group)),
    }
}

/// The line that an item of an index, or the head of a bulk, stands for.
fn line(item: &Item) -> Result<Line, BadItem> {
    let (pk, sk) = (record::text(item, "pk")?, record::text(item, "sk")?);
    let at = record::time(item, "ct")?;
    if sk == layout::HEAD {
        let bulk = layout::bulk_of(pk).ok_or(BadItem("pk"))?;
        return Ok(Line { bulk, index: None, at, count: record::int(item, "n")? });
    }
    let message = layout::message_of(pk, sk).ok_or(BadItem("sk"))?;
    Ok(Line { bulk: message.bulk_key(), index: message.index(), at, count: 1 })
}

fn position(key: &Item) -> Result<String, BadItem> {
    let (pk, sk) = (record::text(key, "pk")?, record::text(key, "sk")?);
    let position = Position(pk.to_owned(), sk.to_owned(), record::int(key, "ct")?);
    serde_json::to_string(&position).map_err(|_| BadItem("pk"))
}

impl MessageTable {
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
