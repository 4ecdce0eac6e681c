//! Tests of the Telegram adapter that need no server; those over HTTP are in `tests/requests_telegram.rs`.

use super::*;
use crate::{document, telegram, testing};
use baton_domain::outcome::Accepted;
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::{Webhook, WebhookAnswer, WebhookError, WebhookRequest},
};
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
        Err(outcome) => Err(checked(outcome).expect_err("a refusal").code),
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
        (json!([{ "name": "TWILIO" }]), "one of TELEGRAM, TELEGRAM_GATEWAY, SANDBOX is expected"),
    ] {
        let found = names(document).expect_err(fault).to_string();
        assert!(found.contains(fault), "{found}");
    }
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
