//! `TELEGRAM`: the Telegram Bot API (<https://core.telegram.org/bots/api>, version 10.1): `sendMessage` and `sendPhoto`.
//!
//! There are no receipts, no time to live and no reference of the caller's; a message that the API took is with Telegram's
//! servers and counts as delivered. There is no key against duplicates. The text goes out without `parse_mode`, so it arrives
//! as it was written. A picture carries the text as its caption: a text that is longer than a caption may be is refused
//! (`text_too_long`), as a picture and a text after it would be two sends, of which one could fail.
//!
//! It writes to people who have begun a conversation with the bot, by their id (`messengerUserId`); a code alone is not for it.
//! The token is a part of every address here (`/bot{token}/…`): addresses are never logged and never put into errors.

/// What the errors mean.
mod errors;
/// The bot's webhook.
mod updates;

use crate::{
    Capabilities, Context,
    base_url::base_url,
    document::{DocumentFault, Entry},
    outcomes::{accepted, checked, fits},
    registry::Kind,
    secret::Secret,
    transport::{self, Answer},
};
use baton_domain::{Channel, ChannelContent, ErrorClass, Outcome, ProviderError, Recipient, Time};
use baton_pipeline::provider::{CALL_TIMEOUT, Provider, SendRequest};
use futures::future::BoxFuture;
use serde_json::{Value, json};
use std::time::Duration;

pub use updates::webhook;

/// The provider's name.
pub const NAME: &str = "TELEGRAM";
/// Another name that a document may use.
pub const ALIAS: &str = "BOT";

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[ALIAS],
    capabilities: Capabilities { image: true, button: true, inbound: true, ..Capabilities::TEXT },
    new: |entry, context| Ok(Box::new(Bot::new(entry, context)?)),
};

const API: &str = "https://api.telegram.org";
/// The longest text, and the longest caption of a picture, in UTF-16 units.
const TEXT_LIMIT: usize = 4096;
const CAPTION_LIMIT: usize = 1024;

// ---- settings ----

/// The settings of an entry.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// The token that BotFather gave: `123456:ABC-DEF…`.
    bot_token: Secret,
    /// The `secret_token` that `setWebhook` was called with: 1 to 256 letters, digits, `_` and `-`. Needed for the webhook alone.
    #[serde(default)]
    secret_token: Option<Secret>,
    /// The API's address instead of Telegram's own, for a server of one's own.
    #[serde(default)]
    base_url: Option<String>,
}

fn settings(entry: &Entry) -> Result<Settings, DocumentFault> {
    let settings: Settings = entry.settings()?;
    let token = settings.bot_token.expose();
    if token.is_empty() || !token.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_')) {
        return Err(entry.fault("botToken", "letters, digits, `:`, `-` and `_` are expected"));
    }
    let fits = |secret: &Secret| {
        let secret = secret.expose();
        (1..=256).contains(&secret.len()) && secret.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    if !settings.secret_token.as_ref().is_none_or(fits) {
        return Err(entry.fault("secretToken", "1 to 256 letters, digits, `-` and `_` are expected"));
    }
    Ok(settings)
}

/// The provider.
pub struct Bot {
    http: reqwest::Client,
    token: Secret,
    base: String,
}

impl Bot {
    /// The bot of an entry.
    ///
    /// # Errors
    /// A setting is missing, unknown or wrong.
    pub fn new(entry: &Entry, context: &Context) -> Result<Bot, DocumentFault> {
        let settings = settings(entry)?;
        let base = base_url(entry, settings.base_url.as_deref(), API)?;
        Ok(Bot { http: context.http.clone(), token: settings.bot_token, base })
    }
}

// ---- request ----

/// The method and its parameters.
fn body(chat: &Value, content: &ChannelContent) -> Result<(&'static str, Value), Outcome> {
    let text = content.text.as_deref().unwrap_or_default();
    let (method, mut body, limit) = match &content.image_url {
        Some(image) => {
            let mut body = json!({ "chat_id": chat, "photo": image });
            if !text.is_empty() {
                body["caption"] = text.into();
            }
            ("sendPhoto", body, CAPTION_LIMIT)
        }
        None => ("sendMessage", json!({ "chat_id": chat, "text": text }), TEXT_LIMIT),
    };
    fits(text, limit)?;
    if let Some(url) = &content.button_url {
        // A button needs a label; without one the address itself is shown.
        let label = content.button_text.as_ref().unwrap_or(url);
        body["reply_markup"] = json!({ "inline_keyboard": [[{ "text": label, "url": url }]] });
    }
    Ok((method, body))
}

