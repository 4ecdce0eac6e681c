//! `APNS`: Apple Push Notification service over HTTP/2, authorised by tokens
//! (<https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns>).
//!
//! There are no receipts, so taken counts as delivered. `apns-id` is the attempt's, but it is no key against duplicates: Apple
//! only gives it back. `apns-collapse-id` is the message's, so a copy takes the place of the first one on the device.
//!
//! `from` is the title. `imageUrl`, `buttonUrl` and `buttonText` go beside `aps` as `image`, `url` and `button`, and
//! `mutable-content` lets the app's extension load the picture; `msg` is our reference to the attempt.
//!
//! Takes the tokens of `ios`.

/// What the reasons mean.
mod codes;
/// The tokens that calls are authorised by.
mod signer;

use super::{
    device,
    notification::{Notification, fits},
};
use crate::{
    Capabilities, Context, DocumentFault,
    base_url::base_url,
    document::Entry,
    outcomes::{accepted, checked, refused},
    registry::Kind,
    secret::Secret,
    transport::{self, Answer},
};
use baton_domain::ErrorClass::*;
use baton_domain::{Channel, ChannelContent, Outcome, ProviderError, Recipient, Time, recipient::Platform};
use baton_pipeline::provider::{CALL_TIMEOUT, Provider, SendRequest};
use codes::CODES;
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use signer::Signer;
use std::sync::OnceLock;
use uuid::Uuid;

/// The name in the document.
pub const NAME: &str = "APNS";

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities { image: true, button: true, ttl: true, ..Capabilities::TEXT },
    new: |entry, context| Ok(Box::new(Apns::new(entry, context)?)),
};

/// The most bytes of a payload.
const PAYLOAD_LIMIT: usize = 4096;

/// The most hexadecimal digits of a device token. Apple gives no length and says that it may grow; it is 64 digits today.
const TOKEN_LIMIT: usize = 400;

/// A token that no device has.
const NOBODY: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Which of Apple's services: each knows the tokens of its own builds of an app alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Apps from the App Store and TestFlight.
    #[default]
    Production,
    /// Apps that run from Xcode.
    Sandbox,
}

/// The settings of a document's entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Settings {
    /// The signing key's id, ten letters and digits.
    pub key_id: String,
    /// The developer team's id, ten letters and digits.
    pub team_id: String,
    /// The signing key, the text of Apple's `.p8` file.
    pub private_key: Secret,
    /// The app's bundle id.
    pub topic: String,
    /// `production` (the default) or `sandbox`.
    #[serde(default)]
    pub environment: Environment,
    /// Another address than Apple's. Plain http is called over HTTP/2 as well.
    pub base_url: Option<String>,
}

/// The provider.
pub struct Apns {
    /// Made on first use: it reads the root certificates.
    http: OnceLock<reqwest::Client>,
    base: String,
    topic: String,
    signer: Signer,
}

impl Apns {
    /// The provider of an entry.
    ///
    /// # Errors
    /// A setting is missing, unknown or not of its form.
    pub fn new(entry: &Entry, _: &Context) -> Result<Apns, DocumentFault> {
        let settings: Settings = entry.settings()?;
        let default = match settings.environment {
            Environment::Production => "https://api.push.apple.com",
            Environment::Sandbox => "https://api.sandbox.push.apple.com",
        };
        let base = base_url(entry, settings.base_url.as_deref(), default)?;
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'));
        if settings.topic.is_empty() || !plain(&settings.topic) {
            return Err(entry.fault("topic", "the app's bundle id is expected"));
        }
        let signer = Signer::new(entry, settings.key_id, settings.team_id, &settings.private_key)?;
        Ok(Apns { http: OnceLock::new(), base, topic: settings.topic, signer })
    }

    fn http(&self) -> Result<&reqwest::Client, Outcome> {
        if let Some(client) = self.http.get() {
            return Ok(client);
        }
        let client = transport::http2_client().map_err(|_| {
            let message = "The HTTP/2 client could not be made.";
            Outcome::Refused(ProviderError::new(Temporary, "no_client", message).provider_wide())
        })?;
        Ok(self.http.get_or_init(|| client))
    }

