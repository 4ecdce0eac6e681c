//! `FCM`: Firebase Cloud Messaging, HTTP v1 (<https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send>).
//!
//! There are no receipts, so taken counts as delivered, and no key against duplicates; `android.notification.tag` lets a copy
//! of a message take the place of the first one on the device.
//!
//! `from` is the title, as contents have none of their own; without it the app's name stands alone. `buttonUrl` goes into
//! `data.url` for the app (and into the link of a web notification), `buttonText` into `data.button`: what to make of them is
//! the app's. `data.msg` is our reference to the attempt.
//!
//! Takes the tokens of Android and of recipients that name no platform; those of `ios` and `web` with the setting `platforms`.

/// The access token of Google's API.
mod access;
/// What the codes mean.
mod codes;

use super::{device, fcm_message, notification::Notification};
use crate::{
    Capabilities, Context, DocumentFault,
    base_url::base_url,
    document::Entry,
    outcomes::{accepted, no_id},
    registry::Kind,
    secret::Secret,
    transport::{self, Answer},
};
use access::{AccessTokens, ServiceAccount};
use baton_domain::ErrorClass::*;
use baton_domain::{Channel, ChannelContent, Outcome, ProviderError, Recipient, Time, recipient::Platform};
use baton_pipeline::provider::{CALL_TIMEOUT, Provider, SendRequest};
use codes::CODES;
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// The name in the document.
pub const NAME: &str = "FCM";

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities { image: true, button: true, ttl: true, ..Capabilities::TEXT },
    new: |entry, context| Ok(Box::new(Fcm::new(entry, context)?)),
};

/// The pause after `QUOTA_EXCEEDED` where the answer asks for none; the page on errors names a minute.
const QUOTA_PAUSE: Duration = Duration::from_secs(60);

/// The field of a message that holds the token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TargetField {
    /// A registration token.
    #[default]
    Token,
    /// A Firebase installation id, which is to take the token's place.
    Fid,
}

/// The settings of a document's entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Settings {
    /// The key file of a service account, as Google gives it. Its role needs `cloudmessaging.messages.create`.
    pub service_account: ServiceAccount,
    /// The field that `pushRegistrationId` goes into: `token` (the default) or `fid`.
    #[serde(default)]
    pub target_field: TargetField,
    /// The platforms whose tokens it takes, beside recipients that name none: `android` alone by default.
    #[serde(default = "android")]
    pub platforms: Vec<Platform>,
    /// Another address for access tokens than the one in the key file.
    pub token_uri: Option<String>,
    /// Another address than `https://fcm.googleapis.com`.
    pub base_url: Option<String>,
}

fn android() -> Vec<Platform> {
    vec![Platform::Android]
}

/// The provider.
pub struct Fcm {
    http: reqwest::Client,
    url: String,
    target: &'static str,
    platforms: Vec<Platform>,
    tokens: AccessTokens,
}

impl Fcm {
    /// The provider of an entry.
    ///
    /// # Errors
    /// A setting is missing, unknown or not of its form.
    pub fn new(entry: &Entry, context: &Context) -> Result<Fcm, DocumentFault> {
        let settings: Settings = entry.settings()?;
        let base = base_url(entry, settings.base_url.as_deref(), "https://fcm.googleapis.com")?;
        if settings.platforms.is_empty() {
            return Err(entry.fault("platforms", "at least one of android, ios and web is expected"));
        }
        let project = settings.service_account.project_id(entry)?;
        Ok(Fcm {
            http: context.http.clone(),
            url: format!("{base}/v1/projects/{project}/messages:send"),
            target: match settings.target_field {
                TargetField::Token => "token",
                TargetField::Fid => "fid",
            },
            platforms: settings.platforms,
            tokens: AccessTokens::new(entry, context, settings.service_account, settings.token_uri)?,
        })
    }

    fn body(&self, request: &SendRequest) -> Result<Value, Outcome> {
        let notification = Notification::of(request)?;
        let mut body = fcm_message::body(self.target, &request.to, &notification)?;
        let message = &mut body["message"];
        message["android"]["notification"]["tag"] = notification.tag.as_str().into();
        if let Some(seconds) = notification.ttl {
            let expires = request.now.timestamp() + i64::from(seconds);
            message["apns"]["headers"]["apns-expiration"] = expires.to_string().into();
            message["webpush"]["headers"]["TTL"] = seconds.to_string().into();
        }
        // The link of a web notification must be https.
        if let Some(url) = notification.url.filter(|url| url.starts_with("https://")) {
            message["webpush"]["fcmOptions"]["link"] = url.into();
        }
        Ok(body)
    }

