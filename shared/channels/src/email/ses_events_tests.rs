//! Tests of the events of SES, in the shapes of its developer guide.

use super::*;
use crate::testing::{attempt, now};
use baton_domain::stop::StopReason;
use serde_json::json;

fn event(name: &str, member: &str, particulars: &Value) -> Value {
    json!({
        "eventType": name,
        "mail": {
            "timestamp": "2026-11-23T10:00:00.000Z",
            "source": "Baton <no-reply@example.org>",
            "messageId": "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000",
            "destination": ["recipient@example.com"],
            "headersTruncated": false,
            "headers": [{ "name": "From", "value": "no-reply@example.org" }],
            "tags": { "ses:configuration-set": ["baton"], "msg": [attempt().to_string()] },
        },
        member: particulars,
    })
}

fn one(event: &Value) -> Receipt {
    let mut receipts = read(event, now()).expect("an event").receipts;
    assert_eq!(receipts.len(), 1, "{receipts:?}");
    let receipt = receipts.remove(0);
    assert_eq!(receipt.attempt, attempt());
    receipt.receipt
}

fn bounce(kind: &str, sub: &str) -> Value {
    event(
        "Bounce",
        "bounce",
        &json!({
            "bounceType": kind, "bounceSubType": sub, "feedbackId": "1", "timestamp": "2026-11-23T10:00:05.250Z",
            "bouncedRecipients": [{
                "emailAddress": "recipient@example.com", "action": "failed", "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 <recipient@example.com> user unknown",
            }],
        }),
    )
}

#[test]
fn every_event_has_its_meaning_and_its_time() {
    let at = json!({ "timestamp": "2026-11-23T10:00:05.250Z" });
    for (name, member, status) in
        [("Delivery", "delivery", ReceiptStatus::Delivered), ("Complaint", "complaint", ReceiptStatus::Delivered)]
    {
        let receipt = one(&event(name, member, &at));
        assert_eq!(receipt.status, status, "{name}");
        assert_eq!(receipt.at.to_rfc3339(), "2026-11-23T10:00:05.250+00:00");
        assert!(receipt.provider_message_id.expect("an id").starts_with("EXAMPLE7c19"));
    }
    let sent = one(&event("Send", "send", &json!({})));
    assert_eq!((sent.status, sent.at.to_rfc3339()), (ReceiptStatus::Sent, "2026-11-23T10:00:00+00:00".to_owned()));
    for name in ["DeliveryDelay", "Subscription", "Something new"] {
        assert_eq!(read(&event(name, "deliveryDelay", &at), now()), Ok(Heard::default()), "{name}");
    }
}

/// The events of SES's developer guide, "Open record" and "Click record".
#[test]
fn opens_and_clicks_are_known_again_when_they_are_repeated() {
    let open = |at: &str| {
        let agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 10_3_3 like Mac OS X) AppleWebKit/603.3.8 (KHTML, like Gecko) Mobile/14G60";
        event("Open", "open", &json!({ "ipAddress": "192.0.2.1", "timestamp": at, "userAgent": agent }))
    };
    let click = |link: &str| {
        let tags = json!({ "samplekey0": ["samplevalue0"] });
        let particulars = json!({ "ipAddress": "192.0.2.1", "link": link, "linkTags": tags, "timestamp": "2026-11-23T10:00:05.250Z", "userAgent": "Mozilla/5.0" });
        event("Click", "click", &particulars)
    };
    let tracked = |event: &Value| match one(event) {
        Receipt { status: ReceiptStatus::Tracked(event), at, .. } => (event, at.timestamp_subsec_millis()),
        other => panic!("{other:?}"),
    };
    let events = [
        tracked(&open("2026-11-23T10:00:05.250Z")),
        tracked(&open("2026-11-23T10:00:05.251Z")),
        tracked(&click("https://example.org/a")),
        tracked(&click("https://example.org/b")),
    ];
    assert_eq!(
        events.map(|(event, _)| event.kind),
        [TrackKind::Open, TrackKind::Open, TrackKind::Click, TrackKind::Click]
    );
    let digests: std::collections::BTreeSet<_> = events.iter().map(|(event, _)| event.digest).collect();
    assert_eq!((digests.len(), events[1].1), (4, 251));
    assert_eq!(tracked(&open("2026-11-23T10:00:05.250Z")), events[0]);
    let bridge =
        json!({ "source": "aws.ses", "detail-type": "Email Clicked", "detail": click("https://example.org/a") });
    assert_eq!(tracked(&bridge), events[2]);
}

#[test]
fn failures_keep_their_kind_and_no_address() {
    let failed = |event: &Value| match one(event).status {
        ReceiptStatus::Failed(error) => error,
        other => panic!("{other:?}"),
    };
    for (kind, sub) in
        [("Permanent", "General"), ("Permanent", "OnAccountSuppressionList"), ("Transient", "MailboxFull")]
    {
        let error = failed(&bounce(kind, sub));
        assert_eq!((error.class, error.code), (ErrorClass::Permanent, format!("Bounce.{kind}.{sub}")));
        assert_eq!(error.message, "The e-mail came back (5.1.1).");
    }
    let reject = failed(&event("Reject", "reject", &json!({ "reason": "Bad content" })));
    assert_eq!((reject.class, reject.code.as_str()), (ErrorClass::Permanent, "Reject"));
    let failure = failed(&event("Rendering Failure", "failure", &json!({ "errorMessage": "x", "templateName": "y" })));
    assert_eq!((failure.class, failure.code.as_str()), (ErrorClass::Misconfigured, "RenderingFailure"));
    let listed = json!({ "complaintSubType": "OnAccountSuppressionList", "timestamp": "2026-11-23T10:00:05Z" });
    assert_eq!(failed(&event("Complaint", "complaint", &listed)).code, "Complaint.OnAccountSuppressionList");
}

