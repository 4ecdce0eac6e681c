//! The Callback API (<https://dev.vk.com/api/callback/getting-started>): what people do in their own dialogs with the
//! community. Switch on `message_new`, `message_event`, `message_allow` and `message_deny` there. Every event is answered with
//! `ok`, VK's question whether the server is ours with the confirmation.

use super::{NAME, settings};
use crate::{DocumentFault, document::Entry, secret::Secret};
use baton_domain::{Channel, Time};
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::{Webhook, WebhookAnswer, WebhookError, WebhookRequest},
};
use serde_json::Value;

/// Events are authentic when they carry the secret, which stands in their body.
struct Events {
    secret: Secret,
    group: u64,
    confirmation: String,
}

/// The webhook of an entry.
///
/// # Errors
/// A setting is wrong, or one of `webhookSecret`, `groupId` and `confirmation` is missing: without the first one anybody could
/// post events, without the others VK does not begin to.
pub fn webhook(entry: &Entry) -> Result<Box<dyn Webhook>, DocumentFault> {
    let settings = settings(entry)?;
    let needed = |name| entry.fault(name, "it is needed for the webhook");
    let secret = settings.webhook_secret.filter(|secret| !secret.is_empty()).ok_or_else(|| needed("webhookSecret"))?;
    let group = settings.group_id.ok_or_else(|| needed("groupId"))?;
    let confirmation = settings.confirmation.ok_or_else(|| needed("confirmation"))?;
    Ok(Box::new(Events { secret, group, confirmation }))
}

impl Webhook for Events {
    fn name(&self) -> &'static str {
        NAME
    }

    fn read(&self, request: &WebhookRequest, now: Time) -> Result<WebhookAnswer, WebhookError> {
        // The secret is inside, so the body is read before it is known to be authentic. Nothing else is done with it, and what
        // is no JSON carries no secret.
        let event: Value = serde_json::from_slice(&request.body).map_err(|_| WebhookError::Forged)?;
        let secret = event["secret"].as_str();
        let authentic = secret.is_some_and(|secret| self.secret.matches(secret));
        let ours = event["group_id"].as_u64() == Some(self.group);
        let kind = event["type"].as_str().unwrap_or_default();
        if kind == "confirmation" && ours && (authentic || secret.is_none()) {
            // VK asks before the secret is set as well. The answer is of no use to anybody else.
            return Ok(WebhookAnswer::inbound(Vec::new()).body(self.confirmation.clone()));
        }
        if !(authentic && ours) {
            return Err(WebhookError::Forged);
        }
        if kind.is_empty() {
            return Err(WebhookError::Malformed("an event has a type".to_owned()));
        }
        Ok(WebhookAnswer::inbound(acts(kind, &event, now)).body("ok"))
    }
}

/// What a person did; nothing for what is not about a person or not one of the things that we listen to.
fn acts(kind: &str, event: &Value, now: Time) -> Vec<Inbound> {
    let object = &event["object"];
    let found = match kind {
        "message_new" => wrote(object),
        "message_event" => pressed(object),
        "message_deny" => object["user_id"].as_i64().map(|user| (user, None, vec![Act::Blocked])),
        "message_allow" => object["user_id"].as_i64().map(|user| {
            // What the page gave to the button that allows messages.
            let key = object["key"].as_str().filter(|key| !key.is_empty());
            let key = key.map(|key| Act::Wrote { text: String::new(), payload: Some(key.to_owned()) });
            (user, None, [Some(Act::Allowed), key].into_iter().flatten().collect())
        }),
        _ => None,
    };
    // Without its id a repeated event could not be told from a new one.
    let (Some((user, at, acts)), Some(id)) = (found, event["event_id"].as_str()) else { return Vec::new() };
    if user <= 0 {
        return Vec::new();
    }
    let inbound = |(index, act): (usize, Act)| Inbound {
        channel: Channel::Vk,
        provider: NAME.to_owned(),
        id: if index == 0 { id.to_owned() } else { format!("{id}:{index}") },
        from: user.to_string(),
        to: event["group_id"].as_u64().map(|group| group.to_string()),
        at: at.unwrap_or(now),
        act,
    };
    acts.into_iter().enumerate().map(inbound).collect()
}

type Found = (i64, Option<Time>, Vec<Act>);

/// A message in a dialog. The payload is the parameter of the link that the person came by (`ref`), else what the button
/// carries that they pressed. Before version 5.103 the object is the message itself.
fn wrote(object: &Value) -> Option<Found> {
    let message = object.get("message").unwrap_or(object);
    let from = message["from_id"].as_i64().filter(|from| message["peer_id"].as_i64() == Some(*from))?;
    let payload = message["ref"].as_str().or(message["payload"].as_str()).filter(|payload| !payload.is_empty());
    let text = message["text"].as_str().unwrap_or_default().to_owned();
    let at = message["date"].as_i64().and_then(|date| Time::from_timestamp(date, 0));
    Some((from, at, vec![Act::Wrote { text, payload: payload.map(str::to_owned) }]))
}

/// A button of the kind `callback`. Its payload is any JSON.
fn pressed(object: &Value) -> Option<Found> {
    let user = object["user_id"].as_i64()?;
    let payload = match &object["payload"] {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    Some((user, None, vec![Act::Wrote { text: String::new(), payload }]))
}
