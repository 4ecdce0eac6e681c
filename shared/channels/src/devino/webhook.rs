//! Devino's callbacks: `[{"messageId": …, "status": "DELIVERED", "receivedAt": …, "error": …, "callbackData": {…}}]`. Devino
//! repeats a callback for 24 hours until it is answered with 200.

use super::{
    NAME, Settings,
    codes::{self, CODES},
    id,
};
use crate::{DocumentFault, callback, document::Entry, secret::Secret};
use baton_domain::{ErrorClass, ProviderError, Receipt, ReceiptStatus, Time};
use baton_pipeline::provider::{ReceiptOf, Webhook, WebhookAnswer, WebhookError, WebhookRequest};
use serde_json::Value;

/// The webhook of an entry.
///
/// # Errors
/// A setting is unknown or not of its form, or `webhookSecret` is missing.
pub(crate) fn webhook(entry: &Entry) -> Result<Box<dyn Webhook>, DocumentFault> {
    let settings: Settings = entry.settings()?;
    Ok(Box::new(Callbacks { secret: callback::required_secret(entry, settings.webhook_secret)? }))
}

struct Callbacks {
    secret: Secret,
}

impl Webhook for Callbacks {
    fn name(&self) -> &'static str {
        NAME
    }

    fn read(&self, request: &WebhookRequest, now: Time) -> Result<WebhookAnswer, WebhookError> {
        if !callback::authentic(request, &self.secret) {
            return Err(WebhookError::Forged);
        }
        let body: Value =
            serde_json::from_slice(&request.body).map_err(|_| WebhookError::Malformed("no JSON".to_owned()))?;
        let statuses = match &body {
            Value::Array(statuses) => statuses.as_slice(),
            one => std::slice::from_ref(one),
        };
        Ok(WebhookAnswer::receipts(statuses.iter().filter_map(|status| receipt(status, request, now)).collect()))
    }
}

/// The receipt in a status; `None` for messages that are not ours, for `enqueued`, and for statuses that Devino adds one day.
fn receipt(body: &Value, request: &WebhookRequest, now: Time) -> Option<ReceiptOf> {
    let own = body["callbackData"]["ref"].as_str().and_then(|reference| reference.parse().ok());
    let attempt = own.or_else(|| callback::attempt(request))?;
    let status = match codes::normal(&body["status"])?.as_str() {
        "sent" => ReceiptStatus::Sent,
        "delivered" => ReceiptStatus::Delivered,
        "read" => ReceiptStatus::Read,
        status @ ("undelivered" | "failed" | "vp_expired") => ReceiptStatus::Failed(failure(status, &body["error"])),
        _ => return None,
    };
    let at = time(&body["receivedAt"]).unwrap_or(now);
    Some(ReceiptOf { attempt, receipt: Receipt { status, at, provider_message_id: id(body), part_count: None } })
}

/// Why a message was not delivered: by its error where we know that one, else by its status.
fn failure(status: &str, error: &Value) -> ProviderError {
    let known = |code: &str| CODES.known(code);
    let error = codes::normal(error).or_else(|| codes::normal(&error["code"]));
    error.and_then(|error| known(&error)).unwrap_or_else(|| CODES.error("Devino", status, ErrorClass::Permanent))
}

/// A time as RFC 3339 has it. The page gives no form; any other one, and one without a zone, is left out.
fn time(value: &Value) -> Option<Time> {
    value.as_str()?.parse().ok()
}
