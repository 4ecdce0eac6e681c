//! What the service publishes to the SNS topic: events of messages, and what people write to a two-way number.

use super::{NAME, REFERENCE, codes::EVENTS};
use crate::sms::wrote;
use baton_domain::{AttemptRef, Channel, Receipt, ReceiptStatus, Time};
use baton_pipeline::{
    inbound::Inbound,
    provider::{ReceiptOf, WebhookError},
};
use serde_json::Value;

/// Reads an event of the configuration set
/// (<https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html>).
///
/// `TEXT_SUCCESSFUL` means that the carrier took the message, not that it arrived. `TEXT_UNKNOWN` (AWS emits it after 72
/// hours without a final event) says nothing: the validity period decides. Events of voice, of media, of messages that are
/// not ours, and inbound messages give no receipts.
///
/// # Errors
/// It has no `eventType`.
pub(crate) fn read(event: &Value, now: Time) -> Result<Vec<ReceiptOf>, WebhookError> {
    let Some(kind) = event["eventType"].as_str() else {
        return Err(WebhookError::Malformed("an event without eventType".to_owned()));
    };
    let reference = event["context"][REFERENCE].as_str().and_then(|reference| reference.parse::<AttemptRef>().ok());
    let (Some(attempt), Some(status)) = (reference, receipt_status(kind)) else { return Ok(Vec::new()) };
    let receipt = Receipt {
        status,
        at: event["eventTimestamp"].as_i64().and_then(Time::from_timestamp_millis).unwrap_or(now),
        provider_message_id: event["messageId"].as_str().map(str::to_owned),
        part_count: event["totalMessageParts"].as_u64().and_then(|parts| parts.try_into().ok()),
    };
    Ok(vec![ReceiptOf { attempt, receipt }])
}

fn receipt_status(kind: &str) -> Option<ReceiptStatus> {
    match kind {
        "TEXT_QUEUED" | "TEXT_PENDING" | "TEXT_SENT" | "TEXT_SUCCESSFUL" => Some(ReceiptStatus::Sent),
        "TEXT_DELIVERED" => Some(ReceiptStatus::Delivered),
        _ => EVENTS.known(kind).map(ReceiptStatus::Failed),
    }
}

/// Reads what somebody wrote to a number whose two-way channel is the topic
/// (<https://docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms-payload.html>); `None` when it is something else.
/// It carries no time of its own: `at` is when it was published.
///
/// # Errors
/// It has no `inboundMessageId`.
pub(crate) fn inbound(event: &Value, at: Time) -> Result<Option<Inbound>, WebhookError> {
    let text = |name: &str| event[name].as_str();
    let (Some(from), Some(body)) = (text("originationNumber"), text("messageBody")) else { return Ok(None) };
    let Some(id) = text("inboundMessageId").filter(|id| !id.is_empty()) else {
        return Err(WebhookError::Malformed("an inbound message without inboundMessageId".to_owned()));
    };
    Ok(Some(Inbound {
        channel: Channel::Sms,
        provider: NAME.to_owned(),
        id: id.to_owned(),
        from: from.to_owned(),
        to: text("destinationNumber").map(str::to_owned),
        at,
        act: wrote(body),
    }))
}
