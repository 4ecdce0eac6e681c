//! The providers document of a channel: an ordered list, `[{"name": "TWILIO", "accountSid": "…", …}, …]`.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// A fault in a providers document. Never quotes a value, as that may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("providers document, {path}: {message}")]
pub struct DocumentFault {
    /// Where, as a JSON pointer: `/0/authToken`.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl DocumentFault {
    /// A fault at a path.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> DocumentFault {
        DocumentFault { path: path.into(), message: message.into() }
    }
}

/// One provider of a document, not yet read by its adapter.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its place in the document.
    pub index: usize,
    /// Its name in upper case.
    pub name: String,
    /// `bandwidth`, which every provider may have: messages a second that it takes, from all accounts together.
    pub bandwidth: Option<u32>,
    /// Its own settings.
    settings: Value,
}

impl Entry {
    /// Reads the settings into the adapter's own type, which should refuse unknown fields.
    ///
    /// # Errors
    /// A setting is missing, unknown or of the wrong type.
    pub fn settings<T: DeserializeOwned>(&self) -> Result<T, DocumentFault> {
        serde_json::from_value(self.settings.clone()).map_err(|error| {
            DocumentFault::new(format!("/{}", self.index), format!("{}: {}", self.name, redact(&error)))
        })
    }

    /// A fault of this entry at one of its settings.
    #[must_use]
    pub fn fault(&self, setting: &str, message: impl Into<String>) -> DocumentFault {
        DocumentFault::new(format!("/{}/{setting}", self.index), message)
    }
}

/// Cuts serde's quotation of a value out of its message: `invalid type: string "s3cret", expected …`.
fn redact(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match (text.starts_with("invalid "), text.find("expected ")) {
        (true, Some(expected)) => format!("a setting has the wrong type or value, {}", &text[expected..]),
        _ => text,
    }
}

/// Splits a document into its entries.
///
/// # Errors
/// It is no JSON, no list of objects, or an entry has no name.
pub fn parse(document: &str) -> Result<Vec<Entry>, DocumentFault> {
    let value: Value = serde_json::from_str(document).map_err(|error| {
        DocumentFault::new("", format!("not JSON, line {} column {}", error.line(), error.column()))
    })?;
    let Value::Array(items) = value else {
        return Err(DocumentFault::new("", "a list of providers is expected"));
    };
    items.into_iter().enumerate().map(|(index, item)| entry(index, item)).collect()
}

fn entry(index: usize, item: Value) -> Result<Entry, DocumentFault> {
    let Value::Object(mut fields) = item else {
        return Err(DocumentFault::new(format!("/{index}"), "an object is expected"));
    };
    let name = match fields.shift_remove("name") {
        Some(Value::String(name)) if !name.is_empty() => name.to_ascii_uppercase(),
        _ => return Err(DocumentFault::new(format!("/{index}/name"), "the provider's name is required")),
    };
    let bandwidth = match fields.shift_remove("bandwidth") {
        None | Some(Value::Null) => None,
        Some(value) => Some(bandwidth(&value).ok_or_else(|| {
            DocumentFault::new(format!("/{index}/bandwidth"), "messages a second are expected, 1 to 100000")
        })?),
    };
    Ok(Entry { index, name, bandwidth, settings: Value::Object(fields) })
}

fn bandwidth(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|rate| u32::try_from(rate).ok()).filter(|rate| (1..=100_000).contains(rate))
}

/// The fault of a name that the channel does not know.
#[must_use]
pub fn unknown_provider(entry: &Entry, known: &[&str]) -> DocumentFault {
    let message = format!("{} is not a provider of this channel: one of {} is expected", entry.name, known.join(", "));
    entry.fault("name", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Settings {
        #[allow(dead_code, reason = "only its presence is tested")]
        auth_token: String,
    }

    #[test]
    fn faults_name_the_place_and_never_the_value() {
        let fault = |document: &str| match parse(document) {
            Ok(entries) => entries[0].settings::<Settings>().expect_err("a fault").to_string(),
            Err(fault) => fault.to_string(),
        };
        assert_eq!(fault("{"), "providers document, : not JSON, line 1 column 1");
        assert_eq!(fault("[{}]"), "providers document, /0/name: the provider's name is required");
        assert!(fault(r#"[{"name": "x"}]"#).contains("missing field `authToken`"));
        assert!(fault(r#"[{"name": "x", "authToken": "s3cret", "extra": 1}]"#).contains("unknown field `extra`"));
        assert!(fault(r#"[{"name": "x", "bandwidth": 0}]"#).contains("/0/bandwidth"));
        let wrong = fault(r#"[{"name": "x", "authToken": 12345678}]"#);
        assert!(wrong.contains("/0") && !wrong.contains("12345678"), "{wrong}");
    }
}
