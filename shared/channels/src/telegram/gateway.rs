//! `TELEGRAM_GATEWAY`: the Telegram Gateway (<https://core.telegram.org/gateway/api>), which brings codes of 4 to 8 digits to
//! the Telegram account of a phone.
//!
//! It can not carry a text: it takes contents that have a `code`, and sends the code alone. Its reports are receipts, of
//! deliveries and of reading; our reference travels in `payload`. There is no key against duplicates. A code that was not
//! delivered within its time to live is refunded.
//!
//! The check calls `checkVerificationStatus` with an id that does not exist, which is free. `checkSendAbility` would be charged
//! like a message, and needs a phone.

use crate::{
    Capabilities, Context, DocumentFault,
    base_url::base_url,
    codes::Codes,
    document::Entry,
    outcomes::{accepted, checked, no_id, refused},
    registry::Kind,
    secret::Secret,
    transport::{self, Answer},
};
use baton_domain::ErrorClass::*;
use baton_domain::{
    AttemptRef, Channel, ChannelContent, ErrorClass, Outcome, ProviderError, Receipt, ReceiptStatus, Recipient, Time,
};
use baton_pipeline::provider::{
    Provider, ReceiptOf, SendRequest, Webhook, WebhookAnswer, WebhookError, WebhookRequest,
};
use futures::future::BoxFuture;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// The name in the document.
pub const NAME: &str = "TELEGRAM_GATEWAY";

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities { text: false, ttl: true, receipts: true, read_receipts: true, ..Capabilities::TEXT },
    new: |entry, context| Ok(Box::new(Gateway::new(entry, context)?)),
};

/// The shortest and the longest `ttl`, in seconds (parameter `ttl` of `sendVerificationMessage`).
const TTL: (u32, u32) = (30, 3600);

/// How old a report's signature may be, in seconds, and how far ahead of our clock.
const MAX_AGE: i64 = 300;

/// The settings of a document's entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Settings {
    /// The token of the account, from its page "API".
    pub token: Secret,
    /// The verified channel that codes come from when a message names no other in `from`; Telegram's own one without it.
    pub sender_username: Option<String>,
    /// Another address than `https://gatewayapi.telegram.org`.
    pub base_url: Option<String>,
}

fn settings(entry: &Entry) -> Result<Settings, DocumentFault> {
    let settings: Settings = entry.settings()?;
    let token = settings.token.expose();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(entry.fault("token", "the token of the Gateway account is expected"));
    }
    Ok(settings)
}

/// The provider.
pub struct Gateway {
    http: reqwest::Client,
    base: String,
    callback: String,
    settings: Settings,
}

impl Gateway {
    /// The provider of an entry.
    ///
    /// # Errors
    /// A setting is missing, unknown or not of its form.
    pub fn new(entry: &Entry, context: &Context) -> Result<Gateway, DocumentFault> {
        let settings = settings(entry)?;
        let base = base_url(entry, settings.base_url.as_deref(), "https://gatewayapi.telegram.org")?;
        let callback = context.webhook_url(Channel::Telegram, NAME);
        Ok(Gateway { http: context.http.clone(), base, callback, settings })
    }

    fn method(&self, name: &str, body: &Value) -> reqwest::RequestBuilder {
        self.http.post(format!("{}/{name}", self.base)).bearer_auth(self.settings.token.expose()).json(body)
    }

    fn call(&self, request: &SendRequest) -> Result<reqwest::RequestBuilder, Outcome> {
        let content = &request.content;
        let code = content.code.as_deref().unwrap_or_default();
        if !((4..=8).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(refused(Permanent, "code_missing", "The message needs a code of 4 to 8 digits."));
        }
        let mut body = json!({
            "phone_number": request.to,
            "code": code,
            "payload": request.attempt,
            "callback_url": self.callback,
        });
        if let Some(minutes) = content.validity_period {
            body["ttl"] = (u32::from(minutes) * 60).clamp(TTL.0, TTL.1).into();
        }
        if let Some(sender) = content.from.as_deref().or(self.settings.sender_username.as_deref()) {
            body["sender_username"] = sender.trim_start_matches('@').into();
        }
        Ok(self.method("sendVerificationMessage", &body))
    }

    /// Asks for the status of a request that does not exist.
    async fn status_of_nothing(&self) -> Result<(), ProviderError> {
        let answer = match transport::call(self.method("checkVerificationStatus", &json!({ "request_id": "0" }))).await
        {
            Ok(answer) => answer,
            Err(outcome) => return checked(outcome),
        };
        let now = Time::from(std::time::SystemTime::now());
        let body = answer.json();
        match body["ok"].as_bool() {
            Some(true) => Ok(()),
            Some(false) => match error(&body, answer.class_by_status()) {
                // That there is no such request: the token has been read by then.
                error if error.class == Misconfigured && !error.provider_wide => Ok(()),
                error => Err(error),
            },
            None => checked(outcome(&answer, now)),
        }
    }
}

impl Provider for Gateway {
    fn name(&self) -> &'static str {
        NAME
    }

    fn address<'r>(&self, _: Channel, recipient: &'r Recipient, content: &ChannelContent) -> Option<&'r str> {
        recipient.phone.as_deref().filter(|_| content.code.is_some())
    }

    fn check(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        Box::pin(self.status_of_nothing())
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(transport::exchange(self.call(request), |answer| outcome(answer, request.now)))
    }
}

