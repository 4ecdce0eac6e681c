//! `MAX`: the bot API of the messenger MAX (<https://dev.max.ru/docs-api>, schema of 2026-07-01): `POST /messages` to a user.
//!
//! There are no receipts, no time to live, no reference of the caller's and no key against duplicates; a message that the API
//! took counts as delivered. The text goes out without `format`, so it arrives as it was written. A person can be written to
//! once they have started the bot, by the id that the bot then hears (`messengerUserId`).
//!
//! The API's certificate hangs on the root of the Russian Ministry of Digital Development, which systems do not trust by
//! themselves: `caCertificate` adds it, for this provider alone.

/// What the codes mean.
mod codes;
/// The bot's webhook.
mod updates;

use crate::{
    Capabilities, Context, DocumentFault,
    base_url::base_url,
    document::Entry,
    outcomes::{accepted, checked, fits, no_id, refused, text},
    registry::Kind,
    secret::Secret,
    transport::{self, Answer},
};
use baton_domain::ErrorClass::*;
use baton_domain::{Channel, ChannelContent, Outcome, ProviderError, Recipient, Time};
use baton_pipeline::provider::{Provider, SendRequest};
use codes::CODES;
use futures::future::BoxFuture;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde::Deserialize;
use serde_json::{Value, json};

pub use updates::webhook;

/// The name in the document.
pub const NAME: &str = "MAX";

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities { image: true, button: true, inbound: true, ..Capabilities::TEXT },
    new: |entry, context| Ok(Box::new(Bot::new(entry, context)?)),
};

/// The longest `text`, in characters (schema `NewMessageBody`).
const TEXT_LIMIT: usize = 4000;

/// The longest label of a button, in characters (schema `Button`).
const LABEL_LIMIT: usize = 128;

/// The settings of a document's entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Settings {
    /// The bot's token.
    pub token: Secret,
    /// The `secret` that `POST /subscriptions` was called with: 5 to 256 letters, digits, `_` and `-`. Needed for the webhook
    /// alone.
    pub webhook_secret: Option<Secret>,
    /// Certificates in PEM to trust beside the system's: the root that signs the API's own.
    pub ca_certificate: Option<String>,
    /// Another address than `https://platform-api2.max.ru`.
    pub base_url: Option<String>,
}

fn settings(entry: &Entry) -> Result<Settings, DocumentFault> {
    let settings: Settings = entry.settings()?;
    let token = settings.token.expose();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(entry.fault("token", "the bot's token is expected"));
    }
    let fits = |secret: &Secret| {
        let secret = secret.expose();
        (5..=256).contains(&secret.len()) && secret.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    if !settings.webhook_secret.as_ref().is_none_or(fits) {
        return Err(entry.fault("webhookSecret", "5 to 256 letters, digits, `-` and `_` are expected"));
    }
    Ok(settings)
}

/// The provider.
pub struct Bot {
    http: reqwest::Client,
    base: String,
    token: Secret,
}

impl Bot {
    /// The provider of an entry.
    ///
    /// # Errors
    /// A setting is missing, unknown or not of its form.
    pub fn new(entry: &Entry, context: &Context) -> Result<Bot, DocumentFault> {
        let settings = settings(entry)?;
        let base = base_url(entry, settings.base_url.as_deref(), "https://platform-api2.max.ru")?;
        let http = match &settings.ca_certificate {
            None => context.http.clone(),
            Some(pem) => transport::client_trusting(pem).ok_or_else(|| {
                entry.fault("caCertificate", "certificates in PEM are expected, their lines separated by \\n")
            })?,
        };
        Ok(Bot { http, base, token: settings.token })
    }

    /// The token goes bare into `Authorization`; the header is marked so that nothing prints it.
    fn authorised(&self, call: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        match HeaderValue::from_str(self.token.expose()) {
            Ok(mut token) => {
                token.set_sensitive(true);
                call.header(AUTHORIZATION, token)
            }
            // Not to be: the settings were checked. The API then refuses the call.
            Err(_) => call,
        }
    }

    fn call(&self, request: &SendRequest) -> Result<reqwest::RequestBuilder, Outcome> {
        let user = user(&request.to).ok_or_else(|| {
            refused(
                Permanent,
                "bad_address",
                "The recipient's messengerUserId is not a number, as a user's id in MAX is.",
            )
        })?;
        let body = body(request)?;
        Ok(self.authorised(self.http.post(format!("{}/messages?user_id={user}", self.base)).json(&body)))
    }

    /// `GET /me` tells who the bot is.
    async fn me(&self) -> Result<(), ProviderError> {
        let answer = match transport::call(self.authorised(self.http.get(format!("{}/me", self.base)))).await {
            Ok(answer) => answer,
            Err(outcome) => return checked(outcome),
        };
        match answer.json()["user_id"].as_i64() {
            Some(_) if answer.status.is_success() => Ok(()),
            _ => checked(outcome(&answer, Time::from(std::time::SystemTime::now()))),
        }
    }
}

/// A user's id.
fn user(id: &str) -> Option<i64> {
    id.parse().ok().filter(|id| *id > 0)
}

/// The body (schema `NewMessageBody`). A picture may go without a text.
fn body(request: &SendRequest) -> Result<Value, Outcome> {
    let content = &request.content;
    let mut attachments = Vec::new();
    let mut body = match &content.image_url {
        None => json!({ "text": text(request, TEXT_LIMIT)? }),
        Some(image) => {
            attachments.push(json!({ "type": "image", "payload": { "url": image } }));
            match content.text.as_deref() {
                Some(text) if !text.is_empty() => json!({ "text": fits(text, TEXT_LIMIT)? }),
                _ => json!({}),
            }
        }
    };
    if let Some(url) = &content.button_url {
        // A button needs a label; without one the address itself is shown, as much as fits.
        let label: String = content.button_text.as_ref().unwrap_or(url).chars().take(LABEL_LIMIT).collect();
        let button = json!({ "type": "link", "text": label, "url": url });
        attachments.push(json!({ "type": "inline_keyboard", "payload": { "buttons": [[button]] } }));
    }
    if !attachments.is_empty() {
        body["attachments"] = attachments.into();
    }
    Ok(body)
}

impl Provider for Bot {
    fn name(&self) -> &'static str {
        NAME
    }

    fn address<'r>(&self, _: Channel, recipient: &'r Recipient, _: &ChannelContent) -> Option<&'r str> {
        recipient.messenger_user_id.as_deref()
    }

    fn check(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        Box::pin(self.me())
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(transport::exchange(self.call(request), |answer| outcome(answer, request.now)))
    }
}

/// An error is `{"code", "message"}`; the message is the server's own key with the ids of the chat, so it is not kept.
fn outcome(answer: &Answer, now: Time) -> Outcome {
    let body = answer.json();
    if answer.status.is_success() {
        return body["message"]["body"]["mid"].as_str().map_or_else(|| no_id("MAX"), |id| accepted(id, false));
    }
    let Some(code) = body["code"].as_str() else { return answer.outcome_by_status(now) };
    // Only the API itself answers with a code: its 403 and 404 are about the dialog or the user.
    let otherwise = if matches!(answer.status.as_u16(), 403 | 404) { Permanent } else { answer.class_by_status() };
    Outcome::from_error(CODES.error("MAX", code, otherwise).retry_after(answer.retry_after(now)))
}

#[cfg(test)]
mod tests;
