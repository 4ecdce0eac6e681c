use super::*;
use crate::testing;
use crate::testing::{context, now, request};
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::{WebhookAnswer, WebhookError, WebhookRequest},
};
use reqwest::{StatusCode, header::HeaderMap};

const TOKEN: &str = "tkn1s3cret:CBA&x=1";

fn entry(settings: Value) -> Entry {
    let mut entry = json!({ "name": "OK", "token": TOKEN });
    entry.as_object_mut().expect("an object").extend(settings.as_object().expect("an object").clone());
    crate::document::parse(&json!([entry]).to_string()).expect("a document").remove(0)
}

fn bot() -> Bot {
    Bot::new(&entry(json!({})), &context()).expect("a provider")
}

fn read(status: u16, in_header: Option<&str>, body: &Value) -> Outcome {
    let status = StatusCode::from_u16(status).expect("a status");
    let headers: HeaderMap = in_header
        .map(|code| (reqwest::header::HeaderName::from_static("invocation-error"), code.parse().expect("a value")))
        .into_iter()
        .collect();
    outcome(&Answer { status, headers, body: body.to_string() }, now())
}

/// An error as Odnoklassniki writes it; the header alone is read alike.
fn refusal(code: u64) -> ProviderError {
    let body = json!({ "error_code": code, "error_msg": "PARAM : user:4242", "error_data": "user:4242" });
    let error = testing::failed(read(200, Some(&code.to_string()), &body)).expect_err("an error");
    assert_eq!(testing::failed(read(200, Some(&code.to_string()), &json!(""))), Err(error.clone()));
    assert_eq!(testing::failed(read(200, None, &body)), Err(error.clone()));
    assert!(!format!("{error:?}").contains("4242"), "{error:?}");
    error
}

#[test]
fn every_code_has_its_class() {
    CODES.assert_well_formed();
    let permanent: &[u64] = &[7, 10, 25, 110];
    let temporary: &[u64] = &[1, 2, 8, 11, 26, 9999];
    let misconfigured: &[u64] = &[3, 4, 9, 21, 22, 23, 24, 50, 100, 101, 102, 103, 104, 105];
    for (class, codes) in [(Permanent, permanent), (Temporary, temporary), (Misconfigured, misconfigured)] {
        let table: Vec<u64> = CODES.of(class).iter().map(|code| code.parse().expect("a number")).collect();
        assert_eq!(table, codes, "{class}");
        for code in codes {
            assert_eq!((refusal(*code).class, refusal(*code).code), (class, code.to_string()));
        }
    }
    assert!(refusal(102).provider_wide && refusal(2).provider_wide && !refusal(10).provider_wide);
    assert_eq!((refusal(77_777).class, refusal(77_777).code.as_str()), (Misconfigured, "77777"));
}

#[test]
fn an_answer_says_whether_the_message_was_sent() {
    let id = |id: Option<&str>| {
        Outcome::Accepted(Accepted { provider_message_id: id.map(str::to_owned), receipts: false, part_count: None })
    };
    assert_eq!(read(200, None, &json!({ "success": true, "message_id": "mid:1" })), id(Some("mid:1")));
    assert_eq!(read(200, None, &json!({ "success": true })), id(None));
    assert_eq!(read(200, None, &json!({ "success": [true], "chat_ids": ["chat:C1"] })), id(None));
    let code = |status, body: Value| testing::failed(read(status, None, &body)).expect_err("an error");
    for body in [json!({ "success": false }), json!({ "success": [false] })] {
        assert_eq!((code(200, body.clone()).class, code(200, body).code.as_str()), (Permanent, "not_sent"));
    }
    for body in [json!({}), json!({ "success": [] }), json!("<html>"), json!({ "success": "yes" })] {
        assert_eq!((code(200, body.clone()).class, code(200, body).code.as_str()), (Unknown, "bad_answer"));
    }
    assert_eq!((code(502, json!("x")).class, code(429, json!("x")).class), (Unknown, Temporary));
    assert_eq!(testing::failed(read(200, Some("not a number"), &json!({}))).expect_err("an error").code, "bad_answer");
}

#[test]
fn a_recipient_is_a_user_or_a_chat() {
    let read = |address: &str| match to(address) {
        Some(To::Chat(chat)) => chat,
        Some(To::User(user)) => user,
        None => "neither".to_owned(),
    };
    assert_eq!([read("user:42"), read("42"), read("chat:C3ecb9d02a600")], ["user:42", "user:42", "chat:C3ecb9d02a600"]);
    for bad in ["", "user:", "chat:", "chat:C1/../x", "user:anna", "anna", "+79990000001", "chat:C1?x=1", "user:4 2"] {
        assert_eq!(read(bad), "neither", "{bad}");
    }
}

#[test]
fn it_takes_texts_and_pictures_for_ids_alone() {
    let some = |text: &str| Some(text.to_owned());
    let person = |id: Option<&str>| Recipient {
        phone: some("+79990000001"),
        messenger_user_id: id.map(str::to_owned),
        ..Recipient::default()
    };
    let text = ChannelContent { text: some("x"), ..ChannelContent::default() };
    let template = ChannelContent { template_name: some("t"), ..ChannelContent::default() };
    assert_eq!(bot().address(Channel::Ok, &person(Some("42")), &text), Some("42"));
    assert_eq!(bot().address(Channel::Ok, &person(Some("42")), &template), None);
    assert_eq!(bot().address(Channel::Ok, &person(None), &text), None);
}

