//! `VIBERBOT`: bots in Viber, the REST bot API (<https://developers.viber.com/docs/api/rest-bot-api/>).
//!
//! A bot writes to people who wrote to it or subscribed. The button is a keyboard of one button under the chat.
//!
//! There is no key against duplicates. `tracking_data` carries our reference, but comes back with the person's answer alone;
//! `delivered`, `seen` and `failed` name the message by Viber's own token. So there are no receipts, and taken counts as
//! delivered. What people write belongs to the chat and is handed on as it is: no word in it ends a subscription, as Viber
//! says itself who leaves.

/// What the codes mean.
pub(super) mod codes;
mod webhook;

pub use webhook::webhook;

use super::session;
use crate::{
    Capabilities, Context, DocumentFault,
    base_url::base_url,
    document::Entry,
    outcomes::{accepted, bad_answer, check_failed, fits, no_id, no_sender, refused, text},
    registry::Kind,
    secret::Secret,
    transport::{self, Answer},
};
use baton_domain::{Channel, ChannelContent, ErrorClass, Outcome, ProviderError, Recipient, Time, render::escape_html};
use baton_pipeline::provider::{Provider, SendRequest};
use codes::CODES;
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};

/// The name in the document.
pub const NAME: &str = "VIBERBOT";

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities { image: true, button: true, inbound: true, ..Capabilities::TEXT },
    new: |entry, context| Ok(Box::new(ViberBot::new(entry, context)?)),
};

/// What `messengerType` calls it.
const TYPES: &[&str] = &["viber"];

const API: &str = "https://chatapi.viber.com";

/// The longest `text` of a text message, in characters (section "Text message").
const TEXT_LIMIT: usize = 7000;

/// The longest `text` of a picture, in characters (section "Picture message").
const CAPTION_LIMIT: usize = 768;

/// The longest `Text` of a button, in characters (page "Keyboards").
const LABEL_LIMIT: usize = 250;

/// The longest `sender.name`, in characters (section "General send message parameters").
const NAME_LIMIT: usize = 28;

/// The settings of a document's entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Settings {
    /// The bot's token. It signs the webhooks, too.
    pub auth_token: Secret,
    /// The sender's name of messages that name none: at most 28 characters.
    pub from: Option<String>,
    /// The sender's picture: an https address.
    pub avatar: Option<String>,
    /// Another address than `https://chatapi.viber.com`.
    pub base_url: Option<String>,
}

fn settings(entry: &Entry) -> Result<Settings, DocumentFault> {
    let settings: Settings = entry.settings()?;
    let token = settings.auth_token.expose();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(entry.fault("authToken", "the bot's token is expected, without blanks"));
    }
    if !settings.from.as_deref().is_none_or(is_name) {
        return Err(entry.fault("from", format!("1 to {NAME_LIMIT} characters are expected")));
    }
    let is_https = |url: &str| url::Url::parse(url).is_ok_and(|url| url.scheme() == "https");
    if !settings.avatar.as_deref().is_none_or(is_https) {
        return Err(entry.fault("avatar", "an https address is expected"));
    }
    Ok(settings)
}

fn is_name(name: &str) -> bool {
    (1..=NAME_LIMIT).contains(&name.encode_utf16().count())
}

/// The provider.
pub struct ViberBot {
    http: reqwest::Client,
    base: String,
    settings: Settings,
}

impl ViberBot {
    /// The provider of an entry.
    ///
    /// # Errors
    /// A setting is missing, unknown or not of its form.
    pub fn new(entry: &Entry, context: &Context) -> Result<ViberBot, DocumentFault> {
        let settings = settings(entry)?;
        let base = base_url(entry, settings.base_url.as_deref(), API)?;
        Ok(ViberBot { http: context.http.clone(), base, settings })
    }

    fn call(&self, method: &str, body: &Value) -> reqwest::RequestBuilder {
        let address = format!("{}/pa/{method}", self.base);
        self.http.post(address).header("x-viber-auth-token", self.settings.auth_token.expose()).json(body)
    }

