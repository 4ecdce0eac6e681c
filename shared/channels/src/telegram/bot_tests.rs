//! Tests of the Telegram adapter that need no server; those over HTTP are in `tests/requests_telegram.rs`.

use super::*;
use crate::{document, telegram, testing};
use reqwest::{StatusCode, header::HeaderMap};

const TOKEN: &str = "123456:ABC-DEF1234ghIkl_zyx57W2v1u123ew11";

fn entry(settings: Value) -> Entry {
    document::parse(&json!([settings]).to_string()).expect("a document").remove(0)
}

fn bot() -> Bot {
    Bot::new(&entry(json!({ "name": "TELEGRAM", "botToken": TOKEN })), &testing::context()).expect("a bot")
}

fn read(status: u16, body: &str) -> Outcome {
    let status = StatusCode::from_u16(status).expect("a status");
    bot().read(&Answer { status, headers: HeaderMap::new(), body: body.to_owned() }, testing::now())
}

fn error(code: u16, description: &str) -> ProviderError {
    let body = json!({ "ok": false, "error_code": code, "description": description }).to_string();
    match read(code, &body) {
        Outcome::Refused(error) | Outcome::Unknown(error) => error,
        Outcome::Accepted(accepted) => panic!("taken: {accepted:?}"),
    }
}

#[test]
fn every_error_has_its_class() {
    use ErrorClass::{Misconfigured, Permanent, Temporary, Unknown};
    for (code, description, class) in [
        (403, "Forbidden: bot was blocked by the user", Permanent),
        (403, "Forbidden: user is deactivated", Permanent),
        (403, "Forbidden: bot was kicked from the supergroup chat", Permanent),
        (403, "Forbidden: bot is not a member of the channel chat", Permanent),
        (403, "Forbidden: bot can't initiate conversation with a user", Permanent),
        (400, "Bad Request: chat not found", Permanent),
        (400, "Bad Request: PEER_ID_INVALID", Permanent),
        (400, "Bad Request: USER_ID_INVALID", Permanent),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN", Permanent),
        (400, "Bad Request: can't parse entities: Can't find end tag", Misconfigured),
        (400, "Bad Request: message is too long", Misconfigured),
        (400, "Bad Request: message text is empty", Misconfigured),
        (400, "Bad Request: Wrong HTTP URL specified", Misconfigured),
        (400, "Bad Request: Failed to get HTTP URL content", Misconfigured),
        (400, "Bad Request: Wrong type of the web page content", Misconfigured),
        (400, "Bad Request: BUTTON_URL_INVALID", Misconfigured),
        (400, "Bad Request: reply markup is too long", Misconfigured),
        (401, "Unauthorized", Misconfigured),
        (404, "Not Found", Misconfigured),
        (409, "Conflict: can't use getUpdates method while webhook is active", Misconfigured),
        (429, "Too Many Requests: retry after 5", Temporary),
        (500, "Internal Server Error: restart", Temporary),
        (502, "Bad Gateway", Temporary),
        (504, "Gateway Timeout", Temporary),
        (418, "something new", Misconfigured),
        (599, "something new", Unknown),
    ] {
        let error = error(code, description);
        assert_eq!((error.class, error.code.as_str()), (class, code.to_string().as_str()), "{description}");
        assert_eq!(error.message, description);
    }
}

