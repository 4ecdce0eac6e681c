//! `VONAGE`: the Vonage Messages API, version 1 (<https://developer.vonage.com/en/api/messages>), channel `sms`.
//!
//! Vonage has no key against duplicates; `client_ref` carries our reference and is in every status.

/// What the codes mean.
pub(super) mod codes;

use crate::{
    Capabilities, Context, DocumentFault,
    base_url::base_url,
    document::Entry,
    outcomes::{accepted, no_id, no_sender, text},
    registry::Kind,
    secret::Secret,
    transport::{self, Answer},
};
use baton_domain::ErrorClass::*;
use baton_domain::{AttemptRef, Channel, ErrorClass, Outcome, ProviderError, Receipt, ReceiptStatus, Time};
use baton_pipeline::provider::{
    Provider, ReceiptOf, SendRequest, Webhook, WebhookAnswer, WebhookError, WebhookRequest,
};
use codes::CODES;
use futures::future::BoxFuture;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The name in the document.
pub const NAME: &str = "VONAGE";

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities { ttl: true, receipts: true, inbound: true, ..Capabilities::TEXT },
    new: |entry, context| Ok(Box::new(Vonage::new(entry, context)?)),
};

/// The longest `text`, in characters (schema `OutboundSMSText`).
const TEXT_LIMIT: usize = 1000;

/// How long a token for a call is good, in seconds.
const TOKEN_LIFE: i64 = 15 * 60;

/// How old a status' signature may be, in seconds. Vonage signs a status anew each time it sends it, so only a replay is
/// older than this.
const MAX_AGE: i64 = 5 * 60;

/// How far Vonage's clock may be ahead of ours, in seconds.
const MAX_AHEAD: i64 = 60;

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
    /// The sender of messages that name none: a number or a name.
    pub from: Option<String>,
    /// Another address than `https://api.nexmo.com`.
    pub base_url: Option<String>,
}

/// How a call is authorised.
enum Authority {
    Application { id: String, key: Box<EncodingKey> },
    Account { key: String, secret: Secret },
}

fn authority(entry: &Entry, settings: &Settings) -> Result<Authority, DocumentFault> {
    match (&settings.application_id, &settings.private_key, &settings.api_key, &settings.api_secret) {
        (Some(id), Some(pem), ..) => {
            let fault = || entry.fault("privateKey", "an RSA key as PEM is expected, its lines separated by \\n");
            let key = EncodingKey::from_rsa_pem(pem.expose().as_bytes()).map_err(|_| fault())?;
            // The key itself is only read when it signs.
            jsonwebtoken::encode(&Header::new(Algorithm::RS256), &json!({}), &key).map_err(|_| fault())?;
            Ok(Authority::Application { id: id.clone(), key: Box::new(key) })
        }
        (None, None, Some(key), Some(secret)) => Ok(Authority::Account { key: key.clone(), secret: secret.clone() }),
        (Some(_), None, ..) => Err(entry.fault("privateKey", "applicationId and privateKey go together")),
        (None, Some(_), ..) => Err(entry.fault("applicationId", "applicationId and privateKey go together")),
        (None, None, Some(_), None) => Err(entry.fault("apiSecret", "apiKey and apiSecret go together")),
        (None, None, None, _) => {
            Err(entry.fault("applicationId", "applicationId with privateKey, or apiKey with apiSecret, is required"))
        }
    }
}

/// The provider.
pub struct Vonage {
    http: reqwest::Client,
    url: String,
    callback: Option<String>,
    authority: Authority,
    from: Option<String>,
}

impl Vonage {
    /// The provider of an entry.
    ///
    /// # Errors
    /// A setting is missing, unknown or not of its form.
    pub fn new(entry: &Entry, context: &Context) -> Result<Vonage, DocumentFault> {
        let settings: Settings = entry.settings()?;
        let base = base_url(entry, settings.base_url.as_deref(), "https://api.nexmo.com")?;
        Ok(Vonage {
            http: context.http.clone(),
            url: format!("{base}/v1/messages"),
            callback: settings.signature_secret.is_some().then(|| context.webhook_url(Channel::Sms, NAME)),
            authority: authority(entry, &settings)?,
            from: settings.from,
        })
    }

