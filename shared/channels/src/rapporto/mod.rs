//! `RAPPORTO`: the REST API of Rapporto, version 6 (<https://docs.rapporto.ru>, sources at <https://github.com/rapporto/docs>,
//! pages `rest_sms`, `rest_viber`, `rest_vk`). One API for several channels: what is common stands here, what a channel's
//! messages are in the channel's own file.
//!
//! **Reference.** `id` is our reference; a status brings it back "optionally", so it also stands in the address that statuses
//! are sent to.
//!
//! **Duplicates.** With the service "control of duplicates", a second call with the same `id` sends nothing and is answered as
//! the first one was. Rapporto switches it on per contract, and nothing in the API tells whether it is on. So the operator
//! says it in `duplicateControl`; without it a call whose outcome is unknown is not made again.
//!
//! **Receipts.** Statuses are not signed: see [`crate::callback`]. Without `webhookSecret` none are asked for, and taken counts
//! as delivered. MegaFon reports neither delivery nor failure of SMS since March 2023 (page `rest_sms`); such a message is
//! settled by the end of its validity period.
//!
//! **Inbound.** What people write is sent to an address that Rapporto sets up once: the operator gives them
//! `https://…/webhooks/{channel}/rapporto?secret=…` with the `webhookSecret` of the document. One address does for all channels.

mod codes;
mod webhook;

use crate::{
    Context, DocumentFault,
    base_url::base_url,
    callback,
    document::Entry,
    outcomes::{accepted, no_id, no_sender, word},
    secret::Secret,
    transport::{self, Answer},
};
use baton_domain::{Channel, ChannelContent, ErrorClass, Outcome, ProviderError, Recipient, Time, outcome::Accepted};
use baton_pipeline::provider::{Provider, SendRequest};
use codes::REFUSALS;
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};
pub(crate) use webhook::webhook;

/// The name in the document.
pub(crate) const NAME: &str = "RAPPORTO";

/// What a channel's messages are.
pub(crate) struct Product {
    /// The channel.
    pub channel: Channel,
    /// `message/type`.
    pub kind: &'static str,
    /// The longest time to live, in minutes. The shortest is a minute or less everywhere.
    pub longest_ttl: u16,
    /// Whether `serviceNumber` and `ttl` must be there.
    pub strict: bool,
    /// Whether it can carry this content at all.
    pub carries: fn(&ChannelContent) -> bool,
    /// `message/data` without sender and time to live, or the refusal of what Rapporto would not take.
    pub data: fn(&SendRequest) -> Result<Value, Outcome>,
}

/// The settings of a document's entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Settings {
    /// The partner's name.
    pub login: String,
    /// The partner's password.
    pub password: Secret,
    /// The sender of messages that name none: the agreed `serviceNumber` of this channel.
    pub from: Option<String>,
    /// The whole address of the API ("URI"), which Rapporto gives with the contract; there is no common one.
    pub base_url: String,
    /// What statuses and inbound messages are known by: at least 16 characters, made up by the operator.
    pub webhook_secret: Option<Secret>,
    /// Whether Rapporto has switched on the control of duplicates for this login; only then are unknown outcomes tried again.
    #[serde(default)]
    pub duplicate_control: bool,
}

/// The provider.
pub(crate) struct Rapporto {
    http: reqwest::Client,
    url: String,
    callback: String,
    product: &'static Product,
    settings: Settings,
}

impl Rapporto {
    /// The provider of an entry.
    ///
    /// # Errors
    /// A setting is missing, unknown or not of its form.
    pub(crate) fn new(entry: &Entry, context: &Context, product: &'static Product) -> Result<Rapporto, DocumentFault> {
        let mut settings: Settings = entry.settings()?;
        for (name, empty) in [("login", settings.login.is_empty()), ("password", settings.password.is_empty())] {
            if empty {
                return Err(entry.fault(name, "must not be empty"));
            }
        }
        settings.webhook_secret = callback::secret(entry, settings.webhook_secret)?;
        Ok(Rapporto {
            http: context.http.clone(),
            url: base_url(entry, Some(&settings.base_url), "")?,
            callback: context.webhook_url(product.channel, NAME),
            product,
            settings,
        })
    }

    fn body(&self, request: &SendRequest) -> Result<Value, Outcome> {
        let (product, settings, content) = (self.product, &self.settings, &request.content);
        let mut data = (product.data)(request)?;
        match content.from.as_deref().or(settings.from.as_deref()) {
            Some(from) => data["serviceNumber"] = from.into(),
            None if product.strict => return Err(no_sender()),
            // The login's own one.
            None => {}
        }
        match content.validity_period {
            Some(minutes) => {
                data["ttl"] = minutes.clamp(1, product.longest_ttl).into();
                data["ttlUnit"] = "MINUTES".into();
            }
            // 0 stands for the value that was agreed.
            None if product.strict => data["ttl"] = 0.into(),
            None => {}
        }
        let mut body = json!({
            "login": settings.login,
            "password": settings.password.expose(),
            "id": request.attempt,
            "destAddr": request.to.strip_prefix('+').unwrap_or(&request.to),
            // The text goes out as it was written.
            "shortenLinks": false,
            "registeredDelivery": u8::from(settings.webhook_secret.is_some()),
            "message": {"type": product.kind, "data": data},
        });
        if let Some(secret) = &settings.webhook_secret {
            body["notifyUrl"] = callback::address(&self.callback, secret, request.attempt).into();
        }
        Ok(body)
    }
}

impl Provider for Rapporto {
    fn name(&self) -> &'static str {
        NAME
    }

    /// The phone on every channel, VKontakte among them.
    fn address<'r>(&self, _: Channel, recipient: &'r Recipient, content: &ChannelContent) -> Option<&'r str> {
        recipient.phone.as_deref().filter(|_| (self.product.carries)(content))
    }

    fn idempotent(&self) -> bool {
        self.settings.duplicate_control
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let body = match self.body(request) {
                Ok(body) => body,
                Err(refused) => return refused,
            };
            match transport::call(self.http.post(&self.url).json(&body)).await {
                Ok(answer) => outcome(&answer, self.settings.webhook_secret.is_some(), request.now),
                Err(outcome) => outcome,
            }
        })
    }
}

/// What an answer means: an error has its code in the body, a success the id that Rapporto gave.
fn outcome(answer: &Answer, receipts: bool, now: Time) -> Outcome {
    let body = answer.json();
    match word(&body["error"]["code"]) {
        Some(code) if code == codes::DUPLICATE => taken_before(&body, receipts),
        Some(code) => {
            let error = REFUSALS.error("Rapporto", &code, answer.class_by_status());
            Outcome::from_error(error.retry_after(answer.retry_after(now)))
        }
        None if answer.status.as_u16() == 409 => taken_before(&body, receipts),
        None if !answer.status.is_success() => answer.outcome_by_status(now),
        None => word(&body["mtNum"]).map_or_else(|| no_id("Rapporto"), |id| accepted(id, receipts)),
    }
}

/// A call with this `id` came before: it has the message, and statuses follow from it.
fn taken_before(body: &Value, receipts: bool) -> Outcome {
    Outcome::Accepted(Accepted { provider_message_id: word(&body["mtNum"]), receipts, part_count: None })
}

/// The refusal of a content that no message of Rapporto's is.
pub(crate) fn not_carried(message: &str) -> Outcome {
    Outcome::Refused(ProviderError::new(ErrorClass::Permanent, "content_not_carried", message))
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod webhook_tests;
