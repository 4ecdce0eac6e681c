//! Messages, heads and contents in the messages table.

use crate::{
    Meter, layout,
    record::{self, BadItem, Item, number, string},
};
use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::{put_item::PutItemError, update_item::UpdateItemError},
    types::{AttributeValue, ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use baton_domain::{AccountId, AttemptRef, AttemptState, BulkId, Message, MessageId, Spec, Status, Time, lifetime};
use baton_pipeline::{
    accept::Bulk,
    ports::{Accepting, Begun, Bulks, Claim, Claims, Messages, PortError, PortResult, Specs, Stored},
};
use chrono::TimeDelta;
use futures::{StreamExt, TryStreamExt, stream};
use std::sync::Arc;

/// How much longer than its creation says the head of a bulk is kept: its messages may wait for more than a year. It holds
/// nothing of them.
const HEAD_KEPT: TimeDelta = TimeDelta::days(500);

/// Writes at the same time when a bulk is accepted.
const CONCURRENT_WRITES: usize = 64;

/// The messages table.
#[derive(Clone, Debug)]
pub struct MessageTable {
    pub(crate) client: Client,
    pub(crate) name: String,
    retention_days: u32,
    pub(crate) meter: Meter,
}

impl MessageTable {
    /// The table of this name. What it holds is kept until `retention_days` after it was needed
    /// last.
    #[must_use]
    pub fn new(client: Client, name: impl Into<String>, retention_days: u32, meter: Meter) -> MessageTable {
        MessageTable { client, name: name.into(), retention_days, meter }
    }

    /// When what is needed until then is removed.
    pub(crate) fn ttl(&self, needed_until: Time) -> AttributeValue {
        number(lifetime::removable_at(needed_until, self.retention_days))
    }

    pub(crate) async fn get(&self, pk: String, sk: String) -> PortResult<Option<Item>> {
        let request = self.client.get_item().table_name(&self.name).key("pk", string(pk)).key("sk", string(sk));
        let answer = request.consistent_read(true).send().await.map_err(|e| PortError::new("DynamoDB GetItem", e))?;
        Ok(answer.item)
    }

    /// Puts an item that is not there yet; otherwise gives the one that is.
    async fn put_new(&self, item: Item) -> PortResult<Option<Item>> {
        let request = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        match request.send().await {
            Ok(answer) => {
                self.meter.write(answer.consumed_capacity());
                Ok(None)
            }
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
                self.meter.refused_write();
                let PutItemError::ConditionalCheckFailedException(refused) = refused.into_err() else {
                    return Ok(None);
                };
                Ok(Some(refused.item.unwrap_or_default()))
            }
            Err(error) => Err(PortError::new("DynamoDB PutItem", error)),
        }
    }
}

pub(crate) fn bad_item(error: BadItem) -> PortError {
    PortError::new("reading an item", error)
}

impl Messages for MessageTable {
    async fn load(&self, account: AccountId, id: MessageId) -> PortResult<Option<Message>> {
        let item = self.get(layout::bulk_pk(account, id.bulk_key()), layout::message_sk(id)).await?;
        item.map(|item| record::decode(account, &item)).transpose().map_err(bad_item)
    }

    async fn store(&self, message: &Message, read: u64) -> PortResult<Stored> {
        let mut request = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("pk", string(layout::bulk_pk(message.account, message.id.bulk_key())))
            .key("sk", string(layout::message_sk(message.id)))
            .condition_expression("#v = :read")
            .expression_attribute_values(":read", number(read))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let mut state = record::encode_state(message);
        if message.schedule.send_at.is_some() {
            // It may have been given a later time.
            state.insert("ttl".to_owned(), self.ttl(lifetime::ends_by(message)));
        }
        let assignments: Vec<String> = state.keys().map(|name| format!("#{name} = :{name}")).collect();
        request = request.update_expression(format!("SET {}", assignments.join(", ")));
        for (name, value) in state {
            request = request
                .expression_attribute_names(format!("#{name}"), &name)
                .expression_attribute_values(format!(":{name}"), value);
        }
        match request.send().await {
            Ok(answer) => {
                self.meter.write(answer.consumed_capacity());
                Ok(Stored::Done)
            }
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
                self.meter.refused_write();
                Ok(Stored::Conflict)
            }
            Err(error) => Err(PortError::new("DynamoDB UpdateItem", error)),
        }
    }
}

impl Claims for MessageTable {
    async fn claim(&self, attempt: AttemptRef, now: Time) -> PortResult<Claim> {
        let path = format!("#L[{}]", attempt.attempt);
        let state = |state| number(record::state_code(state));
        let request = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("pk", string(layout::bulk_pk(attempt.account, attempt.message.bulk_key())))
            .key("sk", string(layout::message_sk(attempt.message)))
            .update_expression(format!(
                "SET {path}.#s = :claimed, {path}.#t = {path}.#t + :one, {path}.#c = :now, #v = #v + :one"
            ))
            .condition_expression(format!(
                "{path}.#s = :queued AND (attribute_not_exists({path}.#n) OR {path}.#n <= :now) \
                 AND (attribute_not_exists({path}.#u) OR {path}.#u > :now) AND #st <> :canceled"
            ))
            .expression_attribute_names("#L", "L")
            .expression_attribute_names("#s", "s")
            .expression_attribute_names("#t", "t")
            .expression_attribute_names("#c", "c")
            .expression_attribute_names("#n", "n")
            .expression_attribute_names("#u", "u")
            .expression_attribute_names("#v", "v")
            .expression_attribute_names("#st", "st")
            .expression_attribute_values(":claimed", state(AttemptState::Claimed))
            .expression_attribute_values(":queued", state(AttemptState::Queued))
            .expression_attribute_values(":canceled", number(Status::Canceled.code()))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":now", number(now.timestamp_millis()))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let read = |item: &Item| record::decode(attempt.account, item).map(Box::new).map_err(bad_item);
        match request.send().await {
            Ok(answer) => {
                self.meter.write(answer.consumed_capacity());
                Ok(Claim::Won(read(&answer.attributes.unwrap_or_default())?))
            }
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
                self.meter.refused_write();
                let UpdateItemError::ConditionalCheckFailedException(refused) = refused.into_err() else {
                    return Ok(Claim::Missing);
                };
                match refused.item {
                    Some(item) if !item.is_empty() => Ok(Claim::Lost(read(&item)?)),
                    _ => Ok(Claim::Missing),
                }
            }
            Err(error) => Err(PortError::new("DynamoDB UpdateItem", error)),
        }
    }
}

