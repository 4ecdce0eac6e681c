//! `VONAGE`: the Vonage Messages API, version 1 (<https://developer.vonage.com/en/api/messages>). What its channels
//! share: settings, authorisation, the call, what the answer means, the webhook. One file per channel builds the
//! message: [`crate::sms::vonage`], [`crate::whatsapp::vonage`], [`crate::viber::vonage`].
//!
//! Vonage has no key against duplicates; `client_ref` carries our reference and is in every status.

mod authority;
/// What the codes mean.
pub(crate) mod codes;
mod outcome;
mod webhook;

pub use webhook::webhook;

use crate::{
    Context, DocumentFault,
    base_url::base_url,
    document::Entry,
    outcomes::{check_failed, no_sender},
    secret::Secret,
    transport,
};
use authority::Authority;
use baton_domain::{Channel, Outcome, ProviderError, Time};
use baton_pipeline::provider::SendRequest;
use serde::Deserialize;
use serde_json::{Value, json};

/// The name in the document.
pub const NAME: &str = "VONAGE";

/// The settings of a document's entry. Calls are authorised by `applicationId` with `privateKey`, else by `apiKey` with
/// `apiSecret`; Vonage recommends the application.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Settings {
    /// The application, a UUID.
    pub application_id: Option<String>,
    /// The application's RSA key, as PEM.
    pub private_key: Option<Secret>,
    /// The account's key.
    pub api_key: Option<String>,
    /// The account's secret.
    pub api_secret: Option<Secret>,
    /// What the account signs its statuses with. Without it no statuses are asked for, and taken counts as delivered.
    pub signature_secret: Option<Secret>,
    /// The sender of messages that name none: a number (sms, whatsapp), a name (sms), the id of a Viber service
    /// (viber).
    pub from: Option<String>,
    /// viber: what the messages are for, `transaction` (the account's default) or `promotion`.
    pub category: Option<Category>,
    /// viber: `template` in Belarus, Russia and Ukraine, where texts are approved; else `string`, which is the default.
    #[serde(rename = "type")]
    pub kind: Option<ViberType>,
    /// Another address than `https://api.nexmo.com`.
    pub base_url: Option<String>,
}

/// What the messages of a Viber service are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// About something that the recipient did or has.
    Transaction,
    /// To sell something.
    Promotion,
}

/// How the texts of a Viber service are agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ViberType {
    /// Any text.
    String,
    /// Texts that fit a template which Vonage has set up.
    Template,
}

fn settings(entry: &Entry, channel: Channel) -> Result<Settings, DocumentFault> {
    let settings: Settings = entry.settings()?;
    for (name, is_set) in [("category", settings.category.is_some()), ("type", settings.kind.is_some())] {
        if is_set && channel != Channel::Viber {
            return Err(entry.fault(name, "it belongs to viber alone"));
        }
    }
    Ok(settings)
}

/// What the provider of every channel is made of.
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    callback: Option<String>,
    authority: Authority,
    settings: Settings,
}

impl Client {
    /// The client of an entry.
    ///
    /// # Errors
    /// A setting is missing, unknown or not of its form.
    pub(crate) fn new(entry: &Entry, context: &Context, channel: Channel) -> Result<Client, DocumentFault> {
        let settings = settings(entry, channel)?;
        let base = base_url(entry, settings.base_url.as_deref(), "https://api.nexmo.com")?;
        Ok(Client {
            http: context.http.clone(),
            url: format!("{base}/v1/messages"),
            callback: settings.signature_secret.is_some().then(|| context.webhook_url(channel, NAME)),
            authority: authority::authority(entry, &settings)?,
            settings,
        })
    }

    /// The settings.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// A message over one of Vonage's channels, without its content: addresses, our reference, where statuses go.
    ///
    /// # Errors
    /// The message has no sender.
    pub(crate) fn message(&self, request: &SendRequest, channel: &str, kind: &str) -> Result<Value, Outcome> {
        let from = request.content.from.as_deref().or(self.settings.from.as_deref()).ok_or_else(no_sender)?;
        let mut body = json!({
            "message_type": kind,
            "channel": channel,
            "to": bare(&request.to),
            "from": bare(from),
            "client_ref": request.attempt,
        });
        if let Some(callback) = &self.callback {
            body["webhook_url"] = callback.as_str().into();
            body["webhook_version"] = "v1".into();
        }
        Ok(body)
    }

    /// Sends a message, unless it was refused before the call.
    pub(crate) async fn send(&self, body: Result<Value, Outcome>, now: Time) -> Outcome {
        let sent = async {
            let call = self.authority.authorise(self.http.post(&self.url).json(&body?), now)?;
            Ok(outcome::outcome(&transport::call(call).await?, self.callback.is_some(), now))
        };
        sent.await.unwrap_or_else(|refused| refused)
    }

    /// Sends nothing at all, as a message: Vonage asks for the credentials before it looks at the message, so a
    /// complaint about the message (422) shows that they are good, whether they are an account's or an application's.
    /// Nobody is reached.
    ///
    /// # Errors
    /// What the answer says of the credentials, or that there was none.
    pub(crate) async fn check(&self) -> Result<(), ProviderError> {
        let now = Time::from(std::time::SystemTime::now());
        let checked = async {
            let call = self.authority.authorise(self.http.post(&self.url).json(&json!({})), now)?;
            transport::call(call).await
        };
        let answer = checked.await.map_err(check_failed)?;
        if answer.status.as_u16() == 422 && answer.json()["type"].is_string() {
            return Ok(());
        }
        match outcome::outcome(&answer, false, now) {
            Outcome::Accepted(_) => Ok(()),
            other => Err(check_failed(other)),
        }
    }
}

/// A number without the plus that Vonage does not take; a name as it is.
fn bare(number: &str) -> &str {
    number.strip_prefix('+').unwrap_or(number)
}

#[cfg(test)]
mod tests;
