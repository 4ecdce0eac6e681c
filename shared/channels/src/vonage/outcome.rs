//! What an answer means.

use super::codes::CODES;
use crate::{
    codes::opt_out,
    outcomes::{accepted, no_id},
    transport::Answer,
};
use baton_domain::{ErrorClass, Outcome, ProviderError, Time};
use serde_json::Value;

/// The recipient has opted out.
const OPTED_OUT: &[&str] = &["1240"];

/// The error of a problem document (RFC 9457), whose code is the fragment of its `type`; in a status also its `title`.
/// A code that the table does not have gets the class of its circumstances.
pub(super) fn error(problem: &Value, otherwise: ErrorClass) -> Option<ProviderError> {
    let fragment = problem["type"].as_str().and_then(|address| address.rsplit_once('#')).map(|(_, code)| code);
    let code = fragment.or(problem["title"].as_str().filter(|code| code.parse::<u32>().is_ok()))?;
    Some(opt_out(CODES.error("Vonage", code, otherwise), OPTED_OUT))
}

/// The outcome of an answer; `receipts`: whether statuses were asked for.
pub(super) fn outcome(answer: &Answer, receipts: bool, now: Time) -> Outcome {
    let body = answer.json();
    if !answer.status.is_success() {
        let Some(error) = error(&body, answer.class_by_status()) else { return answer.outcome_by_status(now) };
        // Codes of the credentials are words, not in the table of codes; the status tells them.
        let error = if answer.error_by_status(now).provider_wide && CODES.known(&error.code).is_none() {
            error.provider_wide()
        } else {
            error
        };
        return Outcome::from_error(error.retry_after(answer.retry_after(now)));
    }
    body["message_uuid"].as_str().map_or_else(|| no_id("Vonage"), |id| accepted(id, receipts))
}
