//! Tests of the Telegram adapter that need no server; those over HTTP are in `tests/requests_telegram.rs`.

use super::*;
use crate::{document, telegram, testing};
use baton_domain::outcome::Accepted;
use reqwest::{StatusCode, header::HeaderMap};

const TOKEN: &str = "123456:ABC-DEF1234ghIkl_zyx57W2v1u123ew11";

fn entry(settings: Value) -> Entry {
    document::parse(&json!([settings]).to_string()).expect("a document").remove(0)
}

fn read(status: u16, body: &str) -> Outcome {
    let status = StatusCode::from_u16(status).expect("a status");
    sent(&Answer { status, headers: HeaderMap::new(), body: body.to_owned() }, testing::now())
}

fn refusal(code: u16, description: &str) -> ProviderError {
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
        let error = refusal(code, description);
        assert_eq!((error.class, error.code.as_str()), (class, code.to_string().as_str()), "{description}");
        assert_eq!(error.provider_wide, matches!(code, 401 | 404 | 409 | 500..), "{description}");
    }
}

#[test]
fn an_errors_text_is_ours_and_never_the_apis() {
    let told = refusal(400, "Bad Request: Wrong HTTP URL specified: https://example.org/anna?phone=79990000001");
    assert_eq!(told.message, "Telegram could not load the picture.");
    assert_eq!(refusal(403, "Forbidden: bot was blocked by the user").message, "The recipient has blocked the bot.");
    assert_eq!(refusal(418, "user 42 is a teapot").message, "The Bot API refused with the code 418.");
    for (code, part, _, sentence) in errors::ERRORS {
        assert_eq!(refusal(*code, &format!("x {part} 42 anna")).message, *sentence, "{code} {part}");
        assert!(sentence.ends_with('.') && !sentence.contains("42"), "{sentence}");
    }
}

#[test]
fn a_content_goes_to_the_persons_id_unless_it_is_a_code_alone() {
    let bot = Bot::new(&entry(json!({ "name": "TELEGRAM", "botToken": TOKEN })), &testing::context()).expect("a bot");
    let some = |text: &str| Some(text.to_owned());
    let person = Recipient { phone: some("+79990000001"), messenger_user_id: some("42"), ..Recipient::default() };
    let address = |content: &ChannelContent| bot.address(Channel::Telegram, &person, content).map(str::to_owned);
    let (text, code) = (some("x"), some("1234"));
    assert_eq!(address(&ChannelContent { text: text.clone(), ..ChannelContent::default() }), some("42"));
    assert_eq!(address(&ChannelContent { text, code: code.clone(), ..ChannelContent::default() }), some("42"));
    let image = ChannelContent { image_url: some("https://example.org/a.png"), ..ChannelContent::default() };
    assert_eq!(address(&image), some("42"));
    assert_eq!(address(&ChannelContent { code, ..ChannelContent::default() }), None);
}

#[test]
fn the_pause_is_the_bodys_and_else_the_headers() {
    let body = r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 5","parameters":{"retry_after":5}}"#;
    let with_headers = |body: &str| {
        let headers = HeaderMap::from_iter([(reqwest::header::RETRY_AFTER, "9".parse().expect("a value"))]);
        let answer = Answer { status: StatusCode::TOO_MANY_REQUESTS, headers, body: body.to_owned() };
        match sent(&answer, testing::now()) {
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
fn a_message_that_was_taken_is_named_by_its_number_and_never_by_the_chat() {
    let outcome = read(
        200,
        r#"{"ok":true,"result":{"message_id":77,"date":1,"chat":{"id":-1001234567890123,"type":"supergroup"}}}"#,
    );
    let expected = Accepted { provider_message_id: Some("77".to_owned()), receipts: false, part_count: None };
    assert_eq!(outcome, Outcome::Accepted(expected));
}

#[test]
fn texts_and_captions_have_their_limits_in_utf16_units() {
    let content = |text: String, image: bool| ChannelContent {
        text: Some(text),
        image_url: image.then(|| "https://example.org/a.png".to_owned()),
        ..ChannelContent::default()
    };
    let check = |content| match body(&chat_id("42"), &content) {
        Ok((method, _)) => Ok(method),
        Err(outcome) => Err(testing::failed(outcome).expect_err("a refusal").code),
    };
    let too_long = Err("text_too_long".to_owned());
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
    let echo = refusal(404, &format!("Not Found: /bot{TOKEN}/sendMessage"));
    assert!(!echo.message.contains("ABC-DEF"), "{}", echo.message);
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
    for name in ["telegram", "bot"] {
        assert_eq!(names(json!([{ "name": name, "botToken": TOKEN }])), Ok(vec![NAME]));
    }
    for (document, fault) in [
        (json!([{ "name": "TELEGRAM" }]), "missing field `botToken`"),
        (json!([{ "name": "TELEGRAM", "botToken": "1:x", "token": 1 }]), "unknown field `token`"),
        (json!([{ "name": "TELEGRAM", "botToken": "1:x", "baseUrl": "api" }]), "/0/baseUrl"),
        (json!([{ "name": "TELEGRAM", "botToken": "1:x", "secretToken": "no spaces" }]), "/0/secretToken"),
        (json!([{ "name": "SANDBOX" }]), "SANDBOX is off"),
        (json!([{ "name": "TWILIO" }]), "one of TELEGRAM, TELEGRAM_GATEWAY, SANDBOX is expected"),
    ] {
        let found = names(document).expect_err(fault).to_string();
        assert!(found.contains(fault), "{found}");
    }
}