impl Specs for MessageTable {
    async fn spec(&self, account: AccountId, bulk: BulkId, item: u16) -> PortResult<Option<Arc<Spec>>> {
        let Some(stored) = self.get(layout::bulk_pk(account, bulk), layout::spec_sk(item)).await? else {
            return Ok(None);
        };
        let json = record::text(&stored, "c").map_err(bad_item)?;
        let spec = serde_json::from_str(json).map_err(|error| PortError::new("reading a content", error))?;
        Ok(Some(Arc::new(spec)))
    }
}

impl Bulks for MessageTable {
    async fn messages(&self, account: AccountId, bulk: BulkId) -> PortResult<Vec<Message>> {
        let pages = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :m)")
            .expression_attribute_values(":pk", string(layout::bulk_pk(account, bulk)))
            .expression_attribute_values(":m", string("m"))
            .into_paginator()
            .items()
            .send()
            .try_collect()
            .await
            .map_err(|error| PortError::new("DynamoDB Query", error))?;
        pages.iter().map(|item| record::decode(account, item)).collect::<Result<_, _>>().map_err(bad_item)
    }
}

impl Accepting for MessageTable {
    async fn begin(&self, bulk: &Bulk) -> PortResult<Begun> {
        let created = bulk.created_at.timestamp_millis();
        let item: Item = [
            ("pk", string(layout::bulk_pk(bulk.account, bulk.id))),
            ("sk", string(layout::HEAD)),
            ("ct", number(created)),
            ("mk", string(layout::month_key(bulk.account, bulk.created_at))),
            ("n", number(bulk.count)),
            ("bt", number(bulk.id.tag())),
            ("dg", string(&bulk.digest)),
            ("ttl", self.ttl(bulk.created_at + HEAD_KEPT)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let Some(known) = self.put_new(item).await? else { return Ok(Begun::New) };
        let known = Bulk {
            account: bulk.account,
            id: bulk.id.key().with_tag(record::int(&known, "bt").map_err(bad_item)?),
            digest: record::text(&known, "dg").map_err(bad_item)?.to_owned(),
            count: record::int(&known, "n").map_err(bad_item)?,
            created_at: record::time(&known, "ct").map_err(bad_item)?,
        };
        Ok(Begun::Known(known))
    }

    async fn put_specs(
        &self,
        account: AccountId,
        bulk: BulkId,
        specs: &[(u16, Arc<Spec>)],
        needed_until: Time,
    ) -> PortResult<()> {
        let put = |item: u16, spec: Arc<Spec>| async move {
            let json = serde_json::to_string(&spec).map_err(|error| PortError::new("writing a content", error))?;
            let item: Item = [
                ("pk", string(layout::bulk_pk(account, bulk))),
                ("sk", string(layout::spec_sk(item))),
                ("c", AttributeValue::S(json)),
                ("ttl", self.ttl(needed_until)),
            ]
            .map(|(name, value)| (name.to_owned(), value))
            .into();
            self.put_new(item).await
        };
        let puts: Vec<_> = specs.iter().map(|(item, spec)| put(*item, spec.clone())).collect();
        stream::iter(puts).buffer_unordered(CONCURRENT_WRITES).try_for_each(|_| async { Ok(()) }).await
    }

    async fn keep_spec(&self, account: AccountId, bulk: BulkId, item: u16, needed_until: Time) -> PortResult<()> {
        let request = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("pk", string(layout::bulk_pk(account, bulk)))
            .key("sk", string(layout::spec_sk(item)))
            .update_expression("SET #ttl = :ttl")
            .condition_expression("#ttl < :ttl")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":ttl", self.ttl(needed_until))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        match request.send().await {
            Ok(answer) => {
                self.meter.write(answer.consumed_capacity());
                Ok(())
            }
            // It is kept for longer anyway, or there is none.
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
                self.meter.refused_write();
                Ok(())
            }
            Err(error) => Err(PortError::new("DynamoDB UpdateItem", error)),
        }
    }

    async fn put(&self, messages: Vec<Message>, alone: bool) -> PortResult<Vec<Message>> {
        let puts = messages.into_iter().map(|message| async move {
            match self.put_new(record::encode(&message, alone, self.retention_days)).await? {
                None => Ok(message),
                Some(item) => record::decode(message.account, &item).map_err(bad_item),
            }
        });
        stream::iter(puts).buffered(CONCURRENT_WRITES).try_collect().await
    }
}
