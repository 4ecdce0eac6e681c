//! `MESSENGER`: Facebook Messenger, the Send API (<https://developers.facebook.com/docs/messenger-platform/send-messages>).
//!
//! A page writes to people who wrote to it first. A text goes out as it is; with a button it becomes a button template, with a
//! picture a card of the generic template, whose title is the text's first line and whose subtitle is the rest. What the
//! shape does not hold is refused before the call.
//!
//! What people write belongs to the chat, so it is handed on as it is: no word in it ends a subscription.
//!
//! There is no key against duplicates. Our reference is the message's `metadata`: it comes back in the echo of the message,
//! which settles a call whose answer was lost. Deliveries and reads come as watermarks per person without it, so there are no
//! receipts, and taken counts as delivered.

/// What the codes mean.
pub(super) mod codes;
mod webhook;

pub use webhook::webhook;

use super::session;
use crate::{
    Capabilities, Context, DocumentFault,
    base_url::base_url,
    document::Entry,
    outcomes::{accepted, bad_answer, check_failed, fits, no_id, refused, text},
    registry::Kind,
    secret::Secret,
    signature::sign,
    transport::{self, Answer},
};
use baton_domain::{Channel, ChannelContent, ErrorClass, Outcome, ProviderError, Recipient, Time};
use baton_pipeline::provider::{Provider, SendRequest};
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};

/// The name in the document.
pub const NAME: &str = "MESSENGER";

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities { image: true, button: true, inbound: true, ..Capabilities::TEXT },
    new: |entry, context| Ok(Box::new(Messenger::new(entry, context)?)),
};

/// What `messengerType` calls it.
const TYPES: &[&str] = &["messenger", "facebook"];

const API: &str = "https://graph.facebook.com";

/// The version of the Graph API.
const VERSION: &str = "v25.0";

/// The longest `message.text`, in characters (page "Send API", Limits).
const TEXT_LIMIT: usize = 2000;

/// The longest `text` of a button template, in characters (page "Button template").
const BUTTON_TEXT_LIMIT: usize = 640;

/// The longest `title`, and the longest `subtitle`, of a card, in characters (page "Generic template").
const CARD_LIMIT: usize = 80;

/// The longest `title` of a button, in characters (page "URL button").
const LABEL_LIMIT: usize = 20;

/// The settings of a document's entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Settings {
    /// The page that writes: digits.
    pub page_id: String,
    /// The page's access token, with the permission `pages_messaging`.
    pub page_access_token: Secret,
    /// The app's secret. It signs the webhooks, and proves to Messenger that the token is used by its app. Needed for the
    /// webhook.
    pub app_secret: Option<Secret>,
    /// The token that the webhook was subscribed with. Needed for the webhook.
    pub verify_token: Option<Secret>,
    /// The tag of messages that go out later than 24 hours after the person's last one, as `HUMAN_AGENT`. Without it such
    /// messages are refused.
    pub tag: Option<String>,
    /// Another version of the Graph API than `v25.0`.
    pub api_version: Option<String>,
    /// Another address than `https://graph.facebook.com`.
    pub base_url: Option<String>,
}

fn settings(entry: &Entry) -> Result<Settings, DocumentFault> {
    let settings: Settings = entry.settings()?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(&settings.page_id) {
        return Err(entry.fault("pageId", "digits are expected"));
    }
    for (name, secret) in [
        ("pageAccessToken", Some(&settings.page_access_token)),
        ("appSecret", settings.app_secret.as_ref()),
        ("verifyToken", settings.verify_token.as_ref()),
    ] {
        if secret.is_some_and(Secret::is_empty) {
            return Err(entry.fault(name, "must not be empty"));
        }
    }
    let is_tag = |tag: &str| !tag.is_empty() && tag.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    if !settings.tag.as_deref().is_none_or(is_tag) {
        return Err(entry.fault("tag", "capital letters and _ are expected, as HUMAN_AGENT"));
    }
    let is_version = |version: &str| {
        let parts = version.strip_prefix('v').and_then(|version| version.split_once('.'));
        parts.is_some_and(|(major, minor)| digits(major) && digits(minor))
    };
    if !settings.api_version.as_deref().is_none_or(is_version) {
        return Err(entry.fault("apiVersion", "a version is expected, as v25.0"));
    }
    Ok(settings)
}

/// The provider.
pub struct Messenger {
    http: reqwest::Client,
    /// The API's address with the version.
    base: String,
    settings: Settings,
}

impl Messenger {
    /// The provider of an entry.
    ///
    /// # Errors
    /// A setting is missing, unknown or not of its form.
    pub fn new(entry: &Entry, context: &Context) -> Result<Messenger, DocumentFault> {
        let settings = settings(entry)?;
        let base = base_url(entry, settings.base_url.as_deref(), API)?;
        let base = format!("{base}/{}", settings.api_version.as_deref().unwrap_or(VERSION));
        Ok(Messenger { http: context.http.clone(), base, settings })
    }

