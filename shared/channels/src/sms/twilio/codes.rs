//! What Twilio's codes mean.

use crate::codes::{Codes, opt_out};
use baton_domain::{
    ErrorClass::{self, *},
    ProviderError,
};

/// The recipient has written STOP to the sender.
const OPTED_OUT: &[&str] = &["21610"];

/// The error of a code.
pub(in crate::sms) fn error(code: &str, otherwise: ErrorClass) -> ProviderError {
    opt_out(CODES.error("Twilio", code, otherwise), OPTED_OUT)
}

/// What Twilio's codes mean (<https://www.twilio.com/docs/api/errors>), both in answers and in status callbacks.
pub(in crate::sms) const CODES: Codes = Codes {
    rows: &[
        ("20003", Misconfigured, "Twilio refused the credentials."),
        ("20429", Temporary, "Twilio limits the rate of calls."),
        ("20500", Temporary, "Twilio has an internal error."),
        ("20503", Temporary, "Twilio is unavailable for a while."),
        ("21211", Permanent, "The recipient's number is not valid."),
        ("21214", Permanent, "The recipient's number can not be reached."),
        ("21217", Permanent, "The recipient's number does not look valid."),
        ("21408", Misconfigured, "The account may not send to this region."),
        ("21606", Misconfigured, "The sender is not one of the account's, or can not send SMS."),
        ("21610", Permanent, "The recipient has unsubscribed from this sender."),
        ("21612", Permanent, "There is no route from this sender to the recipient."),
        ("21614", Permanent, "The recipient's number is not a mobile one."),
        ("21617", Misconfigured, "The text is too long for Twilio."),
        ("21635", Permanent, "The recipient's number is a landline."),
        ("21659", Misconfigured, "The sender is not a number or short code of the account's country."),
        ("30001", Temporary, "Twilio's queue is full."),
        ("30002", Misconfigured, "The account is suspended."),
        ("30003", Permanent, "The recipient's handset is unreachable."),
        ("30004", Permanent, "The message is blocked for the recipient."),
        ("30005", Permanent, "The recipient's number is unknown."),
        ("30006", Permanent, "The recipient's number is a landline or its carrier is unreachable."),
        ("30007", Misconfigured, "The message was filtered as unwanted."),
        ("30008", Temporary, "The carrier reported an unknown error."),
        ("30034", Misconfigured, "The sender is not registered for A2P 10DLC."),
        ("63003", Permanent, "The recipient's address is not valid on this channel."),
        ("63007", Misconfigured, "The sender is not set up for this channel."),
        ("63012", Temporary, "The channel's own provider has an internal error."),
        ("63016", Misconfigured, "The message is outside the window in which free text is allowed."),
        ("63018", Temporary, "The channel limits the rate of calls."),
        ("63024", Permanent, "The recipient's address is not valid."),
    ],
    provider_wide: &["20003", "20500", "20503", "30002"],
};
