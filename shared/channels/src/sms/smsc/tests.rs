use super::codes::FAILURES;
use super::*;
use crate::{
    document::parse,
    testing::{attempt, context, now},
};
use baton_domain::ErrorClass::*;
use baton_domain::{Channel, ReceiptStatus};
use baton_pipeline::{
    inbound::Act,
    provider::{ReceiptOf, WebhookAnswer, WebhookError, WebhookRequest},
};
use reqwest::{StatusCode, header::HeaderMap};
use serde_json::json;

const SECRET: &str = "0123456789abcdef";

fn entry(settings: Value) -> Entry {
    let mut entry = json!({"name": "SMSC"});
    for (name, value) in settings.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    parse(&json!([entry]).to_string()).expect("a document").remove(0)
}

fn answer(status: u16, body: &Value) -> Answer {
    let status = StatusCode::from_u16(status).expect("a status");
    Answer { status, headers: HeaderMap::new(), body: body.to_string() }
}

fn refused(status: u16, body: &Value) -> ProviderError {
    match outcome(&answer(status, body), true, now()) {
        Outcome::Refused(error) | Outcome::Unknown(error) => error,
        Outcome::Accepted(_) => panic!("{body} was accepted"),
    }
}

#[test]
fn settings_are_checked_and_no_secret_is_shown() {
    let path = |settings: Value| Smsc::new(&entry(settings), &context()).map(|_| ()).map_err(|fault| fault.path);
    assert_eq!(path(json!({"apiKey": "k"})), Ok(()));
    assert_eq!(path(json!({"login": "l", "password": "p"})), Ok(()));
    for (settings, fault) in [
        (json!({}), "/0/apiKey"),
        (json!({"apiKey": ""}), "/0/apiKey"),
        (json!({"login": "l"}), "/0/password"),
        (json!({"login": "l", "password": ""}), "/0/password"),
        (json!({"password": "p"}), "/0/login"),
        (json!({"login": "l", "password": "p", "apiKey": "k"}), "/0/apiKey"),
        (json!({"login": "l", "apiKey": "k"}), "/0/apiKey"),
        (json!({"apiKey": "k", "webhookSecret": "short"}), "/0/webhookSecret"),
        (json!({"apiKey": "k", "baseUrl": "smsc.ru"}), "/0/baseUrl"),
        (json!({"apiKey": "k", "psw": "p"}), "/0/psw"),
        (json!({"apiKey": 5}), "/0/apiKey"),
    ] {
        assert_eq!(path(settings.clone()), Err(fault.to_owned()), "{settings}");
    }
    let settings: Settings = entry(json!({"login": "l", "password": "s3cret"})).settings().expect("settings");
    assert!(!format!("{settings:?}").contains("s3cret"));
}

#[test]
fn every_code_of_an_answer_has_its_class() {
    CODES.assert_well_formed();
    assert_eq!(CODES.of(Permanent), ["7", "8"]);
    assert_eq!(CODES.of(Temporary), ["4", "9"]);
    assert_eq!(CODES.of(Misconfigured), ["1", "2", "3", "5", "6"]);
    for (code, class, sentence) in CODES.rows {
        let number: u8 = code.parse().expect("a number");
        for code in [json!(number), json!(code)] {
            let error = refused(200, &json!({"error": "79990000001", "error_code": code, "id": "x"}));
            assert_eq!((error.class, error.message.as_str()), (*class, *sentence));
        }
    }
    let pause = |code: u8| refused(200, &json!({"error_code": code})).retry_after.map(|pause| pause.as_secs());
    assert_eq!([1, 4, 7, 9].map(pause), [None, Some(300), None, Some(60)]);
    let wide = |code: u8| refused(200, &json!({"error_code": code})).provider_wide;
    assert_eq!([1, 2, 3, 4, 5, 6, 7, 8, 9].map(wide), [false, true, true, true, false, false, false, false, false]);
}

#[test]
fn every_number_of_a_failure_has_its_class() {
    FAILURES.assert_well_formed();
    assert_eq!(FAILURES.of(Permanent), ["3", "20", "22", "25"]);
    assert_eq!(FAILURES.of(Misconfigured), ["23", "24"]);
    assert!(FAILURES.of(Temporary).is_empty());
}

#[test]
fn an_accepted_message_has_its_id_and_parts() {
    let taken = |body: Value| match outcome(&answer(200, &body), true, now()) {
        Outcome::Accepted(accepted) => (accepted.provider_message_id.expect("an id"), accepted.part_count),
        other => panic!("{other:?}"),
    };
    assert_eq!(taken(json!({"id": 123, "cnt": 2})), ("123".to_owned(), Some(2)));
    assert_eq!(taken(json!({"id": "abc", "cnt": "1", "cost": "2.5"})), ("abc".to_owned(), Some(1)));
    assert_eq!(taken(json!({"id": "abc", "cnt": 0})), ("abc".to_owned(), None));
    let without = outcome(&answer(200, &json!({"id": 1})), false, now());
    assert!(matches!(without, Outcome::Accepted(accepted) if !accepted.receipts));
}

#[test]
fn an_answer_without_a_known_code_is_read_by_its_status() {
    let unknown = refused(200, &json!({"error": "x", "error_code": 77}));
    assert_eq!((unknown.class, unknown.code.as_str()), (Misconfigured, "77"));
    for (status, class) in
        [(401, Misconfigured), (403, Misconfigured), (429, Temporary), (500, Unknown), (503, Temporary)]
    {
        assert_eq!(refused(status, &Value::Null).class, class, "{status}");
    }
    for body in [json!({}), json!([]), Value::Null, json!({"id": null, "cnt": 1})] {
        assert_eq!(refused(200, &body).code, "no_message_id", "{body}");
    }
}

