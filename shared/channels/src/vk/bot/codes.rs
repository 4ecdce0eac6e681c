//! The codes of the API (<https://dev.vk.com/reference/errors>, and the errors of `messages.send`).

use crate::codes::Codes;
use baton_domain::{
    ErrorClass::{self, Misconfigured, Permanent, Temporary},
    ProviderError,
};
use std::time::Duration;

/// The error of a code. VK tells no pauses; those for its limits are our own.
pub(super) fn error(code: &str, otherwise: ErrorClass) -> ProviderError {
    let pause = PAUSES.iter().find(|(known, _)| *known == code).map(|(_, seconds)| Duration::from_secs(*seconds));
    CODES.error("VK", code, otherwise).retry_after(pause)
}

/// How long a limit lasts, in seconds: calls of one second, a flood of the same messages, a daily limit.
const PAUSES: &[(&str, u64)] = &[("6", 1), ("9", 60), ("29", 3600)];

/// What each code means.
pub(super) const CODES: Codes = Codes {
    rows: &[
        ("1", Temporary, "VK has an unknown error."),
        ("2", Misconfigured, "The application is off."),
        ("3", Misconfigured, "VK does not know the method."),
        ("4", Misconfigured, "The signature is wrong."),
        ("5", Misconfigured, "VK refused the token."),
        ("6", Temporary, "VK limits the rate of calls."),
        ("7", Permanent, "The community may not write to the recipient."),
        ("8", Misconfigured, "VK refused the request."),
        ("9", Temporary, "VK takes the messages for a flood."),
        ("10", Temporary, "VK has an internal error."),
        ("11", Misconfigured, "The application is in test mode."),
        ("13", Temporary, "VK has an error in running the method."),
        ("14", Misconfigured, "VK asks for a captcha."),
        ("15", Misconfigured, "The token has no access."),
        ("16", Misconfigured, "VK asks for https."),
        ("17", Misconfigured, "VK asks for a validation of the account."),
        ("18", Permanent, "The recipient's page is deleted or banned."),
        ("20", Misconfigured, "The application may not call the method."),
        ("23", Misconfigured, "The method is off."),
        ("24", Misconfigured, "VK asks for a confirmation."),
        ("25", Misconfigured, "VK asks for a confirmation of the token."),
        ("27", Misconfigured, "VK refused the community's token."),
        ("28", Misconfigured, "VK refused the application's token."),
        ("29", Temporary, "The method's limit is reached."),
        ("30", Permanent, "The recipient's profile is private."),
        ("32", Temporary, "VK asks to wait."),
        ("33", Misconfigured, "The method does not exist yet."),
        ("34", Misconfigured, "The version of the API is too old."),
        ("36", Temporary, "The method took too long."),
        ("37", Misconfigured, "The token's owner is banned."),
        ("38", Misconfigured, "VK does not know the application."),
        ("42", Misconfigured, "The token may not be used from this address."),
        ("43", Temporary, "Messages are unavailable for a while."),
        ("100", Misconfigured, "A parameter is missing or wrong."),
        ("103", Misconfigured, "A parameter is out of its limits."),
        ("104", Permanent, "VK does not find the recipient."),
        ("113", Permanent, "The recipient's id is not valid."),
        ("203", Misconfigured, "The token has no access to the community."),
        ("900", Permanent, "The recipient is on the community's blacklist."),
        ("901", Permanent, "The recipient has not allowed the community's messages."),
        ("902", Permanent, "The recipient's privacy settings forbid the message."),
        ("910", Misconfigured, "The message is too big."),
        ("911", Misconfigured, "The keyboard is not valid."),
        ("912", Misconfigured, "The community's settings lack the features of a bot."),
        ("913", Misconfigured, "Too many messages are forwarded."),
        ("914", Misconfigured, "The message is too long."),
        ("917", Permanent, "The community has no access to the chat."),
        ("921", Misconfigured, "The messages can not be forwarded."),
        ("922", Permanent, "The community has left the chat."),
        ("925", Misconfigured, "The community is no administrator of the chat."),
        ("932", Permanent, "The community may not write to the recipient."),
        ("936", Permanent, "VK does not know the recipient."),
        ("940", Misconfigured, "The message has too many posts."),
        ("943", Misconfigured, "The kind of message may not be used."),
        ("944", Temporary, "The limit for this kind of message is reached."),
        ("945", Permanent, "The chat is off."),
        ("946", Permanent, "The chat takes no messages."),
        ("950", Permanent, "The time to answer the recipient is over."),
        ("962", Permanent, "The chat is for subscribers."),
        ("969", Misconfigured, "The message can not be forwarded."),
        ("983", Permanent, "The recipient can not be written to."),
        ("985", Permanent, "The recipient takes notifications alone."),
        ("987", Permanent, "The recipient is to be asked first."),
        ("988", Permanent, "The recipient has not answered the request yet."),
        ("1012", Permanent, "Writing is off in the chat."),
        ("1117", Misconfigured, "The token has expired."),
    ],
    provider_wide: &["2", "5", "10", "11", "17", "27", "28", "37", "38", "42", "43", "1117"],
};
