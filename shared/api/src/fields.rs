//! Reading JSON objects by hand, so that every fault is found and named by its place.

use crate::faults::{Faults, Path, WRONG_TYPE};
use serde_json::{Map, Value};
use std::ops::RangeInclusive;
use uuid::Uuid;

/// An object of the body and its place. `null` means absent, everywhere.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    map: &'a Map<String, Value>,
    path: &'a Path<'a>,
}

/// What a value is, with its article, for error texts.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

pub(crate) fn wrong_type(path: Path<'_>, expected: &str, value: &Value, faults: &mut Faults) {
    faults.add(path, WRONG_TYPE, format!("{expected} is expected here, not {}.", kind(value)));
}

/// Whether a text holds a character that no text of ours may: a control character other than a line break or a tab.
pub(crate) fn has_control(text: &str) -> bool {
    text.chars().any(|character| character.is_control() && !matches!(character, '\n' | '\r' | '\t'))
}

/// The string at a place, free of control characters.
pub(crate) fn string<'a>(value: &'a Value, path: Path<'_>, faults: &mut Faults) -> Option<&'a str> {
    let Value::String(text) = value else {
        wrong_type(path, "A string", value, faults);
        return None;
    };
    if has_control(text) {
        let message = "Control characters are not allowed, apart from line breaks and tabs.";
        faults.add(path, "control_character", message);
        return None;
    }
    Some(text)
}

impl<'a> Fields<'a> {
    /// The object at a place.
    pub(crate) fn of(value: &'a Value, path: &'a Path<'a>, faults: &mut Faults) -> Option<Fields<'a>> {
        match value {
            Value::Object(map) => Some(Fields { map, path }),
            other => {
                wrong_type(*path, "An object", other, faults);
                None
            }
        }
    }

    pub(crate) fn path(&self) -> &'a Path<'a> {
        self.path
    }

    /// The fields that are not null, in the order of the body.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        self.map.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.as_str(), value))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Refuses every field that is not among `known`.
    pub(crate) fn only(&self, known: &[&str], faults: &mut Faults) {
        for (name, _) in self.entries().filter(|(name, _)| !known.contains(name)) {
            faults.add(self.path.field(name), "unknown_field", format!("There is no such field; {}.", expected(known)));
        }
    }

    /// Says that a field is missing, unless it is there.
    pub(crate) fn require(&self, name: &str, faults: &mut Faults) {
        if !self.has(name) {
            faults.add(self.path.field(name), "required", format!("{name} is required."));
        }
    }

    pub(crate) fn string(&self, name: &'a str, faults: &mut Faults) -> Option<&'a str> {
        string(self.get(name)?, self.path.field(name), faults)
    }

    /// A string of 1 to `most` bytes.
    pub(crate) fn bounded(&self, name: &'a str, most: usize, faults: &mut Faults) -> Option<String> {
        let text = self.string(name, faults)?;
        if text.is_empty() {
            faults.add(self.path.field(name), "empty", format!("{name} must not be empty."));
            return None;
        }
        if text.len() > most {
            let message = format!("{name} has {} bytes; at most {most} are allowed.", text.len());
            faults.add(self.path.field(name), "too_long", message);
            return None;
        }
        Some(text.to_owned())
    }

    pub(crate) fn boolean(&self, name: &'a str, faults: &mut Faults) -> Option<bool> {
        let value = self.get(name)?;
        if value.as_bool().is_none() {
            wrong_type(self.path.field(name), "A boolean", value, faults);
        }
        value.as_bool()
    }

    pub(crate) fn integer(&self, name: &'a str, range: RangeInclusive<u64>, faults: &mut Faults) -> Option<u64> {
        let value = self.get(name)?;
        let path = self.path.field(name);
        if !(value.is_u64() || value.is_i64()) {
            wrong_type(path, "An integer", value, faults);
            return None;
        }
        let number = value.as_u64().filter(|number| range.contains(number));
        if number.is_none() {
            let message = format!("An integer from {} to {} is expected.", range.start(), range.end());
            faults.add(path, "out_of_range", message);
        }
        number
    }

    pub(crate) fn uuid(&self, name: &'a str, faults: &mut Faults) -> Option<Uuid> {
        let text = self.string(name, faults)?;
        let id = Uuid::try_parse(text).ok();
        if id.is_none() {
            faults.add(self.path.field(name), "invalid", "A UUID is expected.");
        }
        id
    }

    pub(crate) fn array(&self, name: &'a str, faults: &mut Faults) -> Option<&'a [Value]> {
        let value = self.get(name)?;
        if !value.is_array() {
            wrong_type(self.path.field(name), "An array", value, faults);
        }
        value.as_array().map(Vec::as_slice)
    }
}

fn expected(known: &[&str]) -> String {
    format!("{} {} expected here", known.join(", "), if known.len() == 1 { "is" } else { "are" })
}
