use super::*;
use crate::testing;
use crate::testing::{context, now, request};
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::{Webhook, WebhookAnswer, WebhookError, WebhookRequest},
};
use reqwest::{StatusCode, header::HeaderMap};

const TOKEN: &str = "f9LHodD0cOL5-s3cret";

fn entry(settings: Value) -> Entry {
    let mut entry = json!({ "name": "MAX", "token": TOKEN });
    entry.as_object_mut().expect("an object").extend(settings.as_object().expect("an object").clone());
    crate::document::parse(&json!([entry]).to_string()).expect("a document").remove(0)
}

fn read(status: u16, body: &Value) -> Outcome {
    let status = StatusCode::from_u16(status).expect("a status");
    outcome(&Answer { status, headers: HeaderMap::new(), body: body.to_string() }, now())
}

fn refusal(status: u16, code: &str) -> ProviderError {
    let message = "Key: error.dialog.suspended, args: [228532008,].";
    let error = testing::failed(read(status, &json!({ "code": code, "message": message }))).expect_err("an error");
    assert!(!error.message.contains("228532008") && !error.message.contains("Key"), "{}", error.message);
    error
}

#[test]
fn every_code_has_its_class() {
    CODES.assert_well_formed();
    assert_eq!(
        CODES.of(Permanent),
        ["chat.denied", "chat.not.found", "dialog.not.found", "not.found", "user.not.found"]
    );
    assert_eq!(CODES.of(Temporary), ["attachment.not.ready", "service.unavailable", "too.many.requests"]);
    assert_eq!(CODES.of(Misconfigured), ["proto.payload", "verify.token"]);
    for (code, class, sentence) in CODES.rows {
        let error = refusal(400, code);
        assert_eq!((error.class, error.code.as_str(), error.message.as_str()), (*class, *code, *sentence));
    }
    assert!(refusal(401, "verify.token").provider_wide && !refusal(403, "chat.denied").provider_wide);
}

#[test]
fn a_code_that_is_not_known_is_read_by_its_status() {
    for (status, class) in [
        (400, Misconfigured),
        (401, Misconfigured),
        (403, Permanent),
        (404, Permanent),
        (405, Misconfigured),
        (429, Temporary),
        (500, Unknown),
        (503, Temporary),
    ] {
        assert_eq!(
            (refusal(status, "some.new").class, refusal(status, "some.new").code.as_str()),
            (class, "some.new"),
            "{status}"
        );
    }
    // Without a code it was not the API that answered.
    let code = |status, body| testing::failed(read(status, &body)).expect_err("an error");
    assert_eq!((code(403, json!({})).class, code(403, json!({})).code.as_str()), (Misconfigured, "http_403"));
    assert_eq!((code(404, json!("x")).class, code(502, json!("x")).class), (Misconfigured, Unknown));
    assert_eq!(code(200, json!("<html>")).code, "no_message_id");
}

#[test]
fn a_message_that_was_taken_is_named_by_its_mid() {
    let sent =
        json!({ "message": { "recipient": { "user_id": 42 }, "timestamp": 1, "body": { "mid": "mid.1", "seq": 1 } } });
    assert_eq!(read(200, &sent), accepted("mid.1", false));
}

#[test]
fn a_recipient_is_a_users_number() {
    assert_eq!((user("42"), user("9007199254740993")), (Some(42), Some(9_007_199_254_740_993)));
    for bad in ["", "0", "-1", "anna", "4 2", "42&chat_id=1", "99999999999999999999"] {
        assert_eq!(user(bad), None, "{bad}");
    }
}

#[test]
fn a_text_has_its_limit_and_a_picture_needs_none() {
    let content = |text: &str, image: Option<&str>| ChannelContent {
        text: Some(text.to_owned()),
        image_url: image.map(str::to_owned),
        ..ChannelContent::default()
    };
    let code = |content| match body(&request(Channel::Max, "42", content)) {
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
        (json!({ "token": "s3cret\r\nx" }), "/0/token"),
        (json!({ "webhookSecret": "s3c!" }), "/0/webhookSecret"),
        (json!({ "webhookSecret": "s3cret s3cret" }), "/0/webhookSecret"),
        (json!({ "caCertificate": "s3cret" }), "/0/caCertificate"),
        (
            json!({ "caCertificate": "-----BEGIN CERTIFICATE-----\ns3cret\n-----END CERTIFICATE-----\n" }),
            "/0/caCertificate",
        ),
        (json!({ "baseUrl": "api" }), "/0/baseUrl"),
        (json!({ "botToken": "x" }), "unknown field `botToken`"),
    ] {
        let found = fault(settings);
        assert!(found.contains(expected) && !found.contains("s3c"), "{found}");
    }
    let read: Settings = entry(json!({ "webhookSecret": "hook-s3cret" })).settings().expect("settings");
    assert!(!format!("{read:?}").contains("s3cret"));
    let pem = include_str!("../../../tests/smtp/test-only-ca.pem");
    assert!(Bot::new(&entry(json!({ "caCertificate": pem })), &context()).is_ok());
}

fn hook() -> Box<dyn Webhook> {
    webhook(&entry(json!({ "webhookSecret": "hook-s3cret" }))).expect("a webhook")
}

