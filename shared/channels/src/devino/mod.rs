//! `DEVINO`: approved templates in VKontakte and Odnoklassniki, by phone, over the new platform of Devino Telecom
//! (<https://docs.devino.online/en/http/vk_ok/>, `POST /vk/messages`).
//!
//! **Content.** A message is a template and its data: `templateName` (the template's name; its number, where it is digits alone)
//! and `templateData`. A text, a picture or a button of one's own can not be sent. A content without a template is left to the
//! channel's next provider (`address` is `None`), which may be one that carries texts; when it is sent over this provider all
//! the same it is refused before the call, as permanent, with `template_missing`.
//!
//! **Reference.** It stands in the address that statuses are sent to, and in `callbackData`, which comes back in a status. Devino
//! takes no key against duplicates.
//!
//! **Receipts.** Callbacks are not signed: see [`crate::callback`]. Without `webhookSecret` none are asked for, and taken counts
//! as delivered.
//!
//! **Not settled by the page as far as it could be read:** the name `ttl`, the name of the id in answers and callbacks (`messageId` on the older platform), the form of a
//! callback (there a list), and most codes (there in lower case). So both names, a list or one object, and any case are read.
//! There is no call that shows whether the key is good and reaches nobody.

mod codes;
mod webhook;

use crate::{
    Capabilities, Context, DocumentFault,
    base_url::base_url,
    callback,
    document::Entry,
    outcomes::{accepted, no_id, no_sender, refused, word},
    secret::Secret,
    transport::{self, Answer},
};
use baton_domain::{Channel, ChannelContent, ErrorClass, Outcome, Recipient, Time};
use baton_pipeline::provider::{Provider, SendRequest};
use codes::CODES;
use futures::future::BoxFuture;
use reqwest::header::AUTHORIZATION;
use serde::Deserialize;
use serde_json::{Value, json};
pub(crate) use webhook::webhook;

/// The name in the document.
pub(crate) const NAME: &str = "DEVINO";

/// What the adapter can do, on both channels.
pub(crate) const CAPABILITIES: Capabilities =
    Capabilities { text: false, template: true, ttl: true, receipts: true, read_receipts: true, ..Capabilities::TEXT };

/// The longest time to live, in seconds (parameter `ttl`: 15 to 86400). A minute, our shortest, is longer than the shortest.
const LONGEST_TTL: u32 = 86_400;

/// The settings of a document's entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Settings {
    /// The key of the account, as `Authorization: Key …` takes it.
    pub api_key: Secret,
    /// The sender of messages that name none: the name that was approved for the group.
    pub service: Option<String>,
    /// What callbacks are known by: at least 16 characters, made up by the operator.
    pub webhook_secret: Option<Secret>,
    /// Another address than `https://api.devino.online`.
    pub base_url: Option<String>,
}

/// The provider.
pub(crate) struct Devino {
    http: reqwest::Client,
    url: String,
    callback: String,
    route: &'static str,
    settings: Settings,
}

impl Devino {
    /// The provider of an entry. `route` is what Devino calls the channel.
    ///
    /// # Errors
    /// A setting is missing, unknown or not of its form.
    pub(crate) fn new(
        entry: &Entry,
        context: &Context,
        channel: Channel,
        route: &'static str,
    ) -> Result<Devino, DocumentFault> {
        let mut settings: Settings = entry.settings()?;
        let plain = |key: &str| !key.is_empty() && key.chars().all(|c| c.is_ascii_graphic());
        if !plain(settings.api_key.expose()) {
            return Err(entry.fault("apiKey", "the account's key is expected"));
        }
        settings.webhook_secret = callback::secret(entry, settings.webhook_secret)?;
        let base = base_url(entry, settings.base_url.as_deref(), "https://api.devino.online")?;
        Ok(Devino {
            http: context.http.clone(),
            url: format!("{base}/vk/messages"),
            callback: context.webhook_url(channel, NAME),
            route,
            settings,
        })
    }

    fn body(&self, request: &SendRequest) -> Result<Value, Outcome> {
        let content = &request.content;
        let template = template(content).ok_or_else(|| {
            refused(
                ErrorClass::Permanent,
                "template_missing",
                "Devino sends approved templates; the message names none.",
            )
        })?;
        let data = content.template_data.clone().unwrap_or_else(|| json!({}));
        if !data.is_object() {
            let message = "The template's data must be an object of names and values.";
            return Err(refused(ErrorClass::Permanent, "template_data_invalid", message));
        }
        let service = content.from.as_deref().or(self.settings.service.as_deref()).ok_or_else(no_sender)?;
        let mut message = json!({
            "phone": request.to.strip_prefix('+').unwrap_or(&request.to),
            "service": service,
            "routes": [self.route],
            "tmpl_data": data,
        });
        match template.parse::<u32>() {
            Ok(number) => message["templateId"] = number.into(),
            Err(_) => message["tmpl"] = template.into(),
        }
        if let Some(minutes) = content.validity_period {
            message["ttl"] = (u32::from(minutes.max(1)) * 60).min(LONGEST_TTL).into();
        }
        if let Some(secret) = &self.settings.webhook_secret {
            message["status_url"] = callback::address(&self.callback, secret, request.attempt).into();
            message["callbackData"] = json!({"ref": request.attempt});
        }
        Ok(json!({"messages": [message]}))
    }
}

fn template(content: &ChannelContent) -> Option<&str> {
    content.template_name.as_deref().filter(|name| !name.is_empty())
}

impl Provider for Devino {
    fn name(&self) -> &'static str {
        NAME
    }

    /// The phone on both channels, for contents that name a template.
    fn address<'r>(&self, _: Channel, recipient: &'r Recipient, content: &ChannelContent) -> Option<&'r str> {
        recipient.phone.as_deref().filter(|_| template(content).is_some())
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let body = match self.body(request) {
                Ok(body) => body,
                Err(refused) => return refused,
            };
            let key = format!("Key {}", self.settings.api_key.expose());
            match transport::call(self.http.post(&self.url).header(AUTHORIZATION, key).json(&body)).await {
                Ok(answer) => outcome(&answer, self.settings.webhook_secret.is_some(), request.now),
                Err(outcome) => outcome,
            }
        })
    }
}

/// What an answer means: the code of our one message, else the code of the whole request, else the HTTP status.
fn outcome(answer: &Answer, receipts: bool, now: Time) -> Outcome {
    let body = answer.json();
    let message = match &body["result"] {
        Value::Array(messages) => messages.first().unwrap_or(&Value::Null),
        other => other,
    };
    match codes::normal(&message["code"]).or_else(|| codes::normal(&body["code"])) {
        Some(code) if code == "ok" && answer.status.is_success() => {
            id(message).map_or_else(|| no_id("Devino"), |id| accepted(id, receipts))
        }
        Some(code) if code != "ok" => {
            let error = CODES.error("Devino", &code, answer.class_by_status());
            Outcome::from_error(error.retry_after(answer.retry_after(now)))
        }
        _ if answer.status.is_success() => no_id("Devino"),
        _ => answer.outcome_by_status(now),
    }
}

/// The id that Devino gave to a message.
fn id(of: &Value) -> Option<String> {
    word(&of["messageId"]).or_else(|| word(&of["id"])).filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests;
