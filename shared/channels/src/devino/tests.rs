use super::*;
use crate::{
    document::parse,
    testing::{attempt, context, now, request},
};
use baton_domain::ErrorClass::*;
use baton_domain::{ProviderError, ReceiptStatus};
use baton_pipeline::provider::{ReceiptOf, WebhookError, WebhookRequest};
use reqwest::{StatusCode, header::HeaderMap};

const SECRET: &str = "a secret of ours & more";

fn document(settings: Value) -> String {
    let mut entry = json!({"name": "DEVINO", "apiKey": "s3cret-key", "service": "brand", "webhookSecret": SECRET});
    for (name, value) in settings.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    json!([entry]).to_string()
}

fn provider(channel: Channel, settings: Value) -> Result<Box<dyn Provider>, DocumentFault> {
    let kinds = crate::registry::kinds(channel);
    crate::registry::build(kinds, &document(settings), &context()).map(|mut providers| providers.remove(0))
}

fn template(name: &str, data: Value) -> ChannelContent {
    ChannelContent { template_name: Some(name.to_owned()), template_data: Some(data), ..ChannelContent::default() }
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
    for (settings, expected) in [
        (json!({"apiKey": ""}), "/0/apiKey"),
        (json!({"apiKey": "two lines\nX-Header: 1"}), "/0/apiKey"),
        (json!({"apiKey": null}), "/0"),
        (json!({"webhookSecret": "s3cret"}), "/0/webhookSecret"),
        (json!({"baseUrl": "api.devino.online"}), "/0/baseUrl"),
        (json!({"key": "x"}), "unknown field `key`"),
    ] {
        for channel in [Channel::Vk, Channel::Ok] {
            let fault = provider(channel, settings.clone()).err().expect("a fault").to_string();
            assert!(fault.contains(expected) && !fault.contains("s3cret"), "{fault}");
        }
    }
    let settings: Settings = parse(&document(json!({}))).expect("a document")[0].settings().expect("settings");
    assert!(!format!("{settings:?}").contains("s3cret"));
}

#[test]
fn people_are_reached_by_phone_and_with_a_template_alone() {
    let both = Recipient {
        phone: Some("+79990000001".to_owned()),
        messenger_user_id: Some("42".to_owned()),
        ..Recipient::default()
    };
    let id_alone = Recipient { phone: None, ..both.clone() };
    let text = ChannelContent { text: Some("x".to_owned()), ..ChannelContent::default() };
    for channel in [Channel::Vk, Channel::Ok] {
        let provider = provider(channel, json!({})).expect("a provider");
        let address = |recipient: &Recipient, content: &ChannelContent| {
            provider.address(channel, recipient, content).map(str::to_owned)
        };
        let phone = Some("+79990000001".to_owned());
        assert_eq!(address(&both, &template("t", json!({}))), phone);
        assert_eq!(address(&id_alone, &template("t", json!({}))), None);
        assert_eq!(address(&both, &text), None);
        assert_eq!(address(&both, &template("", json!({}))), None);
    }
}

#[tokio::test]
async fn what_is_no_template_is_refused_before_the_call() {
    let code = async |settings, content| {
        let provider = provider(Channel::Vk, settings).expect("a provider");
        match provider.send(&request(Channel::Vk, "+79990000001", content)).await {
            Outcome::Refused(error) => format!("{} {}", error.class, error.code),
            other => panic!("{other:?}"),
        }
    };
    let text = ChannelContent { text: Some("x".to_owned()), ..ChannelContent::default() };
    assert_eq!(code(json!({}), text).await, "permanent template_missing");
    assert_eq!(code(json!({}), template("t", json!([1]))).await, "permanent template_data_invalid");
    assert_eq!(code(json!({"service": null}), template("t", json!({}))).await, "misconfigured no_sender");
}

