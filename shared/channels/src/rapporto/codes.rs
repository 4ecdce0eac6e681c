//! Rapporto's codes: those of answers (page `rest_sms`, the same for every channel) and those of statuses
//! (page `rest_status`, `errorCode`). The two are different tables with the same numbers.

use crate::codes::Codes;
use baton_domain::ErrorClass::{Misconfigured, Permanent, Temporary};

/// The code of a call that repeats the `id` of an earlier one. No error: the earlier call has the message.
pub(super) const DUPLICATE: &str = "10";

/// What the codes of answers mean.
pub(super) const REFUSALS: Codes = Codes {
    rows: &[
        ("1", Temporary, "Rapporto is unavailable for a while."),
        ("2", Misconfigured, "Rapporto does not know the address that we call from."),
        ("3", Temporary, "Rapporto limits the number of connections."),
        ("4", Misconfigured, "The request is not valid."),
        ("5", Misconfigured, "Rapporto refused the login."),
        ("6", Misconfigured, "Rapporto refused the password."),
        ("7", Misconfigured, "The sender is not set, or not one of the login's."),
        ("8", Permanent, "The recipient's number is not valid."),
        ("9", Misconfigured, "The login may not send messages of this type."),
        ("11", Misconfigured, "The time to live is not valid."),
        ("100", Temporary, "Rapporto has an internal error."),
    ],
    provider_wide: &["1", "2", "5", "6", "100"],
};

/// What the codes of statuses mean: why a message was not delivered.
pub(super) const FAILURES: Codes = Codes {
    rows: &[
        ("1", Permanent, "The message was not delivered, for an unknown reason."),
        ("2", Permanent, "The recipient was off or out of reach for the whole time."),
        ("3", Permanent, "The recipient's device is barred, or takes no messages."),
        ("4", Temporary, "The network failed while the message was delivered."),
        ("5", Permanent, "The memory of the recipient's device is full."),
        ("6", Permanent, "The recipient does not have this service."),
        ("7", Temporary, "The recipient's network did not answer."),
        ("8", Permanent, "The recipient's number is unknown."),
        ("9", Permanent, "The message was dropped as a duplicate."),
        ("10", Misconfigured, "The message was dropped by a filter of Rapporto."),
        ("11", Misconfigured, "Rapporto has no route for the message."),
        ("12", Permanent, "The recipient is on the operator's black list."),
        ("13", Misconfigured, "The sender is not registered with the operator."),
        ("14", Misconfigured, "The operator took the text for spam."),
    ],
    provider_wide: &[],
};