fn post(secret: Option<&str>, body: &[u8]) -> Result<WebhookAnswer, WebhookError> {
    let headers = secret.map(|secret| ("x-max-bot-api-secret".to_owned(), secret.to_owned())).into_iter().collect();
    let request =
        WebhookRequest { method: "POST".to_owned(), headers, body: body.to_vec(), ..WebhookRequest::default() };
    hook().read(&request, now())
}

fn inbound(update: &Value) -> Vec<Inbound> {
    post(Some("hook-s3cret"), update.to_string().as_bytes()).expect("an authentic update").inbound
}

fn created(fields: Value) -> Value {
    let mut message = json!({
        "sender": { "user_id": 42, "first_name": "Анна", "is_bot": false }, "timestamp": 1_790_000_000_000_i64,
        "recipient": { "chat_id": 7, "chat_type": "dialog", "user_id": 1 },
        "body": { "mid": "mid.1", "seq": 1, "text": "Привет" },
    });
    message.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    json!({ "update_type": "message_created", "timestamp": 1_790_000_000_000_i64, "message": message })
}

fn by_user(kind: &str, fields: Value) -> Value {
    let mut update = json!({
        "update_type": kind, "timestamp": 1_790_000_000_000_i64, "chat_id": 7, "user": { "user_id": 42, "name": "Анна" },
    });
    update.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    update
}

#[test]
fn an_update_needs_the_secret() {
    let update = created(json!({})).to_string();
    let first = post(Some("hook-s3cret"), update.as_bytes()).expect("authentic");
    assert_eq!((post(Some("hook-s3cret"), update.as_bytes()), first.inbound.len()), (Ok(first.clone()), 1));
    for forged in [None, Some(""), Some("hook-s3creT"), Some("hook-s3cre"), Some("hook-s3cret1")] {
        assert_eq!(post(forged, update.as_bytes()), Err(WebhookError::Forged), "{forged:?}");
        assert_eq!(post(forged, b"{"), Err(WebhookError::Forged), "{forged:?}");
    }
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    for malformed in ["", "{", "[]", "7", "{}", r#"{"update_type":7}"#, &deep] {
        assert!(matches!(post(Some("hook-s3cret"), malformed.as_bytes()), Err(WebhookError::Malformed(_))));
    }
    assert_eq!(hook().name(), NAME);
    assert_eq!(webhook(&entry(json!({}))).err().expect("a fault").path, "/0/webhookSecret");
}

#[test]
fn what_a_person_does_is_understood() {
    let wrote =
        |text: &str, payload: Option<&str>| Act::Wrote { text: text.to_owned(), payload: payload.map(str::to_owned) };
    let callback = json!({ "timestamp": 5, "callback_id": "cb.1", "payload": "ack", "user": { "user_id": 42 } });
    let pressed = json!({ "update_type": "message_callback", "timestamp": 1_790_000_000_000_i64, "callback": callback, "message": null });
    let hashed = |kind: &str| {
        use sha2::Digest;
        hex::encode(&sha2::Sha256::digest(format!("{kind}:42:1790000000000"))[..16])
    };
    let no_text = created(json!({ "body": { "mid": "mid.1", "seq": 1, "text": null } }));
    for (update, id, act) in [
        (created(json!({})), "mid.1", wrote("Привет", None)),
        (no_text, "mid.1", wrote("", None)),
        (pressed, "cb.1:5", wrote("", Some("ack"))),
        (by_user("bot_started", json!({ "payload": null })), &hashed("bot_started"), Act::Allowed),
        (by_user("bot_stopped", json!({})), &hashed("bot_stopped"), Act::Blocked),
        (by_user("dialog_removed", json!({})), &hashed("dialog_removed"), Act::Blocked),
    ] {
        let at = Time::from_timestamp_millis(1_790_000_000_000).expect("a time");
        let (provider, from) = (NAME.to_owned(), "42".to_owned());
        let expected = Inbound { channel: Channel::Max, provider, id: id.to_owned(), from, to: None, at, act };
        assert_eq!(inbound(&update), [expected], "{update}");
    }
    let by_link = inbound(&by_user("bot_started", json!({ "payload": "AbC" })));
    let acts: Vec<_> = by_link.iter().map(|inbound| inbound.act.clone()).collect();
    assert_eq!(acts, [Act::Allowed, wrote("", Some("AbC"))]);
    assert_ne!(by_link[0].id, by_link[1].id);
}

#[test]
fn what_is_about_nobody_in_particular_is_left_out() {
    for update in [
        created(json!({ "recipient": { "chat_id": 7, "chat_type": "chat" } })),
        created(json!({ "sender": { "user_id": 1, "is_bot": true } })),
        created(json!({ "sender": null })),
        created(json!({ "body": null })),
        by_user("dialog_muted", json!({ "muted_until": 1 })),
        by_user("dialog_cleared", json!({})),
        by_user("bot_added", json!({})),
        by_user("bot_stopped", json!({ "user": "anna" })),
        json!({ "update_type": "message_callback", "callback": {} }),
        json!({ "update_type": "message_created" }),
    ] {
        assert_eq!(inbound(&update), [], "{update}");
    }
}
