//! What many adapters say alike: a content that the provider would not take, an answer without an id.

use baton_domain::{ErrorClass, Outcome, ProviderError, outcome::Accepted};
use baton_pipeline::provider::SendRequest;
use serde_json::Value;

/// The text of a message, refused before the call when the provider would not take it. `limit` is in UTF-16 units, which is
/// never fewer than the characters that a provider counts.
///
/// # Errors
/// The outcome of a message without a text (`text_missing`) or with one that is too long (`text_too_long`).
pub fn text(request: &SendRequest, limit: usize) -> Result<&str, Outcome> {
    let text = request.content.text.as_deref().unwrap_or_default();
    if text.is_empty() {
        return Err(refused(ErrorClass::Permanent, "text_missing", "The message needs a text."));
    }
    fits(text, limit)
}

/// A text that may be empty, as a picture's caption; refused before the call when it is too long. `limit` is in UTF-16 units.
///
/// # Errors
/// The outcome of a text that is too long (`text_too_long`).
pub fn fits(text: &str, limit: usize) -> Result<&str, Outcome> {
    let actual = text.encode_utf16().count();
    if actual <= limit {
        return Ok(text);
    }
    let message = format!("The text has {actual} characters; the provider takes at most {limit}.");
    Err(refused(ErrorClass::Permanent, "text_too_long", message))
}

/// The outcome of a message that has no sender, neither its own nor the provider's.
#[must_use]
pub fn no_sender() -> Outcome {
    let message = "The message names no sender and the provider has none set.";
    refused(ErrorClass::Misconfigured, "no_sender", message)
}

/// The provider took the message. `receipts`: whether it will report its delivery.
#[must_use]
pub fn accepted(id: impl Into<String>, receipts: bool) -> Outcome {
    Outcome::Accepted(Accepted { provider_message_id: Some(id.into()), receipts, part_count: None })
}

/// A success whose answer lacks the message's id. `provider` is its name for people.
#[must_use]
pub fn no_id(provider: &str) -> Outcome {
    let message = format!("The answer of {provider} has no message id; it may have taken the message.");
    Outcome::Unknown(ProviderError::new(ErrorClass::Unknown, "no_message_id", message))
}

/// What the outcome of a call that only checks says of the credentials.
///
/// # Errors
/// The call was refused, or nobody knows.
pub fn checked(outcome: Outcome) -> Result<(), ProviderError> {
    match outcome {
        Outcome::Accepted(_) => Ok(()),
        failed => Err(check_failed(failed)),
    }
}

/// Refused before the call: `code` is one of ours, `message` a sentence that holds no address.
#[must_use]
pub fn refused(class: ErrorClass, code: &str, message: impl Into<String>) -> Outcome {
    Outcome::Refused(ProviderError::new(class, code, message))
}

/// An id or a code in an answer, which providers write as a string here and as a number there; `None` for anything else.
#[must_use]
pub fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(word) => Some(word.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The error of a check that failed. A check sends nothing, so that its answer was lost leaves nothing open: it may be made
/// again.
#[must_use]
pub fn check_failed(outcome: Outcome) -> ProviderError {
    match outcome {
        Outcome::Refused(error) => error,
        Outcome::Unknown(error) => {
            // What follows the semicolon says that the message may have been taken.
            let (message, _) = error.message.split_once(';').unwrap_or((error.message.trim_end_matches('.'), ""));
            ProviderError { class: ErrorClass::Temporary, message: format!("{message}."), ..error }
        }
        Outcome::Accepted(_) => bad_answer(),
    }
}

/// The error of a check whose answer is not one of the provider's: a proxy on the way, or another server.
#[must_use]
pub fn bad_answer() -> ProviderError {
    let message = "The answer is none of the provider's; check baseUrl in the providers document.";
    ProviderError::new(ErrorClass::Misconfigured, "bad_answer", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::request;
    use baton_domain::{Channel, ChannelContent};

    #[test]
    fn a_text_is_refused_when_it_is_missing_or_too_long() {
        let check = |content: Option<&str>| {
            let content = ChannelContent { text: content.map(str::to_owned), ..ChannelContent::default() };
            match text(&request(Channel::Sms, "+79990000001", content), 4) {
                Ok(_) => "ok".to_owned(),
                Err(Outcome::Refused(error)) => format!("{} {}", error.class, error.code),
                Err(other) => format!("{other:?}"),
            }
        };
        assert_eq!([check(Some("яяяя")), check(Some("😀😀"))], ["ok", "ok"]);
        assert_eq!([check(Some("яяяяя")), check(Some("😀😀a"))], ["permanent text_too_long"; 2]);
        assert_eq!([check(Some("")), check(None)], ["permanent text_missing"; 2]);
    }

    #[test]
    fn an_id_is_a_string_or_a_number() {
        let words = serde_json::json!(["a-1", 42, 3_222_269_333_010_907_000_u64, null, true, [], {}]);
        let read: Vec<_> = words.as_array().expect("a list").iter().map(word).collect();
        let some = |word: &str| Some(word.to_owned());
        assert_eq!(read, [some("a-1"), some("42"), some("3222269333010907000"), None, None, None, None]);
    }
}
