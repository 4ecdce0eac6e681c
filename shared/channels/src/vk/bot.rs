//! `VK`: messages of a VKontakte community (<https://dev.vk.com/method/messages.send>, version 5.199), to people who wrote to
//! it or allowed its messages, by their id (`messengerUserId`, digits).
//!
//! `random_id` is a key against duplicates: it follows from the attempt and is the same for every try. There are no receipts:
//! a message that the API took counts as delivered. The event `message_read` names a message by VK's numbers alone, without
//! our reference, and there is no index by those; so it is not a receipt here.
//!
//! Pictures are sent as `attachments` (media already there); an `imageUrl` is not sent, as VK takes no addresses. There are no
//! templates and no time to live.

/// What the codes mean.
mod codes;
/// The Callback API.
mod events;

use crate::{
    Capabilities, Context, DocumentFault,
    base_url::base_url,
    document::Entry,
    outcomes::{accepted, checked, fits, no_id, refused},
    registry::Kind,
    secret::Secret,
    transport::{self, Answer},
};
use baton_domain::ErrorClass::*;
use baton_domain::{AttemptRef, Channel, ChannelContent, Outcome, ProviderError, Recipient, Time};
use baton_pipeline::provider::{Provider, SendRequest};
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

pub use events::webhook;

/// The name in the document.
pub const NAME: &str = "VK";

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities { button: true, inbound: true, idempotency: true, ..Capabilities::TEXT },
    new: |entry, context| Ok(Box::new(Bot::new(entry, context)?)),
};

/// The version of the API.
const VERSION: &str = "5.199";

/// The longest `message`, in characters. The schema says 9000; the API refuses more than this (error 914).
const TEXT_LIMIT: usize = 4096;

/// The longest label of a button, in characters.
const LABEL_LIMIT: usize = 40;

/// The settings of a document's entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Settings {
    /// The community's token, with the right to messages.
    pub token: Secret,
    /// The community's number: events of others are refused. Needed for the webhook alone.
    pub group_id: Option<u64>,
    /// What the Callback API's server answers when VK asks for its confirmation. Needed for the webhook alone.
    pub confirmation: Option<String>,
    /// The secret key of the Callback API's server. Needed for the webhook alone.
    pub webhook_secret: Option<Secret>,
    /// Another address than `https://api.vk.com`.
    pub base_url: Option<String>,
}

fn settings(entry: &Entry) -> Result<Settings, DocumentFault> {
    let settings: Settings = entry.settings()?;
    if settings.token.is_empty() {
        return Err(entry.fault("token", "the community's token is expected"));
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
        let base = base_url(entry, settings.base_url.as_deref(), "https://api.vk.com")?;
        Ok(Bot { http: context.http.clone(), base, token: settings.token })
    }

    /// A method with its parameters; the token stands in the body, never in the address.
    fn method<'a>(&'a self, name: &str, mut form: Vec<(&'a str, Cow<'a, str>)>) -> reqwest::RequestBuilder {
        form.push(("access_token", self.token.expose().into()));
        form.push(("v", VERSION.into()));
        self.http.post(format!("{}/method/{name}", self.base)).form(&form)
    }

    fn call(&self, request: &SendRequest) -> Result<reqwest::RequestBuilder, Outcome> {
        let content = &request.content;
        let text = fits(content.text.as_deref().unwrap_or_default(), TEXT_LIMIT)?;
        if text.is_empty() && content.attachments.is_empty() {
            return Err(refused(Permanent, "text_missing", "The message needs a text or attachments."));
        }
        let mut form: Vec<(&str, Cow<'_, str>)> = vec![
            ("peer_ids", request.to.as_str().into()),
            ("random_id", random_id(&request.attempt).to_string().into()),
            ("dont_parse_links", "1".into()),
        ];
        if !text.is_empty() {
            form.push(("message", text.into()));
        }
        if !content.attachments.is_empty() {
            form.push(("attachment", content.attachments.join(",").into()));
        }
        form.extend(keyboard(content).map(|keyboard| ("keyboard", keyboard.to_string().into())));
        Ok(self.method("messages.send", form))
    }

    /// `groups.getById` without a number tells of the token's own community.
    async fn group(&self) -> Result<(), ProviderError> {
        let answer = match transport::call(self.method("groups.getById", Vec::new())).await {
            Ok(answer) => answer,
            Err(outcome) => return checked(outcome),
        };
        match answer.json().get("response") {
            Some(_) => Ok(()),
            None => checked(outcome(&answer, Time::from(std::time::SystemTime::now()))),
        }
    }
}

/// The key against duplicates: a number of 32 bits that is the same for every try of an attempt, and never 0, which would
/// switch it off.
fn random_id(attempt: &AttemptRef) -> i32 {
    let hash = Sha256::digest(attempt.to_string().as_bytes());
    let number = hash.first_chunk().map_or(1, |bytes| i32::from_be_bytes(*bytes));
    if number == 0 { 1 } else { number }
}

/// An inline keyboard of one button, which opens the link.
fn keyboard(content: &ChannelContent) -> Option<Value> {
    let url = content.button_url.as_ref()?;
    // A button needs a label; without one the address itself is shown, as much as fits.
    let label: String = content.button_text.as_ref().unwrap_or(url).chars().take(LABEL_LIMIT).collect();
    let action = json!({ "type": "open_link", "link": url, "label": label });
    Some(json!({ "one_time": false, "inline": true, "buttons": [[{ "action": action }]] }))
}

impl Provider for Bot {
    fn name(&self) -> &'static str {
        NAME
    }

    fn address<'r>(&self, _: Channel, recipient: &'r Recipient, content: &ChannelContent) -> Option<&'r str> {
        let carried = content.text.is_some() || !content.attachments.is_empty();
        let number = |id: &&str| id.parse::<i64>().is_ok_and(|id| id > 0) && !id.starts_with('+');
        recipient.messenger_user_id.as_deref().filter(number).filter(|_| carried)
    }

    fn idempotent(&self) -> bool {
        true
    }

    fn check(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        Box::pin(self.group())
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(transport::exchange(self.call(request), |answer| outcome(answer, request.now)))
    }
}

/// Errors come with HTTP status 200: about the call in `error`, about the one recipient in `response[0].error`. Of them only
/// the code is read: `error_msg` and `request_params` hold what was sent, the token included.
fn outcome(answer: &Answer, now: Time) -> Outcome {
    let body = answer.json();
    let failed = |code: &Value| code.as_u64().map(|code| codes::error(&code.to_string(), answer.class_by_status()));
    if let Some(error) = failed(&body["error"]["error_code"]) {
        return Outcome::from_error(error);
    }
    let Some(sent) = body["response"].as_array().and_then(|sent| sent.first()) else {
        return if answer.status.is_success() { no_id("VK") } else { answer.outcome_by_status(now) };
    };
    if let Some(error) = failed(&sent["error"]["code"]) {
        return Outcome::from_error(error);
    }
    // In a chat of many the community's own number of the message is 0.
    let number = |name: &str| sent[name].as_u64().filter(|number| *number > 0);
    let id = number("message_id").or_else(|| number("conversation_message_id"));
    id.map_or_else(|| no_id("VK"), |id| accepted(id.to_string(), false))
}

#[cfg(test)]
mod tests;
