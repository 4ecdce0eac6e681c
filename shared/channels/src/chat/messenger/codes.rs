//! What the errors of the Graph API mean (<https://developers.facebook.com/docs/messenger-platform/error-codes>).

use crate::codes::Codes;
use baton_domain::{
    ErrorClass::{self, *},
    ProviderError,
};
use serde_json::Value;

/// The codes, those with a sub-code written `code/sub-code`.
pub(in crate::chat) const CODES: Codes = Codes {
    rows: &[
        ("551", Permanent, "The person is not available."),
        ("10/2018108", Permanent, "The person takes no messages from the page."),
        ("10/2018278", Permanent, "The person's last message is too long ago."),
        ("100/2018001", Permanent, "There is no such person."),
        ("200/1545041", Permanent, "The person is not available."),
        ("2", Temporary, "Messenger is unavailable for a while."),
        ("4", Temporary, "Messenger limits the rate of the app's calls."),
        ("32", Temporary, "Messenger limits the rate of the page's calls."),
        ("613", Temporary, "Messenger limits the rate of calls."),
        ("1200", Temporary, "Messenger could not send for a while."),
        ("10", Misconfigured, "The app may not write for the page."),
        ("100", Misconfigured, "Messenger takes the request for invalid."),
        ("190", Misconfigured, "Messenger refused the page's access token."),
        ("200", Misconfigured, "The app or the token lacks a permission."),
        ("230", Misconfigured, "The token lacks the permission pages_messaging."),
    ],
    provider_wide: &["2", "10", "190", "230"],
};

/// A sub-code that says the same beside any code: there is no such person.
const NO_PERSON: i64 = 2_018_001;

/// The error in an answer (`{"error": {"code", "error_subcode", …}}`), `None` when it has none. Its own text may hold a token
/// and is not kept.
pub(super) fn error(body: &Value, otherwise: ErrorClass) -> Option<ProviderError> {
    let error = &body["error"];
    let code = error["code"].as_i64()?;
    let exact = error["error_subcode"].as_i64().and_then(|sub| {
        let code = if sub == NO_PERSON { 100 } else { code };
        CODES.known(&format!("{code}/{sub}"))
    });
    Some(exact.unwrap_or_else(|| CODES.error("Messenger", &code.to_string(), otherwise)))
}