/// What the errors mean (section "Making requests" and the methods' own texts). `FLOOD_WAIT_n` is read apart.
const CODES: Codes = Codes {
    rows: &[
        ("ACCESS_TOKEN_INVALID", Misconfigured, "The Gateway refused the token."),
        ("ACCESS_TOKEN_REQUIRED", Misconfigured, "The Gateway asks for a token."),
        ("BALANCE_NOT_ENOUGH", Misconfigured, "The account's balance is too low."),
        ("CALLBACK_URL_INVALID", Misconfigured, "The address for reports is not valid: https and at most 256 bytes."),
        ("CODE_INVALID", Misconfigured, "The code is not valid."),
        ("CODE_LENGTH_INVALID", Misconfigured, "The code's length is not valid."),
        ("PAYLOAD_INVALID", Misconfigured, "The request's reference is not valid."),
        ("PHONE_NUMBER_INVALID", Permanent, "The recipient's number is not valid."),
        ("PHONE_NUMBER_NOT_AVAILABLE", Permanent, "The recipient's number can not get codes over Telegram."),
        ("PHONE_NUMBER_NOT_FOUND", Permanent, "The recipient's number has no Telegram account."),
        ("REQUEST_ID_INVALID", Misconfigured, "There is no such request."),
        ("SENDER_NOT_OWNED", Misconfigured, "The sender's channel belongs to somebody else."),
        ("SENDER_NOT_VERIFIED", Misconfigured, "The sender's channel is not verified."),
        ("SENDER_USERNAME_INVALID", Misconfigured, "The sender is not the name of a channel."),
        ("TTL_INVALID", Misconfigured, "The time to live is not valid."),
        ("UNKNOWN_METHOD", Misconfigured, "The Gateway does not know the method."),
    ],
    provider_wide: &["ACCESS_TOKEN_INVALID", "ACCESS_TOKEN_REQUIRED", "BALANCE_NOT_ENOUGH", "UNKNOWN_METHOD"],
};

/// The error of an answer `{"ok": false, "error": "CODE"}`.
fn error(body: &Value, otherwise: ErrorClass) -> ProviderError {
    let code = body["error"].as_str().unwrap_or_default();
    match code.strip_prefix("FLOOD_WAIT_").map(str::parse) {
        Some(Ok(seconds)) => ProviderError::new(Temporary, "FLOOD_WAIT", "The Gateway limits the rate of calls.")
            .retry_after(Some(Duration::from_secs(seconds))),
        _ => CODES.error("Telegram Gateway", code, otherwise),
    }
}

fn outcome(answer: &Answer, now: Time) -> Outcome {
    let body = answer.json();
    match body["ok"].as_bool() {
        Some(true) => {
            body["result"]["request_id"].as_str().map_or_else(|| no_id("Telegram Gateway"), |id| accepted(id, true))
        }
        Some(false) => Outcome::from_error(error(&body, answer.class_by_status())),
        None if answer.status.is_success() => no_id("Telegram Gateway"),
        None => answer.outcome_by_status(now),
    }
}

/// The webhook of an entry: reports, signed with the account's token
/// (<https://core.telegram.org/gateway/api#checking-report-integrity>).
///
/// # Errors
/// A setting is missing, unknown or not of its form.
pub fn webhook(entry: &Entry) -> Result<Box<dyn Webhook>, DocumentFault> {
    let key = Sha256::digest(settings(entry)?.token.expose().as_bytes()).into();
    Ok(Box::new(Reports { key }))
}

struct Reports {
    /// The SHA-256 of the token.
    key: [u8; 32],
}

impl Webhook for Reports {
    fn name(&self) -> &'static str {
        NAME
    }

    fn read(&self, request: &WebhookRequest, now: Time) -> Result<WebhookAnswer, WebhookError> {
        self.verify(request, now).ok_or(WebhookError::Forged)?;
        let report: Value =
            serde_json::from_slice(&request.body).map_err(|_| WebhookError::Malformed("no JSON".to_owned()))?;
        Ok(WebhookAnswer::receipts(receipt(&report, now).into_iter().collect()))
    }
}

impl Reports {
    /// `Some` when the signature is the HMAC-SHA256 of the fresh time stamp, a line break and the body.
    fn verify(&self, request: &WebhookRequest, now: Time) -> Option<()> {
        let stamp = request.header("x-request-timestamp")?;
        let given = hex::decode(request.header("x-request-signature")?).ok()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(stamp.as_bytes());
        mac.update(b"\n");
        mac.update(&request.body);
        mac.verify_slice(&given).ok()?;
        let age = now.timestamp().checked_sub(stamp.parse().ok()?)?;
        (-MAX_AGE..=MAX_AGE).contains(&age).then_some(())
    }
}

/// The receipt in a report (object `RequestStatus`); `None` for one that is not ours or says nothing of the delivery.
fn receipt(report: &Value, now: Time) -> Option<ReceiptOf> {
    let attempt: AttemptRef = report["payload"].as_str()?.parse().ok()?;
    let delivery = &report["delivery_status"];
    let failed = |code, message| ReceiptStatus::Failed(ProviderError::new(Permanent, code, message));
    let status = match delivery["status"].as_str()? {
        "sent" => ReceiptStatus::Sent,
        "delivered" => ReceiptStatus::Delivered,
        "read" => ReceiptStatus::Read,
        "expired" => failed("expired", "The code was not delivered within its time to live."),
        "revoked" => failed("revoked", "The code was taken back."),
        _ => return None,
    };
    let receipt = Receipt {
        status,
        at: delivery["updated_at"].as_i64().and_then(|seconds| Time::from_timestamp(seconds, 0)).unwrap_or(now),
        provider_message_id: report["request_id"].as_str().map(str::to_owned),
        part_count: None,
    };
    Some(ReceiptOf { attempt, receipt })
}

#[cfg(test)]
mod tests;
