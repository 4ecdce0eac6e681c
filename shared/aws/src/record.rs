//! A message as a DynamoDB item: below 1 KB with all that is added to it, as a write is billed by the started kilobyte.
//!
//! | attribute | what |
//! |---|---|
//! | `ct` | created, milliseconds since the epoch; all other times of the message are offsets from it |
//! | `it`, `bt` | index of its `messages[]` item; tag of the bulk's id (left out when 0) |
//! | `tk` | the task, 16 bytes; left out when there is none |
//! | `gi` | the caller's group |
//! | `r` | the recipient, JSON |
//! | `rt` | the route, see [`route`] |
//! | `c` | the content, JSON, when it stands inside |
//! | `cb` | 1 where the caller wants to be told of changes |
//! | `w` | when it may go, JSON: send time in milliseconds, ranges, zone; left out when it is at once and always |
//! | `p` | what it costs, see [`baton_domain::Rates`]; left out when it has no price |
//! | `st`, `v` | status code, version |
//! | `L` | the attempts; `s` state, `t` tries, `c` claimed at, `n` not before, `u` until (what a claim looks at), `l` leg, `q` created, `x` the rest, JSON |
//! | `tr` | opens and clicks, see [`tracks`]; left out when there are none |
//! | `tl` | the timeline, JSON: `[[offset, event, leg, detail], …]` |

