//! What senders know together: breakers, limits and their counters, and when people last wrote to us. What limits logins
//! stands here too ([`crate::logins`]).

use crate::{
    Meter, layout,
    messages::bad_item,
    record::{self, BadItem, Item, number, string},
    stops::KnownLists,
};
use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    types::{ReturnConsumedCapacity, ReturnValue},
};
use baton_domain::{
    AccountId, Channel, ErrorClass, Time,
    bandwidth::{Bandwidth, Limit},
    breaker::{Breaker, LastError},
};
use baton_pipeline::{
    inbound::Inbound,
    ports::{Bandwidths, Breakers, LastInbound, PortError, PortResult},
};

/// How long it is remembered that a person wrote, in days: the longest window of a messenger is a day, and more is of no use.
const INBOUND_DAYS: i64 = 30;

/// A counter that nobody uses is forgotten after so many seconds.
const TURN_SECONDS: i64 = 24 * 3600;

/// Tries to take a turn while others take theirs.
const TRIES: usize = 20;

/// The state table.
#[derive(Clone, Debug)]
pub struct StateTable {
    pub(crate) client: Client,
    pub(crate) name: String,
    pub(crate) meter: Meter,
    pub(crate) lists: KnownLists,
}

impl StateTable {
    /// The table of this name.
    #[must_use]
    pub fn new(client: Client, name: impl Into<String>, meter: Meter) -> StateTable {
        StateTable { client, name: name.into(), meter, lists: KnownLists::default() }
    }

    async fn get(&self, pk: String) -> PortResult<Option<Item>> {
        let request = self.client.get_item().table_name(&self.name).key("pk", string(pk)).key("sk", string("-"));
        let answer = request.send().await.map_err(|error| PortError::new("DynamoDB GetItem", error))?;
        Ok(answer.item)
    }

    /// Replaces an account's limits.
    ///
    /// # Errors
    /// The table failed.
    pub async fn put_bandwidth(&self, account: AccountId, limits: &[Bandwidth]) -> PortResult<()> {
        let text = serde_json::to_string(limits).map_err(|error| PortError::new("writing limits", error))?;
        self.client
            .put_item()
            .table_name(&self.name)
            .item("pk", string(layout::index_key(account, "bandwidth")))
            .item("sk", string("-"))
            .item("limits", string(text))
            .send()
            .await
            .map_err(|error| PortError::new("DynamoDB PutItem", error))?;
        Ok(())
    }

    /// Remembers when a person wrote; an earlier time than the known one changes nothing.
    ///
    /// # Errors
    /// The table failed.
    pub async fn remember(&self, inbound: &Inbound) -> PortResult<()> {
        let at = inbound.at.timestamp_millis();
        let request = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("pk", string(inbound_pk(inbound.channel, &inbound.from)))
            .key("sk", string("-"))
            .update_expression("SET #at = :at, #ttl = :ttl")
            .condition_expression("attribute_not_exists(#at) OR #at < :at")
            .expression_attribute_names("#at", "at")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":at", number(at))
            .expression_attribute_values(":ttl", number(inbound.at.timestamp() + INBOUND_DAYS * 24 * 3600))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        match request.send().await {
            Ok(answer) => self.meter.write(answer.consumed_capacity()),
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
                self.meter.refused_write();
            }
            Err(error) => return Err(PortError::new("DynamoDB UpdateItem", error)),
        }
        Ok(())
    }

    /// Takes the moment after the last one that was given, when that is still to come.
    async fn queue_up(&self, pk: &str, interval: i64, now: i64) -> PortResult<Option<i64>> {
        let request = self
            .turn(pk, now)
            .update_expression("SET #next = #next + :interval, #ttl = :ttl")
            .condition_expression("#next > :now")
            .expression_attribute_values(":interval", number(interval))
            .return_values(ReturnValue::UpdatedOld);
        match request.send().await {
            Ok(answer) => {
                self.meter.write(answer.consumed_capacity());
                let old = answer.attributes.unwrap_or_default();
                record::int(&old, "next").map(Some).map_err(bad_item)
            }
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => Ok(None),
            Err(error) => Err(PortError::new("DynamoDB UpdateItem", error)),
        }
    }

    /// Takes this moment, when nobody has to wait.
    async fn go_first(&self, pk: &str, interval: i64, now: i64) -> PortResult<bool> {
        let request = self
            .turn(pk, now)
            .update_expression("SET #next = :next, #ttl = :ttl")
            .condition_expression("attribute_not_exists(#next) OR #next <= :now")
            .expression_attribute_values(":next", number(now + interval));
        match request.send().await {
            Ok(answer) => {
                self.meter.write(answer.consumed_capacity());
                Ok(true)
            }
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => Ok(false),
            Err(error) => Err(PortError::new("DynamoDB UpdateItem", error)),
        }
    }

    fn turn(&self, pk: &str, now: i64) -> aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.name)
            .key("pk", string(pk))
            .key("sk", string("-"))
            .expression_attribute_names("#next", "next")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":now", number(now))
            .expression_attribute_values(":ttl", number(now / 1_000_000 + TURN_SECONDS))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
    }
}

