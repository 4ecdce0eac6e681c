use super::codes::FAILURES;
use super::tests::{SECRET, document};
use super::*;
use crate::{
    document::parse,
    testing::{attempt, now},
};
use baton_domain::{ErrorClass::Permanent, ReceiptStatus};
use baton_pipeline::{
    inbound::Act,
    provider::{ReceiptOf, WebhookAnswer, WebhookError, WebhookRequest},
};

fn post(query: &str, body: &str) -> WebhookRequest {
    WebhookRequest {
        method: "POST".to_owned(),
        query: query.to_owned(),
        body: body.as_bytes().to_vec(),
        ..WebhookRequest::default()
    }
}

fn read(query: &str, body: &str) -> Result<WebhookAnswer, WebhookError> {
    let entry = parse(&document(json!({}))).expect("a document").remove(0);
    webhook(&entry, Channel::Sms).expect("a webhook").read(&post(query, body), now())
}

/// The query of a call about our attempt.
fn query() -> String {
    callback::address("", &Secret::new(SECRET), attempt())[1..].to_owned()
}

/// The query of the address that the operator registers.
fn registered() -> String {
    query().split('&').next().expect("the secret").to_owned()
}

fn receipt(body: &Value) -> Option<ReceiptOf> {
    let answer = read(&query(), &body.to_string()).expect("an authentic status");
    assert_eq!(answer.inbound, []);
    answer.receipts.into_iter().next()
}

/// As page `rest_status` shows it.
fn status(status: impl Into<Value>) -> Value {
    json!({
        "id": attempt(), "mtNum": "107930572", "status": status.into(), "type": "SMS",
        "doneDate": "2026-05-05T10:20:35+0300", "submitDate": "2026-05-05T10:19:55+0300", "sourceAddr": "SOURCE",
        "destAddr": "72101234567", "text": "message_text", "partCount": "002", "errorCode": "0", "mccMnc": "25012",
        "trafficType": 0,
    })
}

#[test]
fn without_its_secret_there_is_no_webhook() {
    for secret in [Value::Null, json!(""), json!("short")] {
        let entry = parse(&document(json!({"webhookSecret": secret}))).expect("a document").remove(0);
        let fault = webhook(&entry, Channel::Vk).err().expect("a fault");
        assert_eq!(fault.path, "/0/webhookSecret");
    }
    for (channel, known) in [(Channel::Sms, true), (Channel::Viber, true), (Channel::Vk, true), (Channel::Ok, false)] {
        let hook = crate::webhooks::webhook(channel, "rapporto", &document(json!({}))).expect("no fault");
        assert_eq!(hook.is_some(), known, "{channel}");
    }
}

#[test]
fn a_call_without_the_secret_is_forged_whatever_it_holds() {
    let body = status(2).to_string();
    for query in ["", "secret=", "secret=x", &format!("ref={}", attempt()), &query().replace("secret=a", "secret=b")] {
        assert_eq!(read(query, &body), Err(WebhookError::Forged), "{query}");
        assert_eq!(read(query, "{"), Err(WebhookError::Forged), "{query}");
    }
}

#[test]
fn a_status_becomes_a_receipt() {
    let of = |value: Value| receipt(&status(value)).map(|receipt| receipt.receipt.status);
    for (number, expected) in [(0, ReceiptStatus::Sent), (2, ReceiptStatus::Delivered), (9, ReceiptStatus::Read)] {
        assert_eq!(of(number.into()), Some(expected.clone()));
        assert_eq!(of(number.to_string().into()), Some(expected));
    }
    for silent in [json!(1), json!(3), json!(-1), json!("x"), Value::Null, json!([2])] {
        assert_eq!(of(silent.clone()), None, "{silent}");
    }
    let at = |number: u8| receipt(&status(number)).expect("a receipt").receipt.at.to_rfc3339();
    assert_eq!(at(2), "2026-05-05T07:20:35+00:00");
    assert_eq!(at(0), "2026-05-05T07:19:55+00:00");
    let delivered = receipt(&status(2)).expect("a receipt");
    assert_eq!((delivered.attempt, delivered.receipt.part_count), (attempt(), Some(2)));
    assert_eq!(delivered.receipt.provider_message_id.as_deref(), Some("107930572"));

    // The same status twice says the same.
    assert_eq!(receipt(&status(2)), Some(delivered));
}

