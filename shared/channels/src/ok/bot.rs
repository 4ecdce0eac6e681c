//! `OK`: messages of an Odnoklassniki group, the Bot API of the Graph API (<https://apiok.ru/dev/graph_api/bot_api>): to people
//! who allowed the group's messages (`messengerUserId` is `user:…` or its digits), or into a chat that they began (`chat:…`).
//!
//! There are no receipts, no time to live, no reference of the caller's and no key against duplicates; a message that the API
//! took counts as delivered. There are no templates here, and no phones: those are for resellers.
//!
//! The token is a part of every address (`access_token`): addresses are never logged and never put into errors.

/// What the codes mean.
mod codes;
/// The group's webhook.
mod events;

use crate::{
    Capabilities, Context, DocumentFault,
    base_url::base_url,
    document::Entry,
    outcomes::{checked, fits, refused, text},
    registry::Kind,
    secret::Secret,
    transport::{self, Answer},
};
use baton_domain::ErrorClass::*;
use baton_domain::{Channel, ChannelContent, Outcome, ProviderError, Recipient, Time, outcome::Accepted};
use baton_pipeline::provider::{Provider, SendRequest};
use codes::CODES;
use futures::future::BoxFuture;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde::Deserialize;
use serde_json::{Value, json};

pub use events::webhook;

/// The name in the document.
pub const NAME: &str = "OK";

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities { image: true, button: true, inbound: true, ..Capabilities::TEXT },
    new: |entry, context| Ok(Box::new(Bot::new(entry, context)?)),
};

/// The longest text. Odnoklassniki publishes none; the sister platform MAX takes this much.
const TEXT_LIMIT: usize = 4000;

/// The settings of a document's entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Settings {
    /// The group's token, from its settings, "Messages".
    pub token: Secret,
    /// What stands as `secret` in the query of the address that `POST /graph/me/subscribe` was called with. Needed for the
    /// webhook alone: Odnoklassniki signs nothing.
    pub webhook_secret: Option<Secret>,
    /// Another address than `https://api.ok.ru`.
    pub base_url: Option<String>,
}

fn settings(entry: &Entry) -> Result<Settings, DocumentFault> {
    let settings: Settings = entry.settings()?;
    if settings.token.is_empty() {
        return Err(entry.fault("token", "the group's token is expected"));
    }
    Ok(settings)
}

/// The provider.
pub struct Bot {
    http: reqwest::Client,
    base: String,
    token: Secret,
}

/// Where a message goes.
enum To {
    Chat(String),
    User(String),
}

impl Bot {
    /// The provider of an entry.
    ///
    /// # Errors
    /// A setting is missing, unknown or not of its form.
    pub fn new(entry: &Entry, context: &Context) -> Result<Bot, DocumentFault> {
        let settings = settings(entry)?;
        let base = base_url(entry, settings.base_url.as_deref(), "https://api.ok.ru")?;
        Ok(Bot { http: context.http.clone(), base, token: settings.token })
    }

    fn url(&self, path: &str) -> String {
        let token: String = url::form_urlencoded::byte_serialize(self.token.expose().as_bytes()).collect();
        format!("{}/graph/me/{path}?access_token={token}", self.base)
    }

    fn call(&self, request: &SendRequest) -> Result<reqwest::RequestBuilder, Outcome> {
        let message = message(request)?;
        let (path, recipient) = match to(&request.to) {
            Some(To::Chat(chat)) => (format!("messages/{chat}"), json!({ "chat_id": chat })),
            Some(To::User(user)) => ("messages".to_owned(), json!({ "user_ids": [user] })),
            None => {
                let message = "The recipient's messengerUserId is neither a user's id nor that of a chat.";
                return Err(refused(Permanent, "bad_address", message));
            }
        };
        let body = json!({ "recipient": recipient, "message": message });
        // The API insists on the character set.
        let kind = HeaderValue::from_static("application/json;charset=utf-8");
        Ok(self.http.post(self.url(&path)).header(CONTENT_TYPE, kind).body(body.to_string()))
    }