#[test]
fn identities_and_event_bridge_say_it_in_other_places() {
    let mut notification = bounce("Permanent", "General");
    notification["notificationType"] = notification["eventType"].take();
    // Notifications of an identity have the headers, when it is set so, and no tags.
    notification["mail"]["tags"] = Value::Null;
    assert_eq!(read(&notification, now()), Ok(Heard::default()));
    notification["mail"]["headers"] = json!([{ "name": "x-baton-ref", "value": attempt().to_string() }]);
    assert!(matches!(one(&notification).status, ReceiptStatus::Failed(_)));
    let bridge =
        json!({ "source": "aws.ses", "detail-type": "Email Bounced", "detail": bounce("Permanent", "General") });
    assert!(matches!(one(&bridge).status, ReceiptStatus::Failed(_)));
}

#[test]
fn what_is_not_ours_is_ignored_and_what_is_no_event_refused() {
    let mut other = event("Delivery", "delivery", &json!({}));
    other["mail"]["tags"]["msg"][0] = "somebody-elses".into();
    assert_eq!(read(&other, now()), Ok(Heard::default()));
    for malformed in
        [json!({}), json!([]), json!("x"), json!({ "eventType": 7, "mail": {} }), json!({ "eventType": "Send" })]
    {
        assert!(matches!(read(&malformed, now()), Err(WebhookError::Malformed(_))), "{malformed}");
    }
    let untimed = event("Delivery", "delivery", &json!({ "timestamp": "yesterday" }));
    assert_eq!(one(&untimed).at.to_rfc3339(), "2026-11-23T10:00:00+00:00");
}

fn complaint(more: &Value) -> Value {
    let mut complaint = json!({
        "complainedRecipients": [{ "emailAddress": "recipient@example.com" }], "timestamp": "2026-11-23T10:00:05.250Z",
        "feedbackId": "0100017c-1", "userAgent": "Mail", "complaintFeedbackType": "abuse",
        "arrivalDate": "2026-11-23T10:00:04.000Z",
    });
    complaint.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    event("Complaint", "complaint", &complaint)
}

#[test]
fn who_complains_wants_no_more_e_mails() {
    let heard = read(&complaint(&json!({})), now()).expect("an event");
    let blocked = Inbound {
        channel: Channel::Email,
        provider: "SES".to_owned(),
        id: "0100017c-1".to_owned(),
        from: "recipient@example.com".to_owned(),
        to: Some("Baton <no-reply@example.org>".to_owned()),
        at: "2026-11-23T10:00:05.250Z".parse().expect("a time"),
        act: Act::Blocked,
    };
    assert_eq!((heard.receipts.len(), heard.inbound), (1, vec![blocked.clone()]));

    // On the list of those who complained before: it was not sent, and their wish stands.
    let listed = read(&complaint(&json!({ "complaintSubType": "OnAccountSuppressionList" })), now()).expect("an event");
    assert!(matches!(listed.receipts[0].receipt.status, ReceiptStatus::Failed(_)));
    assert_eq!(listed.inbound, vec![blocked.clone()]);

    let mut other = complaint(&json!({}));
    other["mail"]["tags"] = Value::Null;
    assert_eq!(read(&other, now()), Ok(Heard::inbound(vec![blocked.clone()])));

    let two = json!([{ "emailAddress": "recipient@example.com" }, { "emailAddress": "b@example.com" }]);
    let several = read(&complaint(&json!({ "complainedRecipients": two })), now()).expect("an event").inbound;
    let second = Inbound { id: "0100017c-1/1".to_owned(), from: "b@example.com".to_owned(), ..blocked.clone() };
    assert_eq!(several, [blocked, second]);
}

#[test]
fn a_complaint_that_is_no_wish_of_the_recipient_blocks_nobody() {
    for silent in [
        json!({ "complaintFeedbackType": "not-spam" }),
        json!({ "complaintFeedbackType": "auth-failure" }),
        json!({ "complaintFeedbackType": "virus" }),
        json!({ "complainedRecipients": [] }),
        json!({ "complainedRecipients": [7, {}, null] }),
        json!({ "complainedRecipients": "recipient@example.com" }),
    ] {
        let heard = read(&complaint(&silent), now()).expect("an event");
        assert_eq!((heard.receipts.len(), heard.inbound), (1, vec![]), "{silent}");
    }
}

#[test]
fn a_hard_bounce_puts_the_address_on_the_stop_list_and_a_soft_one_does_not() {
    for (kind, sub, expected) in [
        ("Permanent", "General", Some(StopReason::Bounce)),
        ("Permanent", "Suppressed", Some(StopReason::Bounce)),
        ("Transient", "MailboxFull", None),
        ("Undetermined", "Undetermined", None),
    ] {
        let ReceiptStatus::Failed(error) = one(&bounce(kind, sub)).status else { panic!("{kind} {sub}") };
        assert_eq!(error.stop, expected, "{kind} {sub}");
    }
}
