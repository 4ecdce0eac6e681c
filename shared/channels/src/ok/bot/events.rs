//! The group's webhook (<https://apiok.ru/dev/graph_api/methods/graph.user/graph.user.subscribe/post>): what people write to the
//! group. Call `POST /graph/me/subscribe` with `{"url": "https://…/webhooks/ok/ok?secret=<webhookSecret>"}`. Odnoklassniki signs
//! nothing and tells nothing of blocks and receipts.

use super::{NAME, settings};
use crate::{DocumentFault, document::Entry, secret::Secret};
use baton_domain::{Channel, Time};
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::{Webhook, WebhookAnswer, WebhookError, WebhookRequest},
};
use serde_json::Value;

/// Events are authentic when they come to the address with the secret.
struct Events {
    secret: Secret,
}

/// The webhook of an entry.
///
/// # Errors
/// A setting is wrong, or `webhookSecret` is missing: without it anybody could post events.
pub fn webhook(entry: &Entry) -> Result<Box<dyn Webhook>, DocumentFault> {
    let secret = settings(entry)?.webhook_secret.filter(|secret| !secret.is_empty());
    let secret = secret.ok_or_else(|| entry.fault("webhookSecret", "it is needed for the webhook"))?;
    Ok(Box::new(Events { secret }))
}

impl Webhook for Events {
    fn name(&self) -> &'static str {
        NAME
    }

    fn read(&self, request: &WebhookRequest, now: Time) -> Result<WebhookAnswer, WebhookError> {
        let mut query = url::form_urlencoded::parse(request.query.as_bytes());
        let given = query.find(|(name, _)| name == "secret").ok_or(WebhookError::Forged)?.1;
        if !self.secret.matches(&given) {
            return Err(WebhookError::Forged);
        }
        let event: Value = serde_json::from_slice(&request.body)
            .map_err(|error| WebhookError::Malformed(format!("no JSON at line {}", error.line())))?;
        if !event.is_object() {
            return Err(WebhookError::Malformed("an event is an object".to_owned()));
        }
        Ok(WebhookAnswer::inbound(act(&event, now).into_iter().collect()))
    }
}

/// What a person did; `None` for what is not about a person or not one of the things that we listen to. Old subscriptions
/// send messages without `webhookType`.
fn act(event: &Value, now: Time) -> Option<Inbound> {
    let stamp = event["timestamp"].as_i64();
    let message = &event["message"];
    let (id, act) = match event["webhookType"].as_str() {
        Some("MESSAGE_CREATED") | None => {
            let text = message["text"].as_str().unwrap_or_default().to_owned();
            (message["mid"].as_str()?.to_owned(), Act::Wrote { text, payload: None })
        }
        Some("MESSAGE_CALLBACK") => {
            // The id is that of the keyboard or of its message, so the time belongs to the id of the event.
            let keyboard = event["callbackId"].as_str().or(event["mid"].as_str())?;
            let payload = event["payload"].as_str().map(str::to_owned);
            (format!("{keyboard}:{}", stamp.unwrap_or_default()), Act::Wrote { text: String::new(), payload })
        }
        Some(_) => return None,
    };
    Some(Inbound {
        channel: Channel::Ok,
        provider: NAME.to_owned(),
        id,
        from: event["sender"]["user_id"].as_str()?.to_owned(),
        to: None,
        at: stamp.and_then(Time::from_timestamp_millis).unwrap_or(now),
        act,
    })
}