use crate::layout;
use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use baton_domain::{
    AccountId, Attempt, AttemptState, ErrorClass, GroupId, Message, MessageId, Status, TaskId, Time, TimelineEntry,
    TimelineEvent, lifetime, message::AttemptError, tracks::Tracks, window::Schedule,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

mod route;
mod schedule;
mod tracks;

/// An item of DynamoDB.
pub type Item = HashMap<String, AttributeValue>;

/// The item is not what we wrote.
#[derive(Debug, thiserror::Error)]
#[error("the attribute {0} is missing or not as it was written")]
pub struct BadItem(pub &'static str);

/// A string attribute.
pub fn string(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number attribute.
pub fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// Reads a string attribute.
pub(crate) fn text<'i>(item: &'i Item, name: &'static str) -> Result<&'i str, BadItem> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str).ok_or(BadItem(name))
}

/// Reads a number attribute.
pub(crate) fn int<T: std::str::FromStr>(item: &Item, name: &'static str) -> Result<T, BadItem> {
    optional_int(item, name)?.ok_or(BadItem(name))
}

/// Reads a number attribute that may be absent.
pub(crate) fn optional_int<T: std::str::FromStr>(item: &Item, name: &'static str) -> Result<Option<T>, BadItem> {
    let Some(value) = item.get(name) else { return Ok(None) };
    value.as_n().ok().and_then(|digits| digits.parse().ok()).map(Some).ok_or(BadItem(name))
}

/// Reads a time attribute.
pub(crate) fn time(item: &Item, name: &'static str) -> Result<Time, BadItem> {
    Time::from_timestamp_millis(int(item, name)?).ok_or(BadItem(name))
}

/// Reads the task that a message belongs to.
pub(crate) fn task(item: &Item) -> Result<Option<TaskId>, BadItem> {
    let Some(value) = item.get("tk") else { return Ok(None) };
    let bytes = value.as_b().map_err(|_| BadItem("tk"))?;
    Uuid::from_slice(bytes.as_ref()).map(|id| Some(TaskId(id))).map_err(|_| BadItem("tk"))
}

/// The item of a new message. `alone` puts it into the list of the day in place of a head.
#[must_use]
pub fn encode(message: &Message, alone: bool, retention_days: u32) -> Item {
    let created = message.created_at.timestamp_millis();
    let index_key = |value: &str| string(layout::index_key(message.account, value));
    let mut item: Item = [
        ("pk", string(layout::bulk_pk(message.account, message.id.bulk_key()))),
        ("sk", string(layout::message_sk(message.id))),
        ("ct", number(created)),
        ("r", string(json(&message.recipient))),
        ("rt", string(route::encode(&message.route))),
        ("ttl", number(lifetime::removable_at(lifetime::ends_by(message), retention_days))),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let mut set = |name: &str, value: Option<AttributeValue>| {
        if let Some(value) = value {
            item.insert(name.to_owned(), value);
        }
    };
    set("it", (message.item > 0).then(|| number(message.item)));
    set("bt", (message.bulk_id.tag() > 0).then(|| number(message.bulk_id.tag())));
    set("tk", message.task.map(|task| AttributeValue::B(Blob::new(task.0.into_bytes()))));
    set("gi", message.group.as_ref().map(|group| string(&group.0)));
    set("gr", message.group.as_ref().map(|group| index_key(&group.0)));
    set("ph", message.recipient.phone.as_deref().map(index_key));
    set("em", message.recipient.email.as_ref().map(|email| index_key(&email.to_lowercase())));
    set("c", message.content.as_ref().map(|spec| string(json(spec))));
    set("cb", message.callback.then(|| number(1)));
    set("p", message.rates.as_ref().map(|rates| string(rates.to_string())));
    set("mk", alone.then(|| string(layout::month_key(message.account, message.created_at))));
    set("n", alone.then(|| number(1)));
    item.extend(encode_state(message));
    item
}

/// The attributes that change: `st`, `L`, `tl`, `v`, and `w` and `tr` where there is one.
#[must_use]
pub fn encode_state(message: &Message) -> Item {
    let created = message.created_at;
    let attempts = message.attempts.iter().map(|attempt| AttributeValue::M(encode_attempt(attempt, created)));
    let timeline: Vec<_> = message.timeline.iter().map(|entry| TimelineRecord::from_entry(entry, created)).collect();
    let state = [
        ("st", number(message.status.code())),
        ("L", AttributeValue::L(attempts.collect())),
        ("tl", string(json(&timeline))),
        ("v", number(message.version)),
    ];
    let schedule = schedule::encode(&message.schedule).map(|text| ("w", string(text)));
    let tracks = tracks::encode(&message.tracks, created).map(|text| ("tr", string(text)));
    state.into_iter().chain(schedule).chain(tracks).map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Reads a message.
///
/// # Errors
/// The item is not what [`encode`] writes.
pub fn decode(account: AccountId, item: &Item) -> Result<Message, BadItem> {
    let id: MessageId = layout::message_of(text(item, "pk")?, text(item, "sk")?).ok_or(BadItem("sk"))?;
    let created_at = time(item, "ct")?;
    let route = route::decode(text(item, "rt")?).ok_or(BadItem("rt"))?;
    let attempts = item.get("L").and_then(|value| value.as_l().ok()).ok_or(BadItem("L"))?;
    let attempts = attempts.iter().map(|value| decode_attempt(value, created_at)).collect::<Result<Vec<_>, _>>()?;
    if attempts.iter().any(|attempt| usize::from(attempt.leg) >= route.len()) {
        return Err(BadItem("L"));
    }
    let timeline: Vec<TimelineRecord> = parse(text(item, "tl")?).ok_or(BadItem("tl"))?;
    Ok(Message {
        account,
        id,
        bulk_id: id.bulk_key().with_tag(optional_int(item, "bt")?.unwrap_or_default()),
        task: task(item)?,
        group: text(item, "gi").ok().map(|group| GroupId(group.to_owned())),
        item: optional_int(item, "it")?.unwrap_or_default(),
        content: match item.get("c") {
            Some(_) => Some(parse(text(item, "c")?).ok_or(BadItem("c"))?),
            None => None,
        },
        callback: item.contains_key("cb"),
        recipient: parse(text(item, "r")?).ok_or(BadItem("r"))?,
        created_at,
        schedule: match item.get("w") {
            Some(_) => schedule::decode(text(item, "w")?).ok_or(BadItem("w"))?,
            None => Schedule::default(),
        },
        route,
        rates: match item.get("p") {
            Some(_) => Some(text(item, "p")?.parse().map_err(|_| BadItem("p"))?),
            None => None,
        },
        status: Status::from_code(int(item, "st")?).ok_or(BadItem("st"))?,
        attempts,
        timeline: timeline.into_iter().filter_map(|record| record.into_entry(created_at)).collect(),
        tracks: match item.get("tr") {
            Some(_) => tracks::decode(text(item, "tr")?, created_at).ok_or(BadItem("tr"))?,
            None => Tracks::default(),
        },
        version: int(item, "v")?,
    })
}

/// The numbers of the states of an attempt, as stored.
const STATES: [AttemptState; 9] = [
    AttemptState::Queued,
    AttemptState::Claimed,
    AttemptState::Sent,
    AttemptState::Delivered,
    AttemptState::Read,
    AttemptState::Failed,
    AttemptState::Expired,
    AttemptState::Unknown,
    AttemptState::Canceled,
];

/// The number of a state, as stored.
#[must_use]
pub fn state_code(state: AttemptState) -> usize {
    STATES.iter().position(|known| *known == state).unwrap_or_default()
}

const CLASSES: [ErrorClass; 4] =
    [ErrorClass::Permanent, ErrorClass::Temporary, ErrorClass::Unknown, ErrorClass::Misconfigured];

/// What of an attempt a claim does not look at. Times are offsets in milliseconds from the message's creation.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Details {
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(rename = "i", skip_serializing_if = "Option::is_none")]
    provider_message_id: Option<String>,
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    sent: Option<i64>,
    #[serde(rename = "d", skip_serializing_if = "Option::is_none")]
    delivered: Option<i64>,
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    read: Option<i64>,
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    ended: Option<i64>,
    #[serde(rename = "y", skip_serializing_if = "Option::is_none")]
    expires: Option<i64>,
    #[serde(rename = "k", skip_serializing_if = "Option::is_none")]
    succeeded: Option<i64>,
    #[serde(rename = "w", skip_serializing_if = "std::ops::Not::not")]
    receipts: bool,
    #[serde(rename = "f", skip_serializing_if = "Option::is_none")]
    error: Option<(usize, String, String)>,
    #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
    part_count: Option<u16>,
}

/// The longest error text that is kept, in characters.
const LONGEST_ERROR: usize = 200;

fn encode_attempt(attempt: &Attempt, created: Time) -> Item {
    let offset = |time: Time| (time - created).num_milliseconds();
    let class = |class| CLASSES.iter().position(|known| *known == class).unwrap_or_default();
    let cut = |text: &str| text.chars().take(LONGEST_ERROR).collect::<String>();
    let details = Details {
        provider: attempt.provider.clone(),
        provider_message_id: attempt.provider_message_id.clone(),
        sent: attempt.sent_at.map(offset),
        delivered: attempt.delivered_at.map(offset),
        read: attempt.read_at.map(offset),
        ended: attempt.ended_at.map(offset),
        expires: attempt.expires_at.map(offset),
        succeeded: attempt.succeeded_at.map(offset),
        receipts: attempt.receipts,
        error: attempt.error.as_ref().map(|error| (class(error.class), cut(&error.code), cut(&error.message))),
        part_count: attempt.part_count,
    };
    let mut item: Item = [
        ("s", number(state_code(attempt.state))),
        ("t", number(attempt.tries)),
        ("l", number(attempt.leg)),
        ("q", number(offset(attempt.created_at))),
        ("x", string(json(&details))),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    // Absolute, as a claim compares and sets them without knowing when the message was created.
    let mut set = |name: &str, time: Option<Time>| {
        if let Some(time) = time {
            item.insert(name.to_owned(), number(time.timestamp_millis()));
        }
    };
    set("c", attempt.claimed_at);
    set("n", attempt.not_before);
    set("u", attempt.until);
    item
}

fn decode_attempt(value: &AttributeValue, created: Time) -> Result<Attempt, BadItem> {
    let item = value.as_m().map_err(|_| BadItem("L"))?;
    let details: Details = parse(text(item, "x")?).ok_or(BadItem("x"))?;
    let at = |offset: i64| created + chrono::TimeDelta::milliseconds(offset);
    let error = |(class, code, message): (usize, String, String)| AttemptError {
        class: CLASSES.get(class).copied().unwrap_or(ErrorClass::Unknown),
        code,
        message,
    };
    let moment = |name| Ok::<_, BadItem>(optional_int(item, name)?.and_then(Time::from_timestamp_millis));
    Ok(Attempt {
        leg: int(item, "l")?,
        state: *STATES.get(int::<usize>(item, "s")?).ok_or(BadItem("s"))?,
        tries: int(item, "t")?,
        created_at: at(int(item, "q")?),
        not_before: moment("n")?,
        until: moment("u")?,
        claimed_at: moment("c")?,
        provider: details.provider,
        provider_message_id: details.provider_message_id,
        sent_at: details.sent.map(at),
        delivered_at: details.delivered.map(at),
        read_at: details.read.map(at),
        ended_at: details.ended.map(at),
        expires_at: details.expires.map(at),
        succeeded_at: details.succeeded.map(at),
        receipts: details.receipts,
        error: details.error.map(error),
        part_count: details.part_count,
    })
}

/// A line of the timeline: offset, event, leg (-1 for none), detail (empty for none).
#[derive(Serialize, Deserialize)]
struct TimelineRecord(i64, u8, i16, String);

impl TimelineRecord {
    fn from_entry(entry: &TimelineEntry, created: Time) -> TimelineRecord {
        let detail = entry.detail.as_deref().unwrap_or_default().chars().take(LONGEST_ERROR).collect();
        let leg = entry.leg.map_or(-1, i16::from);
        TimelineRecord((entry.at - created).num_milliseconds(), entry.event as u8, leg, detail)
    }

    /// `None` for an event that this version does not know.
    fn into_entry(self, created: Time) -> Option<TimelineEntry> {
        Some(TimelineEntry {
            at: created + chrono::TimeDelta::milliseconds(self.0),
            event: *TimelineEvent::ALL.get(usize::from(self.1))?,
            leg: u8::try_from(self.2).ok(),
            detail: (!self.3.is_empty()).then_some(self.3),
        })
    }
}

fn json<T: Serialize>(value: &T) -> String {
    // Strings, numbers and maps with string keys alone: that can not fail.
    serde_json::to_string(value).unwrap_or_default()
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests;