fn breaker_pk(channel: Channel) -> String {
    format!("*#breaker#{channel}")
}

fn inbound_pk(channel: Channel, from: &str) -> String {
    format!("*#inbound#{channel}#{from}")
}

impl Breakers for StateTable {
    async fn breakers(&self, channel: Channel) -> PortResult<Vec<(String, Breaker)>> {
        let answer = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", string(breaker_pk(channel)))
            .send()
            .await
            .map_err(|error| PortError::new("DynamoDB Query", error))?;
        let read = |item: &Item| Ok((record::text(item, "sk")?.to_owned(), decode(item)?));
        answer.items().iter().map(|item| read(item).map_err(bad_item)).collect()
    }

    async fn tell(&self, channel: Channel, provider: &str, breaker: &Breaker) -> PortResult<()> {
        let item = encode(breaker);
        let answer = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .item("pk", string(breaker_pk(channel)))
            .item("sk", string(provider))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| PortError::new("DynamoDB PutItem", error))?;
        self.meter.write(answer.consumed_capacity());
        Ok(())
    }
}

impl Bandwidths for StateTable {
    async fn bandwidth(&self, account: AccountId) -> PortResult<Vec<Bandwidth>> {
        let item = self.get(layout::index_key(account, "bandwidth")).await?;
        let Some(item) = item else { return Ok(Vec::new()) };
        let text = record::text(&item, "limits").map_err(bad_item)?;
        serde_json::from_str(text).map_err(|error| PortError::new("reading limits", error))
    }

    async fn reserve(&self, limit: &Limit, now: Time) -> PortResult<Time> {
        let pk = format!("{}#turn", limit.bucket);
        let (interval, micros) = (limit.interval_micros(), now.timestamp_micros());
        for _ in 0..TRIES {
            if let Some(turn) = self.queue_up(&pk, interval, micros).await? {
                return Ok(Time::from_timestamp_micros(turn).unwrap_or(now));
            }
            if self.go_first(&pk, interval, micros).await? {
                return Ok(now);
            }
        }
        Err(PortError::new("taking a turn", "others took theirs again and again"))
    }
}

impl LastInbound for StateTable {
    async fn last_inbound(&self, channel: Channel, from: &str) -> PortResult<Option<Time>> {
        let item = self.get(inbound_pk(channel, from)).await?;
        item.map(|item| record::time(&item, "at").map_err(bad_item)).transpose()
    }
}

fn encode(breaker: &Breaker) -> Item {
    let mut item = Item::from([("openings".to_owned(), number(breaker.openings))]);
    let times = [("openUntil", breaker.open_until), ("holdUntil", breaker.hold_until)];
    item.extend(times.into_iter().filter_map(|(name, time)| Some((name.to_owned(), number(time?.timestamp_millis())))));
    if let Some(last) = &breaker.last_error {
        item.insert("errorClass".to_owned(), string(last.class.name()));
        item.insert("errorCode".to_owned(), string(&last.code));
        item.insert("errorAt".to_owned(), number(last.at.timestamp_millis()));
    }
    item
}

fn decode(item: &Item) -> Result<Breaker, BadItem> {
    let time = |name| -> Result<Option<Time>, BadItem> {
        Ok(record::optional_int(item, name)?.and_then(Time::from_timestamp_millis))
    };
    let last_error = match item.contains_key("errorClass") {
        false => None,
        true => Some(LastError {
            class: class(record::text(item, "errorClass")?).ok_or(BadItem("errorClass"))?,
            code: record::text(item, "errorCode")?.to_owned(),
            at: record::time(item, "errorAt")?,
        }),
    };
    Ok(Breaker {
        failures: 0,
        openings: record::int(item, "openings")?,
        open_until: time("openUntil")?,
        hold_until: time("holdUntil")?,
        last_error,
    })
}

fn class(name: &str) -> Option<ErrorClass> {
    use ErrorClass::{Misconfigured, Permanent, Temporary, Unknown};
    [Permanent, Temporary, Unknown, Misconfigured].into_iter().find(|class| class.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breaker_is_read_back() {
        let at = |millis| Time::from_timestamp_millis(millis).expect("a time");
        let last = LastError { class: ErrorClass::Misconfigured, code: "20003".to_owned(), at: at(3) };
        let open = Breaker {
            failures: 0,
            openings: 2,
            open_until: Some(at(1)),
            hold_until: Some(at(2)),
            last_error: Some(last),
        };
        for breaker in [Breaker::default(), open] {
            assert_eq!(decode(&encode(&breaker)).ok(), Some(breaker));
        }
    }
}
