//! The Telegram adapter against a stand-in, through the public interface. Writes the requests for `tests/contract`.

mod support;

use baton_channels::telegram;
use baton_domain::{Channel, ChannelContent, ErrorClass, Outcome};
use baton_pipeline::provider::Provider;
use serde_json::{Value, json};
use std::time::Duration;
use support::{Reply, StandIn, clear, context, nowhere, request, summary, text};

const TOKEN: &str = "123456:ABC-DEF1234ghIkl_zyx57W2v1u123ew11";

fn provider(base_url: &str) -> Box<dyn Provider> {
    let entry = json!({ "name": "TELEGRAM", "botToken": TOKEN, "baseUrl": base_url });
    telegram::providers(&json!([entry]).to_string(), &context()).expect("a provider").remove(0)
}

async fn send(base_url: &str, to: &str, content: ChannelContent) -> Outcome {
    provider(base_url).send(&request(Channel::Telegram, to, content)).await
}

fn taken(chat: i64) -> Reply {
    Reply::json(
        200,
        &json!({ "ok": true, "result": { "message_id": 77, "date": 1, "chat": { "id": chat, "type": "private" } } }),
    )
}

fn error(status: u16, body: &Value) -> Reply {
    let mut answer = json!({ "ok": false, "error_code": status });
    answer.as_object_mut().expect("an object").extend(body.as_object().expect("an object").clone());
    Reply::json(status, &answer)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[tokio::test]
async fn requests() {
    clear("telegram");
    let stand_in = StandIn::start(taken(42)).await;
    let button = ChannelContent {
        button_url: some("https://example.org/o?a=1&b=2"),
        button_text: some("Открыть"),
        ..text("С кнопкой")
    };
    let image = some("https://example.org/a.png");
    for (case, to, content, method, expected) in [
        ("text", "42", text("Hello"), "sendMessage", json!({ "chat_id": 42, "text": "Hello" })),
        (
            "cyrillic",
            "42",
            text("Код <b>1234</b> & _это_ всё 😀\nвторая"),
            "sendMessage",
            json!({ "chat_id": 42, "text": "Код <b>1234</b> & _это_ всё 😀\nвторая" }),
        ),
        (
            "group",
            "-1001234567890123",
            text("Hi"),
            "sendMessage",
            json!({ "chat_id": -1_001_234_567_890_123_i64, "text": "Hi" }),
        ),
        ("channel", "@news", text("Hi"), "sendMessage", json!({ "chat_id": "@news", "text": "Hi" })),
        ("longest", "42", text(&"ж".repeat(4096)), "sendMessage", json!({ "chat_id": 42, "text": "ж".repeat(4096) })),
        (
            "button",
            "42",
            button.clone(),
            "sendMessage",
            json!({
                "chat_id": 42, "text": "С кнопкой",
                "reply_markup": { "inline_keyboard": [[{ "text": "Открыть", "url": "https://example.org/o?a=1&b=2" }]] },
            }),
        ),
        (
            "button_without_label",
            "42",
            ChannelContent { button_text: None, ..button.clone() },
            "sendMessage",
            json!({
                "chat_id": 42, "text": "С кнопкой",
                "reply_markup": { "inline_keyboard": [[{ "text": "https://example.org/o?a=1&b=2", "url": "https://example.org/o?a=1&b=2" }]] },
            }),
        ),
        (
            "image",
            "42",
            ChannelContent { image_url: image.clone(), ..ChannelContent::default() },
            "sendPhoto",
            json!({ "chat_id": 42, "photo": "https://example.org/a.png" }),
        ),
        (
            "all",
            "42",
            ChannelContent { image_url: image, validity_period: Some(60), ..button },
            "sendPhoto",
            json!({
                "chat_id": 42, "photo": "https://example.org/a.png", "caption": "С кнопкой",
                "reply_markup": { "inline_keyboard": [[{ "text": "Открыть", "url": "https://example.org/o?a=1&b=2" }]] },
            }),
        ),
    ] {
        let outcome = send(&stand_in.url, to, content).await;
        let Outcome::Accepted(accepted) = &outcome else { panic!("{case}: {outcome:?}") };
        assert_eq!((accepted.provider_message_id.as_deref(), accepted.receipts), (Some("77"), false));
        let requests = stand_in.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump("telegram", case);
        assert_eq!((requests[0].method.as_str(), &requests[0].path), ("POST", &format!("/bot{TOKEN}/{method}")));
        assert_eq!(requests[0].json(), expected, "{case}");
    }
}

#[tokio::test]
async fn answers() {
    let stand_in = StandIn::start(taken(42)).await;
    let blocked = json!({ "description": "Forbidden: bot was blocked by the user" });
    let limited = json!({ "description": "Too Many Requests: retry after 5", "parameters": { "retry_after": 5 } });
    for (reply, expected) in [
        (error(403, &blocked), "permanent 403"),
        (error(401, &json!({ "description": "Unauthorized" })), "misconfigured 401"),
        (error(429, &limited), "temporary 429"),
        (error(500, &json!({ "description": "Internal Server Error: restart" })), "temporary 500"),
        (Reply::text(502, "text/html", "<html>"), "unknown http_502"),
        (Reply::text(200, "text/html", "<html>"), "unknown bad_answer"),
        (Reply::Drop, "unknown connection_lost"),
    ] {
        stand_in.reply(reply.clone());
        let outcome = send(&stand_in.url, "42", text("x")).await;
        assert_eq!(summary(&outcome), expected, "{reply:?}");
        assert_eq!(stand_in.take().len(), 1, "one call: {reply:?}");
        assert!(!format!("{outcome:?}").contains("ABC-DEF"), "the token shows: {outcome:?}");
    }
    stand_in.reply(error(429, &limited));
    let Outcome::Refused(error) = send(&stand_in.url, "42", text("x")).await else { panic!("taken") };
    assert_eq!((error.class, error.retry_after), (ErrorClass::Temporary, Some(Duration::from_secs(5))));
}

#[tokio::test]
async fn without_a_connection_nothing_was_taken() {
    let outcome = send(&nowhere().await, "42", text("x")).await;
    assert_eq!(summary(&outcome), "temporary no_connection");
    assert!(!format!("{outcome:?}").contains("ABC-DEF"));
}

#[tokio::test]
async fn a_text_that_is_too_long_is_refused_before_the_call() {
    let stand_in = StandIn::start(taken(42)).await;
    assert_eq!(summary(&send(&stand_in.url, "42", text(&"ж".repeat(4097))).await), "permanent text_too_long");
    assert!(stand_in.take().is_empty());
}

#[tokio::test]
async fn a_group_that_moved_is_written_to_once_more() {
    let moved = error(
        400,
        &json!({
            "description": "Bad Request: group chat was upgraded to a supergroup chat",
            "parameters": { "migrate_to_chat_id": -1_009_876_543_210_i64 },
        }),
    );
    let stand_in = StandIn::start(moved.clone().after(Duration::from_millis(300))).await;
    let sent = send(&stand_in.url, "-42", text("x"));
    let switch = async {
        loop {
            tokio::time::sleep(Duration::from_millis(5)).await;
            if let [first] = stand_in.take().as_slice() {
                stand_in.reply(taken(-1_009_876_543_210));
                return first.json()["chat_id"].clone();
            }
        }
    };
    let (outcome, first) = futures::join!(sent, switch);
    let Outcome::Accepted(accepted) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(accepted.provider_message_id.as_deref(), Some("77"));
    assert_eq!((first, stand_in.take()[0].json()["chat_id"].clone()), (json!(-42), json!(-1_009_876_543_210_i64)));

    // Once: a server that says so for ever is not followed for ever.
    stand_in.reply(moved);
    assert_eq!(summary(&send(&stand_in.url, "-42", text("x")).await), "misconfigured 400");
    assert_eq!(stand_in.take().len(), 2);
}

#[tokio::test]
async fn a_call_that_takes_too_long_has_an_unknown_outcome() {
    let stand_in = StandIn::start(taken(42).after(Duration::from_secs(60))).await;
    let started = std::time::Instant::now();
    assert_eq!(summary(&send(&stand_in.url, "42", text("x")).await), "unknown timeout");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_check_asks_who_the_bot_is() {
    let me =
        Reply::json(200, &json!({ "ok": true, "result": { "id": 123_456, "is_bot": true, "first_name": "Baton" } }));
    let stand_in = StandIn::start(me).await;
    assert_eq!(provider(&stand_in.url).check().await, Ok(()));
    let requests = stand_in.take();
    assert_eq!((requests.len(), requests[0].path.as_str()), (1, format!("/bot{TOKEN}/getMe").as_str()));
    for (reply, code) in [
        (error(401, &json!({ "description": "Unauthorized" })), "401"),
        (error(404, &json!({ "description": "Not Found" })), "404"),
        (Reply::text(502, "text/html", "<html>"), "http_502"),
        (Reply::text(200, "text/html", "<html>"), "bad_answer"),
        (Reply::Drop, "connection_lost"),
    ] {
        stand_in.reply(reply);
        let found = provider(&stand_in.url).check().await.expect_err(code);
        assert_eq!(found.code, code);
        assert!(!format!("{found:?}").contains("ABC-DEF"));
    }
}
