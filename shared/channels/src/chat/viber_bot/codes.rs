//! What the statuses of the Viber bot API mean (<https://developers.viber.com/docs/api/rest-bot-api/#error-codes>).

use crate::codes::Codes;
use baton_domain::ErrorClass::*;

/// The statuses other than 0, `ok`.
pub(in crate::chat) const CODES: Codes = Codes {
    rows: &[
        ("5", Permanent, "The person is not registered with Viber."),
        ("6", Permanent, "The person is not subscribed to the bot."),
        ("11", Permanent, "The person's device does not support bots."),
        ("13", Permanent, "The person's version of Viber is too old."),
        ("12", Temporary, "Viber limits the rate of calls."),
        ("1", Misconfigured, "Viber takes an address for invalid."),
        ("2", Misconfigured, "Viber refused the bot's token."),
        ("3", Misconfigured, "Viber takes the request for invalid."),
        ("4", Misconfigured, "Viber misses something in the request."),
        ("7", Misconfigured, "The bot is blocked."),
        ("8", Misconfigured, "There is no bot of this token."),
        ("9", Misconfigured, "The bot is suspended."),
        ("10", Misconfigured, "The bot has no webhook, without which it may not send."),
        ("14", Misconfigured, "The message needs a higher version of the API."),
        ("15", Misconfigured, "The bot is not authorised."),
        ("16", Misconfigured, "The bot may not reply inline."),
        ("17", Misconfigured, "The bot is no inline bot."),
        ("18", Misconfigured, "The bot has no public chat."),
        ("19", Misconfigured, "The bot can not broadcast."),
        ("20", Misconfigured, "The bot may not broadcast."),
        ("21", Misconfigured, "The bot may not send to the person's country."),
        ("22", Misconfigured, "The bot takes no payments."),
        ("23", Misconfigured, "The bot's free messages of this month are used up."),
        ("24", Misconfigured, "The bot's balance is used up."),
    ],
    provider_wide: &["2", "7", "8", "9", "10", "15", "23", "24"],
};