    fn call(&self, request: &SendRequest) -> Result<reqwest::RequestBuilder, Outcome> {
        let text = text(request, TEXT_LIMIT)?;
        let from = request.content.from.as_deref().or(self.from.as_deref()).ok_or_else(no_sender)?;
        let mut body = json!({
            "message_type": "text",
            "channel": "sms",
            "to": bare(&request.to),
            "from": bare(from),
            "text": text,
            "client_ref": request.attempt,
        });
        if let Some(minutes) = request.content.validity_period {
            body["ttl"] = (u32::from(minutes) * 60).into();
        }
        if let Some(callback) = &self.callback {
            body["webhook_url"] = callback.as_str().into();
            body["webhook_version"] = "v1".into();
        }
        let call = self.http.post(&self.url).json(&body);
        match &self.authority {
            Authority::Account { key, secret } => Ok(call.basic_auth(key, Some(secret.expose()))),
            Authority::Application { id, key } => {
                let now = request.now.timestamp();
                let claims =
                    json!({"application_id": id, "iat": now, "exp": now + TOKEN_LIFE, "jti": uuid::Uuid::new_v4()});
                let token = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, key).map_err(|_| {
                    let message = "The token for the call could not be signed; check privateKey.";
                    Outcome::Refused(ProviderError::new(Misconfigured, "bad_private_key", message))
                })?;
                Ok(call.bearer_auth(token))
            }
        }
    }
}

/// A number without the plus that Vonage does not take; a name as it is.
fn bare(number: &str) -> &str {
    number.strip_prefix('+').unwrap_or(number)
}

impl Provider for Vonage {
    fn name(&self) -> &'static str {
        NAME
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let call = match self.call(request) {
                Ok(call) => call,
                Err(refused) => return refused,
            };
            match transport::call(call).await {
                Ok(answer) => outcome(&answer, self.callback.is_some(), request.now),
                Err(outcome) => outcome,
            }
        })
    }
}

/// The error of a problem document (RFC 9457), whose code is the fragment of its `type`; in a status also its `title`.
/// A code that the table does not have gets the class of its circumstances.
fn error(problem: &Value, otherwise: ErrorClass) -> Option<ProviderError> {
    let fragment = problem["type"].as_str().and_then(|address| address.rsplit_once('#')).map(|(_, code)| code);
    let code = fragment.or(problem["title"].as_str().filter(|code| code.parse::<u32>().is_ok()))?;
    Some(CODES.error("Vonage", code, otherwise))
}

fn outcome(answer: &Answer, receipts: bool, now: Time) -> Outcome {
    let body = answer.json();
    if !answer.status.is_success() {
        let Some(error) = error(&body, answer.class_by_status()) else { return answer.outcome_by_status(now) };
        return Outcome::from_error(error.retry_after(answer.retry_after(now)));
    }
    body["message_uuid"].as_str().map_or_else(|| no_id("Vonage"), |id| accepted(id, receipts))
}

/// The webhook of an entry: statuses, signed with the account's secret
/// (<https://developer.vonage.com/en/getting-started/concepts/webhooks#decoding-signed-webhooks>).
///
/// # Errors
/// A setting is unknown or not of its form, or `signatureSecret` is missing: without it anybody could write receipts.
pub fn webhook(entry: &Entry) -> Result<Box<dyn Webhook>, DocumentFault> {
    let settings: Settings = entry.settings()?;
    match settings.signature_secret {
        Some(secret) if !secret.is_empty() => Ok(Box::new(Statuses { secret })),
        _ => Err(entry.fault("signatureSecret", "required for webhooks: the signature secret of the Vonage account")),
    }
}

struct Statuses {
    secret: Secret,
}

/// What a signature says.
#[derive(Deserialize)]
struct Claims {
    iat: i64,
    payload_hash: String,
}

impl Webhook for Statuses {
    fn name(&self) -> &'static str {
        NAME
    }

    fn read(&self, request: &WebhookRequest, now: Time) -> Result<WebhookAnswer, WebhookError> {
        self.verify(request, now).ok_or(WebhookError::Forged)?;
        let body: Value =
            serde_json::from_slice(&request.body).map_err(|_| WebhookError::Malformed("no JSON".to_owned()))?;
        Ok(WebhookAnswer::receipts(receipt(&body, now).into_iter().collect()))
    }
}

impl Statuses {
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

/// The receipt in a status (schema `messageStatusSMS`); `None` for inbound messages, for messages that are not ours and
/// for statuses that Vonage adds one day.
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
        at: body["timestamp"].as_str().and_then(|at| at.parse().ok()).unwrap_or(now),
        provider_message_id: body["message_uuid"].as_str().map(str::to_owned),
        part_count: parts.as_str().map_or_else(|| parts.as_u64()?.try_into().ok(), |parts| parts.parse().ok()),
    };
    Some(ReceiptOf { attempt, receipt })
}

#[cfg(test)]
mod tests;
