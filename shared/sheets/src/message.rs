//! What a row says, as `POST /messages` takes it.

use serde_json::{Map, Value};
use std::sync::Arc;

/// A row as a message.
#[derive(Clone, Debug, PartialEq)]
pub struct RowMessage {
    /// Everything but the recipient and the group. Rows with the same content share one.
    pub content: Arc<Content>,
    /// The caller's `groupId`, apart from the content, which it would make unlike all others.
    pub group: Option<String>,
    /// The recipient, as an element of `destinations`.
    pub destination: Value,
}

/// What rows have in common: an item of `POST /messages` without its destinations.
///
/// Two contents are equal when their cells are; contents that are equal are most often the very same, but a sheet with very
/// many different ones may hold one of them more than once.
#[derive(Clone, Debug)]
pub struct Content {
    key: Box<str>,
    fields: Map<String, Value>,
    bytes: usize,
}

impl Content {
    pub(crate) fn new(key: &str, fields: Map<String, Value>) -> Content {
        let bytes = key.len() + bytes_of_fields(&fields);
        Content { key: key.into(), fields, bytes }
    }

    /// About how many bytes it takes in memory.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The fields of the item.
    #[must_use]
    pub const fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }

    /// What it is told from others by: the text of its cells.
    #[must_use]
    pub const fn key(&self) -> &str {
        &self.key
    }
}

impl PartialEq for Content {
    fn eq(&self, other: &Content) -> bool {
        self.key == other.key
    }
}

impl Eq for Content {}

impl std::hash::Hash for Content {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

/// What a value takes in memory besides its text, in bytes.
pub(crate) const VALUE: usize = 64;

/// About how many bytes a value takes in memory.
pub(crate) fn bytes_of(value: &Value) -> usize {
    VALUE
        + match value {
            Value::String(text) => text.len(),
            Value::Array(values) => values.iter().map(bytes_of).sum(),
            Value::Object(fields) => bytes_of_fields(fields),
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        }
}

fn bytes_of_fields(fields: &Map<String, Value>) -> usize {
    fields.iter().map(|(name, value)| name.len() + bytes_of(value)).sum()
}

/// An element of `messages`: a content for these recipients.
#[must_use]
pub fn item(content: &Content, group: Option<&str>, destinations: Vec<Value>) -> Value {
    let mut fields = content.fields.clone();
    if let Some(group) = group {
        fields.insert("groupId".to_owned(), Value::from(group));
    }
    fields.insert("destinations".to_owned(), Value::Array(destinations));
    Value::Object(fields)
}