// ---- webhook ----

fn read(query: &str, body: &[u8]) -> Result<WebhookAnswer, WebhookError> {
    let request = WebhookRequest {
        method: "POST".to_owned(),
        query: query.to_owned(),
        body: body.to_vec(),
        ..WebhookRequest::default()
    };
    let entry = entry(json!({"apiKey": "k", "webhookSecret": SECRET}));
    webhook(&entry).expect("a webhook").read(&request, now())
}

fn authentic(body: &[u8]) -> WebhookAnswer {
    read(&format!("secret={SECRET}"), body).expect("an authentic call")
}

fn status(number: &str) -> String {
    let id = reference::encode(attempt());
    format!(
        "id={id}&phone=79990000001&status={number}&time=05.05.2026+10%3A20%3A35&ts=1777965635&err=0&cnt=2&md5=x&sha1=y"
    )
}

#[test]
fn without_its_secret_there_is_no_webhook() {
    for settings in [json!({"apiKey": "k"}), json!({"apiKey": "k", "webhookSecret": "short"})] {
        assert_eq!(webhook(&entry(settings)).err().expect("a fault").path, "/0/webhookSecret");
    }
    let document = json!([{"name": "SMSC", "apiKey": "k", "webhookSecret": SECRET}]).to_string();
    assert!(crate::webhooks::webhook(Channel::Sms, "smsc", &document).expect("no fault").is_some());
}

#[test]
fn a_call_without_the_secret_is_forged_whatever_it_holds() {
    for query in ["", "secret=", "secret=0123456789abcdeF", "x=0123456789abcdef"] {
        for body in [status("1").into_bytes(), vec![0xFF; 64], format!("secret={SECRET}").into_bytes()] {
            assert_eq!(read(query, &body), Err(WebhookError::Forged), "{query}");
        }
    }
}

#[test]
fn a_status_becomes_a_receipt() {
    let of = |number: &str| {
        let answer = authentic(status(number).as_bytes());
        assert_eq!(answer.inbound, []);
        answer.receipts.into_iter().next()
    };
    let failed = |code: &str| ReceiptStatus::Failed(FAILURES.known(code).expect("a code"));
    match of("4").expect("a receipt").receipt.status {
        ReceiptStatus::Tracked(event) => assert_eq!(event.kind, baton_domain::tracks::TrackKind::Click),
        other => panic!("{other:?}"),
    }
    for (number, expected) in [
        ("0", ReceiptStatus::Sent),
        ("1", ReceiptStatus::Delivered),
        ("2", ReceiptStatus::Read),
        ("3", failed("3")),
        ("20", failed("20")),
        ("22", failed("22")),
        ("23", failed("23")),
        ("24", failed("24")),
        ("25", failed("25")),
    ] {
        let ReceiptOf { attempt: of, receipt } = of(number).expect("a receipt");
        assert_eq!((of, receipt.status, receipt.part_count), (attempt(), expected, Some(2)), "{number}");
        assert_eq!(receipt.at.to_rfc3339(), "2026-05-05T07:20:35+00:00");
        assert_eq!(receipt.provider_message_id, Some(reference::encode(attempt())));
    }
    for silent in ["-1", "-3", "", "5", "x"] {
        assert_eq!(of(silent), None, "{silent}");
    }
}

#[test]
fn what_people_write_comes_in() {
    let event = |body: &str| authentic(body.as_bytes()).inbound.into_iter().next();
    let answered = "phone=79990000001&mes=%D0%94%D0%B0&to=79990000099&ts=1777965635&md5=x";
    let sms = event(answered).expect("an event");
    assert_eq!((sms.channel, sms.provider.as_str(), sms.from.as_str()), (Channel::Sms, "SMSC", "+79990000001"));
    assert_eq!((sms.to.as_deref(), sms.act.clone()), (Some("79990000099"), Act::wrote("Да")));
    assert_eq!(sms.at.to_rfc3339(), "2026-05-05T07:20:35+00:00");
    assert_eq!(event(answered), Some(sms.clone()), "the same call has the same id");
    assert_ne!(event(&answered.replace("635", "636")).expect("an event").id, sms.id);
    assert_eq!(event(&format!("id=77&{answered}")).expect("an event").id, "77");
    assert_eq!(event("phone=%2B79990000001&mes=stop").map(|event| (event.from, event.act)), {
        Some(("+79990000001".to_owned(), Act::Blocked))
    });
    assert_eq!(event("mes=x"), None);
}

#[test]
fn hostile_bodies_say_nothing() {
    let long = "a".repeat(1_000_000);
    for body in ["", "=&=&&", "%FF=%FE", "status=1", "id=42&status=1", "id=%FF&status=%FF", &long, "id=1&id=2&status=1"]
    {
        let answer = authentic(body.as_bytes());
        assert_eq!((answer.receipts, answer.inbound), (Vec::new(), Vec::new()));
    }
    let odd = status("1").replace("ts=1777965635", "ts=99999999999999999999").replace("cnt=2", "cnt=-1");
    let receipt = authentic(odd.as_bytes()).receipts.remove(0).receipt;
    assert_eq!((receipt.at, receipt.part_count), (now(), None));
    let far = status("1").replace("ts=1777965635", "ts=9223372036854775807");
    assert_eq!(authentic(far.as_bytes()).receipts.remove(0).receipt.at, now());
}