    fn body(&self, request: &SendRequest) -> Result<Value, Outcome> {
        let content = &request.content;
        let name = content.from.as_deref().or(self.settings.from.as_deref()).ok_or_else(no_sender)?;
        if !is_name(name) {
            let message =
                format!("The sender's name is empty or too long; Viber takes at most {NAME_LIMIT} characters.");
            return Err(refused(ErrorClass::Misconfigured, "bad_sender", message));
        }
        let mut body = json!({
            "receiver": request.to, "min_api_version": 1, "sender": {"name": name},
            "tracking_data": request.attempt.to_string(),
        });
        if let Some(avatar) = &self.settings.avatar {
            body["sender"]["avatar"] = avatar.as_str().into();
        }
        match &content.image_url {
            None => {
                body["type"] = "text".into();
                body["text"] = text(request, TEXT_LIMIT)?.into();
            }
            Some(image) => {
                body["type"] = "picture".into();
                // Required even where it is empty.
                body["text"] = fits(content.text.as_deref().unwrap_or_default(), CAPTION_LIMIT)?.into();
                body["media"] = image.as_str().into();
            }
        }
        if let Some(keyboard) = keyboard(content)? {
            body["keyboard"] = keyboard;
        }
        Ok(body)
    }
}

/// A keyboard with one button over its whole width (<https://developers.viber.com/docs/tools/keyboards/>).
fn keyboard(content: &ChannelContent) -> Result<Option<Value>, Outcome> {
    let Some(url) = &content.button_url else { return Ok(None) };
    // Viber reads the label as HTML.
    let label = escape_html(content.button_text.as_ref().unwrap_or(url));
    if label.encode_utf16().count() > LABEL_LIMIT {
        let message = format!("The button's text is too long; Viber takes at most {LABEL_LIMIT} characters.");
        return Err(refused(ErrorClass::Permanent, "button_text_too_long", message));
    }
    let button = json!({"Columns": 6, "Rows": 1, "ActionType": "open-url", "ActionBody": url, "Text": label});
    Ok(Some(json!({"Type": "keyboard", "Buttons": [button]})))
}

impl Provider for ViberBot {
    fn name(&self) -> &'static str {
        NAME
    }

    fn address<'r>(&self, _: Channel, recipient: &'r Recipient, content: &ChannelContent) -> Option<&'r str> {
        session::address(recipient, content, TYPES)
    }

    /// Reads what Viber knows of the bot (`get_account_info`).
    fn check(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        Box::pin(async move {
            let call = self.call("get_account_info", &json!({}));
            let answer = transport::call(call).await.map_err(check_failed)?;
            match refusal(&answer, chrono::Utc::now()) {
                Some(outcome) => Err(check_failed(outcome)),
                None if answer.json()["status"] == 0 => Ok(()),
                None => Err(bad_answer()),
            }
        })
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let body = match self.body(request) {
                Ok(body) => body,
                Err(refused) => return refused,
            };
            match transport::call(self.call("send_message", &body)).await {
                Ok(answer) => outcome(&answer, request.now),
                Err(outcome) => outcome,
            }
        })
    }
}

fn outcome(answer: &Answer, now: Time) -> Outcome {
    if let Some(refused) = refusal(answer, now) {
        return refused;
    }
    // A number of 64 bits.
    match answer.json()["message_token"].as_u64() {
        Some(token) => accepted(token.to_string(), false),
        None => no_id("Viber"),
    }
}

/// What the status in the body says, which counts more than that of HTTP; `None` for a success.
fn refusal(answer: &Answer, now: Time) -> Option<Outcome> {
    match answer.json()["status"].as_i64() {
        Some(0) => None,
        Some(status) => {
            let error = CODES.error("Viber", &status.to_string(), answer.class_by_status());
            Some(Outcome::from_error(error.retry_after(answer.retry_after(now))))
        }
        None if answer.status.is_success() => None,
        None => Some(answer.outcome_by_status(now)),
    }
}

#[cfg(test)]
mod tests;
