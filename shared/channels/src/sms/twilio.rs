//! `TWILIO`: Twilio Programmable Messaging, REST API 2010-04-01
//! (<https://www.twilio.com/docs/messaging/api/message-resource>).
//!
//! Twilio has no key against duplicates and carries no reference of ours, so the reference travels in the query of the
//! status callback's address and comes back with every callback.

use crate::{
    Capabilities, Context, DocumentFault,
    base_url::base_url,
    codes::Codes,
    document::Entry,
    outcomes::{no_id, no_sender, text},
    registry::Kind,
    secret::Secret,
    transport::{self, Answer},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use baton_domain::{AttemptRef, Channel, Outcome, ProviderError, Receipt, ReceiptStatus, Time};
use baton_domain::{ErrorClass::*, outcome::Accepted};
use baton_pipeline::provider::{
    Provider, ReceiptOf, SendRequest, Webhook, WebhookAnswer, WebhookError, WebhookRequest,
};
use futures::future::BoxFuture;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::{borrow::Cow, collections::BTreeSet};
use subtle::ConstantTimeEq;

/// The name in the document.
pub const NAME: &str = "TWILIO";

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities { ttl: true, receipts: true, inbound: true, ..Capabilities::TEXT },
    new: |entry, context| Ok(Box::new(Twilio::new(entry, context)?)),
};

/// The longest `Body`, in characters (parameter `Body` of the message resource).
const TEXT_LIMIT: usize = 1600;

/// The longest `ValidityPeriod`, in seconds (same page).
const MAX_VALIDITY: u32 = 36_000;

/// The settings of a document's entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Settings {
    /// The account: `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// The account's primary token. It signs the callbacks, and is the password of calls where no API key is set.
    pub auth_token: Secret,
    /// An API key for calls, `SK…`, in place of the account's token.
    pub api_key_sid: Option<String>,
    /// The secret of the API key.
    pub api_key_secret: Option<Secret>,
    /// The sender of messages that name none: a number in E.164 form, a short code or a name.
    pub from: Option<String>,
    /// The messaging service that picks the sender, `MG…`.
    pub messaging_service_sid: Option<String>,
    /// Another address than `https://api.twilio.com`.
    pub base_url: Option<String>,
}

fn settings(entry: &Entry) -> Result<Settings, DocumentFault> {
    let settings: Settings = entry.settings()?;
    let sid = settings.account_sid.strip_prefix("AC").unwrap_or_default();
    if sid.len() != 32 || !sid.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(entry.fault("accountSid", "AC and 32 hexadecimal digits are expected"));
    }
    if settings.auth_token.is_empty() {
        return Err(entry.fault("authToken", "must not be empty"));
    }
    if settings.api_key_sid.is_some() != settings.api_key_secret.is_some() {
        return Err(entry.fault("apiKeySecret", "apiKeySid and apiKeySecret go together"));
    }
    Ok(settings)
}

/// The provider.
pub struct Twilio {
    http: reqwest::Client,
    url: String,
    callback: String,
    settings: Settings,
}

impl Twilio {
    /// The provider of an entry.
    ///
    /// # Errors
    /// A setting is missing, unknown or not of its form.
    pub fn new(entry: &Entry, context: &Context) -> Result<Twilio, DocumentFault> {
        let settings = settings(entry)?;
        let base = base_url(entry, settings.base_url.as_deref(), "https://api.twilio.com")?;
        let url = format!("{base}/2010-04-01/Accounts/{}/Messages.json", settings.account_sid);
        Ok(Twilio { http: context.http.clone(), url, callback: context.webhook_url(Channel::Sms, NAME), settings })
    }

