//! Callbacks: their records beside the messages, their queue, and the secrets of accounts.

use crate::{
    Meter,
    control::ControlTable,
    layout,
    messages::{MessageTable, bad_item},
    queue::{Entry, Queue},
    record::{self, Item, number, string},
};
use aws_sdk_dynamodb::{error::SdkError, types::ReturnConsumedCapacity};
use baton_api::ports::CallbackKeys;
use baton_domain::{AccountId, CallbackId, MessageId};
use baton_pipeline::{
    callbacks::{
        CallbackPointer, CallbackRecord, LONGEST_DELAY,
        ports::{CallbackLog, CallbackQueue, CallbackSecret, CallbackSecrets},
    },
    pointer,
    ports::{PortError, PortResult, Stored},
};
use std::time::Duration;

fn read_record(item: &Item) -> PortResult<CallbackRecord> {
    let json = record::text(item, "j").map_err(bad_item)?;
    serde_json::from_str(json).map_err(|error| PortError::new("reading the record of a callback", error))
}

impl CallbackLog for MessageTable {
    async fn record(&self, account: AccountId, id: CallbackId) -> PortResult<Option<CallbackRecord>> {
        let item = self.get(layout::bulk_pk(account, id.message.bulk_key()), layout::callback_sk(id)).await?;
        item.as_ref().map(read_record).transpose()
    }

    async fn store_record(&self, record: &CallbackRecord, read: Option<u32>) -> PortResult<Stored> {
        let id = record.transition.id();
        let json = serde_json::to_string(record).map_err(|error| PortError::new("writing a callback", error))?;
        let request = self
            .client
            .put_item()
            .table_name(&self.name)
            .item("pk", string(layout::bulk_pk(record.account, id.message.bulk_key())))
            .item("sk", string(layout::callback_sk(id)))
            .item("n", number(record.count))
            .item("j", string(json))
            .item("ttl", self.ttl(record.transition.time().unwrap_or_default()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let request = match read {
            None => request.condition_expression("attribute_not_exists(pk)"),
            Some(count) => request
                .condition_expression("#n = :read")
                .expression_attribute_names("#n", "n")
                .expression_attribute_values(":read", number(count)),
        };
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

    async fn records_of(&self, account: AccountId, message: MessageId) -> PortResult<Vec<CallbackRecord>> {
        let items: Vec<Item> = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
            .expression_attribute_values(":pk", string(layout::bulk_pk(account, message.bulk_key())))
            .expression_attribute_values(":sk", string(layout::callbacks_of(message)))
            .into_paginator()
            .items()
            .send()
            .try_collect()
            .await
            .map_err(|error| PortError::new("DynamoDB Query", error))?;
        items.iter().map(read_record).collect()
    }
}

fn secrets_pk(account: AccountId) -> String {
    layout::index_key(account, "callback")
}

fn read_secret(account: AccountId, item: &Item) -> PortResult<CallbackSecret> {
    let read = || {
        Ok(CallbackSecret {
            account,
            id: record::text(item, "sk")?.to_owned(),
            secret: record::text(item, "secret")?.to_owned(),
            created_at: record::time(item, "createdAt")?,
        })
    };
    read().map_err(bad_item)
}

impl CallbackSecrets for ControlTable {
    async fn secrets(&self, account: AccountId) -> PortResult<Vec<CallbackSecret>> {
        let items = self.partition(secrets_pk(account)).await?;
        let mut secrets =
            items.iter().map(|item| read_secret(account, item)).collect::<PortResult<Vec<CallbackSecret>>>()?;
        secrets.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        Ok(secrets)
    }
}

impl CallbackKeys for ControlTable {
    async fn add_secret(&self, secret: &CallbackSecret) -> PortResult<()> {
        let request = self
            .client
            .put_item()
            .table_name(&self.name)
            .item("pk", string(secrets_pk(secret.account)))
            .item("sk", string(&secret.id))
            .item("secret", string(&secret.secret))
            .item("createdAt", number(secret.created_at.timestamp_millis()))
            .condition_expression("attribute_not_exists(pk)");
        match request.send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => Ok(()),
            Err(error) => Err(PortError::new("DynamoDB PutItem", error)),
        }
    }

    async fn remove_secret(&self, account: AccountId, id: &str) -> PortResult<Option<CallbackSecret>> {
        let answer = self
            .client
            .delete_item()
            .table_name(&self.name)
            .key("pk", string(secrets_pk(account)))
            .key("sk", string(id))
            .return_values(aws_sdk_dynamodb::types::ReturnValue::AllOld)
            .send()
            .await
            .map_err(|error| PortError::new("DynamoDB DeleteItem", error))?;
        answer.attributes.filter(|item| !item.is_empty()).map(|item| read_secret(account, &item)).transpose()
    }
}

/// The callbacks queue. An account's callbacks form a group.
#[derive(Clone, Debug)]
pub struct Callbacks(Queue);

impl Callbacks {
    /// The queue at this address.
    #[must_use]
    pub const fn new(client: aws_sdk_sqs::Client, url: String, meter: Meter) -> Callbacks {
        Callbacks(Queue { client, url, meter })
    }
}

impl CallbackQueue for Callbacks {
    async fn push(&self, pointers: &[CallbackPointer], delay: Duration) -> PortResult<()> {
        let delay = delay.min(LONGEST_DELAY);
        let entry = |pointer: &CallbackPointer| Entry::new(pointer, delay, Some(pointer::group(pointer.account, None)));
        self.0.send_all(pointers.iter().map(entry).collect::<PortResult<_>>()?, "callbacks").await
    }
}
