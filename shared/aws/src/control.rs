//! API keys and idempotency records in the control table.

use crate::{
    Meter, layout,
    messages::bad_item,
    record::{self, Item, number, string},
};
use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::put_item::PutItemError,
    types::{AttributeValue, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure},
};
use baton_api::ports::{ApiKey, Begin, Idempotency, Keys, Scope};
use baton_domain::{AccountId, Time};
use baton_pipeline::ports::{PortError, PortResult};
use uuid::Uuid;

/// How long an idempotency key is remembered.
const IDEMPOTENCY_HOURS: i64 = 24;
/// When a try must have ended that has said that it failed.
const RELEASED: i64 = 0;

/// The control table.
#[derive(Clone, Debug)]
pub struct ControlTable {
    pub(crate) client: Client,
    pub(crate) name: String,
    pub(crate) meter: Meter,
}

impl ControlTable {
    /// The table of this name.
    #[must_use]
    pub fn new(client: Client, name: impl Into<String>, meter: Meter) -> ControlTable {
        ControlTable { client, name: name.into(), meter }
    }

    pub(crate) async fn get(&self, pk: String, sk: &str) -> PortResult<Option<Item>> {
        let request = self.client.get_item().table_name(&self.name).key("pk", string(pk)).key("sk", string(sk));
        let answer = request.consistent_read(true).send().await.map_err(|e| PortError::new("DynamoDB GetItem", e))?;
        Ok(answer.item)
    }

    /// All items of a partition, as of every write before.
    pub(crate) async fn partition(&self, pk: String) -> PortResult<Vec<Item>> {
        self.part_of(pk, None).await
    }

    /// The items of a partition, as of every write before; where a prefix is given, those whose sort keys begin with it.
    pub(crate) async fn part_of(&self, pk: String, prefix: Option<&str>) -> PortResult<Vec<Item>> {
        let query = self.client.query().table_name(&self.name).consistent_read(true);
        let query = query.expression_attribute_values(":pk", string(pk));
        let query = match prefix {
            None => query.key_condition_expression("pk = :pk"),
            Some(prefix) => query
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":prefix", string(prefix)),
        };
        query
            .into_paginator()
            .items()
            .send()
            .try_collect()
            .await
            .map_err(|error| PortError::new("DynamoDB Query", error))
    }
}

fn keys_pk(account: AccountId) -> String {
    layout::index_key(account, "key")
}

fn read_key(account: AccountId, item: &Item) -> PortResult<ApiKey> {
    let read = || {
        let scopes = item.get("scopes").and_then(|value| value.as_l().ok()).ok_or(record::BadItem("scopes"))?;
        let revoked: Option<i64> = record::optional_int(item, "revokedAt")?;
        Ok(ApiKey {
            account,
            id: record::text(item, "sk")?.to_owned(),
            name: record::text(item, "name")?.to_owned(),
            scopes: scopes.iter().filter_map(read_scope).collect(),
            hash: record::text(item, "hash")?.to_owned(),
            created_at: record::time(item, "createdAt")?,
            revoked_at: revoked.and_then(Time::from_timestamp_millis),
        })
    };
    read().map_err(bad_item)
}

const SCOPES: [(&str, Scope); 4] =
    [("send", Scope::Send), ("read", Scope::Read), ("admin", Scope::Admin), ("operator", Scope::Operator)];

fn read_scope(value: &AttributeValue) -> Option<Scope> {
    let name = value.as_s().ok()?;
    SCOPES.iter().find(|(known, _)| known == name).map(|(_, scope)| *scope)
}

fn scope_name(scope: Scope) -> &'static str {
    SCOPES.iter().find(|(_, known)| *known == scope).map_or("", |(name, _)| name)
}

impl Keys for ControlTable {
    async fn key(&self, account: AccountId, id: &str) -> PortResult<Option<ApiKey>> {
        let item = self.get(keys_pk(account), id).await?;
        item.map(|item| read_key(account, &item)).transpose()
    }

    async fn keys(&self, account: AccountId) -> PortResult<Vec<ApiKey>> {
        let items = self.partition(keys_pk(account)).await?;
        items.iter().map(|item| read_key(account, item)).collect()
    }

    async fn add(&self, key: &ApiKey) -> PortResult<()> {
        let scopes = key.scopes.iter().map(|scope| string(scope_name(*scope))).collect();
        let request = self
            .client
            .put_item()
            .table_name(&self.name)
            .item("pk", string(keys_pk(key.account)))
            .item("sk", string(&key.id))
            .item("name", string(&key.name))
            .item("hash", string(&key.hash))
            .item("scopes", AttributeValue::L(scopes))
            .item("createdAt", number(key.created_at.timestamp_millis()))
            .condition_expression("attribute_not_exists(pk)");
        match request.send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => Ok(()),
            Err(error) => Err(PortError::new("DynamoDB PutItem", error)),
        }
    }

    async fn revoke(&self, account: AccountId, id: &str, at: Time) -> PortResult<bool> {
        let request = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("pk", string(keys_pk(account)))
            .key("sk", string(id))
            .update_expression("SET revokedAt = if_not_exists(revokedAt, :at)")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":at", number(at.timestamp_millis()));
        match request.send().await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => Ok(false),
            Err(error) => Err(PortError::new("DynamoDB UpdateItem", error)),
        }
    }
}

