//! What Meta tells us: statuses of our messages, and messages of people
//! (<https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components>). Signed with the app's secret; the
//! address is confirmed once by a GET with the verify token.
//!
//! People may hide their number (usernames): then a message has the person's id alone. That a person wants no more
//! marketing messages (`user_preferences`) blocks nothing here: Meta refuses such templates itself (131050), and the
//! others may go on.

use super::{NAME, codes, settings};
use crate::{DocumentFault, acts, document::Entry, secret::Secret};
use baton_domain::{AttemptRef, Channel, ErrorClass::Permanent, ProviderError, Receipt, ReceiptStatus, Time};
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::{ReceiptOf, Webhook, WebhookAnswer, WebhookError, WebhookRequest},
};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

/// The webhook of an entry.
///
/// # Errors
/// A setting is missing, unknown or not of its form; `appSecret` and `verifyToken` are required here.
pub fn webhook(entry: &Entry) -> Result<Box<dyn Webhook>, DocumentFault> {
    let settings = settings(entry)?;
    match (settings.app_secret, settings.verify_token) {
        (Some(app_secret), Some(verify_token)) => Ok(Box::new(Hooks { app_secret, verify_token })),
        _ => Err(entry.fault("appSecret", "required for webhooks, together with verifyToken: the secret of the app")),
    }
}

struct Hooks {
    app_secret: Secret,
    verify_token: Secret,
}

impl Webhook for Hooks {
    fn name(&self) -> &'static str {
        NAME
    }

    fn read(&self, request: &WebhookRequest, now: Time) -> Result<WebhookAnswer, WebhookError> {
        if request.method == "GET" {
            return self.confirm(request).ok_or(WebhookError::Forged);
        }
        self.verify(request).ok_or(WebhookError::Forged)?;
        let body: Value =
            serde_json::from_slice(&request.body).map_err(|_| WebhookError::Malformed("no JSON".to_owned()))?;
        let mut answer = WebhookAnswer::receipts(Vec::new());
        let changes = list(&body["entry"]).iter().flat_map(|entry| list(&entry["changes"]));
        for value in changes.filter(|change| change["field"] == "messages").map(|change| &change["value"]) {
            answer.receipts.extend(list(&value["statuses"]).iter().filter_map(|status| receipt(status, now)));
            answer.inbound.extend(list(&value["messages"]).iter().filter_map(|message| inbound(message, value, now)));
        }
        Ok(answer)
    }
}

impl Hooks {
    /// The challenge of a confirmation that knows our token.
    fn confirm(&self, request: &WebhookRequest) -> Option<WebhookAnswer> {
        let field = |wanted: &str| {
            url::form_urlencoded::parse(request.query.as_bytes())
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.into_owned())
        };
        let is_ours = self.verify_token.matches(&field("hub.verify_token")?);
        let challenge = field("hub.challenge")?;
        (is_ours && field("hub.mode")? == "subscribe").then(|| WebhookAnswer::receipts(Vec::new()).body(challenge))
    }

    /// `Some` when the body is signed: HMAC-SHA256 under the app's secret, in hexadecimal.
    fn verify(&self, request: &WebhookRequest) -> Option<()> {
        let given = hex::decode(request.header("x-hub-signature-256")?.strip_prefix("sha256=")?).ok()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(self.app_secret.expose().as_bytes()).ok()?;
        mac.update(&request.body);
        mac.verify_slice(&given).ok()
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A time in seconds since 1970, as text or as a number.
fn at(value: &Value, now: Time) -> Time {
    let seconds = value.as_str().map_or_else(|| value.as_i64(), |text| text.parse().ok());
    seconds.and_then(|seconds| Time::from_timestamp(seconds, 0)).unwrap_or(now)
}

/// The receipt in a status; `None` for messages that are not ours and for statuses that Meta adds one day.
fn receipt(status: &Value, now: Time) -> Option<ReceiptOf> {
    let attempt: AttemptRef = status["biz_opaque_callback_data"].as_str()?.parse().ok()?;
    let reported = match status["status"].as_str()? {
        "sent" => ReceiptStatus::Sent,
        "delivered" => ReceiptStatus::Delivered,
        // A voice message that was listened to.
        "read" | "played" => ReceiptStatus::Read,
        "failed" => ReceiptStatus::Failed(codes::error(&status["errors"][0], Permanent).unwrap_or_else(|| {
            ProviderError::new(Permanent, "failed", "Meta reported that the message was not delivered.")
        })),
        _ => return None,
    };
    let receipt = Receipt {
        status: reported,
        at: at(&status["timestamp"], now),
        provider_message_id: status["id"].as_str().map(str::to_owned),
        part_count: None,
    };
    Some(ReceiptOf { attempt, receipt })
}

/// A message of a person; `None` for what WhatsApp itself tells in the form of one.
fn inbound(message: &Value, value: &Value, now: Time) -> Option<Inbound> {
    let contact = match list(&value["contacts"]) {
        [contact] => contact,
        _ => &Value::Null,
    };
    let id = message["from_user_id"].as_str().or_else(|| contact["user_id"].as_str());
    let from = message["from"].as_str().or_else(|| contact["wa_id"].as_str()).or(id)?;
    // The number is written for people: `+1 555-012-3456`.
    let shown = value["metadata"]["display_phone_number"].as_str().unwrap_or_default();
    let number: String = shown.chars().filter(char::is_ascii_digit).collect();
    let number_id = || value["metadata"]["phone_number_id"].as_str().map(str::to_owned);
    Some(Inbound {
        channel: Channel::Whatsapp,
        provider: NAME.to_owned(),
        id: message["id"].as_str()?.to_owned(),
        from: acts::plus(from),
        to: if number.is_empty() { number_id() } else { Some(acts::plus(&number)) },
        at: at(&message["timestamp"], now),
        act: act(message)?,
    })
}

/// What the person did; `None` for news of the person's number and for a reaction that is taken back.
fn act(message: &Value) -> Option<Act> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let kind = message["type"].as_str()?;
    let part = &message[kind];
    Some(match kind {
        "text" => Act::wrote(&text(&part["body"])),
        "button" => acts::pressed(&text(&part["text"]), part["payload"].as_str().map(str::to_owned)),
        "interactive" => {
            let reply = part["type"].as_str().map_or(&Value::Null, |kind| &part[kind]);
            // A flow's answer (`nfm_reply`) is JSON in a text.
            let payload = reply["id"].as_str().or_else(|| reply["response_json"].as_str()).map(str::to_owned);
            acts::pressed(&text(&reply["title"]), payload)
        }
        "reaction" if text(&part["emoji"]).is_empty() => return None,
        "reaction" => Act::Wrote { text: text(&part["emoji"]), payload: None },
        "system" => return None,
        _ => Act::Wrote { text: text(&part["caption"]), payload: None },
    })
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
