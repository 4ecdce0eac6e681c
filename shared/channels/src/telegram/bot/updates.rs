//! The bot's webhook (<https://core.telegram.org/bots/api#getting-updates>): what people do in their own chats with the bot.
//! Call `setWebhook` with `allowed_updates` `message`, `callback_query` and `my_chat_member`. Updates hold no receipts; those of
//! groups and channels are about nobody in particular and are left out.

use super::{NAME, settings};
use crate::{
    document::{DocumentFault, Entry},
    secret::Secret,
};
use baton_domain::{Channel, Time};
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::{Webhook, WebhookAnswer, WebhookError, WebhookRequest},
};
use serde_json::Value;

/// Updates are authentic when they carry the secret token.
struct Updates {
    secret: Secret,
    /// The bot's id: what stands before the colon of its token.
    bot: String,
}

/// The webhook of an entry.
///
/// # Errors
/// A setting is wrong, or `secretToken` is missing: without it anybody could post updates.
pub fn webhook(entry: &Entry) -> Result<Box<dyn Webhook>, DocumentFault> {
    let settings = settings(entry)?;
    let secret = settings.secret_token.ok_or_else(|| entry.fault("secretToken", "it is needed for the webhook"))?;
    let bot = settings.bot_token.expose().split_once(':').map_or("", |(id, _)| id).to_owned();
    Ok(Box::new(Updates { secret, bot }))
}

impl Webhook for Updates {
    fn name(&self) -> &'static str {
        NAME
    }

    fn read(&self, request: &WebhookRequest, now: Time) -> Result<WebhookAnswer, WebhookError> {
        let token = request.header("x-telegram-bot-api-secret-token").ok_or(WebhookError::Forged)?;
        if !self.secret.matches(token) {
            return Err(WebhookError::Forged);
        }
        let update: Value = serde_json::from_slice(&request.body)
            .map_err(|error| WebhookError::Malformed(format!("no JSON at line {}", error.line())))?;
        let id = update["update_id"].as_i64();
        let id = id.ok_or_else(|| WebhookError::Malformed("an update has an update_id".to_owned()))?;
        let inbound = act(&update).map(|(from, at, act)| Inbound {
            channel: Channel::Telegram,
            provider: NAME.to_owned(),
            id: id.to_string(),
            from: from.to_string(),
            to: Some(self.bot.clone()).filter(|bot| !bot.is_empty()),
            at: at.unwrap_or(now),
            act,
        });
        Ok(WebhookAnswer::inbound(inbound.into_iter().collect()))
    }
}

/// Who did what, and when; `None` for what is not about a person or not one of the things that we listen to.
fn act(update: &Value) -> Option<(i64, Option<Time>, Act)> {
    if let Some(query) = update.get("callback_query") {
        let from = query["from"]["id"].as_i64()?;
        let data = query["data"].as_str()?.to_owned();
        return Some((from, None, Act::Wrote { text: String::new(), payload: Some(data) }));
    }
    if let Some(change) = update.get("my_chat_member") {
        let act = match change["new_chat_member"]["status"].as_str()? {
            "kicked" => Act::Blocked,
            "member" => Act::Allowed,
            _ => return None,
        };
        return Some((person(change)?, time(change), act));
    }
    let message = update.get("message")?;
    Some((person(message)?, time(message), wrote(message)))
}

/// The person of a private chat: it has the id of the person.
fn person(of: &Value) -> Option<i64> {
    of["chat"]["id"].as_i64().filter(|_| of["chat"]["type"] == "private")
}

/// `date`, in seconds since 1970.
fn time(of: &Value) -> Option<Time> {
    Time::from_timestamp(of["date"].as_i64()?, 0)
}

/// A text or a caption. The payload is the parameter of the link that the bot was started by (`/start <parameter>`), or the
/// number of a contact, when it is the person's own.
fn wrote(message: &Value) -> Act {
    let text = message["text"].as_str().or(message["caption"].as_str()).unwrap_or_default();
    let start = text.strip_prefix("/start ").map(str::trim).filter(|parameter| !parameter.is_empty());
    Act::Wrote { text: text.to_owned(), payload: start.map(str::to_owned).or_else(|| own_phone(message)) }
}

fn own_phone(message: &Value) -> Option<String> {
    let contact = message.get("contact")?;
    let own = contact["user_id"].as_i64()? == message["from"]["id"].as_i64()?;
    let digits: String = contact["phone_number"].as_str()?.chars().filter(char::is_ascii_digit).collect();
    (own && !digits.is_empty()).then(|| format!("+{digits}"))
}

#[cfg(test)]
mod tests;
