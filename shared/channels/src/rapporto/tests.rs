use super::codes::FAILURES;
use super::*;
use crate::{
    document::parse,
    sms,
    testing::{attempt, context, now, request},
    viber, vk,
};
use baton_domain::ErrorClass::*;
use baton_domain::ReceiptStatus;
use baton_pipeline::{
    inbound::Act,
    provider::{ReceiptOf, WebhookAnswer, WebhookError, WebhookRequest},
};
use reqwest::{StatusCode, header::HeaderMap};

const SECRET: &str = "a secret of ours & more";

fn document(settings: Value) -> String {
    let mut entry = json!({
        "name": "RAPPORTO", "login": "partner", "password": "s3cret", "baseUrl": "https://rapporto.example.org/v6/",
        "from": "BRAND", "webhookSecret": SECRET,
    });
    for (name, value) in settings.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    json!([entry]).to_string()
}

fn provider(channel: Channel, settings: Value) -> Box<dyn Provider> {
    let kinds = crate::registry::kinds(channel);
    crate::registry::build(kinds, &document(settings), &context()).expect("a provider").remove(0)
}

fn answer(status: u16, body: &Value) -> Answer {
    let status = StatusCode::from_u16(status).expect("a status");
    Answer { status, headers: HeaderMap::new(), body: body.to_string() }
}

fn refused(status: u16, body: &Value) -> ProviderError {
    match outcome(&answer(status, body), true, now()) {
        Outcome::Refused(error) | Outcome::Unknown(error) => error,
        Outcome::Accepted(_) => panic!("{status} was accepted"),
    }
}

fn coded(code: impl Into<Value>) -> Value {
    json!({"error": {"code": code.into(), "description": "+79990000001"}, "extendedDescription": "+79990000001"})
}

#[test]
fn settings_are_checked_and_no_secret_is_shown() {
    let fault = |settings: Value| {
        let fault = sms::providers(&document(settings), &context()).err().expect("a fault").to_string();
        assert!(!fault.contains("s3cret") && !fault.contains("a secret of"), "{fault}");
        fault
    };
    for (settings, expected) in [
        (json!({"login": ""}), "/0/login"),
        (json!({"password": ""}), "/0/password"),
        (json!({"baseUrl": "rapporto.example.org"}), "/0/baseUrl"),
        (json!({"baseUrl": ""}), "/0/baseUrl"),
        (json!({"webhookSecret": "s3cret"}), "/0/webhookSecret"),
        (json!({"serviceNumber": "x"}), "unknown field `serviceNumber`"),
        (json!({"duplicateControl": "yes"}), "/0"),
        (json!({"password": 1_234_567}), "/0"),
    ] {
        assert!(fault(settings.clone()).contains(expected), "{settings}");
    }
    let bare = r#"[{"name": "RAPPORTO", "login": "partner", "password": "s3cret"}]"#;
    let fault = sms::providers(bare, &context()).err().expect("a fault").to_string();
    assert!(fault.contains("missing field `baseUrl`"), "{fault}");
    let settings: Settings = parse(&document(json!({}))).expect("a document")[0].settings().expect("settings");
    assert!(!format!("{settings:?}").contains("s3cret"));
}

#[test]
fn a_call_is_made_again_only_where_duplicates_are_controlled() {
    assert!(!provider(Channel::Sms, json!({})).idempotent());
    assert!(provider(Channel::Sms, json!({"duplicateControl": true})).idempotent());
}

#[test]
fn people_are_reached_by_phone_when_the_content_can_be_carried() {
    let recipient = Recipient {
        phone: Some("+79990000001".to_owned()),
        messenger_user_id: Some("42".to_owned()),
        ..Recipient::default()
    };
    let some = |text: &str| Some(text.to_owned());
    let text = ChannelContent { text: some("x"), ..ChannelContent::default() };
    let template = ChannelContent { template_name: some("x"), ..ChannelContent::default() };
    let image = ChannelContent { image_url: some("https://a/b.png"), ..ChannelContent::default() };
    let captioned = ChannelContent { text: some("x"), ..image.clone() };
    let button = ChannelContent { button_url: some("https://a"), button_text: some("go"), ..text.clone() };
    let all = ChannelContent { image_url: some("https://a/b.png"), ..button.clone() };
    for (channel, content, reached) in [
        (Channel::Sms, &text, true),
        (Channel::Vk, &text, true),
        (Channel::Vk, &template, false),
        (Channel::Viber, &text, true),
        (Channel::Viber, &image, true),
        (Channel::Viber, &captioned, false),
        (Channel::Viber, &button, true),
        (Channel::Viber, &all, true),
        (Channel::Viber, &template, false),
    ] {
        let provider = provider(channel, json!({}));
        let expected = reached.then_some("+79990000001");
        assert_eq!(provider.address(channel, &recipient, content), expected, "{channel} {content:?}");
        assert_eq!(provider.address(channel, &Recipient { phone: None, ..recipient.clone() }, content), None);
    }
}

