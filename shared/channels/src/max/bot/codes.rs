//! The codes of the bot API. The schema names `verify.token` and `attachment.not.ready`; the others are what public clients
//! have met. The API's HTTP status decides about all others.

use crate::codes::Codes;
use baton_domain::ErrorClass::{Misconfigured, Permanent, Temporary};

/// What each code means.
pub(super) const CODES: Codes = Codes {
    rows: &[
        ("attachment.not.ready", Temporary, "MAX has not loaded the picture yet."),
        // With "error.dialog.suspended" as the message: the person has stopped the bot.
        ("chat.denied", Permanent, "The recipient has stopped the bot, or never started it."),
        ("chat.not.found", Permanent, "The recipient has no dialog with the bot."),
        ("dialog.not.found", Permanent, "The recipient has no dialog with the bot."),
        ("not.found", Permanent, "MAX does not know the recipient."),
        ("proto.payload", Misconfigured, "MAX refused a part of the request: the text, the picture or the button."),
        ("service.unavailable", Temporary, "MAX is unavailable for a while."),
        ("too.many.requests", Temporary, "MAX limits the rate of messages."),
        ("user.not.found", Permanent, "MAX does not know the recipient."),
        ("verify.token", Misconfigured, "MAX refused the bot's token."),
    ],
    provider_wide: &["service.unavailable", "verify.token"],
};