    /// Who calls: the token, and that its app is ours
    /// (<https://developers.facebook.com/docs/graph-api/guides/secure-requests>). Addresses are never logged.
    fn credentials(&self) -> Vec<(&'static str, String)> {
        let token = &self.settings.page_access_token;
        let mut query = vec![("access_token", token.expose().to_owned())];
        query.extend(
            self.settings
                .app_secret
                .as_ref()
                .map(|secret| ("appsecret_proof", sign(secret, token.expose().as_bytes()))),
        );
        query
    }

    fn address(&self, path: &str, more: &[(&str, String)]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(more).extend_pairs(self.credentials());
        format!("{}/{path}?{}", self.base, query.finish())
    }

    fn call(&self, request: &SendRequest) -> Result<reqwest::RequestBuilder, Outcome> {
        let mut message = message(request)?;
        message["metadata"] = request.attempt.to_string().into();
        let mut body = json!({"recipient": {"id": request.to}, "messaging_type": "UPDATE", "message": message});
        if let Some(tag) = &self.settings.tag {
            body["messaging_type"] = "MESSAGE_TAG".into();
            body["tag"] = tag.as_str().into();
        }
        let path = format!("{}/messages", self.settings.page_id);
        Ok(self.http.post(self.address(&path, &[])).json(&body))
    }
}

/// The message in the shape that holds what the content has.
fn message(request: &SendRequest) -> Result<Value, Outcome> {
    let content = &request.content;
    let template = |payload: Value| json!({"attachment": {"type": "template", "payload": payload}});
    match (&content.image_url, button(content)?) {
        (None, None) => Ok(json!({"text": text(request, TEXT_LIMIT)?})),
        (None, Some(button)) => {
            let text = text(request, BUTTON_TEXT_LIMIT)?;
            Ok(template(json!({"template_type": "button", "text": text, "buttons": [button]})))
        }
        (Some(image), None) if content.text.as_deref().unwrap_or_default().is_empty() => {
            Ok(json!({"attachment": {"type": "image", "payload": {"url": image, "is_reusable": false}}}))
        }
        (Some(image), button) => {
            let text = text(request, TEXT_LIMIT)?.trim();
            let (title, subtitle) = text.split_once('\n').unwrap_or((text, ""));
            let mut card = json!({"title": fits(title.trim_end(), CARD_LIMIT)?, "image_url": image});
            if !subtitle.is_empty() {
                card["subtitle"] = fits(subtitle, CARD_LIMIT)?.into();
            }
            if let Some(button) = button {
                card["buttons"] = json!([button]);
            }
            Ok(template(json!({"template_type": "generic", "elements": [card]})))
        }
    }
}

fn button(content: &ChannelContent) -> Result<Option<Value>, Outcome> {
    let Some(url) = &content.button_url else { return Ok(None) };
    let label = content.button_text.as_ref().unwrap_or(url);
    if label.encode_utf16().count() > LABEL_LIMIT {
        let message = format!("The button's text is too long; Messenger takes at most {LABEL_LIMIT} characters.");
        return Err(refused(ErrorClass::Permanent, "button_text_too_long", message));
    }
    Ok(Some(json!({"type": "web_url", "url": url, "title": label})))
}

impl Provider for Messenger {
    fn name(&self) -> &'static str {
        NAME
    }

    fn address<'r>(&self, _: Channel, recipient: &'r Recipient, content: &ChannelContent) -> Option<&'r str> {
        // Ids of people are digits; others are of another messenger.
        session::address(recipient, content, TYPES).filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// Reads the id of the page whose token it is.
    fn check(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        Box::pin(async move {
            let address = Messenger::address(self, "me", &[("fields", "id".to_owned())]);
            let answer = transport::call(self.http.get(address)).await.map_err(check_failed)?;
            if !answer.status.is_success() {
                return Err(check_failed(refusal(&answer, chrono::Utc::now())));
            }
            match answer.json()["id"].as_str() {
                Some(id) if id == self.settings.page_id => Ok(()),
                Some(_) => {
                    let message = "The access token is that of another page than pageId.";
                    Err(ProviderError::new(ErrorClass::Misconfigured, "wrong_page", message))
                }
                None => Err(bad_answer()),
            }
        })
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(transport::exchange(self.call(request), |answer| outcome(answer, request.now)))
    }
}

fn outcome(answer: &Answer, now: Time) -> Outcome {
    if !answer.status.is_success() {
        return refusal(answer, now);
    }
    match answer.json()["message_id"].as_str() {
        Some(id) => accepted(id, false),
        None => no_id("Messenger"),
    }
}

fn refusal(answer: &Answer, now: Time) -> Outcome {
    match codes::error(&answer.json(), answer.class_by_status()) {
        Some(error) => Outcome::from_error(error.retry_after(answer.retry_after(now))),
        None => answer.outcome_by_status(now),
    }
}

#[cfg(test)]
mod tests;