    async fn post(&self, to: &str, bearer: &Secret, call: &Call) -> Result<Answer, Outcome> {
        let mut request = self
            .http()?
            .post(format!("{}/3/device/{to}", self.base))
            .header("authorization", format!("bearer {}", bearer.expose()))
            .header("apns-topic", &self.topic)
            .header("apns-push-type", "alert")
            .header("apns-priority", "10")
            .header("apns-id", &call.id)
            .header("content-type", "application/json")
            .body(call.payload.clone());
        if let Some(collapse) = &call.collapse {
            request = request.header("apns-collapse-id", collapse);
        }
        if let Some(expires) = call.expires {
            request = request.header("apns-expiration", expires);
        }
        transport::call(request).await
    }

    /// Makes the call, and once more with a new token when Apple says that the token has expired.
    async fn deliver(&self, to: &str, call: &Call, now: Time) -> Result<Answer, Outcome> {
        let bearer = self.signer.token(now).map_err(Outcome::Refused)?;
        let answer = self.post(to, &bearer, call).await?;
        if reason(&answer.json()) != Some("ExpiredProviderToken") {
            return Ok(answer);
        }
        match self.signer.instead_of(&bearer, now).map_err(Outcome::Refused)? {
            Some(bearer) => self.post(to, &bearer, call).await,
            None => Ok(answer),
        }
    }
}

/// One call, but for the token that authorises it.
struct Call {
    id: String,
    collapse: Option<String>,
    expires: Option<i64>,
    payload: String,
}

impl Call {
    fn of(request: &SendRequest) -> Result<Call, Outcome> {
        let hexadecimal = request.to.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !(1..=TOKEN_LIMIT).contains(&request.to.len()) || !hexadecimal {
            return Err(refused(Permanent, "BadDeviceToken", "The device token is not hexadecimal."));
        }
        let notification = Notification::of(request)?;
        let payload = payload(&notification).to_string();
        fits(payload.len(), PAYLOAD_LIMIT)?;
        let expires = notification.ttl.map(|seconds| request.now.timestamp() + i64::from(seconds));
        Ok(Call { id: apns_id(&notification.reference), collapse: Some(notification.tag), expires, payload })
    }
}

/// The id of an attempt at Apple: a UUID (version 8) of its reference.
fn apns_id(reference: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(reference).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().hyphenated().to_string()
}

fn payload(notification: &Notification<'_>) -> Value {
    let mut aps = json!({"alert": notification.shown(false), "sound": "default"});
    if notification.image.is_some() {
        aps["mutable-content"] = 1.into();
    }
    let mut payload = json!({ "aps": aps });
    for (name, value) in notification.data() {
        payload[name] = value;
    }
    if let Some(image) = notification.image {
        payload["image"] = image.into();
    }
    payload
}

impl Provider for Apns {
    fn name(&self) -> &'static str {
        NAME
    }

    fn address<'r>(&self, _: Channel, recipient: &'r Recipient, _: &ChannelContent) -> Option<&'r str> {
        device::token(recipient, &[Platform::Ios], false)
    }

    /// Calls for a device that does not exist: Apple looks at our token and topic before it looks at the device's.
    fn check(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        Box::pin(async move {
            let call = Call {
                id: Uuid::new_v4().to_string(),
                collapse: None,
                expires: Some(0),
                payload: json!({"aps": {"alert": {"body": "check"}}}).to_string(),
            };
            let now = chrono::Utc::now();
            let outcome = match self.deliver(NOBODY, &call, now).await {
                Ok(answer) => outcome(&answer, now),
                Err(outcome) => outcome,
            };
            match outcome {
                Outcome::Refused(error) if error.class == Permanent => Ok(()),
                outcome => checked(outcome),
            }
        })
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let call = match Call::of(request) {
                Ok(call) => call,
                Err(refused) => return refused,
            };
            // One limit for both calls, when there are two.
            match tokio::time::timeout(CALL_TIMEOUT, self.deliver(&request.to, &call, request.now)).await {
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

fn reason(body: &Value) -> Option<&str> {
    body["reason"].as_str()
}

fn outcome(answer: &Answer, now: Time) -> Outcome {
    if answer.status == 200 {
        let id = answer.headers.get("apns-id").and_then(|id| id.to_str().ok());
        return id.map_or_else(|| crate::outcomes::no_id("Apple"), |id| accepted(id, false));
    }
    let body = answer.json();
    let Some(reason) = reason(&body) else { return answer.outcome_by_status(now) };
    let error = CODES.error("Apple", reason, answer.class_by_status());
    Outcome::from_error(error.retry_after(answer.retry_after(now)))
}

#[cfg(test)]
mod tests;
