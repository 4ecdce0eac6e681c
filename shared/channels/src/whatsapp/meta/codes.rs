//! The codes of the Cloud API (<https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes>): the same
//! ones in answers and in statuses. By Meta's advice the code decides, never the title.

use crate::codes::Codes;
use baton_domain::{
    ErrorClass::{self, Misconfigured, Permanent, Temporary},
    ProviderError,
};
use serde_json::Value;
use std::time::Duration;

/// A generic error.
pub(super) const GENERIC: &str = "135000";

/// What each code means.
pub(super) const CODES: Codes = Codes {
    rows: &[
        ("0", Misconfigured, "Meta refused the access token."),
        ("1", Temporary, "Meta has an unknown error."),
        ("2", Temporary, "Meta's service is unavailable for a while."),
        ("3", Misconfigured, "The access token lacks a permission."),
        ("4", Temporary, "Meta limits the rate of the app's calls."),
        ("10", Misconfigured, "The access token lacks a permission."),
        ("33", Misconfigured, "The number that sends is not known to Meta, or not to this access token."),
        ("100", Misconfigured, "The request has a parameter that is not valid."),
        ("190", Misconfigured, "The access token has expired."),
        ("368", Misconfigured, "The account is blocked for a breach of policy."),
        ("80007", Temporary, "Meta limits the rate of the account's calls."),
        ("130429", Temporary, "Meta limits the number's throughput."),
        ("130472", Permanent, "The recipient is part of an experiment of Meta's and gets no such message."),
        ("130497", Permanent, "The account may not write to the recipient's country."),
        ("131000", Temporary, "Meta could not send the message for an unknown reason."),
        ("131005", Misconfigured, "The access token lacks a permission."),
        ("131008", Misconfigured, "The request lacks a parameter."),
        ("131009", Misconfigured, "The request has a parameter that is not valid."),
        ("131016", Temporary, "Meta's service is unavailable for a while."),
        ("131021", Permanent, "The recipient is the sender."),
        ("131026", Permanent, "The recipient can not be reached over WhatsApp."),
        ("131030", Permanent, "The recipient is not on the list of the test number."),
        ("131031", Misconfigured, "The account is locked."),
        ("131037", Misconfigured, "The number's display name is not approved."),
        ("131042", Misconfigured, "The account's payment is not in order."),
        ("131045", Misconfigured, "The number is not registered."),
        ("131047", Permanent, "The recipient last wrote more than 24 hours ago: a template alone may be sent."),
        ("131048", Temporary, "The number sends less for a while, as people reported its messages."),
        ("131049", Permanent, "Meta did not deliver it, so that the recipient does not get too much of the kind."),
        ("131050", Permanent, "The recipient wants no marketing messages from this sender."),
        ("131051", Permanent, "The kind of message is not supported."),
        ("131052", Misconfigured, "Meta could not load the medium."),
        ("131053", Misconfigured, "Meta could not take the medium."),
        ("131056", Temporary, "Too many messages to this recipient in a short time."),
        ("131057", Temporary, "The account is in maintenance."),
        ("131062", Permanent, "The recipient can not be addressed by this id."),
        ("131063", Misconfigured, "The message is not allowed with the account's setup."),
        ("131064", Temporary, "Meta could not take the message for now."),
        ("132000", Misconfigured, "The number of parameters is not that of the template."),
        ("132001", Misconfigured, "There is no such template in this language."),
        ("132005", Misconfigured, "The template is too long with its parameters."),
        ("132007", Misconfigured, "The template breaks a policy."),
        ("132008", Misconfigured, "A parameter of the template is not of its form."),
        ("132012", Misconfigured, "A parameter of the template is not of its form."),
        ("132015", Misconfigured, "The template is paused for its low quality."),
        ("132016", Misconfigured, "The template is disabled for its low quality."),
        ("132018", Misconfigured, "A parameter of the template is not valid."),
        ("132068", Misconfigured, "The template's flow is blocked."),
        ("132069", Misconfigured, "The template's flow is throttled."),
        ("133016", Temporary, "The number was registered too often in a short time."),
        (GENERIC, Temporary, "Meta could not send the message for a reason that it does not tell."),
        ("137000", Permanent, "The recipient's identity has changed."),
    ],
    provider_wide: &[
        "0", "2", "3", "10", "33", "190", "368", "131005", "131016", "131031", "131037", "131042", "131045", "131048",
        "131057", "133016",
    ],
};

/// The pauses that errors ask for by their documentation, in seconds: a recipient gets about one message in six
/// seconds, and a number that was reported needs a rest.
const PAUSES: &[(&str, u64)] = &[("131048", 600), ("131056", 6)];

/// The error in an answer (`error`) or in a status (one of `errors`); `None` when there is no code. One that the table
/// does not have gets the class of its circumstances: 200 to 299 are permissions, and some are marked as passing.
pub(super) fn error(error: &Value, otherwise: ErrorClass) -> Option<ProviderError> {
    let code = error["code"].as_u64()?;
    if (200..300).contains(&code) {
        let message = "The access token lacks a permission.";
        return Some(ProviderError::new(Misconfigured, code.to_string(), message).provider_wide());
    }
    let otherwise = if error["is_transient"] == true { Temporary } else { otherwise };
    let code = code.to_string();
    let pause = PAUSES.iter().find(|(known, _)| *known == code).map(|(_, seconds)| Duration::from_secs(*seconds));
    Some(CODES.error("Meta", &code, otherwise).retry_after(pause))
}