    fn call(&self, request: &SendRequest) -> Result<reqwest::RequestBuilder, Outcome> {
        let (content, settings) = (&request.content, &self.settings);
        let mut form: Vec<(&str, Cow<'_, str>)> =
            vec![("To", request.to.as_str().into()), ("Body", text(request, TEXT_LIMIT)?.into())];
        let from = content.from.as_deref().or(settings.from.as_deref());
        if from.is_none() && settings.messaging_service_sid.is_none() {
            return Err(no_sender());
        }
        form.extend(from.map(|from| ("From", from.into())));
        form.extend(settings.messaging_service_sid.as_deref().map(|sid| ("MessagingServiceSid", sid.into())));
        form.push(("StatusCallback", format!("{}?ref={}", self.callback, request.attempt).into()));
        form.extend(content.validity_period.map(|minutes| {
            let seconds = (u32::from(minutes) * 60).clamp(1, MAX_VALIDITY);
            ("ValidityPeriod", seconds.to_string().into())
        }));
        let (user, password) = match (&settings.api_key_sid, &settings.api_key_secret) {
            (Some(sid), Some(secret)) => (sid, secret),
            _ => (&settings.account_sid, &settings.auth_token),
        };
        Ok(self.http.post(&self.url).basic_auth(user, Some(password.expose())).form(&form))
    }
}

impl Provider for Twilio {
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
                Ok(answer) => outcome(&answer, request.now),
                Err(outcome) => outcome,
            }
        })
    }
}

/// What Twilio's codes mean (<https://www.twilio.com/docs/api/errors>), both in answers and in status callbacks.
pub(super) const CODES: Codes = Codes {
    rows: &[
        ("20003", Misconfigured, "Twilio refused the credentials."),
        ("20429", Temporary, "Twilio limits the rate of calls."),
        ("20500", Temporary, "Twilio has an internal error."),
        ("20503", Temporary, "Twilio is unavailable for a while."),
        ("21211", Permanent, "The recipient's number is not valid."),
        ("21214", Permanent, "The recipient's number can not be reached."),
        ("21217", Permanent, "The recipient's number does not look valid."),
        ("21408", Misconfigured, "The account may not send to this region."),
        ("21606", Misconfigured, "The sender is not one of the account's, or can not send SMS."),
        ("21610", Permanent, "The recipient has unsubscribed from this sender."),
        ("21612", Permanent, "There is no route from this sender to the recipient."),
        ("21614", Permanent, "The recipient's number is not a mobile one."),
        ("21617", Misconfigured, "The text is too long for Twilio."),
        ("21635", Permanent, "The recipient's number is a landline."),
        ("21659", Misconfigured, "The sender is not a number or short code of the account's country."),
        ("30001", Temporary, "Twilio's queue is full."),
        ("30002", Misconfigured, "The account is suspended."),
        ("30003", Permanent, "The recipient's handset is unreachable."),
        ("30004", Permanent, "The message is blocked for the recipient."),
        ("30005", Permanent, "The recipient's number is unknown."),
        ("30006", Permanent, "The recipient's number is a landline or its carrier is unreachable."),
        ("30007", Misconfigured, "The message was filtered as unwanted."),
        ("30008", Temporary, "The carrier reported an unknown error."),
        ("30034", Misconfigured, "The sender is not registered for A2P 10DLC."),
        ("63003", Permanent, "The recipient's address is not valid on this channel."),
        ("63007", Misconfigured, "The sender is not set up for this channel."),
        ("63012", Temporary, "The channel's own provider has an internal error."),
        ("63016", Misconfigured, "The message is outside the window in which free text is allowed."),
        ("63018", Temporary, "The channel limits the rate of calls."),
        ("63024", Permanent, "The recipient's address is not valid."),
    ],
    provider_wide: &["20003", "20500", "20503", "30002"],
};

fn outcome(answer: &Answer, now: Time) -> Outcome {
    let body = answer.json();
    if !answer.status.is_success() {
        let Some(code) = body["code"].as_u64() else { return answer.outcome_by_status(now) };
        let error = CODES.error("Twilio", &code.to_string(), answer.class_by_status());
        return Outcome::from_error(error.retry_after(answer.retry_after(now)));
    }
    let Some(sid) = body["sid"].as_str() else { return no_id("Twilio") };
    // With a messaging service the number is 0 until a sender is picked.
    let parts = body["num_segments"].as_str().and_then(|parts| parts.parse().ok()).filter(|parts| *parts > 0);
    Outcome::Accepted(Accepted { provider_message_id: Some(sid.to_owned()), receipts: true, part_count: parts })
}

/// The webhook of an entry: status callbacks, signed with the account's token
/// (<https://www.twilio.com/docs/usage/webhooks/webhooks-security>).
///
/// # Errors
/// A setting is missing, unknown or not of its form.
pub fn webhook(entry: &Entry) -> Result<Box<dyn Webhook>, DocumentFault> {
    Ok(Box::new(Callbacks { auth_token: settings(entry)?.auth_token }))
}

