use super::*;
use crate::{
    document::parse,
    testing::{attempt, now, request},
};
use baton_domain::{
    ErrorClass::{Misconfigured, Permanent, Temporary, Unknown},
    ReceiptStatus,
};
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::{WebhookAnswer, WebhookError, WebhookRequest},
};
use codes::CODES;
use reqwest::{StatusCode, header::HeaderMap};

const SETTINGS: &str = r#""pageId": "1001", "pageAccessToken": "EAAG", "appSecret": "s3cret", "verifyToken": "v3rify""#;

fn entry(settings: &str) -> Entry {
    parse(&format!(r#"[{{"name": "MESSENGER", {settings}}}]"#)).expect("a document").remove(0)
}

#[test]
fn settings_are_checked() {
    let path = |settings: &str| super::settings(&entry(settings)).map(|_| ()).map_err(|fault| fault.to_string());
    for more in ["", r#", "tag": "HUMAN_AGENT""#, r#", "apiVersion": "v26.1""#] {
        assert_eq!(path(&format!("{SETTINGS}{more}")), Ok(()));
    }
    for (good, bad, place) in [
        ("1001", "shop", "/0/pageId"),
        ("1001", "", "/0/pageId"),
        ("EAAG", "", "/0/pageAccessToken"),
        ("s3cret", "", "/0/appSecret"),
        ("v3rify", "", "/0/verifyToken"),
    ] {
        let fault = path(&SETTINGS.replace(good, bad)).expect_err(place);
        assert!(fault.contains(place) && !fault.contains("EAAG") && !fault.contains("s3cret"), "{fault}");
    }
    for (more, place) in [
        (r#""tag": "human agent""#, "/0/tag"),
        (r#""apiVersion": "25""#, "/0/apiVersion"),
        (r#""apiVersion": "v25.0/me""#, "/0/apiVersion"),
        (r#""token": "x""#, "/0/token"),
    ] {
        let fault = path(&format!("{SETTINGS}, {more}")).expect_err(place);
        assert!(fault.contains(place), "{fault}");
    }
}

#[test]
fn a_webhook_needs_both_its_secrets() {
    let path = |without: &str| webhook(&entry(&SETTINGS.replace(without, ""))).err().map(|fault| fault.path);
    assert_eq!(path("nothing"), None);
    assert_eq!(path(r#", "appSecret": "s3cret""#).as_deref(), Some("/0/appSecret"));
    assert_eq!(path(r#", "verifyToken": "v3rify""#).as_deref(), Some("/0/verifyToken"));
}

#[test]
fn what_the_shape_does_not_hold_is_refused() {
    let some = |text: &str| Some(text.to_owned());
    let picture = ChannelContent { image_url: some("https://example.org/a.png"), ..ChannelContent::default() };
    let button = ChannelContent {
        button_url: some("https://example.org"),
        button_text: some("Open"),
        ..ChannelContent::default()
    };
    let code = |content: &ChannelContent, text: &str| {
        let content = ChannelContent { text: some(text), ..content.clone() };
        match message(&request(Channel::Chat, "42", content)) {
            Err(Outcome::Refused(error)) => (error.class.name(), error.code),
            other => ("fits", format!("{other:?}").chars().take(2).collect()),
        }
    };
    let too_long = ("permanent", "text_too_long".to_owned());
    for (content, fits, long) in [
        (ChannelContent::default(), "ж".repeat(2000), "ж".repeat(2001)),
        (button.clone(), "ж".repeat(640), "ж".repeat(641)),
        (picture.clone(), format!("{}\r\n{}", "ж".repeat(80), "ж".repeat(80)), "ж".repeat(81)),
        (picture, "x".to_owned(), format!("x\n{}", "ж".repeat(81))),
    ] {
        assert_eq!(code(&content, &fits).0, "fits", "{content:?}");
        assert_eq!(code(&content, &long), too_long, "{content:?}");
    }
    let long_label = ChannelContent { button_text: some(&"ж".repeat(21)), ..button };
    assert_eq!(code(&long_label, "x"), ("permanent", "button_text_too_long".to_owned()));
    assert_eq!(code(&ChannelContent::default(), ""), ("permanent", "text_missing".to_owned()));
}

fn answer(status: u16, body: &Value) -> Answer {
    let status = StatusCode::from_u16(status).expect("a status");
    Answer { status, headers: HeaderMap::new(), body: body.to_string() }
}

fn refused_with(status: u16, code: i64, sub: Option<i64>) -> ProviderError {
    let mut error = json!({"message": "EAAG", "type": "OAuthException", "code": code, "fbtrace_id": "B"});
    if let Some(sub) = sub {
        error["error_subcode"] = sub.into();
    }
    match outcome(&answer(status, &json!({"error": error})), now()) {
        Outcome::Refused(error) | Outcome::Unknown(error) => error,
        Outcome::Accepted(_) => panic!("{code} was accepted"),
    }
}

#[test]
fn every_code_has_its_class() {
    assert_eq!(CODES.of(Permanent), ["551", "10/2018108", "10/2018278", "100/2018001", "200/1545041"]);
    assert_eq!(CODES.of(Temporary), ["2", "4", "32", "613", "1200"]);
    assert_eq!(CODES.of(Misconfigured), ["10", "100", "190", "200", "230"]);
    for (code, class, sentence) in CODES.rows {
        let (code_number, sub) = code.split_once('/').map_or((*code, None), |(code, sub)| (code, Some(sub)));
        let number = |text: &str| text.parse().expect("a number");
        let error = refused_with(400, number(code_number), sub.map(number));
        assert_eq!((error.class, error.code.as_str(), error.message.as_str()), (*class, *code, *sentence));
    }
    // A sub-code that the table does not have leaves the code's own meaning; one says the same beside any code.
    assert_eq!(refused_with(400, 190, Some(463)).code, "190");
    assert_eq!(refused_with(400, 10, Some(2_018_001)).code, "100/2018001");
    assert!(refused_with(401, 190, None).provider_wide && !refused_with(400, 551, None).provider_wide);
}

#[test]
fn an_answer_without_a_known_code_is_read_by_its_status() {
    assert_eq!(
        [(400, Misconfigured), (429, Temporary), (500, Unknown)]
            .map(|(status, _)| refused_with(status, 99, None).class),
        [Misconfigured, Temporary, Unknown]
    );
    assert!(!format!("{:?}", refused_with(400, 99, None)).contains("EAAG"));
    for (status, class) in [(401, Misconfigured), (503, Temporary), (500, Unknown)] {
        match outcome(&answer(status, &json!("<html>")), now()) {
            Outcome::Refused(error) | Outcome::Unknown(error) => assert_eq!(error.class, class, "{status}"),
            Outcome::Accepted(_) => panic!("{status} was accepted"),
        }
    }
    assert!(matches!(outcome(&answer(200, &json!({})), now()), Outcome::Unknown(_)));
    let taken = json!({"recipient_id": "42", "message_id": "m_1"});
    assert_eq!(outcome(&answer(200, &taken), now()), accepted("m_1", false));
}

// ---- webhook ----

fn post(body: &str) -> WebhookRequest {
    let signature = format!("sha256={}", sign(&Secret::new("s3cret"), body.as_bytes()));
    WebhookRequest {
        method: "POST".to_owned(),
        headers: vec![("x-hub-signature-256".to_owned(), signature)],
        body: body.as_bytes().to_vec(),
        ..WebhookRequest::default()
    }
}

fn read(request: &WebhookRequest) -> Result<WebhookAnswer, WebhookError> {
    webhook(&entry(SETTINGS)).expect("a webhook").read(request, now())
}

fn page(entries: &Value) -> String {
    json!({"object": "page", "entry": entries}).to_string()
}

/// An event as Meta documents it, with what it is about.
fn event(about: &Value) -> Value {
    let mut event = json!({"sender": {"id": "42"}, "recipient": {"id": "1001"}, "timestamp": 1_790_000_000_456_i64});
    event.as_object_mut().expect("an object").extend(about.as_object().expect("an object").clone());
    event
}

fn heard(about: &Value) -> WebhookAnswer {
    read(&post(&page(&json!([{"id": "1001", "time": 1, "messaging": [event(about)]}])))).expect("an answer")
}

#[test]
fn what_a_person_does_is_inbound() {
    for (about, id, text, payload) in [
        (json!({"message": {"mid": "m_1", "text": "Привет"}}), "m_1", "Привет", None),
        (json!({"message": {"mid": "m_1", "text": "stop"}}), "m_1", "stop", None),
        (json!({"message": {"mid": "m_1", "text": "Да", "quick_reply": {"payload": "YES"}}}), "m_1", "Да", Some("YES")),
        (json!({"message": {"mid": "m_1", "attachments": [{"type": "image"}]}}), "m_1", "", None),
        (json!({"postback": {"mid": "m_2", "title": "Начать", "payload": "GO"}}), "m_2", "Начать", Some("GO")),
        (
            json!({"postback": {"title": "Начать", "payload": "GO", "referral": {"ref": "t0ken", "source": "SHORTLINK"}}}),
            "42:1790000000456",
            "Начать",
            Some("t0ken"),
        ),
        (
            json!({"referral": {"ref": "t0ken", "source": "SHORTLINK", "type": "OPEN_THREAD"}}),
            "42:1790000000456",
            "",
            Some("t0ken"),
        ),
    ] {
        let expected = Inbound {
            channel: Channel::Chat,
            provider: "MESSENGER".to_owned(),
            id: id.to_owned(),
            from: "42".to_owned(),
            to: Some("1001".to_owned()),
            at: Time::from_timestamp_millis(1_790_000_000_456).expect("a time"),
            act: Act::Wrote { text: text.to_owned(), payload: payload.map(str::to_owned) },
        };
        let answer = heard(&about);
        assert_eq!((answer.inbound, answer.receipts), (vec![expected], vec![]), "{about}");
    }
}

#[test]
fn the_echo_of_our_message_says_that_it_was_sent() {
    let echo = json!({"message": {"mid": "m_3", "is_echo": true, "app_id": 7, "metadata": attempt(), "text": "x"}});
    let answer = heard(&echo);
    assert_eq!((answer.inbound.len(), answer.receipts.len()), (0, 1));
    let of = &answer.receipts[0];
    assert_eq!((of.attempt, &of.receipt.status), (attempt(), &ReceiptStatus::Sent));
    assert_eq!(of.receipt.provider_message_id.as_deref(), Some("m_3"));
    for metadata in [json!(null), json!("somebody else's"), json!(7)] {
        let answer = heard(&json!({"message": {"mid": "m_3", "is_echo": true, "metadata": metadata, "text": "x"}}));
        assert_eq!((answer.inbound.len(), answer.receipts.len()), (0, 0), "{metadata}");
    }
}

#[test]
fn what_is_about_nothing_of_ours_says_nothing() {
    for about in [
        json!({"delivery": {"mids": ["m_1"], "watermark": 1_790_000_000_456_i64}}),
        json!({"read": {"watermark": 1_790_000_000_456_i64}}),
        json!({"reaction": {"mid": "m_1", "action": "react"}}),
        json!({"referral": {"source": "ADS"}}),
        json!({"message": "text"}),
        json!({"sender": {"id": 42}, "message": {"mid": "m_1", "text": "x"}}),
        json!({}),
    ] {
        let answer = heard(&about);
        assert_eq!((answer.inbound.len(), answer.receipts.len()), (0, 0), "{about}");
    }
    let message = event(&json!({"message": {"mid": "m_1", "text": "x"}}));
    for body in [
        page(&json!([{"id": "2002", "messaging": [message]}])),
        page(&json!([{"id": "1001", "standby": [message]}])),
        page(&json!([{"id": "1001", "messaging": {"0": message}}])),
        page(&json!({"id": "1001"})),
        json!({"object": "instagram", "entry": [{"id": "1001", "messaging": [message]}]}).to_string(),
        "[]".to_owned(),
        "7".to_owned(),
    ] {
        assert_eq!(read(&post(&body)), Ok(WebhookAnswer::receipts(Vec::new())), "{body}");
    }
    let several = json!([{"id": "1001", "messaging": [message, message]}, {"id": "1001", "messaging": [message]}]);
    assert_eq!(read(&post(&page(&several))).expect("an answer").inbound.len(), 3);
}

#[test]
fn a_forged_event_is_refused_before_it_is_read() {
    let good = post(&page(&json!([])));
    assert!(read(&good).is_ok());
    let mut unsigned = good.clone();
    unsigned.headers.clear();
    let mut changed = good.clone();
    changed.body.push(b' ');
    let mut bare = good.clone();
    bare.headers[0].1 = bare.headers[0].1.replace("sha256=", "");
    let mut other_key = good;
    other_key.headers[0].1 = format!("sha256={}", sign(&Secret::new("other"), &other_key.body));
    for forged in [unsigned, changed, bare, other_key] {
        assert_eq!(read(&forged), Err(WebhookError::Forged), "{forged:?}");
    }
    for malformed in ["", "{", &"[".repeat(200_000), "\u{0}"] {
        assert!(matches!(read(&post(malformed)), Err(WebhookError::Malformed(_))));
    }
}

#[test]
fn the_handshake_gives_the_challenge_back() {
    let get = |query: &str| {
        let request = WebhookRequest { method: "GET".to_owned(), query: query.to_owned(), ..WebhookRequest::default() };
        read(&request).map(|answer| (answer.content_type, answer.body))
    };
    let challenge = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=v3rify";
    assert_eq!(get(challenge), Ok(("text/plain", "1158201444".to_owned())));
    for forged in
        ["", "hub.mode=subscribe&hub.challenge=1", "hub.mode=subscribe&hub.challenge=1&hub.verify_token=v3rif"]
    {
        assert_eq!(get(forged), Err(WebhookError::Forged), "{forged}");
    }
    for malformed in ["hub.verify_token=v3rify", "hub.verify_token=v3rify&hub.mode=unsubscribe&hub.challenge=1"] {
        assert!(matches!(get(malformed), Err(WebhookError::Malformed(_))), "{malformed}");
    }
}
