//! What Viber calls back (<https://developers.viber.com/docs/api/rest-bot-api/#callbacks>): what people write, and who comes
//! and leaves.

use super::{NAME, settings};
use crate::{DocumentFault, document::Entry, secret::Secret, signature::is_signed};
use baton_domain::{Channel, Time};
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::{Webhook, WebhookAnswer, WebhookError, WebhookRequest},
};
use serde_json::Value;

/// The webhook of an entry: events signed with the bot's token.
///
/// # Errors
/// A setting is missing, unknown or not of its form.
pub fn webhook(entry: &Entry) -> Result<Box<dyn Webhook>, DocumentFault> {
    Ok(Box::new(Events { auth_token: settings(entry)?.auth_token }))
}

struct Events {
    auth_token: Secret,
}

impl Webhook for Events {
    fn name(&self) -> &'static str {
        NAME
    }

    fn read(&self, request: &WebhookRequest, now: Time) -> Result<WebhookAnswer, WebhookError> {
        if !is_signed(&self.auth_token, &request.body, request.header("x-viber-content-signature"), "") {
            return Err(WebhookError::Forged);
        }
        let event: Value = serde_json::from_slice(&request.body)
            .map_err(|error| WebhookError::Malformed(format!("no JSON at line {}", error.line())))?;
        match event["event"].as_str() {
            // With an empty answer a conversation that has started gets no welcome of ours.
            Some(kind) => Ok(WebhookAnswer::inbound(inbound(kind, &event, now).into_iter().collect())),
            None => Err(WebhookError::Malformed("an event without its kind".to_owned())),
        }
    }
}

/// What a person did. A conversation that has started says something only when the link that led there does (`context`).
/// Deliveries, `seen`, `failed`, and the `webhook` that Viber tries when it is set are nothing of the kind.
fn inbound(kind: &str, event: &Value, now: Time) -> Option<Inbound> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let (from, act) = match kind {
        "message" => {
            let words = text(&event["message"]["text"]).unwrap_or_default();
            (&event["sender"]["id"], Act::Wrote { text: words, payload: None })
        }
        "conversation_started" => {
            let payload = text(&event["context"]).filter(|context| !context.is_empty())?;
            (&event["user"]["id"], Act::Wrote { text: String::new(), payload: Some(payload) })
        }
        "subscribed" => (&event["user"]["id"], Act::Allowed),
        "unsubscribed" => (&event["user_id"], Act::Blocked),
        _ => return None,
    };
    Some(Inbound {
        channel: Channel::Chat,
        provider: NAME.to_owned(),
        id: event["message_token"].as_u64()?.to_string(),
        from: text(from)?,
        to: None,
        at: event["timestamp"].as_i64().and_then(Time::from_timestamp_millis).unwrap_or(now),
        act,
    })
}