struct Callbacks {
    auth_token: Secret,
}

impl Webhook for Callbacks {
    fn name(&self) -> &'static str {
        NAME
    }

    fn read(&self, request: &WebhookRequest, now: Time) -> Result<WebhookAnswer, WebhookError> {
        let is_form =
            request.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlenc"));
        let form: BTreeSet<(Cow<'_, str>, Cow<'_, str>)> =
            if is_form { url::form_urlencoded::parse(&request.body).collect() } else { BTreeSet::new() };
        if !(is_form || body_is_covered(request)) || !self.signed(request, &form) {
            return Err(WebhookError::Forged);
        }
        let field = |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_ref());
        let reference = url::form_urlencoded::parse(request.query.as_bytes())
            .find(|(name, _)| name == "ref")
            .and_then(|(_, value)| value.parse::<AttemptRef>().ok());
        // An inbound message, or a message that is not ours.
        let (Some(attempt), Some(status)) = (reference, field("MessageStatus")) else {
            return Ok(WebhookAnswer::receipts(Vec::new()));
        };
        let receipts = receipt_status(status, field("ErrorCode"))
            .map(|status| {
                let provider_message_id = field("MessageSid").map(str::to_owned);
                ReceiptOf { attempt, receipt: Receipt { status, at: now, provider_message_id, part_count: None } }
            })
            .into_iter()
            .collect();
        Ok(WebhookAnswer::receipts(receipts))
    }
}

impl Callbacks {
    /// Whether the request is signed: HMAC-SHA1 under the account's token over the address, followed by the name and the
    /// value of every form field in the order of their names, a repeated field's different values in their own order.
    fn signed(&self, request: &WebhookRequest, form: &BTreeSet<(Cow<'_, str>, Cow<'_, str>)>) -> bool {
        let Some(given) = request.header("x-twilio-signature").and_then(|given| STANDARD.decode(given).ok()) else {
            return false;
        };
        spellings(&request.url).iter().any(|address| {
            let mut mac = Hmac::<sha1::Sha1>::new_from_slice(self.auth_token.expose().as_bytes())
                .expect("HMAC takes a key of any length");
            mac.update(address.as_bytes());
            for (name, value) in form {
                mac.update(name.as_bytes());
                mac.update(value.as_bytes());
            }
            mac.verify_slice(&given).is_ok()
        })
    }
}

/// The address as it is, and with the scheme's usual port added or left out: Twilio signs either form.
fn spellings(address: &str) -> Vec<String> {
    let mut spellings = vec![address.to_owned()];
    let Some((scheme, rest)) = address.split_once("://") else { return spellings };
    let port = if scheme == "https" { ":443" } else { ":80" };
    let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    match host.strip_suffix(port) {
        Some(bare) => spellings.push(format!("{scheme}://{bare}{path}")),
        None if !host.contains(':') => spellings.push(format!("{scheme}://{host}{port}{path}")),
        None => {}
    }
    spellings
}

/// Whether the signature, which then covers the address alone, covers the body through its hash in the query.
fn body_is_covered(request: &WebhookRequest) -> bool {
    let hash = url::form_urlencoded::parse(request.query.as_bytes()).find(|(name, _)| name == "bodySHA256");
    let actual = hex::encode(Sha256::digest(&request.body));
    hash.is_some_and(|(_, given)| actual.as_bytes().ct_eq(given.to_ascii_lowercase().as_bytes()).into())
}

/// What a `MessageStatus` reports; `None` for the ones that say nothing new or are about inbound messages.
fn receipt_status(status: &str, code: Option<&str>) -> Option<ReceiptStatus> {
    Some(match status {
        "sent" => ReceiptStatus::Sent,
        "delivered" => ReceiptStatus::Delivered,
        "read" => ReceiptStatus::Read,
        "failed" | "undelivered" | "canceled" => ReceiptStatus::Failed(match code.filter(|code| !code.is_empty()) {
            Some(code) => CODES.error("Twilio", code, Permanent),
            None => ProviderError::new(Permanent, status, "Twilio reported that the message was not delivered."),
        }),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