#[tokio::test]
async fn what_no_message_carries_is_refused_before_the_call() {
    let code = async |channel, settings, content| {
        let request = request(channel, "+79990000001", content);
        match provider(channel, settings).send(&request).await {
            Outcome::Refused(error) => format!("{} {}", error.class, error.code),
            other => panic!("{other:?}"),
        }
    };
    let text = |text: &str| ChannelContent { text: Some(text.to_owned()), ..ChannelContent::default() };
    let captioned = ChannelContent { image_url: Some("https://a/b.png".to_owned()), ..text("x") };
    let far = ChannelContent { button_url: Some(format!("https://a/{}", "b".repeat(2039))), ..text("x") };
    assert_eq!(code(Channel::Viber, json!({}), captioned).await, "permanent content_not_carried");
    assert_eq!(code(Channel::Viber, json!({}), far).await, "permanent button_url_too_long");
    assert_eq!(code(Channel::Viber, json!({}), text(&"я".repeat(1001))).await, "permanent text_too_long");
    assert_eq!(code(Channel::Sms, json!({}), text(&"я".repeat(2001))).await, "permanent text_too_long");
    assert_eq!(code(Channel::Vk, json!({}), text(&"я".repeat(2001))).await, "permanent text_too_long");
    assert_eq!(code(Channel::Vk, json!({}), ChannelContent::default()).await, "permanent text_missing");
    assert_eq!(code(Channel::Vk, json!({"from": null}), text("x")).await, "misconfigured no_sender");
}

#[test]
fn every_code_of_an_answer_has_its_class() {
    REFUSALS.assert_well_formed();
    assert_eq!(REFUSALS.of(Permanent), ["8"]);
    assert_eq!(REFUSALS.of(Temporary), ["1", "3", "100"]);
    assert_eq!(REFUSALS.of(Misconfigured), ["2", "4", "5", "6", "7", "9", "11"]);
    for (code, class, sentence) in REFUSALS.rows {
        for code in [Value::from(*code), Value::from(code.parse::<u32>().expect("a number"))] {
            let error = refused(406, &coded(code));
            assert_eq!((error.class, error.message.as_str()), (*class, *sentence));
        }
    }
    let wide = |code: u32| refused(401, &coded(code)).provider_wide;
    assert_eq!([1, 2, 5, 6, 100].map(wide), [true; 5]);
    assert_eq!([3, 4, 7, 8, 9, 11].map(wide), [false; 6]);
}

#[test]
fn every_code_of_a_status_has_its_class() {
    FAILURES.assert_well_formed();
    assert_eq!(FAILURES.of(Permanent), ["1", "2", "3", "5", "6", "8", "9", "12"]);
    assert_eq!(FAILURES.of(Temporary), ["4", "7"]);
    assert_eq!(FAILURES.of(Misconfigured), ["10", "11", "13", "14"]);
}

#[test]
fn an_answer_without_a_known_code_is_read_by_its_status() {
    assert_eq!((refused(406, &coded(99)).class, refused(406, &coded(99)).code.as_str()), (Misconfigured, "99"));
    assert_eq!((refused(500, &coded(99)).class, refused(503, &coded(99)).class), (Unknown, Temporary));
    for (status, class) in
        [(401, Misconfigured), (403, Misconfigured), (429, Temporary), (500, Unknown), (503, Temporary)]
    {
        let error = refused(status, &Value::Null);
        assert_eq!((error.class, error.code), (class, format!("http_{status}")));
    }
    for body in [json!({}), json!({"id": "x"}), json!([]), Value::Null, json!({"mtNum": null}), json!({"error": null})]
    {
        assert_eq!(refused(200, &body).code, "no_message_id", "{body}");
    }
    let mut limited = answer(429, &coded(3));
    limited.headers.insert("retry-after", "3".parse().expect("a value"));
    let Outcome::Refused(error) = outcome(&limited, true, now()) else { panic!("not refused") };
    assert_eq!(error.retry_after.map(|pause| pause.as_secs()), Some(3));
}

#[test]
fn a_duplicate_was_taken_before() {
    let taken = |status, body: &Value| match outcome(&answer(status, body), true, now()) {
        Outcome::Accepted(accepted) => (accepted.provider_message_id, accepted.receipts),
        other => panic!("{other:?}"),
    };
    assert_eq!(taken(200, &json!({"mtNum": "7390612217", "id": "x"})), (Some("7390612217".to_owned()), true));
    assert_eq!(taken(409, &coded(10)), (None, true));
    assert_eq!(taken(409, &Value::Null), (None, true));
    let without = outcome(&answer(200, &json!({"mtNum": 7})), false, now());
    assert!(matches!(without, Outcome::Accepted(accepted) if !accepted.receipts));
}

// ---- webhook ----

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

#[test]
fn documents_of_all_three_channels_know_it() {
    for count in [
        sms::providers(&document(json!({})), &context()).map(|providers| providers.len()),
        viber::providers(&document(json!({})), &context()).map(|providers| providers.len()),
        vk::providers(&document(json!({})), &context()).map(|providers| providers.len()),
    ] {
        assert_eq!(count, Ok(1));
    }
}
