//! Codes over Telegram: a field of their own, which reaches a phone.

use crate::support::Bench;
use serde_json::{Value, json};

fn body(channel: &str, content: &Value, destination: &Value) -> Value {
    json!({"messages": [{"channels": {channel: content}, "destinations": [destination]}]})
}

fn code(content: &Value, destination: &Value) -> Value {
    body("telegram", content, destination)
}

#[tokio::test]
async fn a_code_needs_a_phone_alone_and_may_be_a_variable() {
    let by_phone = json!({"phone": "79990000001", "variables": {"code": "0042"}});
    for content in [
        json!({"code": "123456"}),
        json!({"code": "{{code}}"}),
        json!({"code": "{{none|1234}}"}),
        json!({"code": "1234", "text": "Your code is 1234"}),
    ] {
        let bench = Bench::new();
        let seen = bench.post("/messages", &code(&content, &by_phone)).await;
        assert_eq!(
            (seen.status, seen.body[0]["channel"].as_str()),
            (200, Some("telegram")),
            "{content}: {}",
            seen.body
        );
        assert!(bench.world.messages()[0].route[0].reachable);
    }
}

#[tokio::test]
async fn the_rendered_code_is_shown() {
    let bench = Bench::new();
    let to = json!({"phone": "79990000001", "variables": {"code": "0042"}});
    let id = bench.post("/messages", &code(&json!({"code": "{{code}}"}), &to)).await.ids()[0].clone();
    assert_eq!(bench.get(&format!("/messages/{id}")).await.body["message"], json!({"code": "0042"}));
}

#[tokio::test]
async fn what_is_no_code_is_refused_before_and_after_rendering() {
    for bad in ["", "123", "123456789", "12 34", "abcd", "12\n34"] {
        let seen = Bench::new().post("/messages", &code(&json!({"code": bad}), &json!({"phone": "79990000001"}))).await;
        assert_eq!(seen.status, 422, "{bad:?}");
        assert!(seen.faults().iter().any(|(path, _)| *path == "/messages/0/channels/telegram/code"), "{}", seen.body);
    }
    for (value, expected) in [(json!("12a4"), 422), (json!("123"), 422), (json!(123_456), 200), (json!("123456"), 200)]
    {
        let to = json!({"phone": "79990000001", "variables": {"code": value}});
        let seen = Bench::new().post("/messages", &code(&json!({"code": "{{code}}"}), &to)).await;
        assert_eq!(seen.status, expected, "{value}: {}", seen.body);
    }
}

#[tokio::test]
async fn an_id_is_for_texts_and_a_phone_for_codes() {
    let (phone, id) = (json!({"phone": "79990000001"}), json!({"messengerUserId": "42"}));
    for (content, destination, status) in [
        (json!({"text": "Hello"}), &id, 200),
        (json!({"text": "Hello"}), &phone, 422),
        (json!({"code": "1234"}), &id, 422),
        (json!({"code": "1234"}), &phone, 200),
        (json!({"code": "1234", "text": "Hello"}), &id, 200),
        (json!({"code": "1234", "text": "Hello"}), &phone, 200),
    ] {
        let seen = Bench::new().post("/messages", &code(&content, destination)).await;
        assert_eq!(seen.status, status, "{content} {destination}: {}", seen.body);
    }
}

#[tokio::test]
async fn other_channels_have_no_codes() {
    let seen = Bench::new()
        .post("/messages", &body("sms", &json!({"text": "t", "code": "1234"}), &json!({"phone": "79990000001"})))
        .await;
    assert_eq!(seen.faults(), [("/messages/0/channels/sms/code", "unknown_field")]);
    let seen = Bench::new().post("/messages", &code(&json!({}), &json!({"messengerUserId": "42"}))).await;
    assert_eq!(seen.faults(), [("/messages/0/channels/telegram/text", "required")]);
}
