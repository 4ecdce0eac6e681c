//! Events of Amazon SES, as they stand in the `Message` of an SNS notification
//! (<https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>), and in the `detail` of an
//! EventBridge event. Notifications of an identity have `notificationType` in the place of `eventType`.

use super::{letter::REFERENCE_HEADER, ses::REFERENCE_TAG};
use baton_domain::{AttemptRef, ErrorClass, ProviderError, Receipt, ReceiptStatus, Time};
use baton_pipeline::provider::{ReceiptOf, WebhookError};
use serde_json::Value;

/// What an event says of the message.
#[derive(Clone, Copy)]
enum Meaning {
    Sent,
    Delivered,
    Read,
    Failed,
    /// Still on its way, or nothing about its way.
    Nothing,
}

/// The events: their type in lower case without blanks, the member with the particulars, the meaning.
///
/// - An open or a click is the e-mail being read.
/// - A complaint is somebody pressing "spam": the e-mail is in their mailbox, so it is delivered. (The stop list is told of it
///   elsewhere.) One with the sub-type `OnAccountSuppressionList` was never sent.
/// - A bounce is the end of this attempt, whatever its type: SES itself has tried again for as long as it makes sense. The next
///   channel follows at once.
const EVENTS: &[(&str, &str, Meaning)] = &[
    ("send", "send", Meaning::Sent),
    ("delivery", "delivery", Meaning::Delivered),
    ("deliverydelay", "deliveryDelay", Meaning::Nothing),
    ("open", "open", Meaning::Read),
    ("click", "click", Meaning::Read),
    ("complaint", "complaint", Meaning::Delivered),
    ("bounce", "bounce", Meaning::Failed),
    ("reject", "reject", Meaning::Failed),
    ("renderingfailure", "failure", Meaning::Failed),
    ("subscription", "subscription", Meaning::Nothing),
];

/// Reads an event. An event of a type that is not known, or about an e-mail that is not ours, has no receipts.
///
/// # Errors
/// It is no event of SES.
pub fn read(event: &Value, now: Time) -> Result<Vec<ReceiptOf>, WebhookError> {
    let malformed = |what: &str| WebhookError::Malformed(format!("no event of SES: {what}"));
    let event = if event["detail"].is_object() { &event["detail"] } else { event };
    let name = event["eventType"].as_str().or_else(|| event["notificationType"].as_str());
    let name = name.ok_or_else(|| malformed("it has no eventType"))?;
    let mail = event["mail"].as_object().ok_or_else(|| malformed("it has no mail"))?;
    let Some(attempt) = reference(&event["mail"]) else { return Ok(Vec::new()) };
    let name = name.replace(' ', "").to_ascii_lowercase();
    let Some((_, member, meaning)) = EVENTS.iter().find(|(known, ..)| *known == name) else { return Ok(Vec::new()) };
    let particulars = &event[*member];
    let suppressed = particulars["complaintSubType"] == "OnAccountSuppressionList";
    let status = match meaning {
        Meaning::Nothing => return Ok(Vec::new()),
        Meaning::Sent => ReceiptStatus::Sent,
        Meaning::Delivered if !suppressed => ReceiptStatus::Delivered,
        Meaning::Read => ReceiptStatus::Read,
        Meaning::Delivered | Meaning::Failed => ReceiptStatus::Failed(failure(member, particulars)),
    };
    let at = [particulars.get("timestamp"), mail.get("timestamp")].into_iter().flatten().find_map(time).unwrap_or(now);
    let provider_message_id = event["mail"]["messageId"].as_str().map(str::to_owned);
    Ok(vec![ReceiptOf { attempt, receipt: Receipt { status, at, provider_message_id, part_count: None } }])
}

/// Our reference: from the tag, else from the header.
fn reference(mail: &Value) -> Option<AttemptRef> {
    let tag = mail["tags"][REFERENCE_TAG][0].as_str();
    let header = || {
        let headers = mail["headers"].as_array()?;
        let ours = |header: &&Value| header["name"].as_str().is_some_and(|n| n.eq_ignore_ascii_case(REFERENCE_HEADER));
        headers.iter().find(ours)?["value"].as_str()
    };
    tag.or_else(header)?.trim().parse().ok()
}

fn time(value: &Value) -> Option<Time> {
    let time = chrono::DateTime::parse_from_rfc3339(value.as_str()?).ok()?;
    Time::from_timestamp_millis(time.timestamp_millis())
}

/// Why it will not arrive. The diagnostic text of the other server is not kept, as it holds the address.
fn failure(member: &str, particulars: &Value) -> ProviderError {
    let word = |name: &str| particulars[name].as_str().unwrap_or("Undetermined");
    let (class, code, message) = match member {
        "bounce" => {
            let status = particulars["bouncedRecipients"][0]["status"].as_str();
            let status = status.map(|status| format!(" ({status})")).unwrap_or_default();
            let code = format!("Bounce.{}.{}", word("bounceType"), word("bounceSubType"));
            (ErrorClass::Permanent, code, format!("The e-mail came back{status}."))
        }
        "complaint" => {
            let code = "Complaint.OnAccountSuppressionList".to_owned();
            (ErrorClass::Permanent, code, "The address is on the account's suppression list.".to_owned())
        }
        "failure" => {
            (ErrorClass::Misconfigured, "RenderingFailure".to_owned(), "SES could not render the e-mail.".to_owned())
        }
        _ => (
            ErrorClass::Permanent,
            "Reject".to_owned(),
            "SES took the e-mail for harmful and did not send it.".to_owned(),
        ),
    };
    ProviderError::new(class, code, message)
}

#[cfg(test)]
#[path = "ses_events_tests.rs"]
mod tests;
