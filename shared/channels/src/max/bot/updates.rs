//! The bot's webhook (schema `Update` and its kinds): what people do in their own dialogs with the bot. Call
//! `POST /subscriptions` with this address, `secret`, and the `update_types` `message_created`, `message_callback`,
//! `bot_started`, `bot_stopped` and `dialog_removed`. Updates hold no receipts; those of groups and channels are left out.

use super::{NAME, settings};
use crate::{DocumentFault, document::Entry, secret::Secret};
use baton_domain::{Channel, Time};
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::{Webhook, WebhookAnswer, WebhookError, WebhookRequest},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Updates are authentic when they carry the secret.
struct Updates {
    secret: Secret,
}

/// The webhook of an entry.
///
/// # Errors
/// A setting is wrong, or `webhookSecret` is missing: without it anybody could post updates.
pub fn webhook(entry: &Entry) -> Result<Box<dyn Webhook>, DocumentFault> {
    let secret = settings(entry)?.webhook_secret;
    let secret = secret.ok_or_else(|| entry.fault("webhookSecret", "it is needed for the webhook"))?;
    Ok(Box::new(Updates { secret }))
}

impl Webhook for Updates {
    fn name(&self) -> &'static str {
        NAME
    }

    fn read(&self, request: &WebhookRequest, now: Time) -> Result<WebhookAnswer, WebhookError> {
        let secret = request.header("x-max-bot-api-secret").ok_or(WebhookError::Forged)?;
        if !self.secret.matches(secret) {
            return Err(WebhookError::Forged);
        }
        let update: Value = serde_json::from_slice(&request.body)
            .map_err(|error| WebhookError::Malformed(format!("no JSON at line {}", error.line())))?;
        let Some(kind) = update["update_type"].as_str() else {
            return Err(WebhookError::Malformed("an update has an update_type".to_owned()));
        };
        Ok(WebhookAnswer::inbound(acts(kind, &update, now)))
    }
}

/// What a person did; nothing for what is not about a person or not one of the things that we listen to.
fn acts(kind: &str, update: &Value, now: Time) -> Vec<Inbound> {
    let stamp = update["timestamp"].as_i64();
    let of = |user: &Value, id: String, act: Act| {
        let from = user["user_id"].as_i64().filter(|_| user["is_bot"] != true)?;
        let at = stamp.and_then(Time::from_timestamp_millis).unwrap_or(now);
        let (provider, from) = (NAME.to_owned(), from.to_string());
        Some(Inbound { channel: Channel::Max, provider, id, from, to: None, at, act })
    };
    // These updates have no id of their own; a repeated one has the same time. The hash keeps the person's id out of it.
    let named = |name: &str| {
        let (user, stamp) = (update["user"]["user_id"].as_i64().unwrap_or_default(), stamp.unwrap_or_default());
        hex::encode(&Sha256::digest(format!("{name}:{user}:{stamp}"))[..16])
    };
    let user = &update["user"];
    let found = match kind {
        "message_created" => vec![message(&update["message"]).and_then(|(user, id, act)| of(user, id, act))],
        "message_callback" => vec![pressed(&update["callback"]).and_then(|(user, id, act)| of(user, id, act))],
        "bot_started" => {
            let payload = update["payload"].as_str().filter(|payload| !payload.is_empty());
            let wrote = payload.map(|payload| Act::Wrote { text: String::new(), payload: Some(payload.to_owned()) });
            vec![of(user, named(kind), Act::Allowed), wrote.and_then(|act| of(user, named("bot_started_by"), act))]
        }
        "bot_stopped" | "dialog_removed" => vec![of(user, named(kind), Act::Blocked)],
        _ => Vec::new(),
    };
    found.into_iter().flatten().collect()
}

/// A message in a dialog.
fn message(message: &Value) -> Option<(&Value, String, Act)> {
    if message["recipient"]["chat_type"] != "dialog" {
        return None;
    }
    let text = message["body"]["text"].as_str().unwrap_or_default().to_owned();
    let id = message["body"]["mid"].as_str()?.to_owned();
    Some((&message["sender"], id, Act::Wrote { text, payload: None }))
}

/// A button was pressed. `callback_id` is that of the keyboard, so the time belongs to the id of the event.
fn pressed(callback: &Value) -> Option<(&Value, String, Act)> {
    let payload = callback["payload"].as_str().map(str::to_owned);
    let id = format!("{}:{}", callback["callback_id"].as_str()?, callback["timestamp"].as_i64().unwrap_or_default());
    Some((&callback["user"], id, Act::Wrote { text: String::new(), payload }))
}
