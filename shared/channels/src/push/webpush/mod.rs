//! `WEBPUSH`: browsers by Web Push (RFC 8030), encrypted (RFC 8291) and signed with our own key (VAPID, RFC 8292).
//!
//! There are no receipts, so taken counts as delivered, and no key against duplicates: `Topic` lets a copy take the place of one
//! that still waits, and the site's service worker can do the same on the screen with `tag`.
//!
//! The service worker gets JSON, all values strings: `body`, `msg` (our reference to the attempt), `tag`, and where they are
//! given `title` (`from`, as contents have no title of their own), `image`, `url` and `button`. What is shown of it is the
//! site's.
//!
//! Takes the subscriptions of browsers (`{"endpoint": …, "keys": {"p256dh": …, "auth": …}}`), whatever the platform says. A
//! token of the platform `web` is one of Firebase's own SDK and is left to `FCM`.

mod encryption;
mod subscription;
mod vapid;

use super::{
    device,
    notification::{Notification, fits},
};
use crate::{
    Capabilities, Context, DocumentFault,
    codes::Codes,
    document::Entry,
    outcomes::refused,
    registry::Kind,
    secret::Secret,
    transport::{self, Answer},
};
use baton_domain::ErrorClass::*;
use baton_domain::{Channel, ChannelContent, Outcome, ProviderError, Recipient, Time, outcome::Accepted};
use baton_pipeline::provider::{Provider, SendRequest};
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::Value;
use subscription::{Fault, Subscription};
use vapid::Vapid;

/// The name in the document.
pub const NAME: &str = "WEBPUSH";

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities { image: true, button: true, ttl: true, ..Capabilities::TEXT },
    new: |entry, context| Ok(Box::new(WebPush::new(entry, context)?)),
};

/// How long a push service keeps a message that names no validity period, in seconds: four weeks, as long as any keeps one.
const TTL: u32 = 28 * 24 * 3600;

/// The most characters of a message's address that are kept as its id.
const ID_LIMIT: usize = 1024;

/// The settings of a document's entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Settings {
    /// The VAPID key that browsers subscribe with (`applicationServerKey`): the uncompressed point in base64url, 65 bytes.
    pub public_key: String,
    /// Its private key in base64url, 32 bytes.
    pub private_key: Secret,
    /// Whom push services write to about our messages: `mailto:` with an e-mail, or an https address.
    pub subject: String,
    /// Hosts of push services beside the browsers' own: `push.example.org`, or `*.push.example.org` for all below. They may be
    /// called over http too, and on any port.
    #[serde(default)]
    pub allowed_hosts: Vec<String>,
}

/// The provider.
pub struct WebPush {
    http: reqwest::Client,
    vapid: Vapid,
    allowed: Vec<String>,
}

impl WebPush {
    /// The provider of an entry.
    ///
    /// # Errors
    /// A setting is missing, unknown or not of its form.
    pub fn new(entry: &Entry, context: &Context) -> Result<WebPush, DocumentFault> {
        let settings: Settings = entry.settings()?;
        if let Some(index) = settings.allowed_hosts.iter().position(|host| !subscription::is_pattern(host)) {
            let message = "a host in lower case without scheme and port is expected, or `*.` before one";
            return Err(entry.fault(&format!("allowedHosts/{index}"), message));
        }
        let vapid = Vapid::new(entry, &settings.public_key, &settings.private_key, settings.subject)?;
        Ok(WebPush { http: context.http.clone(), vapid, allowed: settings.allowed_hosts })
    }

    fn call(&self, request: &SendRequest) -> Result<reqwest::RequestBuilder, Outcome> {
        let subscription = Subscription::read(&request.to, &self.allowed).map_err(not_used)?;
        let notification = Notification::of(request)?;
        let text = payload(&notification).to_string();
        fits(text.len(), encryption::LIMIT)?;
        let body = encryption::encrypt(&subscription.key, &subscription.secret, text.as_bytes())
            .map_err(|_| not_used(Fault::Malformed))?;
        let origin = subscription.endpoint.origin().ascii_serialization();
        let authorization = self.vapid.authorization(&origin, request.now).ok_or_else(|| {
            let message = "The token for the call could not be signed; check privateKey.";
            Outcome::Refused(ProviderError::new(Misconfigured, "bad_private_key", message).provider_wide())
        })?;
        let call = self.http.post(subscription.endpoint).header("authorization", authorization);
        Ok(call
            .header("ttl", notification.ttl.unwrap_or(TTL))
            .header("urgency", "high")
            .header("topic", notification.tag)
            .header("content-type", "application/octet-stream")
            .header("content-encoding", "aes128gcm")
            .body(body))
    }
}

