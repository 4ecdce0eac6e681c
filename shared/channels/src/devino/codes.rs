//! Devino's codes: of requests and messages (`code`), and of what was not delivered (`status`, `error`). Those that the page of
//! the new platform does not give are the older platform's (<https://github.com/devinotelecom/docs>, `VKAPI.rst`).

use crate::{codes::Codes, outcomes::word};
use baton_domain::ErrorClass::{Misconfigured, Permanent, Temporary};
use serde_json::Value;

/// A code as the table has it: in lower case, its words joined by `_`. `None` for what is no word.
pub(super) fn normal(code: &Value) -> Option<String> {
    let code = word(code)?.trim().to_ascii_lowercase().replace(['-', ' '], "_");
    (!code.is_empty()).then_some(code)
}

/// What the codes mean.
pub(super) const CODES: Codes = Codes {
    rows: &[
        // Of a message.
        ("phone_invalid", Permanent, "The recipient's number is not valid."),
        ("phone_not_specified", Permanent, "The recipient's number is missing."),
        ("subject_invalid", Misconfigured, "The sender is not valid."),
        ("subject_not_specified", Misconfigured, "The sender is missing."),
        ("subject_unknown", Misconfigured, "The sender is not one of the account's."),
        ("routes_invalid", Misconfigured, "The account may not send over this network."),
        ("routes_not_specified", Misconfigured, "The network is missing."),
        ("priority_invalid", Misconfigured, "The request has a parameter that is not valid."),
        ("priority_not_specified", Misconfigured, "The request lacks a parameter."),
        ("vp_invalid", Misconfigured, "The time to live is not valid."),
        ("text_invalid", Misconfigured, "The text or the template is not valid."),
        ("text_not_specified", Misconfigured, "The text or the template is missing."),
        ("not_enough_credits", Misconfigured, "The account's balance is used up."),
        // Of a request.
        ("validation_error", Misconfigured, "The request is not valid."),
        ("queue_full", Temporary, "Devino's queue for the account is full."),
        ("system_error", Temporary, "Devino has an internal error."),
        // Of a callback.
        ("undelivered", Permanent, "The message was not delivered."),
        ("failed", Permanent, "The message could not be delivered."),
        ("vp_expired", Permanent, "The message was not delivered in its time to live."),
    ],
    provider_wide: &["not_enough_credits", "system_error"],
};
