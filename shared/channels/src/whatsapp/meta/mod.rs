//! `META`: Meta's WhatsApp Cloud API (<https://developers.facebook.com/docs/whatsapp/cloud-api>).
//!
//! There is no key against duplicates and no time to live; `biz_opaque_callback_data` carries our reference and is in
//! every status. Receipts, also of reading, come where `appSecret` and `verifyToken` are set.
//!
//! A text; a medium with the text under it; either with one button (an interactive message); or an approved template.
//! With a template the text and `buttonUrl` are not sent: what it says is approved. The sender is the entry's number,
//! so `from` is not used.

/// What the codes mean.
mod codes;
mod webhook;

pub use webhook::webhook;

use super::message::{self, Object};
use crate::{
    Capabilities, Context, DocumentFault,
    base_url::base_url,
    document::Entry,
    outcomes::{accepted, bad_answer, check_failed, no_id},
    registry::Kind,
    secret::Secret,
    transport::{self, Answer},
};
use baton_domain::{ErrorClass, Outcome, ProviderError, Time};
use baton_pipeline::provider::{Provider, SendRequest};
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::json;

/// The name in the document.
pub const NAME: &str = "META";

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities {
        image: true,
        button: true,
        template: true,
        receipts: true,
        read_receipts: true,
        inbound: true,
        ..Capabilities::TEXT
    },
    new: |entry, context| Ok(Box::new(Meta::new(entry, context)?)),
};

/// The version of the Graph API that is called when the document names none.
const API_VERSION: &str = "v25.0";

/// The settings of a document's entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Settings {
    /// The token of a system user with the permission `whatsapp_business_messaging`.
    pub access_token: Secret,
    /// The id (not the number itself) of the number that sends.
    pub phone_number_id: String,
    /// The app's secret, which signs the webhooks. Without it there are no receipts, and taken counts as delivered.
    pub app_secret: Option<Secret>,
    /// What the webhook's address is confirmed with, as it was typed into the app's settings. Together with
    /// `appSecret`.
    pub verify_token: Option<Secret>,
    /// The version of the Graph API, `v25.0` when absent.
    pub api_version: Option<String>,
    /// Another address than `https://graph.facebook.com`.
    pub base_url: Option<String>,
}

fn settings(entry: &Entry) -> Result<Settings, DocumentFault> {
    let settings: Settings = entry.settings()?;
    if settings.access_token.is_empty() {
        return Err(entry.fault("accessToken", "must not be empty"));
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(&settings.phone_number_id) {
        return Err(entry.fault("phoneNumberId", "the id of the number, digits alone, is expected"));
    }
    let version = settings.api_version.as_deref().unwrap_or(API_VERSION);
    if !version.strip_prefix('v').and_then(|rest| rest.split_once('.')).is_some_and(|(a, b)| digits(a) && digits(b)) {
        return Err(entry.fault("apiVersion", "a version of the Graph API is expected, as v25.0"));
    }
    let (secret, token) = (&settings.app_secret, &settings.verify_token);
    for (name, given, other) in [("appSecret", secret, token), ("verifyToken", token, secret)] {
        if given.as_ref().is_some_and(Secret::is_empty) {
            return Err(entry.fault(name, "must not be empty"));
        }
        if given.is_none() && other.is_some() {
            return Err(entry.fault(name, "appSecret and verifyToken go together"));
        }
    }
    Ok(settings)
}

/// The provider.
pub struct Meta {
    http: reqwest::Client,
    /// The number's own address: messages are under it.
    url: String,
    token: Secret,
    receipts: bool,
}

impl Meta {
    /// The provider of an entry.
    ///
    /// # Errors
    /// A setting is missing, unknown or not of its form.
    pub fn new(entry: &Entry, context: &Context) -> Result<Meta, DocumentFault> {
        let settings = settings(entry)?;
        let base = base_url(entry, settings.base_url.as_deref(), "https://graph.facebook.com")?;
        let version = settings.api_version.as_deref().unwrap_or(API_VERSION);
        Ok(Meta {
            http: context.http.clone(),
            url: format!("{base}/{version}/{}", settings.phone_number_id),
            token: settings.access_token,
            receipts: settings.app_secret.is_some(),
        })
    }

    fn call(&self, request: &SendRequest) -> Result<reqwest::RequestBuilder, Outcome> {
        let Object { kind, value } = message::content(request)?.object();
        let body = json!({
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": request.to.strip_prefix('+').unwrap_or(&request.to),
            "biz_opaque_callback_data": request.attempt,
            "type": kind,
            kind: value,
        });
        Ok(self.http.post(format!("{}/messages", self.url)).bearer_auth(self.token.expose()).json(&body))
    }
}

impl Provider for Meta {
    fn name(&self) -> &'static str {
        NAME
    }

    /// Reads the number's own entry.
    fn check(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        Box::pin(async move {
            let now = Time::from(std::time::SystemTime::now());
            let call = self.http.get(format!("{}?fields=id", self.url)).bearer_auth(self.token.expose());
            let answer = transport::call(call).await.map_err(check_failed)?;
            match refusal(&answer, now) {
                Some(error) => Err(check_failed(Outcome::from_error(error))),
                None if answer.json()["id"].is_string() => Ok(()),
                None => Err(bad_answer()),
            }
        })
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(transport::exchange(self.call(request), |answer| {
            outcome(answer, self.receipts, request.try_number, request.now)
        }))
    }
}

/// The error in an answer; `None` when it is a success.
fn refusal(answer: &Answer, now: Time) -> Option<ProviderError> {
    let body = answer.json();
    let pause = answer.retry_after(now);
    match codes::error(&body["error"], answer.class_by_status()) {
        Some(error) if pause.is_some() => Some(error.retry_after(pause)),
        Some(error) => Some(error),
        None => (!answer.status.is_success()).then(|| answer.error_by_status(now)),
    }
}

fn outcome(answer: &Answer, receipts: bool, try_number: u8, now: Time) -> Outcome {
    match refusal(answer, now) {
        // A generic error is worth a second try, not more.
        Some(error) if error.code == codes::GENERIC && try_number > 1 => {
            Outcome::Refused(ProviderError { class: ErrorClass::Permanent, ..error })
        }
        Some(error) => Outcome::from_error(error),
        None => match answer.json()["messages"][0]["id"].as_str() {
            Some(id) => accepted(id, receipts),
            None => no_id("Meta"),
        },
    }
}

#[cfg(test)]
mod tests;
