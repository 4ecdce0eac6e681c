//! What the API's errors mean. Sources: the errors of tdlib's `telegram-bot-api` server, and the page "Making requests" of
//! the Bot API. A description may quote what was sent, so it only chooses the row; what is kept is our sentence.

use baton_domain::ErrorClass::{self, Misconfigured, Permanent, Temporary};
use baton_domain::{ProviderError, stop::StopReason};

/// `error_code`, a part of `description` (in any case; the first row that fits decides), the class, our sentence.
pub(super) const ERRORS: &[(u16, &str, ErrorClass, &str)] = &[
    (403, "blocked by the user", Permanent, "The recipient has blocked the bot."),
    (403, "deactivated", Permanent, "The recipient's account is deactivated."),
    (403, "initiate conversation", Permanent, "The recipient has not begun a conversation with the bot."),
    (403, "kicked", Permanent, "The bot was removed from the chat."),
    (403, "not a member", Permanent, "The bot is not a member of the chat."),
    (403, "", Permanent, "The bot may not write to this chat."),
    (400, "chat not found", Permanent, "The bot does not know the recipient."),
    (400, "user not found", Permanent, "The bot does not know the recipient."),
    (400, "PEER_ID_INVALID", Permanent, "The recipient's id is not valid."),
    (400, "USER_ID_INVALID", Permanent, "The recipient's id is not valid."),
    (400, "USER_IS_BLOCKED", Permanent, "The recipient has blocked the bot."),
    (400, "USER_DEACTIVATED", Permanent, "The recipient's account is deactivated."),
    // Telegram's inner 403 errors in capitals, as CHAT_WRITE_FORBIDDEN, come out of the Bot API server as 400.
    (400, "_FORBIDDEN", Permanent, "The bot may not write to this chat."),
    (400, "upgraded to a supergroup", Misconfigured, "The group has become a supergroup with another id."),
    (400, "parse entities", Misconfigured, "The text's formatting is not valid."),
    (400, "too long", Misconfigured, "A part of the message is too long for Telegram."),
    (400, "is empty", Misconfigured, "The message has no text."),
    (400, "HTTP URL", Misconfigured, "Telegram could not load the picture."),
    (400, "web page content", Misconfigured, "Telegram could not load the picture."),
    (400, "BUTTON", Misconfigured, "The button is not valid; its address must be one that Telegram takes."),
    (400, "", Misconfigured, "The Bot API refused the request."),
    (401, "", Misconfigured, "The Bot API refused the token."),
    (404, "", Misconfigured, "The Bot API does not know the token or the method."),
    (409, "", Misconfigured, "The bot is in use elsewhere."),
    (429, "", Temporary, "The Bot API limits the rate of messages."),
    (500, "", Temporary, "The Bot API has an internal error."),
    (502, "", Temporary, "The Bot API can not be reached by its own gateway."),
    (504, "", Temporary, "The Bot API did not answer its own gateway in time."),
];

/// The rows that say that the recipient has blocked the bot: an update says it when they let it in again.
const BLOCKS: &[&str] = &["blocked by the user", "USER_IS_BLOCKED"];

/// The error of a code and its description; the class of one that the table does not have is `otherwise`.
pub(super) fn error(code: u16, description: &str, otherwise: ErrorClass) -> ProviderError {
    let description = description.to_ascii_lowercase();
    let fits = |known: u16, part: &str| known == code && description.contains(&part.to_ascii_lowercase());
    let error = match ERRORS.iter().find(|(known, part, ..)| fits(*known, part)) {
        Some((_, part, class, sentence)) => {
            let error = ProviderError::new(*class, code.to_string(), *sentence);
            if BLOCKS.contains(part) { error.stop(StopReason::Blocked) } else { error }
        }
        None => {
            let message = format!("The Bot API refused with the code {code}.");
            ProviderError::new(otherwise, code.to_string(), message)
        }
    };
    // The token, the webhook, the servers: not this message's fault.
    if matches!(code, 401 | 404 | 409 | 500..) { error.provider_wide() } else { error }
}