fn payload(notification: &Notification<'_>) -> Value {
    let mut payload = notification.shown(true);
    payload.extend(notification.data());
    payload.insert("tag".to_owned(), notification.tag.as_str().into());
    payload.into()
}

fn not_used(fault: Fault) -> Outcome {
    match fault {
        Fault::Malformed => refused(Permanent, "bad_subscription", "The subscription is not what a browser gives."),
        Fault::NotAllowed => {
            let message = "The subscription's address is none of a known push service, nor of allowedHosts.";
            refused(Permanent, "endpoint_not_allowed", message)
        }
    }
}

impl Provider for WebPush {
    fn name(&self) -> &'static str {
        NAME
    }

    fn address<'r>(&self, _: Channel, recipient: &'r Recipient, _: &ChannelContent) -> Option<&'r str> {
        device::subscription(recipient)
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let call = match self.call(request) {
                Ok(call) => call,
                Err(refused) => return refused,
            };
            match transport::call(call).await {
                Ok(answer) => outcome(&answer, request.now),
                Err(outcome) => of_one_service(outcome),
            }
        })
    }
}

/// The service that did not answer is one of many, and its address came from outside: it says nothing of the others.
fn of_one_service(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Refused(error) => Outcome::Refused(ProviderError { provider_wide: false, ..error }),
        Outcome::Unknown(error) => Outcome::Unknown(ProviderError { provider_wide: false, ..error }),
        accepted @ Outcome::Accepted(_) => accepted,
    }
}

/// The codes are ours: push services have the HTTP status alone in common (RFC 8030, section 5 and 7.3; RFC 8292, section 4.2).
/// None is about the provider as a whole: each is said by one service, and of one subscription.
const CODES: Codes = Codes {
    rows: &[
        ("gone", Permanent, "The subscription has ended."),
        ("payload_too_large", Misconfigured, "The push service calls the message too large."),
        ("bad_request", Misconfigured, "The push service refused the request."),
        ("unauthorized", Misconfigured, "The push service refused our key: the subscription may be of another one."),
        ("too_many_requests", Temporary, "The push service limits the rate of calls."),
        ("unavailable", Temporary, "The push service is not available for now."),
    ],
    provider_wide: &[],
};

fn outcome(answer: &Answer, now: Time) -> Outcome {
    let code = match answer.status.as_u16() {
        // 201 by the RFC; 202 where a receipt was asked for; 200 is seen as well.
        200..=202 => return Outcome::Accepted(Accepted { provider_message_id: id(answer), ..Accepted::default() }),
        404 | 410 => "gone",
        413 => "payload_too_large",
        400 => "bad_request",
        401 | 403 => "unauthorized",
        429 => "too_many_requests",
        500.. => "unavailable",
        // A status of success that the RFC does not have is not one of a push service.
        203..300 => {
            let message = "The answer is not one of a push service; it may have taken the message.";
            return Outcome::Unknown(ProviderError::new(Unknown, "bad_answer", message));
        }
        _ => return of_one_service(answer.outcome_by_status(now)),
    };
    let error = CODES.error("The push service", code, Misconfigured);
    Outcome::from_error(error.retry_after(answer.retry_after(now)))
}

/// The message's id at the push service: Apple has a header for it, the others give the message's address.
fn id(answer: &Answer) -> Option<String> {
    let header = |name| answer.headers.get(name).and_then(|value| value.to_str().ok());
    header("apns-id").or_else(|| header("location")).filter(|id| id.len() <= ID_LIMIT).map(str::to_owned)
}

#[cfg(test)]
mod tests;
