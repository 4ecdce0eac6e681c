//! What Vonage tells us: statuses of our messages, and messages of people. Both are signed with the account's secret
//! (<https://developer.vonage.com/en/getting-started/concepts/webhooks#decoding-signed-webhooks>).
//!
//! An application has one address for the messages of people, whatever the channel; so it may be that of any of our
//! channels, and the message itself says which channel it came by.

use super::{NAME, outcome::error, settings};
use crate::{DocumentFault, acts, document::Entry, secret::Secret};
use baton_domain::{AttemptRef, Channel, ErrorClass::Permanent, ProviderError, Receipt, ReceiptStatus, Time};
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::{ReceiptOf, Webhook, WebhookAnswer, WebhookError, WebhookRequest},
};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// How old a signature may be, in seconds. Vonage signs a webhook anew each time it sends it, so only a replay is older
/// than this.
const MAX_AGE: i64 = 5 * 60;

/// How far Vonage's clock may be ahead of ours, in seconds.
const MAX_AHEAD: i64 = 60;

/// The webhook of an entry.
///
/// # Errors
/// A setting is unknown or not of its form, or `signatureSecret` is missing: without it anybody could write receipts.
pub fn webhook(entry: &Entry, channel: Channel) -> Result<Box<dyn Webhook>, DocumentFault> {
    match settings(entry, channel)?.signature_secret {
        Some(secret) if !secret.is_empty() => Ok(Box::new(Signed { secret })),
        _ => Err(entry.fault("signatureSecret", "required for webhooks: the signature secret of the Vonage account")),
    }
}

struct Signed {
    secret: Secret,
}

/// What a signature says.
#[derive(Deserialize)]
struct Claims {
    iat: i64,
    payload_hash: String,
}

impl Webhook for Signed {
    fn name(&self) -> &'static str {
        NAME
    }

    fn read(&self, request: &WebhookRequest, now: Time) -> Result<WebhookAnswer, WebhookError> {
        self.verify(request, now).ok_or(WebhookError::Forged)?;
        let body: Value =
            serde_json::from_slice(&request.body).map_err(|_| WebhookError::Malformed("no JSON".to_owned()))?;
        let receipts = receipt(&body, now).into_iter().collect();
        let inbound = inbound(&body, now).into_iter().collect();
        Ok(WebhookAnswer { inbound, ..WebhookAnswer::receipts(receipts) })
    }
}

impl Signed {
    /// `Some` when the request carries a fresh token (HS256) under our secret that names the hash of its body.
    fn verify(&self, request: &WebhookRequest, now: Time) -> Option<()> {
        let (scheme, token) = request.header("authorization")?.split_once(' ')?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.required_spec_claims.clear();
        // Its age counts, by the clock that we are given.
        validation.validate_exp = false;
        validation.validate_aud = false;
        let key = DecodingKey::from_secret(self.secret.expose().as_bytes());
        let claims = jsonwebtoken::decode::<Claims>(token.trim(), &key, &validation).ok()?.claims;
        let actual = hex::encode(Sha256::digest(&request.body));
        let same: bool = actual.as_bytes().ct_eq(claims.payload_hash.to_ascii_lowercase().as_bytes()).into();
        let age = now.timestamp().checked_sub(claims.iat)?;
        (scheme.eq_ignore_ascii_case("bearer") && same && (-MAX_AHEAD..=MAX_AGE).contains(&age)).then_some(())
    }
}

fn at(body: &Value, now: Time) -> Time {
    body["timestamp"].as_str().and_then(|at| at.parse().ok()).unwrap_or(now)
}

/// The receipt in a status (schemas `messageStatusSMS`, `messageStatusWhatsApp`, `messageStatusViber`); `None` for
/// messages of people, for messages that are not ours and for statuses that Vonage adds one day.
fn receipt(body: &Value, now: Time) -> Option<ReceiptOf> {
    let attempt: AttemptRef = body["client_ref"].as_str()?.parse().ok()?;
    let status = match body["status"].as_str()? {
        "submitted" => ReceiptStatus::Sent,
        "delivered" => ReceiptStatus::Delivered,
        "read" => ReceiptStatus::Read,
        status @ ("rejected" | "undeliverable") => {
            ReceiptStatus::Failed(error(&body["error"], Permanent).unwrap_or_else(|| {
                ProviderError::new(Permanent, status, "Vonage reported that the message was not delivered.")
            }))
        }
        _ => return None,
    };
    let parts = &body["sms"]["count_total"];
    let receipt = Receipt {
        status,
        at: at(body, now),
        provider_message_id: body["message_uuid"].as_str().map(str::to_owned),
        part_count: parts.as_str().map_or_else(|| parts.as_u64()?.try_into().ok(), |parts| parts.parse().ok()),
    };
    Some(ReceiptOf { attempt, receipt })
}

/// The channel that a message of a person came by; `None` for those that we do not have (mms, rcs, messenger).
fn channel(body: &Value) -> Option<Channel> {
    match body["channel"].as_str()? {
        "sms" => Some(Channel::Sms),
        "whatsapp" => Some(Channel::Whatsapp),
        "viber_service" => Some(Channel::Viber),
        _ => None,
    }
}

/// A message of a person (webhook `inbound-message`); `None` for statuses.
fn inbound(body: &Value, now: Time) -> Option<Inbound> {
    if body.get("status").is_some() {
        return None;
    }
    Some(Inbound {
        channel: channel(body)?,
        provider: NAME.to_owned(),
        id: body["message_uuid"].as_str()?.to_owned(),
        from: acts::plus(body["from"].as_str()?),
        to: body["to"].as_str().map(acts::plus),
        at: at(body, now),
        act: act(body)?,
    })
}

/// What the person did; `None` for a reaction that is taken back.
fn act(body: &Value) -> Option<Act> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    // An SMS has no `message_type`.
    let kind = body["message_type"].as_str().unwrap_or("text");
    let part = &body[kind];
    Some(match kind {
        "text" => Act::wrote(&text(&body["text"])),
        "reply" => acts::pressed(&text(&part["title"]), part["id"].as_str().map(str::to_owned)),
        // What a flow's button carries is an object.
        "button" => acts::pressed(
            &text(&part["text"]),
            part.get("payload").map(|payload| payload.as_str().map_or_else(|| payload.to_string(), str::to_owned)),
        ),
        "reaction" if part["action"] == "unreact" => return None,
        "reaction" => Act::Wrote { text: text(&part["emoji"]), payload: None },
        _ => Act::Wrote { text: text(&part["caption"]), payload: None },
    })
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