#[test]
fn a_text_has_its_limit_and_a_picture_needs_none() {
    let content = |text: &str, image: Option<&str>| ChannelContent {
        text: Some(text.to_owned()),
        image_url: image.map(str::to_owned),
        ..ChannelContent::default()
    };
    let code = |content| match message(&request(Channel::Ok, "42", content)) {
        Ok(_) => "ok".to_owned(),
        Err(outcome) => testing::failed(outcome).expect_err("a refusal").code,
    };
    let image = Some("https://example.org/a.png");
    assert_eq!([code(content(&"ж".repeat(4000), None)), code(content("", image))], ["ok", "ok"]);
    assert_eq!([code(content(&"ж".repeat(4001), None)), code(content(&"ж".repeat(4001), image))], ["text_too_long"; 2]);
    assert_eq!(code(content("", None)), "text_missing");
}

#[test]
fn settings_are_checked_and_the_secrets_are_never_printed() {
    let fault = |settings| Bot::new(&entry(settings), &context()).err().expect("a fault").to_string();
    for (settings, expected) in [
        (json!({ "token": "" }), "/0/token"),
        (json!({ "token": 7 }), "/0"),
        (json!({ "baseUrl": "api" }), "/0/baseUrl"),
        (json!({ "accessToken": "s3cret" }), "unknown field `accessToken`"),
    ] {
        let found = fault(settings);
        assert!(found.contains(expected) && !found.contains("s3cret"), "{found}");
    }
    let read: Settings = entry(json!({ "webhookSecret": "hook-s3cret" })).settings().expect("settings");
    assert!(!format!("{read:?}").contains("s3cret"));
    for settings in [json!({}), json!({ "webhookSecret": "" })] {
        assert_eq!(webhook(&entry(settings)).err().expect("a fault").path, "/0/webhookSecret");
    }
    assert!(bot().url("x").ends_with("?access_token=tkn1s3cret%3ACBA%26x%3D1"));
}

fn post(query: &str, body: &[u8]) -> Result<WebhookAnswer, WebhookError> {
    let hook = webhook(&entry(json!({ "webhookSecret": "hook s3cret&" }))).expect("a webhook");
    assert_eq!(hook.name(), NAME);
    let request = WebhookRequest {
        method: "POST".to_owned(),
        query: query.to_owned(),
        body: body.to_vec(),
        ..WebhookRequest::default()
    };
    hook.read(&request, now())
}

const SECRET: &str = "secret=hook+s3cret%26";

fn inbound(event: &Value) -> Vec<Inbound> {
    post(SECRET, event.to_string().as_bytes()).expect("an authentic event").inbound
}

/// As the page shows it.
fn created() -> Value {
    json!({
        "webhookType": "MESSAGE_CREATED", "sender": { "name": "Анна", "user_id": "user:42" },
        "recipient": { "chat_id": "chat:C3ecb9d02a600" },
        "message": { "text": "Привет", "seq": 98_211_023_614_189_660_i64, "mid": "mid:C3ecb9d02a600.15cea67d78d2059" },
        "timestamp": 1_790_000_000_000_i64,
    })
}

#[test]
fn an_event_needs_the_secret_in_its_address() {
    let event = created().to_string();
    let first = post(SECRET, event.as_bytes()).expect("authentic");
    assert_eq!((post(SECRET, event.as_bytes()), first.inbound.len()), (Ok(first.clone()), 1));
    for forged in [
        "",
        "secret=",
        "secret=hook",
        "secret=hook+s3cret%26x",
        "Secret=hook+s3cret%26",
        "secret=x&secret=hook+s3cret%26",
    ] {
        assert_eq!(post(forged, event.as_bytes()), Err(WebhookError::Forged), "{forged}");
        assert_eq!(post(forged, b"{"), Err(WebhookError::Forged), "{forged}");
    }
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    for malformed in ["", "{", "[]", "7", &deep] {
        assert!(matches!(post(SECRET, malformed.as_bytes()), Err(WebhookError::Malformed(_))));
    }
}

#[test]
fn what_a_person_does_is_understood() {
    let wrote =
        |text: &str, payload: Option<&str>| Act::Wrote { text: text.to_owned(), payload: payload.map(str::to_owned) };
    let mut untyped = created();
    untyped.as_object_mut().expect("an object").shift_remove("webhookType");
    let pressed = json!({
        "webhookType": "MESSAGE_CALLBACK", "sender": { "user_id": "user:42" }, "recipient": { "chat_id": "chat:C1" },
        "callbackId": "cb1", "payload": "ack", "mid": "mid:1", "timestamp": 1_790_000_000_000_i64,
    });
    let mid = "mid:C3ecb9d02a600.15cea67d78d2059";
    for (event, id, act) in [
        (created(), mid, wrote("Привет", None)),
        (untyped, mid, wrote("Привет", None)),
        (pressed, "cb1:1790000000000", wrote("", Some("ack"))),
    ] {
        let at = Time::from_timestamp_millis(1_790_000_000_000).expect("a time");
        let (provider, from) = (NAME.to_owned(), "user:42".to_owned());
        let expected = Inbound { channel: Channel::Ok, provider, id: id.to_owned(), from, to: None, at, act };
        assert_eq!(inbound(&event), [expected], "{event}");
    }
}

#[test]
fn what_is_about_nobody_in_particular_is_left_out() {
    let mut system = created();
    system["webhookType"] = "CHAT_SYSTEM".into();
    let mut nobody = created();
    nobody["sender"] = Value::Null;
    let mut nameless = created();
    nameless["message"]["mid"] = json!(7);
    for event in [system, nobody, nameless, json!({}), json!({ "webhookType": "MESSAGE_CALLBACK", "sender": [] })] {
        assert_eq!(inbound(&event), [], "{event}");
    }
}