#[test]
fn every_code_has_its_class() {
    CODES.assert_well_formed();
    assert_eq!(CODES.of(Permanent), ["phone_invalid", "phone_not_specified", "undelivered", "failed", "vp_expired"]);
    assert_eq!(CODES.of(Temporary), ["queue_full", "system_error"]);
    assert_eq!(
        CODES.of(Misconfigured),
        [
            "subject_invalid",
            "subject_not_specified",
            "subject_unknown",
            "routes_invalid",
            "routes_not_specified",
            "priority_invalid",
            "priority_not_specified",
            "vp_invalid",
            "text_invalid",
            "text_not_specified",
            "not_enough_credits",
            "validation_error"
        ]
    );
    for (code, class, sentence) in CODES.rows {
        for code in [(*code).to_owned(), code.to_ascii_uppercase(), code.replace('_', "-")] {
            let of_message = refused(200, &json!({"code": "ok", "result": [{"code": code}]}));
            assert_eq!((of_message.class, of_message.message.as_str()), (*class, *sentence), "{code}");
            let of_request = refused(400, &json!({"code": code, "description": "+79990000001"}));
            assert_eq!((of_request.class, of_request.message.as_str()), (*class, *sentence), "{code}");
        }
    }
    let wide = |code: &str| refused(200, &json!({"result": [{"code": code}]})).provider_wide;
    assert_eq!(["NOT-ENOUGH-CREDITS", "system_error", "phone_invalid"].map(wide), [true, true, false]);
}

#[test]
fn a_taken_message_has_its_id_by_either_name() {
    let id = |body: Value| match outcome(&answer(200, &body), true, now()) {
        Outcome::Accepted(accepted) => accepted.provider_message_id,
        other => panic!("{other:?}"),
    };
    let number = 3_222_269_333_010_907_000_u64;
    for body in [
        json!({"result": [{"code": "OK", "messageId": number}]}),
        json!({"result": [{"code": "ok", "id": number.to_string()}]}),
        json!({"code": "ok", "description": "", "result": {"code": "ok", "messageId": number.to_string()}}),
        json!({"code": "OK", "result": [{"id": number}]}),
    ] {
        assert_eq!(id(body.clone()).as_deref(), Some("3222269333010907000"), "{body}");
    }
    let without = outcome(&answer(200, &json!({"result": [{"code": "OK", "id": 1}]})), false, now());
    assert!(matches!(without, Outcome::Accepted(accepted) if !accepted.receipts));
}

#[test]
fn an_answer_without_a_known_code_is_read_by_its_status() {
    let unknown = refused(200, &json!({"result": [{"code": "NEW <+79990000001> CODE"}]}));
    assert_eq!((unknown.class, unknown.code.as_str()), (Misconfigured, "new_79990000001_code"));
    assert_eq!(refused(429, &json!({"code": "slow"})).class, Temporary);
    for (status, class) in
        [(401, Misconfigured), (403, Misconfigured), (429, Temporary), (500, Unknown), (503, Temporary)]
    {
        for body in [Value::Null, json!({"result": []}), json!({"code": "ok"})] {
            let error = refused(status, &body);
            assert_eq!((error.class, error.code), (class, format!("http_{status}")), "{body}");
        }
    }
    for body in
        [json!({}), json!([]), json!({"result": []}), json!({"result": [{"code": "OK"}]}), json!({"code": "ok"})]
    {
        assert_eq!(refused(200, &body).code, "no_message_id", "{body}");
    }
}

// ---- webhook ----

fn query() -> String {
    callback::address("", &Secret::new(SECRET), attempt())[1..].to_owned()
}

fn read(query: &str, body: &str) -> Result<Vec<ReceiptOf>, WebhookError> {
    let entry = parse(&document(json!({}))).expect("a document").remove(0);
    let request = WebhookRequest {
        method: "POST".to_owned(),
        query: query.to_owned(),
        body: body.as_bytes().to_vec(),
        ..WebhookRequest::default()
    };
    let answer = webhook(&entry).expect("a webhook").read(&request, now())?;
    assert_eq!((answer.inbound.len(), answer.body.as_str()), (0, ""));
    Ok(answer.receipts)
}

fn status(name: &str) -> Value {
    json!({"messageId": 3_222_269_333_010_907_000_u64, "status": name, "receivedAt": "2026-05-05T10:20:35+03:00", "error": null})
}

#[test]
fn without_its_secret_there_is_no_webhook() {
    for secret in [Value::Null, json!(""), json!("short")] {
        let entry = parse(&document(json!({"webhookSecret": secret}))).expect("a document").remove(0);
        assert_eq!(webhook(&entry).err().expect("a fault").path, "/0/webhookSecret");
    }
    for (channel, known) in [(Channel::Vk, true), (Channel::Ok, true), (Channel::Sms, false)] {
        let hook = crate::webhooks::webhook(channel, "Devino", &document(json!({}))).expect("no fault");
        assert_eq!(hook.is_some(), known, "{channel}");
    }
}