#[test]
fn a_failure_has_the_class_of_its_code() {
    let failed = |code: Value| {
        let mut body = status(5);
        body["errorCode"] = code;
        body["doneDate"] = "".into();
        let receipt = receipt(&body).expect("a receipt").receipt;
        assert_eq!(receipt.at, now());
        match receipt.status {
            ReceiptStatus::Failed(error) => (error.class, error.code),
            other => panic!("{other:?}"),
        }
    };
    for (code, class, _) in FAILURES.rows {
        assert_eq!(failed(json!(code)), (*class, (*code).to_owned()));
        assert_eq!(failed(json!(code.parse::<u8>().expect("a number"))), (*class, (*code).to_owned()));
    }
    assert_eq!(failed(json!("99")), (Permanent, "99".to_owned()));
    for none in [json!("0"), json!(""), Value::Null, json!({})] {
        assert_eq!(failed(none), (Permanent, "undelivered".to_owned()));
    }
}

#[test]
fn the_address_names_the_attempt_when_the_status_does_not() {
    let mut body = status(2);
    for id in [Value::Null, json!("8770599"), json!("")] {
        body["id"] = id;
        assert_eq!(receipt(&body).map(|receipt| receipt.attempt), Some(attempt()));
        let answer = read(&registered(), &body.to_string()).expect("an authentic status");
        assert_eq!((answer.receipts, answer.inbound), (Vec::new(), Vec::new()));
    }
}

/// As page `rest_mo` shows it.
fn written(kind: &str, message: Option<&str>) -> Value {
    let mut body = json!({
        "transactionId": "20190418175651967013", "destAddr": "0000", "sourceAddr": "72101234567", "type": kind, "partCount": 1,
        "receivedDate": "2026-06-22T10:22:45+0300",
    });
    if let Some(message) = message {
        body["message"] = message.into();
    }
    body
}

#[test]
fn what_people_write_comes_in() {
    let event = |body: &Value| {
        let answer = read(&registered(), &body.to_string()).expect("an authentic message");
        assert_eq!(answer.receipts, []);
        answer.inbound.into_iter().next()
    };
    let sms = event(&written("SMS", Some("Да"))).expect("an event");
    assert_eq!(
        (sms.channel, sms.provider.as_str(), sms.id.as_str()),
        (Channel::Sms, "RAPPORTO", "20190418175651967013")
    );
    assert_eq!((sms.from.as_str(), sms.to.as_deref()), ("+72101234567", Some("0000")));
    assert_eq!((sms.at.to_rfc3339().as_str(), sms.act), ("2026-06-22T07:22:45+00:00", Act::wrote("Да")));
    assert_eq!(event(&written("SMS", Some("СТОП"))).map(|event| event.act), Some(Act::Blocked));
    let picture = event(&written("VIBER", None)).expect("an event");
    assert_eq!((picture.channel, picture.act), (Channel::Viber, Act::wrote("")));
    assert_eq!(event(&written("WHATSAPP", Some("x"))).map(|event| event.channel), Some(Channel::Whatsapp));
    assert_eq!(event(&written("PIGEON", Some("x"))), None);
    let mut nobody = written("SMS", Some("x"));
    nobody["sourceAddr"] = Value::Null;
    assert_eq!(event(&nobody), None);
}

#[test]
fn hostile_bodies_are_malformed_or_say_nothing() {
    let deep = "[".repeat(100_000);
    for body in ["", "{", "\u{0}", "no json", deep.as_str()] {
        assert_eq!(read(&query(), body), Err(WebhookError::Malformed("no JSON".to_owned())));
    }
    let huge = format!("{}", u128::MAX);
    for body in ["null", "[]", "7", "\"x\"", "{}", &huge, r#"{"status": {"status": 2}}"#, r#"{"transactionId": {}}"#] {
        let answer = read(&query(), body).expect("an authentic call");
        assert_eq!((answer.receipts, answer.inbound), (Vec::new(), Vec::new()), "{body}");
    }
    let odd = json!({"status": 2, "doneDate": 5, "mtNum": [], "partCount": "-1", "transactionId": null});
    let receipt = receipt(&odd).expect("a receipt").receipt;
    assert_eq!((receipt.at, receipt.part_count, receipt.provider_message_id), (now(), None, None));
}
