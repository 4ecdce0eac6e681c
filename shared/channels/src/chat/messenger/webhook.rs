//! What Messenger calls back (<https://developers.facebook.com/docs/messenger-platform/webhooks>): what people write and
//! press, and the echoes of our own messages.

use super::{NAME, settings};
use crate::{DocumentFault, document::Entry, secret::Secret, signature::is_signed};
use baton_domain::{Channel, Receipt, ReceiptStatus, Time};
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::{Heard, ReceiptOf, Webhook, WebhookAnswer, WebhookError, WebhookRequest},
};
use serde_json::Value;

/// The webhook of an entry: events signed with the app's secret, and the handshake with the verify token.
///
/// # Errors
/// A setting is missing, unknown or not of its form; `appSecret` and `verifyToken` must be there.
pub fn webhook(entry: &Entry) -> Result<Box<dyn Webhook>, DocumentFault> {
    let settings = settings(entry)?;
    let needed =
        |name: &str, secret: Option<Secret>| secret.ok_or_else(|| entry.fault(name, "it is needed for the webhook"));
    Ok(Box::new(Events {
        app_secret: needed("appSecret", settings.app_secret)?,
        verify_token: needed("verifyToken", settings.verify_token)?,
        page: settings.page_id,
    }))
}

struct Events {
    app_secret: Secret,
    verify_token: Secret,
    page: String,
}

impl Webhook for Events {
    fn name(&self) -> &'static str {
        NAME
    }

    fn read(&self, request: &WebhookRequest, now: Time) -> Result<WebhookAnswer, WebhookError> {
        if request.method == "GET" {
            return self.handshake(request);
        }
        if !is_signed(&self.app_secret, &request.body, request.header("x-hub-signature-256"), "sha256=") {
            return Err(WebhookError::Forged);
        }
        let body: Value = serde_json::from_slice(&request.body)
            .map_err(|error| WebhookError::Malformed(format!("no JSON at line {}", error.line())))?;
        let mut heard = Heard::default();
        // An app may serve several pages; the events of another one are none of ours.
        let ours = list(&body["entry"]).iter().filter(|entry| entry["id"] == self.page.as_str());
        if body["object"] == "page" {
            ours.flat_map(|entry| list(&entry["messaging"])).for_each(|event| read(event, now, &mut heard));
        }
        Ok(WebhookAnswer::heard(heard))
    }
}

impl Events {
    /// Meta asks once, when the webhook is subscribed, and wants its challenge back.
    fn handshake(&self, request: &WebhookRequest) -> Result<WebhookAnswer, WebhookError> {
        let of = |wanted: &str| {
            let mut query = url::form_urlencoded::parse(request.query.as_bytes());
            query.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
        };
        if !of("hub.verify_token").is_some_and(|token| self.verify_token.matches(&token)) {
            return Err(WebhookError::Forged);
        }
        match (of("hub.mode").as_deref(), of("hub.challenge")) {
            (Some("subscribe"), Some(challenge)) => Ok(WebhookAnswer::receipts(Vec::new()).body(challenge)),
            _ => Err(WebhookError::Malformed("a handshake without a challenge".to_owned())),
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn read(event: &Value, now: Time, heard: &mut Heard) {
    let at = event["timestamp"].as_i64().and_then(Time::from_timestamp_millis).unwrap_or(now);
    if event["message"]["is_echo"] == true {
        heard.receipts.extend(echo(&event["message"], at));
    } else {
        heard.inbound.extend(inbound(event, at));
    }
}

/// A message that the page sent, with our reference when it was we who sent it.
fn echo(message: &Value, at: Time) -> Option<ReceiptOf> {
    let attempt = message["metadata"].as_str()?.parse().ok()?;
    let provider_message_id = message["mid"].as_str().map(str::to_owned);
    Some(ReceiptOf {
        attempt,
        receipt: Receipt { status: ReceiptStatus::Sent, at, provider_message_id, part_count: None },
    })
}

/// What a person did: a message, a button of ours (`postback`), or a link to the page (`referral`). Deliveries, reads,
/// reactions and the like are nothing of the kind.
fn inbound(event: &Value, at: Time) -> Option<Inbound> {
    let from = event["sender"]["id"].as_str()?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (message, postback) = (&event["message"], &event["postback"]);
    let (id, words, payload) = if message.is_object() {
        let payload = message["quick_reply"]["payload"].as_str().or_else(|| message["referral"]["ref"].as_str());
        (message["mid"].as_str(), text(&message["text"]), payload)
    } else if postback.is_object() {
        // The button that begins a conversation tells by which link the person came, which says more than the button.
        let payload = postback["referral"]["ref"].as_str().or_else(|| postback["payload"].as_str());
        (postback["mid"].as_str(), text(&postback["title"]), payload)
    } else {
        (None, String::new(), Some(event["referral"]["ref"].as_str()?))
    };
    // Not every event has an id; a person does one thing at a time.
    let id = id.map_or_else(|| format!("{from}:{}", at.timestamp_millis()), str::to_owned);
    Some(Inbound {
        channel: Channel::Chat,
        provider: NAME.to_owned(),
        id,
        from: from.to_owned(),
        to: event["recipient"]["id"].as_str().map(str::to_owned),
        at,
        act: Act::Wrote { text: words, payload: payload.map(str::to_owned) },
    })
}
