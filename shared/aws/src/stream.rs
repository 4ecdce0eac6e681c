//! The stream of the messages table: every stored change of a message, with the item before and after it. A change of the
//! status of a message with a callback is a transition.
//!
//! DynamoDB writes the stream together with the item, keeps it for a day, in order per item, and hands a part of it out until
//! it is acknowledged. So no transition is missed, whatever dies after the write.

pub mod progress;

use crate::record::{self, BadItem, Item};
use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use base64::{Engine, engine::general_purpose::STANDARD};
use baton_domain::{AccountId, Message, Time, Transition};
use baton_pipeline::callbacks::CallbackPointer;
use serde_json::Value;

/// What a record of the stream says.
#[derive(Debug)]
pub enum Change {
    /// A transition to tell.
    Told(Box<CallbackPointer>),
    /// Something else.
    Nothing,
    /// A message that can not be read.
    Bad(BadItem),
}

/// Reads a record of the stream, as Lambda gives it.
#[must_use]
pub fn change(record: &Value) -> Change {
    let images = &record["dynamodb"];
    let (before, after) = (image(&images["OldImage"]), image(&images["NewImage"]));
    let (Some(before), Some(after)) = (before, after) else { return Change::Nothing };
    if !after.contains_key("cb") {
        return Change::Nothing;
    }
    match messages(&before, &after) {
        Ok((account, before, after)) => {
            let written = images["ApproximateCreationDateTime"].as_f64().and_then(moment);
            match Transition::between(&before, &after, written) {
                Some(transition) => Change::Told(Box::new(CallbackPointer { account, transition, by_hand: false })),
                None => Change::Nothing,
            }
        }
        Err(bad) => Change::Bad(bad),
    }
}

fn messages(before: &Item, after: &Item) -> Result<(AccountId, Message, Message), BadItem> {
    let account = record::text(after, "pk")?.split('#').next().and_then(|account| account.parse().ok());
    let account = AccountId(account.ok_or(BadItem("pk"))?);
    Ok((account, record::decode(account, before)?, record::decode(account, after)?))
}

/// Seconds since the epoch, with a fraction or without.
fn moment(seconds: f64) -> Option<Time> {
    // A time of today has 13 digits of milliseconds, far below what a double holds.
    Time::from_timestamp_millis((seconds * 1000.0) as i64)
}

/// An item in the JSON of DynamoDB.
fn image(value: &Value) -> Option<Item> {
    value.as_object()?.iter().map(|(name, value)| Some((name.clone(), attribute(value)?))).collect()
}

/// A value in the JSON of DynamoDB, `{"S": "text"}`; `None` for a kind that messages do not have.
fn attribute(value: &Value) -> Option<AttributeValue> {
    let (kind, value) = value.as_object()?.iter().next()?;
    Some(match kind.as_str() {
        "S" => AttributeValue::S(value.as_str()?.to_owned()),
        "N" => AttributeValue::N(value.as_str()?.to_owned()),
        "BOOL" => AttributeValue::Bool(value.as_bool()?),
        "NULL" => AttributeValue::Null(true),
        "B" => AttributeValue::B(Blob::new(STANDARD.decode(value.as_str()?).ok()?)),
        "L" => AttributeValue::L(value.as_array()?.iter().map(attribute).collect::<Option<_>>()?),
        "M" => AttributeValue::M(image(value)?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
