//! Events of AWS services (SES, End User Messaging) that reach the receipts queue through an SNS topic.
//!
//! Who may write to the queue is settled by its policy (the topic alone), so the messages carry no signature to check.

use crate::{email::ses_events, sms::eum::events as eum};
use baton_domain::Time;
use baton_pipeline::provider::{Heard, WebhookError};
use serde_json::Value;

/// Reads a message of the topic: an SNS envelope
/// (<https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html>), or the event itself where the
/// subscription delivers raw messages. Which service an event is of shows in its shape. What is no event (confirmations,
/// the test message of SES) gives nothing.
///
/// # Errors
/// It is nothing that SNS, SES or End User Messaging is known to send.
pub fn read(envelope_json: &str, now: Time) -> Result<Heard, WebhookError> {
    let malformed = |what: &str| Err(WebhookError::Malformed(what.to_owned()));
    let Ok(envelope) = serde_json::from_str::<Value>(envelope_json) else { return malformed("no JSON") };
    match (envelope["Type"].as_str(), envelope["Message"].as_str()) {
        (Some("Notification"), Some(message)) => match serde_json::from_str(message) {
            Ok(message) => event(&message, published(&envelope).unwrap_or(now)),
            // What SES publishes when a topic is set up.
            Err(_) if message.starts_with("Successfully validated SNS topic") => Ok(Heard::default()),
            Err(_) => malformed("a notification whose message is no JSON"),
        },
        (Some("SubscriptionConfirmation" | "UnsubscribeConfirmation"), _) => Ok(Heard::default()),
        _ => event(&envelope, now),
    }
}

/// When the topic took the message: the time of an event that has none of its own.
fn published(envelope: &Value) -> Option<Time> {
    envelope["Timestamp"].as_str()?.parse().ok()
}

fn event(event: &Value, at: Time) -> Result<Heard, WebhookError> {
    if event["mail"].is_object() {
        return ses_events::read(event, at);
    }
    if event["eventType"].is_string() {
        return eum::read(event, at).map(Heard::receipts);
    }
    if let Some(inbound) = eum::inbound(event, at)? {
        return Ok(Heard::inbound(vec![inbound]));
    }
    Err(WebhookError::Malformed("neither an event of SES nor one of End User Messaging".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{attempt, now};
    use baton_domain::ReceiptStatus;
    use baton_pipeline::inbound::Act;
    use serde_json::json;

    fn eum_event() -> Value {
        json!({
            "eventType": "TEXT_DELIVERED", "eventVersion": "1.0", "eventTimestamp": 1_790_000_000_100_i64, "isFinal": true,
            "messageId": "m-1", "messageRequestTimestamp": 1_790_000_000_000_i64, "messageStatus": "DELIVERED",
            "context": {"ref": attempt().to_string()}, "totalMessageParts": 2,
        })
    }

    fn envelope(message: &str) -> String {
        let envelope = json!({
            "Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            "TopicArn": "arn:aws:sns:eu-central-1:123456789012:baton-events", "Message": message,
            "Timestamp": "2026-09-21T13:33:20.123Z", "SignatureVersion": "1", "Signature": "x", "SigningCertURL": "x",
        });
        envelope.to_string()
    }

    #[test]
    fn an_event_is_read_in_an_envelope_and_raw() {
        let event = eum_event().to_string();
        for message in [envelope(&event), event] {
            let receipts = read(&message, now()).expect("an event").receipts;
            assert_eq!(receipts.len(), 1);
            assert_eq!((receipts[0].attempt, &receipts[0].receipt.status), (attempt(), &ReceiptStatus::Delivered));
        }
    }

    #[test]
    fn an_event_of_ses_goes_to_ses() {
        let event = json!({
            "eventType": "Delivery", "delivery": {"timestamp": "2026-09-21T13:33:20.123Z"},
            "mail": {"messageId": "0100", "timestamp": "2026-09-21T13:33:20.123Z", "tags": {"msg": [attempt().to_string()]}},
        });
        let receipts = read(&envelope(&event.to_string()), now()).expect("an event").receipts;
        assert_eq!((receipts[0].attempt, &receipts[0].receipt.status), (attempt(), &ReceiptStatus::Delivered));
    }

    #[test]
    fn an_inbound_message_has_the_time_at_which_it_was_published() {
        let event = r#"{"originationNumber": "+14255550156", "messageBody": "STOP", "inboundMessageId": "x"}"#;
        let at = |message: &str| {
            let heard = read(message, now()).expect("an event");
            assert_eq!((heard.receipts.len(), heard.inbound.len()), (0, 1));
            assert_eq!((heard.inbound[0].from.as_str(), &heard.inbound[0].act), ("+14255550156", &Act::Blocked));
            heard.inbound[0].at
        };
        assert_eq!(at(&envelope(event)).to_rfc3339(), "2026-09-21T13:33:20.123+00:00");
        assert_eq!(at(event), now());
    }

    #[test]
    fn what_is_no_event_gives_nothing() {
        let confirmation =
            r#"{"Type": "SubscriptionConfirmation", "Token": "x", "SubscribeURL": "https://x", "Message": "x"}"#;
        let test = envelope("Successfully validated SNS topic for Amazon SES event publishing.");
        for message in [confirmation, &test] {
            assert_eq!(read(message, now()), Ok(Heard::default()), "{message}");
        }
    }

    #[test]
    fn what_nobody_sends_is_malformed() {
        for message in
            ["", "no", "[]", "{}", &envelope("no"), &envelope("{}"), &envelope("7"), r#"{"Type": "Notification"}"#]
        {
            assert!(matches!(read(message, now()), Err(WebhookError::Malformed(_))), "{message}");
        }
    }
}
