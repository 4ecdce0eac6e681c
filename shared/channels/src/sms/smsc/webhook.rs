//! SMSC's calls to us (<https://smsc.ru/api/http/miscellaneous/callback/>): forms with a status (`id`, `phone`, `status`, `ts`,
//! `err`, `cnt` …) or with what somebody wrote (`phone`, `mes`, `to` …).

use super::{NAME, Settings, codes::FAILURES, reference};
use crate::{DocumentFault, callback, document::Entry, secret::Secret, tracking::track_event};
use baton_domain::{Channel, Receipt, ReceiptStatus, Time, tracks::TrackKind};
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::{ReceiptOf, Webhook, WebhookAnswer, WebhookError, WebhookRequest},
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The webhook of an entry.
///
/// # Errors
/// A setting is unknown or not of its form, or `webhookSecret` is missing.
pub fn webhook(entry: &Entry) -> Result<Box<dyn Webhook>, DocumentFault> {
    let settings: Settings = entry.settings()?;
    Ok(Box::new(Calls { secret: callback::required_secret(entry, settings.webhook_secret)? }))
}

struct Calls {
    secret: Secret,
}

/// The fields of a call; the first one counts when there are several of a name.
type Fields = BTreeMap<String, String>;

impl Webhook for Calls {
    fn name(&self) -> &'static str {
        NAME
    }

    fn read(&self, request: &WebhookRequest, now: Time) -> Result<WebhookAnswer, WebhookError> {
        if !callback::authentic(request, &self.secret) {
            return Err(WebhookError::Forged);
        }
        let mut fields = Fields::new();
        for (name, value) in url::form_urlencoded::parse(&request.body).into_owned() {
            fields.entry(name).or_insert(value);
        }
        Ok(match fields.contains_key("mes") {
            true => WebhookAnswer::inbound(inbound(&fields, now).into_iter().collect()),
            false => WebhookAnswer::receipts(receipt(&fields, now).into_iter().collect()),
        })
    }
}

/// The receipt in a status; `None` for messages that are not ours, and for statuses that say nothing new (-1 waiting, -3 not
/// found) or that SMSC adds one day.
fn receipt(fields: &Fields, now: Time) -> Option<ReceiptOf> {
    let id = fields.get("id")?;
    let status = match fields.get("status")?.as_str() {
        "0" => ReceiptStatus::Sent,
        "1" => ReceiptStatus::Delivered,
        "2" => ReceiptStatus::Read,
        // A link in the text was followed. The call has no id of its own; its time has the precision of a second.
        "4" => ReceiptStatus::Tracked(track_event(TrackKind::Click, fields.get("ts").map_or("", String::as_str))),
        status => ReceiptStatus::Failed(FAILURES.known(status)?),
    };
    let receipt = Receipt {
        status,
        at: time(fields).unwrap_or(now),
        provider_message_id: Some(id.clone()),
        part_count: fields.get("cnt").and_then(|count| count.parse().ok()).filter(|count| *count > 0),
    };
    Some(ReceiptOf { attempt: reference::decode(id)?, receipt })
}

/// What somebody wrote; `None` without a sender.
fn inbound(fields: &Fields, now: Time) -> Option<Inbound> {
    let field = |name: &str| fields.get(name).filter(|value| !value.is_empty());
    let phone = field("phone")?;
    let id = field("id").cloned().unwrap_or_else(|| hash(fields));
    Some(Inbound {
        channel: Channel::Sms,
        provider: NAME.to_owned(),
        id,
        from: format!("+{}", phone.trim_start_matches('+')),
        to: field("to").cloned(),
        at: time(fields).unwrap_or(now),
        act: Act::wrote(field("mes").map(String::as_str).unwrap_or_default()),
    })
}

/// An id for a message that came without one: the same for a call that is repeated.
fn hash(fields: &Fields) -> String {
    let mut hash = Sha256::new();
    for (name, value) in fields {
        hash.update(format!("{}:{name}={}:{value};", name.len(), value.len()));
    }
    hex::encode(&hash.finalize()[..16])
}

/// `ts`, seconds since the epoch. (`time` is the same as Moscow's clock shows it.)
fn time(fields: &Fields) -> Option<Time> {
    Time::from_timestamp(fields.get("ts")?.parse().ok()?, 0)
}
