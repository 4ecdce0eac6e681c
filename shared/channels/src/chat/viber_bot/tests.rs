use super::*;
use crate::{document::parse, signature::sign, testing::now};
use baton_domain::ErrorClass::{Misconfigured, Permanent, Temporary, Unknown};
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::{WebhookAnswer, WebhookError, WebhookRequest},
};
use reqwest::{StatusCode, header::HeaderMap};

const SETTINGS: &str = r#""authToken": "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9", "from": "Baton""#;

fn entry(settings: &str) -> Entry {
    parse(&format!(r#"[{{"name": "VIBERBOT", {settings}}}]"#)).expect("a document").remove(0)
}

#[test]
fn settings_are_checked() {
    let path = |settings: &str| super::settings(&entry(settings)).map(|_| ()).map_err(|fault| fault.path);
    assert_eq!(path(&format!(r#"{SETTINGS}, "avatar": "https://example.org/a.png""#)), Ok(()));
    assert_eq!(path(r#""authToken": "x""#), Ok(()));
    for (bad, place) in [
        (r#""authToken": """#.to_owned(), "/0/authToken"),
        (r#""authToken": "a b""#.to_owned(), "/0/authToken"),
        (r#""authToken": "x", "from": """#.to_owned(), "/0/from"),
        (format!(r#""authToken": "x", "from": "{}""#, "ж".repeat(29)), "/0/from"),
        (format!(r#"{SETTINGS}, "avatar": "http://example.org/a.png""#), "/0/avatar"),
    ] {
        assert_eq!(path(&bad), Err(place.to_owned()), "{bad}");
    }
}

fn answer(status: u16, body: &str) -> Answer {
    let status = StatusCode::from_u16(status).expect("a status");
    Answer { status, headers: HeaderMap::new(), body: body.to_owned() }
}

fn refused_with(status: i64) -> ProviderError {
    let body = format!(r#"{{"status": {status}, "status_message": "01234567890A="}}"#);
    match outcome(&answer(200, &body), now()) {
        Outcome::Refused(error) => error,
        other => panic!("{status}: {other:?}"),
    }
}

#[test]
fn every_status_has_its_class() {
    assert_eq!(CODES.of(Permanent), ["5", "6", "11", "13"]);
    assert_eq!(CODES.of(Temporary), ["12"]);
    let misconfigured =
        ["1", "2", "3", "4", "7", "8", "9", "10", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23", "24"];
    assert_eq!(CODES.of(Misconfigured), misconfigured);
    for (code, class, sentence) in CODES.rows {
        let error = refused_with(code.parse().expect("a number"));
        assert_eq!((error.class, error.code.as_str(), error.message.as_str()), (*class, *code, *sentence));
    }
    let unknown = refused_with(99);
    assert_eq!((unknown.class, unknown.code.as_str()), (Misconfigured, "99"));
    assert!(!format!("{unknown:?}").contains("01234567890A="));
    assert!(refused_with(2).provider_wide && !refused_with(6).provider_wide);
}

#[test]
fn an_answer_is_read_by_its_body_and_then_by_its_status() {
    let taken = r#"{"status": 0, "status_message": "ok", "message_token": 18446744073709551615, "chat_hostname": "X"}"#;
    assert_eq!(outcome(&answer(200, taken), now()), accepted("18446744073709551615", false));
    for body in ["", "<html>", r#"{"status": 0}"#, r#"{"status": "0", "message_token": "x"}"#] {
        let outcome = outcome(&answer(200, body), now());
        assert!(matches!(&outcome, Outcome::Unknown(error) if error.code == "no_message_id"), "{outcome:?}");
    }
    let class = |status: u16| match outcome(&answer(status, "<html>"), now()) {
        Outcome::Refused(error) | Outcome::Unknown(error) => error.class,
        Outcome::Accepted(_) => panic!("{status} was accepted"),
    };
    assert_eq!([401, 429, 503, 500].map(class), [Misconfigured, Temporary, Temporary, Unknown]);
}

// ---- webhook ----

fn post(body: &str) -> WebhookRequest {
    let key = super::settings(&entry(SETTINGS)).expect("settings").auth_token;
    WebhookRequest {
        method: "POST".to_owned(),
        headers: vec![("x-viber-content-signature".to_owned(), sign(&key, body.as_bytes()))],
        body: body.as_bytes().to_vec(),
        ..WebhookRequest::default()
    }
}

fn read(request: &WebhookRequest) -> Result<WebhookAnswer, WebhookError> {
    webhook(&entry(SETTINGS)).expect("a webhook").read(request, now())
}

/// An event as Viber documents it.
fn event(kind: &str, about: &Value) -> String {
    let mut event = json!({
        "event": kind, "timestamp": 1_790_000_000_456_i64, "message_token": 4_912_661_846_655_238_145_u64,
        "chat_hostname": "SN-CHAT-01_",
    });
    event.as_object_mut().expect("an object").extend(about.as_object().expect("an object").clone());
    event.to_string()
}

#[test]
fn what_a_person_does_is_inbound() {
    let person = json!({"id": "01234567890A=", "name": "John", "avatar": "https://example.org", "language": "ru"});
    let wrote =
        |text: &str, payload: Option<&str>| Act::Wrote { text: text.to_owned(), payload: payload.map(str::to_owned) };
    let message = |message: Value| json!({"sender": person, "message": message});
    for (kind, about, act) in [
        ("message", message(json!({"type": "text", "text": "Привет", "tracking_data": "x"})), wrote("Привет", None)),
        ("message", message(json!({"type": "text", "text": "stop"})), wrote("stop", None)),
        ("message", message(json!({"type": "picture", "media": "https://example.org"})), wrote("", None)),
        (
            "conversation_started",
            json!({"type": "open", "context": "t0ken", "user": person, "subscribed": false}),
            wrote("", Some("t0ken")),
        ),
        ("subscribed", json!({"user": person}), Act::Allowed),
        ("unsubscribed", json!({"user_id": "01234567890A="}), Act::Blocked),
    ] {
        let expected = Inbound {
            channel: Channel::Chat,
            provider: "VIBERBOT".to_owned(),
            id: "4912661846655238145".to_owned(),
            from: "01234567890A=".to_owned(),
            to: None,
            at: Time::from_timestamp_millis(1_790_000_000_456).expect("a time"),
            act,
        };
        let answer = read(&post(&event(kind, &about))).expect("an answer");
        assert_eq!((answer.inbound, answer.receipts, answer.body), (vec![expected], vec![], String::new()), "{kind}");
    }
}

#[test]
fn what_is_about_nothing_of_ours_says_nothing() {
    let nobody = WebhookAnswer::receipts(Vec::new());
    for (kind, about) in [
        ("webhook", json!({})),
        ("delivered", json!({"user_id": "01234567890A="})),
        ("seen", json!({"user_id": "01234567890A="})),
        ("failed", json!({"user_id": "01234567890A=", "desc": "failure description"})),
        ("conversation_started", json!({"type": "open", "user": {"id": "01234567890A="}, "subscribed": true})),
        ("client_status", json!({})),
        ("message", json!({"sender": {"id": 7}, "message": {"text": "x"}})),
        ("message", json!({"message_token": "no number", "sender": {"id": "x"}, "message": {"text": "x"}})),
    ] {
        assert_eq!(read(&post(&event(kind, &about))), Ok(nobody.clone()), "{kind} {about}");
    }
}

#[test]
fn a_forged_event_is_refused_before_it_is_read() {
    let good = post(&event("webhook", &json!({})));
    assert!(read(&good).is_ok());
    let mut unsigned = good.clone();
    unsigned.headers.clear();
    let mut changed = good.clone();
    changed.body.push(b' ');
    let mut other_key = good;
    other_key.headers[0].1 = sign(&Secret::new("other"), &other_key.body);
    for forged in [unsigned, changed, other_key] {
        assert_eq!(read(&forged), Err(WebhookError::Forged), "{forged:?}");
    }
    for malformed in ["", "{", "{}", "[]", r#"{"event": 7}"#, &"[".repeat(200_000)] {
        assert!(matches!(read(&post(malformed)), Err(WebhookError::Malformed(_))));
    }
}
