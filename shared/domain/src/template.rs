//! Stored contents with variables, in versions.

use crate::{AccountId, ChannelContent, Spec, Time, window::Range};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// A template as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// Whose it is.
    pub account: AccountId,
    /// Which it is.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// Counts the changes, from 1.
    pub version: u64,
    /// Its channels in order, with their contents. It is no use of a template itself.
    pub spec: Spec,
    /// When messages made from it may go, unless their item says; none means always.
    pub ranges: Vec<Range>,
    /// The time zone of the windows, unless the recipient or the item has one.
    pub zone: Option<Tz>,
    /// When it was made.
    pub created_at: Time,
    /// When this version was made.
    pub updated_at: Time,
}

/// Which version of which template a content comes from, with the name that it had then. As JSON `[id, version, name]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(Uuid, u64, String)", into = "(Uuid, u64, String)")]
pub struct TemplateUse {
    /// The template.
    pub id: Uuid,
    /// Its version.
    pub version: u64,
    /// Its name.
    pub name: String,
}

impl From<(Uuid, u64, String)> for TemplateUse {
    fn from((id, version, name): (Uuid, u64, String)) -> TemplateUse {
        TemplateUse { id, version, name }
    }
}

impl From<TemplateUse> for (Uuid, u64, String) {
    fn from(used: TemplateUse) -> (Uuid, u64, String) {
        (used.id, used.version, used.name)
    }
}

impl Template {
    /// What a content that comes from it remembers.
    #[must_use]
    pub fn used(&self) -> TemplateUse {
        TemplateUse { id: self.id, version: self.version, name: self.name.clone() }
    }

    /// Whether a change to this would be none.
    #[must_use]
    pub fn says_the_same(&self, other: &Template) -> bool {
        let said = |template: &Template| (template.name.clone(), template.ranges.clone(), template.zone);
        said(self) == said(other) && self.spec == other.spec
    }
}

/// The version that was there at a moment, of `versions`, newest first; the oldest when all are newer, as clocks differ.
#[must_use]
pub fn as_of(versions: Vec<Template>, at: Time) -> Option<Template> {
    let mut oldest = None;
    for version in versions {
        if version.updated_at <= at {
            return Some(version);
        }
        oldest = Some(version);
    }
    oldest
}

/// A template's content for a channel under what an item says of it: the item's fields win one by one, and null says nothing.
#[must_use]
pub fn overlay(template: Option<&ChannelContent>, item: &Map<String, Value>) -> Map<String, Value> {
    let mut fields = template.map(fields).unwrap_or_default();
    fields.extend(item.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.clone(), value.clone())));
    fields
}

/// A content as requests write it.
#[must_use]
pub fn fields(content: &ChannelContent) -> Map<String, Value> {
    match serde_json::to_value(content) {
        Ok(Value::Object(fields)) => fields,
        // A content is a struct of strings, numbers and JSON.
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn template(version: u64, seconds: i64) -> Template {
        let at = Time::from_timestamp(seconds, 0).expect("a time");
        Template {
            account: AccountId(1),
            id: Uuid::nil(),
            name: "n".to_owned(),
            version,
            spec: Spec::default(),
            ranges: Vec::new(),
            zone: None,
            created_at: at,
            updated_at: at,
        }
    }

    #[test]
    fn the_version_of_a_moment() {
        let at = |seconds| {
            let versions = vec![template(3, 30), template(2, 20), template(1, 10)];
            as_of(versions, Time::from_timestamp(seconds, 0).expect("a time")).map(|found| found.version)
        };
        assert_eq!([at(40), at(30), at(29), at(10), at(9)], [3, 3, 2, 1, 1].map(Some));
        assert_eq!(as_of(Vec::new(), Time::UNIX_EPOCH), None);
    }

    #[test]
    fn an_item_wins_field_by_field() {
        let content = ChannelContent {
            text: Some("from the template".to_owned()),
            from: Some("Shop".to_owned()),
            required: true,
            ..ChannelContent::default()
        };
        let item = json!({"text": "own", "from": null, "validityPeriod": 5, "required": false});
        let laid = overlay(Some(&content), item.as_object().expect("an object"));
        let expected = json!({"required": false, "text": "own", "from": "Shop", "validityPeriod": 5});
        assert_eq!(Value::Object(laid), expected);
        assert_eq!(Value::Object(overlay(None, &Map::new())), json!({}));
    }
}