    async fn post(&self, body: &Value, token: &Secret) -> Result<Answer, Outcome> {
        transport::call(self.http.post(&self.url).bearer_auth(token.expose()).json(body)).await
    }

    async fn deliver(&self, request: &SendRequest) -> Result<Answer, Outcome> {
        let body = self.body(request)?;
        let token = self.tokens.get(request.now, None).await.map_err(Outcome::Refused)?;
        let answer = self.post(&body, &token).await?;
        if !is_token_refused(&answer) {
            return Ok(answer);
        }
        // Withdrawn before its time. Nothing was sent yet, so it goes out once more with a new one.
        let token = self.tokens.get(request.now, Some(&token)).await.map_err(Outcome::Refused)?;
        self.post(&body, &token).await
    }
}

impl Provider for Fcm {
    fn name(&self) -> &'static str {
        NAME
    }

    fn address<'r>(&self, _: Channel, recipient: &'r Recipient, _: &ChannelContent) -> Option<&'r str> {
        device::token(recipient, &self.platforms, true)
    }

    fn check(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        Box::pin(async move { self.tokens.get(chrono::Utc::now(), None).await.map(|_| ()) })
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            // One limit for all calls, when there are several.
            match tokio::time::timeout(CALL_TIMEOUT, self.deliver(request)).await {
                Ok(Ok(answer)) => outcome(&answer, request.now),
                Ok(Err(outcome)) => outcome,
                Err(_) => {
                    let message = "The provider did not answer in time; it may have taken the message.";
                    Outcome::Unknown(ProviderError::new(Unknown, "timeout", message).provider_wide())
                }
            }
        })
    }
}

/// The code of FCM's own in an answer's details.
fn fcm_code(body: &Value) -> Option<&str> {
    detail(body, "FcmError")?["errorCode"].as_str()
}

/// The detail of a type: `type.googleapis.com/google.firebase.fcm.v1.FcmError`, `type.googleapis.com/google.rpc.BadRequest`.
fn detail<'b>(body: &'b Value, name: &str) -> Option<&'b Value> {
    let is = |detail: &&Value| detail["@type"].as_str().is_some_and(|kind| kind.ends_with(&format!(".{name}")));
    body["error"]["details"].as_array()?.iter().find(is)
}

/// A 401 is about our token, unless FCM says that it could not log in at Apple's or a browser's push service.
fn is_token_refused(answer: &Answer) -> bool {
    answer.status == 401 && fcm_code(&answer.json()).is_none()
}

/// Whether `INVALID_ARGUMENT` is about the token: FCM's own detail says so, unless a field other than the token is named.
fn is_about_the_token(body: &Value) -> bool {
    let of_token = |violation: &Value| matches!(violation["field"].as_str(), Some("message.token" | "message.fid"));
    match detail(body, "BadRequest").and_then(|detail| detail["fieldViolations"].as_array()) {
        Some(violations) => violations.iter().all(of_token) && !violations.is_empty(),
        None => fcm_code(body).is_some(),
    }
}

fn outcome(answer: &Answer, now: Time) -> Outcome {
    let body = answer.json();
    if answer.status.is_success() {
        return body["name"].as_str().map_or_else(|| no_id("FCM"), |name| accepted(name, false));
    }
    let Some(code) = fcm_code(&body).or(body["error"]["status"].as_str()) else { return answer.outcome_by_status(now) };
    if code == "INVALID_ARGUMENT" && !is_about_the_token(&body) {
        return Outcome::Refused(ProviderError::new(
            Misconfigured,
            code,
            "FCM refused the request as not well-formed.",
        ));
    }
    let pause = answer.retry_after(now).or((code == "QUOTA_EXCEEDED").then_some(QUOTA_PAUSE));
    Outcome::from_error(CODES.error("FCM", code, answer.class_by_status()).retry_after(pause))
}

#[cfg(test)]
mod tests;
