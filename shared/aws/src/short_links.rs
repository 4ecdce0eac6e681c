//! Short links in a table of their own: a code is looked up without its account, by somebody whom nobody knows.

use crate::{
    Meter,
    messages::bad_item,
    record::{self, BadItem, Item, number, optional_int, string},
};
use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::{put_item::PutItemError, update_item::UpdateItemError},
    types::{
        AttributeValue, KeysAndAttributes, ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure,
    },
};
use baton_domain::{AccountId, MessageId, ShortLink, Time};
use baton_pipeline::{
    ports::{PortError, PortResult},
    short_links::{ShortLinkLists, ShortLinks, Visits},
};
use std::collections::HashMap;
use uuid::Uuid;

/// So many days after its end a link is removed: until then it is told from one that never was.
const KEPT_DAYS: i64 = 365;

/// What one BatchGetItem takes.
const BATCH: usize = 100;

/// The table of short links.
#[derive(Clone, Debug)]
pub struct LinkTable {
    client: Client,
    name: String,
    meter: Meter,
}

fn encode(link: &ShortLink) -> Item {
    let mut item: Item = [
        ("pk", string(&link.code)),
        ("a", number(link.account)),
        ("m", string(link.message.0.simple().to_string())),
        ("u", string(&link.url)),
        ("ct", number(link.created_at.timestamp_millis())),
        ("e", number(link.expires_at.timestamp_millis())),
        ("n", number(link.clicks)),
        ("ttl", number(link.expires_at.timestamp() + KEPT_DAYS * 86_400)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let mut set = |name: &str, value: Option<AttributeValue>| {
        if let Some(value) = value {
            item.insert(name.to_owned(), value);
        }
    };
    set("t", link.task.map(|task| string(task.simple().to_string())));
    set("f", link.first_visited_at.map(|time| number(time.timestamp_millis())));
    set("l", link.last_visited_at.map(|time| number(time.timestamp_millis())));
    item
}

fn decode(item: &Item) -> Result<ShortLink, BadItem> {
    let uuid = |name| Uuid::try_parse(record::text(item, name)?).map_err(|_| BadItem(name));
    let moment = |name| Ok::<_, BadItem>(optional_int(item, name)?.and_then(Time::from_timestamp_millis));
    Ok(ShortLink {
        code: record::text(item, "pk")?.to_owned(),
        account: AccountId(record::int(item, "a")?),
        message: MessageId(uuid("m")?),
        task: if item.contains_key("t") { Some(uuid("t")?) } else { None },
        url: record::text(item, "u")?.to_owned(),
        created_at: record::time(item, "ct")?,
        expires_at: record::time(item, "e")?,
        clicks: record::int(item, "n")?,
        first_visited_at: moment("f")?,
        last_visited_at: moment("l")?,
    })
}

/// What is there, if anything is.
fn read(item: Option<Item>) -> PortResult<Option<ShortLink>> {
    item.filter(|item| !item.is_empty()).map(|item| decode(&item)).transpose().map_err(bad_item)
}

impl LinkTable {
    /// The table of this name.
    #[must_use]
    pub fn new(client: Client, name: impl Into<String>, meter: Meter) -> LinkTable {
        LinkTable { client, name: name.into(), meter }
    }
}

impl ShortLinks for LinkTable {
    async fn add_link(&self, link: &ShortLink) -> PortResult<Option<ShortLink>> {
        let request = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(encode(link)))
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
                // Without the item nobody knows whose it is.
                let taken = read(refused.item)?.ok_or_else(|| bad_item(BadItem("pk")))?;
                Ok(Some(taken))
            }
            Err(error) => Err(PortError::new("DynamoDB PutItem", error)),
        }
    }
}

impl Visits for LinkTable {
    async fn link(&self, code: &str) -> PortResult<Option<ShortLink>> {
        let request = self.client.get_item().table_name(&self.name).key("pk", string(code));
        let answer = request.send().await.map_err(|error| PortError::new("DynamoDB GetItem", error))?;
        read(answer.item)
    }

