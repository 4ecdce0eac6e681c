//! What people do in their chats with the bot.

use super::*;
use crate::{document, testing};
use serde_json::json;

const TOKEN: &str = "123456:ABC-DEF1234ghIkl_zyx57W2v1u123ew11";

fn entry(settings: Value) -> Entry {
    document::parse(&json!([settings]).to_string()).expect("a document").remove(0)
}

fn hook() -> Box<dyn Webhook> {
    let entry = entry(json!({ "name": "TELEGRAM", "botToken": TOKEN, "secretToken": "s3cret-Token_1" }));
    webhook(&entry).expect("a webhook")
}

fn post(token: Option<&str>, body: &[u8]) -> Result<WebhookAnswer, WebhookError> {
    let headers = token.map(|token| ("x-telegram-bot-api-secret-token".to_owned(), token.to_owned()));
    let headers = headers.into_iter().collect();
    let request =
        WebhookRequest { method: "POST".to_owned(), headers, body: body.to_vec(), ..WebhookRequest::default() };
    hook().read(&request, testing::now())
}

/// What an authentic update is read as.
fn inbound(update: &Value) -> Vec<Inbound> {
    let answer = post(Some("s3cret-Token_1"), update.to_string().as_bytes()).expect("an authentic update");
    assert!(answer.receipts.is_empty() && answer.body.is_empty());
    answer.inbound
}

fn message(fields: Value) -> Value {
    let mut message = json!({
        "message_id": 1, "date": 1_790_000_000, "from": { "id": 42, "is_bot": false, "first_name": "Анна" },
        "chat": { "id": 42, "type": "private", "first_name": "Анна" },
    });
    message.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    json!({ "update_id": 10, "message": message })
}

#[test]
fn an_update_needs_the_secret_token() {
    let update = message(json!({ "text": "Привет" })).to_string();
    // The same update twice is read alike.
    let first = post(Some("s3cret-Token_1"), update.as_bytes()).expect("authentic");
    assert_eq!((post(Some("s3cret-Token_1"), update.as_bytes()), first.inbound.len()), (Ok(first.clone()), 1));
    for forged in [None, Some(""), Some("s3cret-Token_2"), Some("s3cret-Token_"), Some("s3cret-Token_11")] {
        assert_eq!(post(forged, update.as_bytes()), Err(WebhookError::Forged), "{forged:?}");
        assert_eq!(post(forged, b"{"), Err(WebhookError::Forged), "{forged:?}");
    }
    for malformed in ["", "{", "[]", "7", r#"{"message":{}}"#, r#"{"update_id":"1"}"#] {
        let read = post(Some("s3cret-Token_1"), malformed.as_bytes());
        assert!(matches!(read, Err(WebhookError::Malformed(_))), "{malformed}");
    }
    assert!(matches!(post(Some("s3cret-Token_1"), b"\xff\xfe"), Err(WebhookError::Malformed(_))));
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(post(Some("s3cret-Token_1"), deep.as_bytes()), Err(WebhookError::Malformed(_))));
    assert_eq!(hook().name(), NAME);
}

#[test]
fn what_a_person_does_is_understood() {
    let member = |status: &str| {
        json!({ "update_id": 10, "my_chat_member": {
            "chat": { "id": 42, "type": "private" }, "from": { "id": 42 }, "date": 1_790_000_000,
            "old_chat_member": { "status": "member" }, "new_chat_member": { "status": status, "user": { "id": 123_456 } },
        } })
    };
    let query = json!({ "update_id": 10, "callback_query": {
        "id": "4382bfdwdsb323b2d9", "from": { "id": 42 }, "data": "ack:7", "chat_instance": "x",
        "message": { "message_id": 1, "date": 1, "chat": { "id": 42, "type": "private" } },
    } });
    let contact =
        |user: i64| json!({ "contact": { "phone_number": "7 999 000-00-01", "first_name": "А", "user_id": user } });
    let wrote =
        |text: &str, payload: Option<&str>| Act::Wrote { text: text.to_owned(), payload: payload.map(str::to_owned) };
    for (update, act) in [
        (message(json!({ "text": "Привет" })), wrote("Привет", None)),
        (message(json!({ "text": "/start" })), wrote("/start", None)),
        (message(json!({ "text": "/start AbC_1-2" })), wrote("/start AbC_1-2", Some("AbC_1-2"))),
        (message(json!({ "text": "/starting x" })), wrote("/starting x", None)),
        (message(json!({ "photo": [], "caption": "Вот" })), wrote("Вот", None)),
        (message(json!({ "sticker": {} })), wrote("", None)),
        (message(contact(42)), wrote("", Some("+79990000001"))),
        (message(contact(43)), wrote("", None)),
        (query, wrote("", Some("ack:7"))),
        (member("kicked"), Act::Blocked),
        (member("member"), Act::Allowed),
    ] {
        let found = inbound(&update);
        assert_eq!(found.len(), 1, "{update}");
        let Inbound { channel, provider, id, from, to, act: found, .. } = &found[0];
        assert_eq!((*channel, provider.as_str(), id.as_str(), from.as_str()), (Channel::Telegram, NAME, "10", "42"));
        assert_eq!((to.as_deref(), found), (Some("123456"), &act), "{update}");
    }
    assert_eq!(inbound(&member("kicked"))[0].at.timestamp(), 1_790_000_000);
}

#[test]
fn what_is_about_nobody_in_particular_is_left_out() {
    let mut group = message(json!({ "text": "Привет" }));
    group["message"]["chat"] = json!({ "id": -100, "type": "supergroup" });
    let mut odd = message(json!({ "text": { "a": [1] } }));
    odd["message"]["chat"]["id"] = json!("42");
    for update in [
        group,
        odd,
        json!({ "update_id": 10 }),
        json!({ "update_id": 10, "edited_message": message(json!({}))["message"] }),
        json!({ "update_id": 10, "message": [] }),
        json!({ "update_id": 10, "callback_query": { "id": "1", "from": { "id": 42 }, "game_short_name": "g" } }),
        json!({ "update_id": 10, "my_chat_member": { "chat": { "id": 42, "type": "private" }, "new_chat_member": {} } }),
        json!({ "update_id": 10, "my_chat_member": { "chat": { "id": -1, "type": "group" }, "new_chat_member": { "status": "kicked" } } }),
    ] {
        assert_eq!(inbound(&update), [], "{update}");
    }
}

#[test]
fn there_is_no_webhook_without_a_secret_token() {
    for secret in [Value::Null, json!("")] {
        let entry = entry(json!({ "name": "TELEGRAM", "botToken": TOKEN, "secretToken": secret }));
        assert!(webhook(&entry).err().expect("a fault").to_string().contains("/0/secretToken"));
    }
}
