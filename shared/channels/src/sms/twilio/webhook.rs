//! What Twilio calls back: the status of our messages, and what people write to our numbers.

use super::{NAME, codes::error, settings};
use crate::{DocumentFault, document::Entry, secret::Secret, sms::wrote};
use base64::{Engine, engine::general_purpose::STANDARD};
use baton_domain::{AttemptRef, Channel, ErrorClass::Permanent, ProviderError, Receipt, ReceiptStatus, Time};
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::{ReceiptOf, Webhook, WebhookAnswer, WebhookError, WebhookRequest},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::{borrow::Cow, collections::BTreeSet};
use subtle::ConstantTimeEq;

/// The webhook of an entry: status callbacks and inbound messages, signed with the account's token
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
        let form: Fields<'_> =
            if is_form { url::form_urlencoded::parse(&request.body).collect() } else { BTreeSet::new() };
        if !(is_form || body_is_covered(request)) || !self.signed(request, &form) {
            return Err(WebhookError::Forged);
        }
        let form = Form(form);
        if let Some(inbound) = inbound(&form, now) {
            // Twilio's own answer to a person who wrote would be an error message without this.
            let answer = WebhookAnswer::inbound(vec![inbound]).body(NO_REPLY);
            return Ok(WebhookAnswer { content_type: "text/xml", ..answer });
        }
        let reference = url::form_urlencoded::parse(request.query.as_bytes())
            .find(|(name, _)| name == "ref")
            .and_then(|(_, value)| value.parse::<AttemptRef>().ok());
        Ok(WebhookAnswer::receipts(reference.and_then(|attempt| receipt(attempt, &form, now)).into_iter().collect()))
    }
}

/// TwiML that sends nothing back.
const NO_REPLY: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Response/>"#;

type Fields<'f> = BTreeSet<(Cow<'f, str>, Cow<'f, str>)>;

/// The fields of a form, verified.
struct Form<'f>(Fields<'f>);

impl Form<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_ref())
    }
}

/// What somebody wrote to a number of ours
/// (<https://www.twilio.com/docs/messaging/guides/webhook-request>); `None` when the form is about something else, or came over
/// another channel of Twilio's (`whatsapp:+…`).
fn inbound(form: &Form<'_>, now: Time) -> Option<Inbound> {
    let (from, body) = (form.get("From")?, form.get("Body")?);
    if form.get("MessageStatus").is_some() || from.contains(':') {
        return None;
    }
    Some(Inbound {
        channel: Channel::Sms,
        provider: NAME.to_owned(),
        id: form.get("MessageSid").or_else(|| form.get("SmsSid"))?.to_owned(),
        from: from.to_owned(),
        to: form.get("To").map(str::to_owned),
        at: now,
        // With Advanced Opt-Out Twilio knows the words of the customer's own; it has answered them already.
        act: match form.get("OptOutType") {
            Some("STOP") => Act::Blocked,
            Some("START") => Act::Allowed,
            Some(_) => Act::Wrote { text: body.to_owned(), payload: None },
            None => wrote(body),
        },
    })
}

fn receipt(attempt: AttemptRef, form: &Form<'_>, now: Time) -> Option<ReceiptOf> {
    let status = receipt_status(form.get("MessageStatus")?, form.get("ErrorCode"))?;
    let provider_message_id = form.get("MessageSid").map(str::to_owned);
    Some(ReceiptOf { attempt, receipt: Receipt { status, at: now, provider_message_id, part_count: None } })
}

impl Callbacks {
    /// Whether the request is signed: HMAC-SHA1 under the account's token over the address, followed by the name and the
    /// value of every form field in the order of their names, a repeated field's different values in their own order.
    fn signed(&self, request: &WebhookRequest, form: &Fields<'_>) -> bool {
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
            Some(code) => error(code, Permanent),
            None => ProviderError::new(Permanent, status, "Twilio reported that the message was not delivered."),
        }),
        _ => return None,
    })
}