    /// The list of the group's webhooks.
    async fn subscriptions(&self) -> Result<(), ProviderError> {
        let answer = match transport::call(self.http.get(self.url("subscriptions"))).await {
            Ok(answer) => answer,
            Err(outcome) => return checked(outcome),
        };
        let now = Time::from(std::time::SystemTime::now());
        match error(&answer, &answer.json(), now) {
            Some(error) => Err(error),
            None if answer.status.is_success() => Ok(()),
            None => checked(answer.outcome_by_status(now)),
        }
    }
}

/// Reads an address: `chat:C3ecb…`, `user:123` or the digits alone.
fn to(address: &str) -> Option<To> {
    let plain = |id: &str| (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if let Some(chat) = address.strip_prefix("chat:") {
        return plain(chat).then(|| To::Chat(address.to_owned()));
    }
    let user = address.strip_prefix("user:").unwrap_or(address);
    (plain(user) && user.bytes().all(|byte| byte.is_ascii_digit())).then(|| To::User(format!("user:{user}")))
}

/// The message. A picture may go without a text.
fn message(request: &SendRequest) -> Result<Value, Outcome> {
    let content = &request.content;
    let mut attachments = Vec::new();
    let mut message = match &content.image_url {
        None => json!({ "text": text(request, TEXT_LIMIT)? }),
        Some(image) => {
            attachments.push(json!({ "type": "IMAGE", "payload": { "url": image } }));
            match content.text.as_deref() {
                Some(text) if !text.is_empty() => json!({ "text": fits(text, TEXT_LIMIT)? }),
                _ => json!({}),
            }
        }
    };
    if let Some(url) = &content.button_url {
        // A button needs a label; without one the address itself is shown.
        let label = content.button_text.as_ref().unwrap_or(url);
        let button = json!({ "type": "LINK", "text": label, "intent": "DEFAULT", "url": url });
        attachments.push(json!({ "type": "INLINE_KEYBOARD", "payload": { "keyboard": { "buttons": [[button]] } } }));
    }
    if !attachments.is_empty() {
        message["attachments"] = attachments.into();
    }
    Ok(message)
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
        Box::pin(self.subscriptions())
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(transport::exchange(self.call(request), |answer| outcome(answer, request.now)))
    }
}

/// The error that an answer stands for: errors have HTTP status 200, and their code in the body and in the header
/// `invocation-error`. `error_msg` and `error_data` may hold what was sent, so they are not kept.
fn error(answer: &Answer, body: &Value, now: Time) -> Option<ProviderError> {
    let in_header = || answer.headers.get("invocation-error")?.to_str().ok()?.trim().parse::<u64>().ok();
    let code = body["error_code"].as_u64().or_else(in_header)?.to_string();
    Some(CODES.error("Odnoklassniki", &code, answer.class_by_status()).retry_after(answer.retry_after(now)))
}

fn outcome(answer: &Answer, now: Time) -> Outcome {
    let body = answer.json();
    if let Some(error) = error(answer, &body, now) {
        return Outcome::from_error(error);
    }
    if !answer.status.is_success() {
        return answer.outcome_by_status(now);
    }
    // A message to users is answered with a list: one for each of them, and we write to one.
    match body["success"].as_bool().or_else(|| body["success"][0].as_bool()) {
        Some(true) => {
            let id = body["message_id"].as_str().map(str::to_owned);
            Outcome::Accepted(Accepted { provider_message_id: id, receipts: false, part_count: None })
        }
        Some(false) => refused(Permanent, "not_sent", "Odnoklassniki did not send the message to the recipient."),
        None => {
            let message = "The answer is not one of the Bot API; the message may have been taken.";
            Outcome::Unknown(ProviderError::new(Unknown, "bad_answer", message))
        }
    }
}

#[cfg(test)]
mod tests;
