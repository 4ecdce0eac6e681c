//! Rapporto's calls to us: statuses (page `rest_status`) and what people write (page `rest_mo`). Both are JSON.

use super::{NAME, Settings, codes::FAILURES};
use crate::{DocumentFault, callback, document::Entry, outcomes::word, secret::Secret};
use baton_domain::{Channel, ErrorClass, ProviderError, Receipt, ReceiptStatus, Time};
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::{ReceiptOf, Webhook, WebhookAnswer, WebhookError, WebhookRequest},
};
use serde_json::Value;

/// The webhook of an entry.
///
/// # Errors
/// A setting is unknown or not of its form, or `webhookSecret` is missing.
pub(crate) fn webhook(entry: &Entry, channel: Channel) -> Result<Box<dyn Webhook>, DocumentFault> {
    let settings: Settings = entry.settings()?;
    Ok(Box::new(Calls { secret: callback::required_secret(entry, settings.webhook_secret)?, channel }))
}

struct Calls {
    secret: Secret,
    channel: Channel,
}

impl Webhook for Calls {
    fn name(&self) -> &'static str {
        NAME
    }

    fn read(&self, request: &WebhookRequest, now: Time) -> Result<WebhookAnswer, WebhookError> {
        if !callback::authentic(request, &self.secret) {
            return Err(WebhookError::Forged);
        }
        let body: Value =
            serde_json::from_slice(&request.body).map_err(|_| WebhookError::Malformed("no JSON".to_owned()))?;
        // Messages have a transaction, statuses have none.
        Ok(match word(&body["transactionId"]) {
            Some(id) => WebhookAnswer::inbound(inbound(&body, id, self.channel, now).into_iter().collect()),
            None => WebhookAnswer::receipts(receipt(&body, request, now).into_iter().collect()),
        })
    }
}

/// The receipt in a status; `None` for messages that are not ours and for statuses that Rapporto adds one day.
fn receipt(body: &Value, request: &WebhookRequest, now: Time) -> Option<ReceiptOf> {
    let attempt = word(&body["id"]).and_then(|id| id.parse().ok()).or_else(|| callback::attempt(request))?;
    // A message on its way or not delivered has no time of delivery.
    let (status, at) = match word(&body["status"])?.as_str() {
        "0" => (ReceiptStatus::Sent, &body["submitDate"]),
        "2" => (ReceiptStatus::Delivered, &body["doneDate"]),
        "5" => (ReceiptStatus::Failed(failure(&body["errorCode"])), &Value::Null),
        "9" => (ReceiptStatus::Read, &body["doneDate"]),
        _ => return None,
    };
    let receipt = Receipt {
        status,
        at: time(at).unwrap_or(now),
        provider_message_id: word(&body["mtNum"]),
        part_count: parts(&body["partCount"]),
    };
    Some(ReceiptOf { attempt, receipt })
}

/// Why a message was not delivered.
fn failure(code: &Value) -> ProviderError {
    match word(code).filter(|code| !code.is_empty() && code != "0") {
        Some(code) => FAILURES.error("Rapporto", &code, ErrorClass::Permanent),
        None => {
            let message = "Rapporto reported that the message was not delivered.";
            ProviderError::new(ErrorClass::Permanent, "undelivered", message)
        }
    }
}

/// What somebody wrote; `None` without a sender, or for a type that Rapporto adds one day. The message itself says its channel.
fn inbound(body: &Value, id: String, called: Channel, now: Time) -> Option<Inbound> {
    let channel = match body["type"].as_str().map(str::to_ascii_uppercase).as_deref() {
        Some("SMS") => Channel::Sms,
        Some("VIBER") => Channel::Viber,
        Some("WHATSAPP") => Channel::Whatsapp,
        Some(_) => return None,
        None => called,
    };
    let phone = word(&body["sourceAddr"])?;
    Some(Inbound {
        channel,
        provider: NAME.to_owned(),
        id,
        from: format!("+{}", phone.trim_start_matches('+')),
        to: word(&body["destAddr"]),
        at: time(&body["receivedDate"]).unwrap_or(now),
        // A picture alone has no text.
        act: Act::wrote(body["message"].as_str().unwrap_or_default()),
    })
}

/// `2019-05-05T10:20:35+0300`.
fn time(value: &Value) -> Option<Time> {
    chrono::DateTime::parse_from_str(value.as_str()?, "%Y-%m-%dT%H:%M:%S%z").ok().map(|time| time.to_utc())
}

/// `"001"`.
fn parts(value: &Value) -> Option<u16> {
    word(value)?.parse().ok().filter(|parts| *parts > 0)
}
