//! How the receivers of callbacks answer, in the state table: one item for an account's receiver that has been called. It is
//! removed when it has not held for a day.

use crate::{
    layout,
    messages::bad_item,
    record::{self, BadItem, Item, number, string},
    state::StateTable,
};
use aws_sdk_dynamodb::{
    error::SdkError, operation::put_item::builders::PutItemFluentBuilder, types::ReturnConsumedCapacity,
};
use baton_domain::Time;
use baton_pipeline::{
    callbacks::{Known, Pace, Place, ports::Paces},
    ports::{PortError, PortResult},
};

/// How long an item is kept that holds no more, in seconds.
const KEPT_SECONDS: i64 = 24 * 3600;

impl StateTable {
    fn put_pace(&self, place: &Place, known: &Known) -> PutItemFluentBuilder {
        self.client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(encode(known)))
            .item("pk", string(layout::receivers_pk(place.account)))
            .item("sk", string(layout::receiver_sk(&place.origin)))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
    }
}

impl Paces for StateTable {
    async fn pace(&self, place: &Place) -> PortResult<Option<Known>> {
        let request = self
            .client
            .get_item()
            .table_name(&self.name)
            .key("pk", string(layout::receivers_pk(place.account)))
            .key("sk", string(layout::receiver_sk(&place.origin)))
            .consistent_read(true);
        let answer = request.send().await.map_err(|error| PortError::new("DynamoDB GetItem", error))?;
        answer.item.as_ref().map(|item| decode(item).map_err(bad_item)).transpose()
    }

    async fn set_pace(&self, place: &Place, known: &Known) -> PortResult<()> {
        let answer = self.put_pace(place, known).send().await;
        self.meter.write(answer.map_err(|error| PortError::new("DynamoDB PutItem", error))?.consumed_capacity());
        Ok(())
    }

    async fn begin_trial(&self, place: &Place, now: Time, until: Time) -> PortResult<bool> {
        let request = self
            .put_pace(place, &Known { pace: Pace::Trial, until })
            .condition_expression("attribute_not_exists(pk) OR #until <= :now")
            .expression_attribute_names("#until", "until")
            .expression_attribute_values(":now", number(now.timestamp_millis()));
        match request.send().await {
            Ok(answer) => {
                self.meter.write(answer.consumed_capacity());
                Ok(true)
            }
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
                self.meter.refused_write();
                Ok(false)
            }
            Err(error) => Err(PortError::new("DynamoDB PutItem", error)),
        }
    }
}

fn encode(known: &Known) -> Item {
    Item::from([
        ("pace".to_owned(), string(known.pace.name())),
        ("until".to_owned(), number(known.until.timestamp_millis())),
        ("ttl".to_owned(), number(known.until.timestamp() + KEPT_SECONDS)),
    ])
}

fn decode(item: &Item) -> Result<Known, BadItem> {
    let name = record::text(item, "pace")?;
    let pace = Pace::ALL.into_iter().find(|pace| pace.name() == name).ok_or(BadItem("pace"))?;
    Ok(Known { pace, until: record::time(item, "until")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_a_receiver_is_read_back() {
        let until = Time::from_timestamp_millis(1_790_000_000_123).expect("a time");
        for pace in Pace::ALL {
            let known = Known { pace, until };
            assert_eq!(decode(&encode(&known)).ok(), Some(known));
        }
    }

    #[test]
    fn a_password_in_an_address_is_in_no_key() {
        let sk = layout::receiver_sk("https://user:secret@example.org");
        assert!(!sk.contains("secret") && sk != layout::receiver_sk("https://example.org"), "{sk}");
    }
}
