//! Events of Amazon SES, as they stand in the `Message` of an SNS notification
//! (<https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>), and in the `detail` of an
//! EventBridge event. Notifications of an identity have `notificationType` in the place of `eventType`.

use super::{
    letter::REFERENCE_HEADER,
    ses::{NAME, REFERENCE_TAG},
};
use crate::tracking::track_event;
use baton_domain::{
    AttemptRef, Channel, ErrorClass, ProviderError, Receipt, ReceiptStatus, Time, stop::StopReason, tracks::TrackKind,
};
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::{Heard, ReceiptOf, WebhookError},
};
use serde_json::Value;

/// What an event says of the message.
#[derive(Clone, Copy)]
enum Meaning {
    Sent,
    Delivered,
    Tracked(TrackKind),
    Failed,
    /// Still on its way, or nothing about its way.
    Nothing,
}

/// The events: their type in lower case without blanks, the member with the particulars, the meaning.
///
/// - An open or a click is the e-mail being read, and is counted. SES gives these events no id of their own, so one is known again
///   by all that it says, its time to the millisecond and the reader's address among it; SNS repeats it unchanged.
/// - A complaint is somebody pressing "spam": the e-mail is in their mailbox, so it is delivered. That they want no more is
///   said by [`complaints`]. One with the sub-type `OnAccountSuppressionList` was never sent.
/// - A bounce is the end of this attempt, whatever its type: SES itself has tried again for as long as it makes sense. The next
///   channel follows at once.
const EVENTS: &[(&str, &str, Meaning)] = &[
    ("send", "send", Meaning::Sent),
    ("delivery", "delivery", Meaning::Delivered),
    ("deliverydelay", "deliveryDelay", Meaning::Nothing),
    ("open", "open", Meaning::Tracked(TrackKind::Open)),
    ("click", "click", Meaning::Tracked(TrackKind::Click)),
    ("complaint", "complaint", Meaning::Delivered),
    ("bounce", "bounce", Meaning::Failed),
    ("reject", "reject", Meaning::Failed),
    ("renderingfailure", "failure", Meaning::Failed),
    ("subscription", "subscription", Meaning::Nothing),
];

/// Complaints that say nothing about what the recipient wants (`complaintFeedbackType`): the machines of a provider talk.
const NO_WISH: &[&str] = &["not-spam", "auth-failure", "virus"];

/// The type of a bounce after which the address is not to be written to again. Others pass: a full mailbox, a large e-mail.
const HARD: &str = "Permanent";

/// Reads an event. An event of a type that is not known, or about an e-mail that is not ours, has no receipts; a complaint is
/// heard even so, as the notifications of an identity need not carry our reference.
///
/// # Errors
/// It is no event of SES.
pub fn read(event: &Value, now: Time) -> Result<Heard, WebhookError> {
    let malformed = |what: &str| WebhookError::Malformed(format!("no event of SES: {what}"));
    let event = if event["detail"].is_object() { &event["detail"] } else { event };
    let name = event["eventType"].as_str().or_else(|| event["notificationType"].as_str());
    let name = name.ok_or_else(|| malformed("it has no eventType"))?;
    if !event["mail"].is_object() {
        return Err(malformed("it has no mail"));
    }
    let name = name.replace(' ', "").to_ascii_lowercase();
    let Some((_, member, meaning)) = EVENTS.iter().find(|(known, ..)| *known == name) else {
        return Ok(Heard::default());
    };
    let particulars = &event[*member];
    let times = [&particulars["timestamp"], &event["mail"]["timestamp"]];
    let at = times.into_iter().find_map(time).unwrap_or(now);
    Ok(Heard {
        receipts: receipt(event, member, *meaning, at).into_iter().collect(),
        inbound: if name == "complaint" { complaints(event, at) } else { Vec::new() },
    })
}

fn receipt(event: &Value, member: &str, meaning: Meaning, at: Time) -> Option<ReceiptOf> {
    let attempt = reference(&event["mail"])?;
    let particulars = &event[member];
    let suppressed = particulars["complaintSubType"] == "OnAccountSuppressionList";
    let status = match meaning {
        Meaning::Nothing => return None,
        Meaning::Sent => ReceiptStatus::Sent,
        Meaning::Delivered if !suppressed => ReceiptStatus::Delivered,
        Meaning::Tracked(kind) => ReceiptStatus::Tracked(track_event(kind, &particulars.to_string())),
        Meaning::Delivered | Meaning::Failed => ReceiptStatus::Failed(failure(member, particulars)),
    };
    let provider_message_id = event["mail"]["messageId"].as_str().map(str::to_owned);
    Some(ReceiptOf { attempt, receipt: Receipt { status, at, provider_message_id, part_count: None } })
}

/// Who complained: they want no more e-mails. We write to one recipient per call, so it is the one named; SES lists several
/// where it can not tell them apart. A complaint without an id or an address says nothing.
fn complaints(event: &Value, at: Time) -> Vec<Inbound> {
    let complaint = &event["complaint"];
    if complaint["complaintFeedbackType"].as_str().is_some_and(|kind| NO_WISH.contains(&kind)) {
        return Vec::new();
    }
    let id = complaint["feedbackId"].as_str().or_else(|| event["mail"]["messageId"].as_str());
    let recipients = complaint["complainedRecipients"].as_array().map_or(&[] as &[Value], Vec::as_slice);
    let blocked = |(index, recipient): (usize, &Value)| {
        let id = if index == 0 { id?.to_owned() } else { format!("{}/{index}", id?) };
        Some(Inbound {
            channel: Channel::Email,
            provider: NAME.to_owned(),
            id,
            from: recipient["emailAddress"].as_str()?.to_owned(),
            to: event["mail"]["source"].as_str().map(str::to_owned),
            at,
            act: Act::Blocked,
        })
    };
    recipients.iter().enumerate().filter_map(blocked).collect()
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
            let error = ProviderError::new(ErrorClass::Permanent, code, format!("The e-mail came back{status}."));
            return if particulars["bounceType"] == HARD { error.stop(StopReason::Bounce) } else { error };
        }
        "complaint" => {
            let code = "Complaint.OnAccountSuppressionList".to_owned();
            let message = "The address is on the account's suppression list.";
            return ProviderError::new(ErrorClass::Permanent, code, message).stop(StopReason::Complaint);
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