/// A chat's id: a number where it is one, else the `@name` of a channel.
fn chat_id(to: &str) -> Value {
    to.parse::<i64>().map_or_else(|_| Value::from(to), Value::from)
}

impl Bot {
    async fn call(&self, chat: &Value, request: &SendRequest) -> Result<Answer, Outcome> {
        let (method, body) = body(chat, &request.content)?;
        transport::call(self.http.post(self.url(method)).json(&body)).await
    }

    fn url(&self, method: &str) -> String {
        format!("{}/bot{}/{method}", self.base, self.token.expose())
    }

    async fn deliver(&self, request: &SendRequest) -> Outcome {
        let answer = match self.call(&chat_id(&request.to), request).await {
            Ok(answer) => answer,
            Err(outcome) => return outcome,
        };
        // The group has become a supergroup with another id. Nothing was sent yet, so it goes out once more.
        let moved = answer.json()["parameters"]["migrate_to_chat_id"].as_i64().filter(|_| !answer.status.is_success());
        let answer = match moved {
            None => answer,
            Some(chat) => match self.call(&chat.into(), request).await {
                Ok(answer) => answer,
                Err(outcome) => return outcome,
            },
        };
        sent(&answer, request.now)
    }

    /// `getMe` tells who the bot is.
    async fn get_me(&self) -> Result<(), ProviderError> {
        let answer = match transport::call(self.http.get(self.url("getMe"))).await {
            Ok(answer) => answer,
            Err(outcome) => return checked(outcome),
        };
        match answer.json()["ok"].as_bool() {
            Some(true) => Ok(()),
            _ => checked(sent(&answer, Time::from(std::time::SystemTime::now()))),
        }
    }
}

impl Provider for Bot {
    fn name(&self) -> &'static str {
        NAME
    }

    fn address<'r>(&self, _: Channel, recipient: &'r Recipient, content: &ChannelContent) -> Option<&'r str> {
        let carried = content.text.is_some() || content.image_url.is_some();
        recipient.messenger_user_id.as_deref().filter(|_| carried)
    }

    fn check(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        Box::pin(self.get_me())
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            // One limit for both calls, when there are two.
            tokio::time::timeout(CALL_TIMEOUT, self.deliver(request)).await.unwrap_or_else(|_| {
                let message = "The provider did not answer in time; it may have taken the message.";
                Outcome::Unknown(ProviderError::new(ErrorClass::Unknown, "timeout", message))
            })
        })
    }
}

// ---- answers ----

fn sent(answer: &Answer, now: Time) -> Outcome {
    let body = answer.json();
    match body["ok"].as_bool() {
        // The number of the message in its chat; the chat is the recipient's id, which stays out of logs.
        Some(true) => body["result"]["message_id"]
            .as_i64()
            .map_or_else(not_understood, |number| accepted(number.to_string(), false)),
        Some(false) => Outcome::from_error(error(answer, &body, now)),
        // Not the API that answered: a proxy on the way, or something else altogether.
        None if answer.status.is_success() => not_understood(),
        None => answer.outcome_by_status(now),
    }
}

fn error(answer: &Answer, body: &Value, now: Time) -> ProviderError {
    let code = body["error_code"].as_u64().and_then(|code| u16::try_from(code).ok());
    let code = code.unwrap_or(answer.status.as_u16());
    let pause = body["parameters"]["retry_after"].as_u64().map(Duration::from_secs);
    let description = body["description"].as_str().unwrap_or_default();
    errors::error(code, description, answer.class_by_status()).retry_after(pause.or_else(|| answer.retry_after(now)))
}

fn not_understood() -> Outcome {
    let message = "The answer is not one of the Bot API; the message may have been taken.";
    Outcome::Unknown(ProviderError::new(ErrorClass::Unknown, "bad_answer", message))
}

#[cfg(test)]
mod tests;
