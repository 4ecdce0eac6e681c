use super::{Detail, Message, shown_ranges, stamp};
use crate::submission::variables_of;
use baton_domain::{Status, Template as Stored, TemplateUse, template::fields};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// A template to store.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "name": "Order is ready",
    "channels": {
        "telegram": {"text": "{{name|Hello}}, order {{order}} is ready.", "validityPeriod": 10},
        "sms": {"text": "Order {{order}} is ready"}
    },
    "allowedTimeRanges": [["09:00", "21:00"]],
    "timeZone": "Europe/Moscow"
}))]
pub struct PutTemplate {
    /// The account; the caller's own when absent.
    #[schema(nullable)]
    pub company_id: Option<u64>,
    /// What people call it, 1 to 255 characters. Two templates may have the same name.
    #[schema(min_length = 1, max_length = 255)]
    pub name: String,
    /// Channel name -> content, as in a message: the order of the keys is the order in which the channels are tried.
    pub channels: BTreeMap<String, super::ChannelContent>,
    /// When sending may happen, unless the item says.
    #[schema(schema_with = super::request::time_ranges)]
    pub allowed_time_ranges: Option<Vec<[String; 2]>>,
    /// The IANA time zone of the windows, unless the destination or the item has one.
    #[schema(nullable, example = "Europe/Moscow")]
    pub time_zone: Option<String>,
}

/// A template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    /// Its id.
    pub id: Uuid,
    /// The account.
    pub company_id: u64,
    /// What people call it.
    pub name: String,
    /// Counts its changes, from 1. A message keeps the version that it was accepted with.
    pub version: u64,
    /// Channel name -> content; the order of the keys is the order in which the channels are tried.
    #[schema(value_type = BTreeMap<String, super::ChannelContent>)]
    pub channels: Map<String, Value>,
    /// When sending may happen, unless the item says; null means always.
    #[schema(schema_with = super::request::time_ranges)]
    pub allowed_time_ranges: Option<Vec<[String; 2]>>,
    /// The time zone of the windows.
    pub time_zone: Option<String>,
    /// The variables in all of its channels, by name.
    pub variables: Vec<TemplateVariable>,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When this version was made.
    #[schema(format = DateTime)]
    pub updated_at: String,
}

impl From<&Stored> for Template {
    fn from(stored: &Stored) -> Template {
        let channels = stored.spec.channels.iter();
        Template {
            id: stored.id,
            company_id: stored.account.0,
            name: stored.name.clone(),
            version: stored.version,
            channels: channels
                .map(|leg| (leg.channel.name().to_owned(), Value::Object(fields(&leg.content))))
                .collect(),
            allowed_time_ranges: shown_ranges(&stored.ranges),
            time_zone: stored.zone.map(|zone| zone.name().to_owned()),
            variables: variables_of(&stored.spec),
            created_at: stamp(stored.created_at),
            updated_at: stamp(stored.updated_at),
        }
    }
}

impl Message {
    /// The same, with the template that it was accepted with.
    #[must_use]
    pub fn made_from(mut self, template: Option<TemplateUse>) -> Message {
        if let Some(used) = template {
            self.template_id = Some(used.id);
            self.template_name = Some(used.name);
            self.template_version = Some(used.version);
        }
        self
    }
}

/// A variable of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateVariable {
    /// Its name.
    pub name: String,
    /// Whether a recipient needs a value for it: somewhere it stands without a default.
    pub required: bool,
}

/// The templates of an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateList {
    /// How many there are; null when the caller did not want to know.
    pub count: Option<u64>,
    /// The templates.
    pub items: Vec<Template>,
    /// Where the next part begins; null at the end.
    pub next_cursor: Option<String>,
}

/// A template that was stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewTemplate {
    /// Its id.
    pub id: Uuid,
}

/// What fills a template for a preview.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"variables": {"order": 42}}))]
pub struct PreviewTemplate {
    /// The account; the caller's own when absent.
    #[schema(nullable)]
    pub company_id: Option<u64>,
    /// Strings, numbers and booleans by name, at most 100.
    #[schema(nullable, value_type = Option<Object>)]
    pub variables: Option<BTreeMap<String, Value>>,
}

/// What a template says with the variables that were given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplatePreview {
    /// The template.
    pub id: Uuid,
    /// Its version.
    pub version: u64,
    /// Its channels in order.
    pub channels: Vec<ChannelPreview>,
}

/// What would go out over one channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChannelPreview {
    /// The channel.
    #[schema(example = "sms")]
    pub channel: String,
    /// Whether the recipient has an address for it; null where there is no recipient.
    pub reachable: Option<bool>,
    /// The content with the variables filled in; null when that can not be done.
    #[schema(value_type = Option<super::ChannelContent>)]
    pub message: Option<baton_domain::ChannelContent>,
    /// sms: `GSM-7` or `UCS-2`.
    #[schema(example = "GSM-7")]
    pub encoding: Option<String>,
    /// sms: the number of parts.
    pub part_count: Option<u32>,
    /// sms with `useShortLinks`: the links that get short ones. In `message` each of them stands as a short link with the code
    /// `xxxxxxx`, which is as long as the real one; codes are made when the message goes out.
    pub short_links: Vec<String>,
    /// What it would cost, as a decimal string. A provider that the sender has another price for is left out of account, unless
    /// the content names it. Null when it has no price, or there is no recipient.
    #[schema(example = "5.2")]
    pub price: Option<String>,
    /// The price's currency (ISO 4217).
    #[schema(example = "RUB")]
    pub currency: Option<String>,
    /// What is wrong with it. On a channel that does not reach the recipient this stops nothing.
    pub faults: Vec<Detail>,
}

/// What would become of one recipient of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Validated {
    /// The destination's place in the request, a JSON pointer.
    #[schema(example = "/messages/0/destinations/0")]
    pub path: String,
    /// The status that the message would have; null when the destination would be refused.
    #[schema(value_type = Option<String>, example = "CREATED")]
    pub status: Option<Status>,
    /// The channel that would be tried first; null when the destination would be refused.
    #[schema(example = "sms")]
    pub channel: Option<String>,
    /// When the message might go, at the earliest; null when the destination would be refused.
    #[schema(format = DateTime)]
    pub send_at: Option<String>,
    /// Why the destination would be refused; empty when it would not.
    pub faults: Vec<Detail>,
    /// The template that was used.
    pub template_id: Option<Uuid>,
    /// Its version.
    pub template_version: Option<u64>,
    /// The channels in order.
    pub channels: Vec<ChannelPreview>,
}
