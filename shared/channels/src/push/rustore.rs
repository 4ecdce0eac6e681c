//! `RUSTORE`: push notifications of RuStore (<https://www.rustore.ru/help/sdk/push-notifications/send-push-notifications>), for
//! Android devices without Google's services. The body is FCM's.
//!
//! There are no receipts, so taken counts as delivered, and no key against duplicates. `from` is the title; `buttonUrl` and
//! `buttonText` go into `data.url` and `data.button`, `data.msg` is our reference to the attempt.
//!
//! Takes the tokens of Android and of recipients that name no platform, as `FCM` does: where both are set, the caller's
//! `provider` chooses, else the first one of the document has them.

use super::{device, fcm_message, notification::Notification};
use crate::{
    Capabilities, Context, DocumentFault,
    base_url::base_url,
    codes::Codes,
    document::Entry,
    registry::Kind,
    secret::Secret,
    transport::{self, Answer},
};
use baton_domain::ErrorClass::*;
use baton_domain::{Channel, ChannelContent, Outcome, Recipient, Time, outcome::Accepted, recipient::Platform};
use baton_pipeline::provider::{Provider, SendRequest};
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::Value;

/// The name in the document.
pub const NAME: &str = "RUSTORE";

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities { image: true, button: true, ttl: true, ..Capabilities::TEXT },
    new: |entry, context| Ok(Box::new(RuStore::new(entry, context)?)),
};

/// The settings of a document's entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Settings {
    /// The push project's id in RuStore's console.
    pub project_id: String,
    /// The project's service token.
    pub service_token: Secret,
    /// Another address than `https://vkpns.rustore.ru`.
    pub base_url: Option<String>,
}

/// The provider.
pub struct RuStore {
    http: reqwest::Client,
    url: String,
    token: Secret,
}

impl RuStore {
    /// The provider of an entry.
    ///
    /// # Errors
    /// A setting is missing, unknown or not of its form.
    pub fn new(entry: &Entry, context: &Context) -> Result<RuStore, DocumentFault> {
        let settings: Settings = entry.settings()?;
        let base = base_url(entry, settings.base_url.as_deref(), "https://vkpns.rustore.ru")?;
        let project = &settings.project_id;
        if project.is_empty() || !project.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
            return Err(entry.fault("projectId", "letters, digits, `-` and `_` are expected"));
        }
        if settings.service_token.is_empty() {
            return Err(entry.fault("serviceToken", "the project's service token is expected"));
        }
        let url = format!("{base}/v1/projects/{project}/messages:send");
        Ok(RuStore { http: context.http.clone(), url, token: settings.service_token })
    }

    fn call(&self, request: &SendRequest) -> Result<reqwest::RequestBuilder, Outcome> {
        let body = fcm_message::body("token", &request.to, &Notification::of(request)?)?;
        Ok(self.http.post(&self.url).bearer_auth(self.token.expose()).json(&body))
    }
}

impl Provider for RuStore {
    fn name(&self) -> &'static str {
        NAME
    }

    fn address<'r>(&self, _: Channel, recipient: &'r Recipient, _: &ChannelContent) -> Option<&'r str> {
        device::token(recipient, &[Platform::Android], true)
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(transport::exchange(self.call(request), |answer| outcome(answer, request.now)))
    }
}

/// The codes that the page names, and those of Google's APIs that its errors follow.
const CODES: Codes = Codes {
    rows: &[
        ("NOT_FOUND", Permanent, "The app is gone from the device, or its token has changed."),
        ("INVALID_ARGUMENT", Misconfigured, "RuStore refused the request as not well-formed."),
        ("UNAUTHENTICATED", Misconfigured, "RuStore refused the service token."),
        ("PERMISSION_DENIED", Misconfigured, "The service token may not send in this project."),
        ("RESOURCE_EXHAUSTED", Temporary, "RuStore limits the rate of calls."),
        ("UNAVAILABLE", Temporary, "RuStore is not available for now."),
        ("INTERNAL", Temporary, "RuStore has an internal error."),
    ],
    provider_wide: &["UNAUTHENTICATED", "PERMISSION_DENIED", "UNAVAILABLE", "INTERNAL"],
};

fn outcome(answer: &Answer, now: Time) -> Outcome {
    let body = answer.json();
    if let (true, Value::Object(fields)) = (answer.status.is_success(), &body) {
        // The answer is an empty object; an id is kept should there be one.
        let id = fields.get("name").and_then(Value::as_str).map(str::to_owned);
        return Outcome::Accepted(Accepted { provider_message_id: id, receipts: false, part_count: None });
    }
    match body["error"]["status"].as_str() {
        Some(code) if !answer.status.is_success() => {
            let error = CODES.error("RuStore", code, answer.class_by_status());
            Outcome::from_error(error.retry_after(answer.retry_after(now)))
        }
        _ if answer.status.is_success() => crate::outcomes::no_id("RuStore"),
        _ => answer.outcome_by_status(now),
    }
}

#[cfg(test)]
#[path = "rustore_tests.rs"]
mod tests;
