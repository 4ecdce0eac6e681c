//! The providers document of a channel: an ordered list, `[{"name": "TWILIO", "accountSid": "…", …}, …]`.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::{Path, Segment};

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
    settings: Map<String, Value>,
}

impl Entry {
    /// Reads the settings into the adapter's own type, which should refuse unknown fields.
    ///
    /// # Errors
    /// A setting is missing, unknown or of the wrong type.
    pub fn settings<T: DeserializeOwned>(&self) -> Result<T, DocumentFault> {
        serde_path_to_error::deserialize(Value::Object(self.settings.clone())).map_err(|error| {
            let message = redact(&error.inner().to_string());
            let path = pointer(error.path(), field(&message));
            DocumentFault::new(format!("/{}{path}", self.index), format!("{}: {message}", self.name))
        })
    }

    /// Whether a fault is of [`Entry::settings`]: a setting is missing, unknown or of the wrong type.
    pub(crate) fn is_misread(&self, fault: &DocumentFault) -> bool {
        fault.message.strip_prefix(&self.name).is_some_and(|message| message.starts_with(": "))
    }

    /// Takes a setting out, or puts it in with nothing in it where it is missing: to look beyond the fault at it.
    pub(crate) fn flip(&mut self, setting: &str) {
        if self.settings.shift_remove(setting).is_none() {
            self.settings.insert(setting.to_owned(), Value::from(""));
        }
    }

    /// A fault of this entry at one of its settings.
    #[must_use]
    pub fn fault(&self, setting: &str, message: impl Into<String>) -> DocumentFault {
        DocumentFault::new(format!("/{}/{setting}", self.index), message)
    }
}

/// Cuts serde's quotation of a value out of its message: `invalid type: string "s3cret", expected …`.
fn redact(text: &str) -> String {
    let quotes = text.starts_with("invalid ") || text.starts_with("unknown variant ");
    match text.find("expected ") {
        Some(expected) if quotes => format!("a setting has the wrong type or value, {}", &text[expected..]),
        _ => text.to_owned(),
    }
}

/// The setting that serde misses or does not know: ``missing field `authToken` ``.
fn field(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("missing field `").or_else(|| message.split_once("unknown field `"))?;
    rest.split_once('`').map(|(field, _)| field)
}

/// A JSON pointer to where serde was, and on to the setting that its message names.
fn pointer(path: &Path, field: Option<&str>) -> String {
    let mut segments: Vec<String> = path
        .iter()
        .filter_map(|segment| match segment {
            Segment::Map { key } => Some(key.clone()),
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect();
    // It stands in the path of a setting that is not known, and not in that of one that is missing.
    if let Some(field) = field.filter(|field| segments.last().map(String::as_str) != Some(field)) {
        segments.push(field.to_owned());
    }
    segments.iter().map(|segment| format!("/{}", segment.replace('~', "~0").replace('/', "~1"))).collect()
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

/// Reads one item of the list.
pub(crate) fn entry(index: usize, item: Value) -> Result<Entry, DocumentFault> {
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
    Ok(Entry { index, name, bandwidth, settings: fields })
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
        #[allow(dead_code, reason = "only its presence is tested")]
        account: Option<Account>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Account {
        #[allow(dead_code, reason = "only its presence is tested")]
        keys: Vec<Key>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Key {
        Main,
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
        assert!(wrong.contains("/0/authToken") && !wrong.contains("12345678"), "{wrong}");
    }

    #[test]
    fn a_fault_is_at_its_setting_however_deep() {
        let fault = |settings: &str| {
            let document = format!(r#"[{{"name": "x"{settings}}}]"#);
            let fault = parse(&document).expect("entries")[0].settings::<Settings>().expect_err(settings);
            assert!(!fault.message.contains("s3cret"), "{fault}");
            fault.path
        };
        for (settings, path) in [
            ("", "/0/authToken"),
            (r#", "authtoken": "s3cret""#, "/0/authtoken"),
            (r#", "authToken": ["s3cret"]"#, "/0/authToken"),
            (r#", "authToken": "x", "account": "s3cret""#, "/0/account"),
            (r#", "authToken": "x", "account": {}"#, "/0/account/keys"),
            (r#", "authToken": "x", "account": {"keys": [], "a/b~c": 1}"#, "/0/account/a~1b~0c"),
            (r#", "authToken": "x", "account": {"keys": ["main", "s3cret"]}"#, "/0/account/keys/1"),
            (r#", "authToken": "x", "account": {"keys": ["main", 7]}"#, "/0/account/keys/1"),
        ] {
            assert_eq!(fault(settings), path, "{settings}");
        }
    }
}