    async fn click(&self, code: &str, now: Time) -> PortResult<Option<ShortLink>> {
        let request = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("pk", string(code))
            .update_expression("SET #l = :now, #f = if_not_exists(#f, :now) ADD #n :one")
            .condition_expression("#e > :now")
            .expression_attribute_names("#l", "l")
            .expression_attribute_names("#f", "f")
            .expression_attribute_names("#n", "n")
            .expression_attribute_names("#e", "e")
            .expression_attribute_values(":now", number(now.timestamp_millis()))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        match request.send().await {
            Ok(answer) => {
                self.meter.write(answer.consumed_capacity());
                read(answer.attributes)
            }
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
                self.meter.refused_write();
                let UpdateItemError::ConditionalCheckFailedException(refused) = refused.into_err() else {
                    return Ok(None);
                };
                read(refused.item)
            }
            Err(error) => Err(PortError::new("DynamoDB UpdateItem", error)),
        }
    }
}

impl ShortLinkLists for LinkTable {
    async fn links(&self, codes: &[String]) -> PortResult<Vec<ShortLink>> {
        let mut found = Vec::new();
        for batch in codes.chunks(BATCH) {
            let key = |code: &String| HashMap::from([("pk".to_owned(), string(code))]);
            let keys =
                KeysAndAttributes::builder().set_keys(Some(batch.iter().map(key).collect())).consistent_read(true);
            let keys = keys.build().map_err(|error| PortError::new("DynamoDB BatchGetItem", error))?;
            let mut wanted = Some(HashMap::from([(self.name.clone(), keys)]));
            while let Some(request) = wanted.filter(|request| !request.is_empty()) {
                let request = self.client.batch_get_item().set_request_items(Some(request));
                let answer = request.send().await.map_err(|error| PortError::new("DynamoDB BatchGetItem", error))?;
                for item in answer.responses.unwrap_or_default().into_values().flatten() {
                    found.push(decode(&item).map_err(bad_item)?);
                }
                wanted = answer.unprocessed_keys;
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_domain::BulkId;

    fn link() -> ShortLink {
        let created_at = Time::from_timestamp_millis(1_790_000_000_123).expect("a time");
        ShortLink {
            code: "AbCd012".to_owned(),
            account: AccountId(u64::MAX),
            message: MessageId::new(BulkId::new(created_at, [7; 8]), 999),
            task: None,
            url: "https://пример.рф/путь".to_owned(),
            created_at,
            expires_at: created_at + chrono::TimeDelta::days(365),
            clicks: 0,
            first_visited_at: None,
            last_visited_at: None,
        }
    }

    #[test]
    fn a_link_is_read_back() {
        let visited = ShortLink {
            task: Some(Uuid::from_u128(5)),
            clicks: 7,
            first_visited_at: Some(link().created_at),
            last_visited_at: Some(link().expires_at),
            ..link()
        };
        for link in [link(), visited] {
            assert_eq!(decode(&encode(&link)).ok(), Some(link));
        }
        assert!(decode(&Item::new()).is_err() && read(Some(Item::new())).is_ok_and(|found| found.is_none()));
    }

    #[test]
    fn a_link_of_800_bytes_is_one_write_unit() {
        let long = ShortLink { url: format!("https://example.org/{}", "a".repeat(780)), clicks: u64::MAX, ..link() };
        // Names and strings by their bytes, numbers by about half their digits and one.
        let size = |name: &String, value: &AttributeValue| {
            let value = value.as_s().map(String::len).or_else(|_| value.as_n().map(|digits| digits.len() / 2 + 2));
            name.len() + value.expect("a string or a number")
        };
        let visited =
            ShortLink { last_visited_at: Some(long.expires_at), first_visited_at: Some(long.created_at), ..long };
        let bytes: usize = encode(&visited).iter().map(|(name, value)| size(name, value)).sum();
        assert!(bytes <= 1024, "{bytes}");
    }
}