/// A stored idempotency record.
struct Known {
    digest: String,
    id: Uuid,
    until: i64,
    done: bool,
}

fn read_known(item: &Item) -> PortResult<Known> {
    let read = || {
        Ok(Known {
            digest: record::text(item, "dg")?.to_owned(),
            id: record::text(item, "id")?.parse().map_err(|_| record::BadItem("id"))?,
            until: record::int(item, "lu")?,
            done: item.contains_key("dn"),
        })
    };
    read().map_err(bad_item)
}

impl ControlTable {
    /// Moves the time when the try that runs must have ended, in milliseconds; whether it was this one's, of a request that is
    /// not done.
    async fn move_end(&self, pk: String, key: &str, from: i64, to: i64) -> PortResult<bool> {
        let request = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("pk", string(pk))
            .key("sk", string(key))
            .update_expression("SET lu = :to")
            .condition_expression("lu = :from AND attribute_not_exists(dn)")
            .expression_attribute_values(":from", number(from))
            .expression_attribute_values(":to", number(to))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        match request.send().await {
            Ok(answer) => {
                self.meter.write(answer.consumed_capacity());
                Ok(true)
            }
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
                self.meter.refused_write();
                Ok(false)
            }
            Err(error) => Err(PortError::new("DynamoDB UpdateItem", error)),
        }
    }
}

impl Idempotency for ControlTable {
    async fn begin(
        &self,
        account: AccountId,
        key: &str,
        digest: &str,
        id: Uuid,
        now: Time,
        until: Time,
    ) -> PortResult<Begin> {
        let pk = layout::index_key(account, "idem");
        let expiry = now + chrono::TimeDelta::hours(IDEMPOTENCY_HOURS);
        let request = self
            .client
            .put_item()
            .table_name(&self.name)
            .item("pk", string(&pk))
            .item("sk", string(key))
            .item("dg", string(digest))
            .item("id", string(id.to_string()))
            .item("lu", number(until.timestamp_millis()))
            .item("ex", number(expiry.timestamp_millis()))
            .item("ttl", number(expiry.timestamp()))
            .condition_expression("attribute_not_exists(pk) OR ex <= :now")
            .expression_attribute_values(":now", number(now.timestamp_millis()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let known = match request.send().await {
            Ok(answer) => {
                self.meter.write(answer.consumed_capacity());
                return Ok(Begin::New);
            }
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
                self.meter.refused_write();
                match refused.into_err() {
                    PutItemError::ConditionalCheckFailedException(refused) => refused.item.unwrap_or_default(),
                    other => return Err(PortError::new("DynamoDB PutItem", other)),
                }
            }
            Err(error) => return Err(PortError::new("DynamoDB PutItem", error)),
        };
        let known = read_known(&known)?;
        match Time::from_timestamp_millis(known.until) {
            _ if known.digest != digest => Ok(Begin::Mismatch),
            _ if known.done => Ok(Begin::Done(known.id)),
            Some(time) if time > now => Ok(Begin::Running(known.id, time)),
            _ => match self.move_end(pk, key, known.until, until.timestamp_millis()).await? {
                true => Ok(Begin::Resume(known.id)),
                // Somebody else took it over, or has just finished it.
                false => Ok(Begin::Running(known.id, until)),
            },
        }
    }

    async fn first_id(&self, account: AccountId, key: &str, digest: &str, now: Time) -> PortResult<Option<Uuid>> {
        let Some(item) = self.get(layout::index_key(account, "idem"), key).await? else { return Ok(None) };
        let expiry: i64 = record::int(&item, "ex").map_err(bad_item)?;
        let known = read_known(&item)?;
        Ok((known.digest == digest && expiry > now.timestamp_millis()).then_some(known.id))
    }

    async fn release(&self, account: AccountId, key: &str, until: Time) -> PortResult<()> {
        let pk = layout::index_key(account, "idem");
        self.move_end(pk, key, until.timestamp_millis(), RELEASED).await.map(drop)
    }

    async fn finish(&self, account: AccountId, key: &str) -> PortResult<()> {
        let answer = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("pk", string(layout::index_key(account, "idem")))
            .key("sk", string(key))
            .update_expression("SET dn = :true")
            .expression_attribute_values(":true", AttributeValue::Bool(true))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| PortError::new("DynamoDB UpdateItem", error))?;
        self.meter.write(answer.consumed_capacity());
        Ok(())
    }
}