#[test]
fn the_pause_is_the_bodys_and_else_the_headers() {
    let body = r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 5","parameters":{"retry_after":5}}"#;
    let with_headers = |body: &str| {
        let headers = HeaderMap::from_iter([(reqwest::header::RETRY_AFTER, "9".parse().expect("a value"))]);
        let answer = Answer { status: StatusCode::TOO_MANY_REQUESTS, headers, body: body.to_owned() };
        match bot().read(&answer, testing::now()) {
            Outcome::Refused(error) => (error.class, error.retry_after.map(|pause| pause.as_secs())),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(with_headers(body), (ErrorClass::Temporary, Some(5)));
    assert_eq!(with_headers(r#"{"ok":false,"error_code":429}"#), (ErrorClass::Temporary, Some(9)));
    assert_eq!(with_headers("slow down"), (ErrorClass::Temporary, Some(9)));
}

#[test]
fn what_is_no_answer_of_the_api_leaves_it_open_whether_it_was_taken() {
    let code = |status, body| match read(status, body) {
        Outcome::Unknown(error) => error.code,
        other => panic!("{other:?}"),
    };
    assert_eq!(code(200, "<html>"), "bad_answer");
    assert_eq!(code(200, r#"{"ok":true,"result":{}}"#), "bad_answer");
    assert_eq!(code(502, "<html>"), "http_502");
    assert!(matches!(read(503, ""), Outcome::Refused(error) if error.class == ErrorClass::Temporary));
    assert!(matches!(read(404, "<html>"), Outcome::Refused(error) if error.class == ErrorClass::Misconfigured));
}

#[test]
fn a_message_that_was_taken_is_named_by_chat_and_number() {
    let outcome = read(
        200,
        r#"{"ok":true,"result":{"message_id":77,"date":1,"chat":{"id":-1001234567890123,"type":"supergroup"}}}"#,
    );
    let expected =
        Accepted { provider_message_id: Some("-1001234567890123:77".to_owned()), receipts: false, part_count: None };
    assert_eq!(outcome, Outcome::Accepted(expected));
}

#[test]
fn texts_and_captions_have_their_limits_in_utf16_units() {
    let content = |text: String, image: bool| ChannelContent {
        text: Some(text),
        image_url: image.then(|| "https://example.org/a.png".to_owned()),
        ..ChannelContent::default()
    };
    let check = |content| body(&chat_id("42"), &content).map(|(method, _)| method).map_err(|e| (e.class, e.code));
    let too_long = Err((ErrorClass::Permanent, "text_too_long".to_owned()));
    assert_eq!(check(content("ж".repeat(4096), false)), Ok("sendMessage"));
    assert_eq!(check(content("😀".repeat(2049), false)), too_long);
    assert_eq!(check(content("ж".repeat(1024), true)), Ok("sendPhoto"));
    assert_eq!(check(content("ж".repeat(1025), true)), too_long);
}

#[test]
fn a_chat_is_a_number_or_a_name() {
    assert_eq!(chat_id("42"), json!(42));
    assert_eq!(chat_id("-1001234567890123"), json!(-1_001_234_567_890_123_i64));
    assert_eq!(chat_id("@news"), json!("@news"));
}

#[test]
fn the_token_is_in_no_error_and_no_print() {
    let echo = error(404, &format!("Not Found: /bot{TOKEN}/sendMessage"));
    assert_eq!(echo.message, "Not Found: /bot[secret]/sendMessage");
    let settings: Settings = entry(json!({ "name": "BOT", "botToken": TOKEN })).settings().expect("settings");
    assert!(!format!("{settings:?}").contains("ABC-DEF"));
    let bad = entry(json!({ "name": "BOT", "botToken": "12:s3cret/../x" }));
    let fault = Bot::new(&bad, &testing::context()).err().expect("a fault").to_string();
    assert!(fault.contains("/0/botToken") && !fault.contains("s3cret"), "{fault}");
}

#[test]
fn a_document_is_read_by_both_names_and_its_faults_are_found() {
    let names = |document: Value| {
        let providers = telegram::providers(&document.to_string(), &testing::context());
        providers.map(|providers| providers.iter().map(|provider| provider.name()).collect::<Vec<_>>())
    };
    assert_eq!(
        names(json!([{ "name": "telegram", "botToken": TOKEN }, { "name": "bot", "botToken": "1:x" }])),
        Ok(vec![NAME, NAME])
    );
    for (document, fault) in [
        (json!([{ "name": "TELEGRAM" }]), "missing field `botToken`"),
        (json!([{ "name": "TELEGRAM", "botToken": "1:x", "token": 1 }]), "unknown field `token`"),
        (json!([{ "name": "TELEGRAM", "botToken": "1:x", "baseUrl": "api" }]), "/0/baseUrl"),
        (json!([{ "name": "TELEGRAM", "botToken": "1:x", "secretToken": "no spaces" }]), "/0/secretToken"),
        (json!([{ "name": "SANDBOX" }]), "SANDBOX is off"),
        (json!([{ "name": "TWILIO" }]), "one of TELEGRAM, SANDBOX is expected"),
    ] {
        let found = names(document).expect_err(fault).to_string();
        assert!(found.contains(fault), "{found}");
    }
}

#[test]
fn an_update_needs_the_secret_token() {
    let entry = |secret: &str| entry(json!({ "name": "TELEGRAM", "botToken": TOKEN, "secretToken": secret }));
    let hook = webhook(&entry("s3cret-Token_1")).expect("a webhook");
    let read = |token: Option<&str>, body: &str| {
        let headers = token.map(|token| ("x-telegram-bot-api-secret-token".to_owned(), token.to_owned()));
        let request = WebhookRequest {
            method: "POST".to_owned(),
            headers: headers.into_iter().collect(),
            body: body.as_bytes().to_vec(),
            ..WebhookRequest::default()
        };
        hook.read(&request, testing::now())
    };
    let update =
        r#"{"update_id":10,"message":{"message_id":1,"date":1,"chat":{"id":42,"type":"private"},"text":"/start"}}"#;
    // The same update twice is answered alike: nothing follows from it.
    for _ in 0..2 {
        assert_eq!(read(Some("s3cret-Token_1"), update), Ok(WebhookAnswer::receipts(Vec::new())));
    }
    for forged in [None, Some(""), Some("s3cret-Token_2"), Some("s3cret-Token_"), Some("s3cret-Token_11")] {
        assert_eq!(read(forged, update), Err(WebhookError::Forged), "{forged:?}");
        assert_eq!(read(forged, "{"), Err(WebhookError::Forged), "{forged:?}");
    }
    for malformed in ["", "{", "[]", "7", r#"{"message":{}}"#, r#"{"update_id":"1"}"#] {
        assert!(matches!(read(Some("s3cret-Token_1"), malformed), Err(WebhookError::Malformed(_))), "{malformed}");
    }
    assert_eq!(hook.name(), NAME);
}

#[test]
fn there_is_no_webhook_without_a_secret_token() {
    for secret in [Value::Null, json!("")] {
        let entry = entry(json!({ "name": "TELEGRAM", "botToken": TOKEN, "secretToken": secret }));
        assert!(webhook(&entry).err().expect("a fault").to_string().contains("/0/secretToken"));
    }
}