#[test]
fn a_call_without_the_secret_is_forged_whatever_it_holds() {
    let body = json!([status("DELIVERED")]).to_string();
    for query in ["", "secret=", "secret=x", &format!("ref={}", attempt()), &query().replace("secret=a", "secret=b")] {
        assert_eq!(read(query, &body), Err(WebhookError::Forged), "{query}");
        assert_eq!(read(query, "{"), Err(WebhookError::Forged), "{query}");
    }
}

#[test]
fn a_status_becomes_a_receipt_in_any_case_and_alone_or_in_a_list() {
    let failed = |code: &str| ReceiptStatus::Failed(CODES.known(code).expect("a code"));
    for (name, expected) in [
        ("enqueued", None),
        ("sent", Some(ReceiptStatus::Sent)),
        ("delivered", Some(ReceiptStatus::Delivered)),
        ("read", Some(ReceiptStatus::Read)),
        ("undelivered", Some(failed("undelivered"))),
        ("failed", Some(failed("failed"))),
        ("vp_expired", Some(failed("vp_expired"))),
        ("one_day", None),
    ] {
        for name in [name.to_owned(), name.to_ascii_uppercase(), name.replace('_', "-")] {
            for body in [status(&name), json!([status(&name)])] {
                let receipts = read(&query(), &body.to_string()).expect("an authentic callback");
                assert_eq!(receipts.first().map(|receipt| receipt.receipt.status.clone()), expected, "{body}");
            }
        }
    }
    let receipt = read(&query(), &status("DELIVERED").to_string()).expect("an authentic callback").remove(0);
    assert_eq!((receipt.attempt, receipt.receipt.at.to_rfc3339().as_str()), (attempt(), "2026-05-05T07:20:35+00:00"));
    assert_eq!(receipt.receipt.provider_message_id.as_deref(), Some("3222269333010907000"));
}

#[test]
fn a_failure_has_the_class_of_its_error() {
    let failed = |error: Value| {
        let mut body = status("UNDELIVERED");
        body["error"] = error;
        match read(&query(), &body.to_string()).expect("an authentic callback").remove(0).receipt.status {
            ReceiptStatus::Failed(error) => (error.class, error.code),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(failed(json!("NOT-ENOUGH-CREDITS")), (Misconfigured, "not_enough_credits".to_owned()));
    assert_eq!(failed(json!({"code": "phone_invalid"})), (Permanent, "phone_invalid".to_owned()));
    for unknown in [Value::Null, json!(""), json!("+79990000001 is off"), json!(7), json!({})] {
        assert_eq!(failed(unknown), (Permanent, "undelivered".to_owned()));
    }
}

#[test]
fn a_status_names_its_attempt_itself_or_by_its_address() {
    let secret_alone = query().split('&').next().expect("the secret").to_owned();
    let mut own = status("DELIVERED");
    own["callbackData"] = json!({"ref": attempt()});
    let list = json!([own, status("READ"), {"callbackData": {"ref": "x"}, "status": "READ"}, 7, null]).to_string();
    let of = |query: &str| read(query, &list).expect("an authentic callback").len();
    assert_eq!((of(&query()), of(&secret_alone)), (3, 1));
}

#[test]
fn hostile_bodies_are_malformed_or_say_nothing() {
    let deep = "[".repeat(100_000);
    for body in ["", "{", "\u{0}", "no json", deep.as_str()] {
        assert_eq!(read(&query(), body), Err(WebhookError::Malformed("no JSON".to_owned())));
    }
    for body in ["null", "[]", "7", "\"x\"", "{}", "[[[]]]", r#"{"status": {"status": 2}}"#, r#"[{"status": 2}]"#] {
        assert_eq!(read(&query(), body), Ok(Vec::new()), "{body}");
    }
    let odd = json!({"status": "delivered", "receivedAt": 5, "messageId": [], "callbackData": 7}).to_string();
    let receipt = read(&query(), &odd).expect("an authentic callback").remove(0).receipt;
    assert_eq!((receipt.at, receipt.provider_message_id), (now(), None));
}
