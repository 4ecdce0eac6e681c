//! Telegram Bot API (<https://core.telegram.org/bots/api>, version 10.1): `sendMessage` and `sendPhoto`.
//!
//! There are no receipts, no time to live and no reference of the caller's; a message that the API took is with Telegram's
//! servers and counts as delivered. The text goes out without `parse_mode`, so it arrives as it was written.
//!
//! The token is a part of every address here (`/bot{token}/…`): addresses are never logged and never put into errors.

use crate::{
    Capabilities, Context,
    base_url::base_url,
    document::{DocumentFault, Entry},
    registry::Kind,
    secret::Secret,
    transport::{self, Answer},
};
use baton_domain::{ChannelContent, ErrorClass, Outcome, ProviderError, Time, outcome::Accepted};
use baton_pipeline::provider::{
    CALL_TIMEOUT, Provider, SendRequest, Webhook, WebhookAnswer, WebhookError, WebhookRequest,
};
use futures::future::BoxFuture;
use serde_json::{Value, json};
use std::time::Duration;

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
fn body(chat: &Value, content: &ChannelContent) -> Result<(&'static str, Value), ProviderError> {
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
    let length = text.encode_utf16().count();
    if length > limit {
        let message = format!("The text has {length} characters, Telegram takes at most {limit}.");
        return Err(ProviderError::new(ErrorClass::Permanent, "text_too_long", message));
    }
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
        let (method, body) = body(chat, &request.content).map_err(Outcome::Refused)?;
        let address = format!("{}/bot{}/{method}", self.base, self.token.expose());
        transport::call(self.http.post(address).json(&body)).await
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
        self.read(&answer, request.now)
    }
}

impl Provider for Bot {
    fn name(&self) -> &'static str {
        NAME
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

/// What the API's errors mean: `error_code`, a part of `description` (in any case, the first row that fits decides), the class.
/// Sources: the errors of tdlib's `telegram-bot-api` server, and the page "Making requests" of the Bot API.
const ERRORS: &[(u16, &str, ErrorClass)] = &[
    // Blocked by the user, deactivated, kicked, not a member, no conversation begun: each a 403 with its own words.
    (403, "", ErrorClass::Permanent),
    (400, "chat not found", ErrorClass::Permanent),
    (400, "user not found", ErrorClass::Permanent),
    (400, "PEER_ID_INVALID", ErrorClass::Permanent),
    (400, "USER_ID_INVALID", ErrorClass::Permanent),
    (400, "USER_IS_BLOCKED", ErrorClass::Permanent),
    (400, "USER_DEACTIVATED", ErrorClass::Permanent),
    // Telegram's inner 403 errors in capitals, as CHAT_WRITE_FORBIDDEN, come out of the Bot API server as 400.
    (400, "_FORBIDDEN", ErrorClass::Permanent),
    // Entities, a text that is too long or empty, a picture that can not be loaded, a button's address, the markup's size.
    (400, "", ErrorClass::Misconfigured),
    (401, "", ErrorClass::Misconfigured),
    (404, "", ErrorClass::Misconfigured),
    (409, "", ErrorClass::Misconfigured),
    (429, "", ErrorClass::Temporary),
    (500, "", ErrorClass::Temporary),
    (502, "", ErrorClass::Temporary),
    (504, "", ErrorClass::Temporary),
];

fn class(code: u16, description: &str) -> Option<ErrorClass> {
    let description = description.to_ascii_lowercase();
    ERRORS
        .iter()
        .find(|(known, part, _)| *known == code && description.contains(&part.to_ascii_lowercase()))
        .map(|(_, _, class)| *class)
}

impl Bot {
    fn read(&self, answer: &Answer, now: Time) -> Outcome {
        let body = answer.json();
        match body["ok"].as_bool() {
            Some(true) => accepted(&body["result"]),
            Some(false) => self.error(answer, &body, now),
            // Not the API that answered: a proxy on the way, or something else altogether.
            None if answer.status.is_success() => not_understood(),
            None => answer.outcome_by_status(now),
        }
    }

    fn error(&self, answer: &Answer, body: &Value, now: Time) -> Outcome {
        let status = answer.status.as_u16();
        let code = body["error_code"].as_u64().and_then(|code| u16::try_from(code).ok()).unwrap_or(status);
        let description = body["description"].as_str().unwrap_or("The Bot API gave no description.");
        let class = class(code, description).unwrap_or_else(|| answer.class_by_status());
        let pause = body["parameters"]["retry_after"].as_u64().map(Duration::from_secs);
        // A server may quote the address that it was called with.
        let message = description.replace(self.token.expose(), "[secret]").chars().take(300).collect::<String>();
        let pause = pause.or_else(|| answer.retry_after(now));
        let error = ProviderError::new(class, code.to_string(), message).retry_after(pause);
        // The token, the webhook, the servers: not this message's fault.
        Outcome::from_error(if matches!(code, 401 | 404 | 409 | 500..) { error.provider_wide() } else { error })
    }
}

fn accepted(result: &Value) -> Outcome {
    let id = |value: &Value| value.as_i64();
    match (id(&result["chat"]["id"]), id(&result["message_id"])) {
        (Some(chat), Some(message)) => Outcome::Accepted(Accepted {
            provider_message_id: Some(format!("{chat}:{message}")),
            receipts: false,
            part_count: None,
        }),
        _ => not_understood(),
    }
}

fn not_understood() -> Outcome {
    let message = "The answer is not one of the Bot API; the message may have been taken.";
    Outcome::Unknown(ProviderError::new(ErrorClass::Unknown, "bad_answer", message))
}

// ---- webhook ----

/// The bot's webhook. Updates are authentic when they carry the secret token; they hold no receipts.
struct Updates {
    secret: Secret,
}

/// The webhook of an entry.
///
/// # Errors
/// A setting is wrong, or `secretToken` is missing: without it anybody could post updates.
pub fn webhook(entry: &Entry) -> Result<Box<dyn Webhook>, DocumentFault> {
    let secret = settings(entry)?.secret_token;
    let secret = secret.ok_or_else(|| entry.fault("secretToken", "it is needed for the webhook"))?;
    Ok(Box::new(Updates { secret }))
}

impl Webhook for Updates {
    fn name(&self) -> &'static str {
        NAME
    }

    fn read(&self, request: &WebhookRequest, _now: Time) -> Result<WebhookAnswer, WebhookError> {
        let token = request.header("x-telegram-bot-api-secret-token").ok_or(WebhookError::Forged)?;
        if !self.secret.matches(token) {
            return Err(WebhookError::Forged);
        }
        let update: Value = serde_json::from_slice(&request.body)
            .map_err(|error| WebhookError::Malformed(format!("no JSON at line {}", error.line())))?;
        match update["update_id"].as_i64() {
            Some(_) => Ok(WebhookAnswer::receipts(Vec::new())),
            None => Err(WebhookError::Malformed("an update has an update_id".to_owned())),
        }
    }
}

#[cfg(test)]
#[path = "bot_tests.rs"]
mod tests;
