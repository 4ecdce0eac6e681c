use super::codes::FAILURES;
use super::*;
use crate::{
    document::parse,
    sms,
    testing::{context, now, request},
    viber, vk,
};
use baton_domain::ErrorClass::*;
use reqwest::{StatusCode, header::HeaderMap};

pub(super) const SECRET: &str = "a secret of ours & more";

pub(super) fn document(settings: Value) -> String {
    let mut entry = json!({
        "name": "RAPPORTO", "login": "partner", "password": "s3cret", "baseUrl": "https://rapporto.example.org/v6/",
        "from": "BRAND", "webhookSecret": SECRET,
    });
    for (name, value) in settings.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    json!([entry]).to_string()
}

fn provider(channel: Channel, settings: Value) -> Box<dyn Provider> {
    let kinds = crate::registry::kinds(channel);
    crate::registry::build(kinds, &document(settings), &context()).expect("a provider").remove(0)
}

fn answer(status: u16, body: &Value) -> Answer {
    let status = StatusCode::from_u16(status).expect("a status");
    Answer { status, headers: HeaderMap::new(), body: body.to_string() }
}

fn refused(status: u16, body: &Value) -> ProviderError {
    match outcome(&answer(status, body), true, now()) {
        Outcome::Refused(error) | Outcome::Unknown(error) => error,
        Outcome::Accepted(_) => panic!("{status} was accepted"),
    }
}

fn coded(code: impl Into<Value>) -> Value {
    json!({"error": {"code": code.into(), "description": "+79990000001"}, "extendedDescription": "+79990000001"})
}

#[test]
fn settings_are_checked_and_no_secret_is_shown() {
    let fault = |settings: Value| {
        let fault = sms::providers(&document(settings), &context()).err().expect("a fault").to_string();
        assert!(!fault.contains("s3cret") && !fault.contains("a secret of"), "{fault}");
        fault
    };
    for (settings, expected) in [
        (json!({"login": ""}), "/0/login"),
        (json!({"password": ""}), "/0/password"),
        (json!({"baseUrl": "rapporto.example.org"}), "/0/baseUrl"),
        (json!({"baseUrl": ""}), "/0/baseUrl"),
        (json!({"webhookSecret": "s3cret"}), "/0/webhookSecret"),
        (json!({"serviceNumber": "x"}), "unknown field `serviceNumber`"),
        (json!({"duplicateControl": "yes"}), "/0"),
        (json!({"password": 1_234_567}), "/0"),
    ] {
        assert!(fault(settings.clone()).contains(expected), "{settings}");
    }
    let bare = r#"[{"name": "RAPPORTO", "login": "partner", "password": "s3cret"}]"#;
    let fault = sms::providers(bare, &context()).err().expect("a fault").to_string();
    assert!(fault.contains("missing field `baseUrl`"), "{fault}");
    let settings: Settings = parse(&document(json!({}))).expect("a document")[0].settings().expect("settings");
    assert!(!format!("{settings:?}").contains("s3cret"));
}

#[test]
fn a_call_is_made_again_only_where_duplicates_are_controlled() {
    assert!(!provider(Channel::Sms, json!({})).idempotent());
    assert!(provider(Channel::Sms, json!({"duplicateControl": true})).idempotent());
}

#[test]
fn people_are_reached_by_phone_when_the_content_can_be_carried() {
    let recipient = Recipient {
        phone: Some("+79990000001".to_owned()),
        messenger_user_id: Some("42".to_owned()),
        ..Recipient::default()
    };
    let some = |text: &str| Some(text.to_owned());
    let text = ChannelContent { text: some("x"), ..ChannelContent::default() };
    let template = ChannelContent { template_name: some("x"), ..ChannelContent::default() };
    let image = ChannelContent { image_url: some("https://a/b.png"), ..ChannelContent::default() };
    let captioned = ChannelContent { text: some("x"), ..image.clone() };
    let button = ChannelContent { button_url: some("https://a"), button_text: some("go"), ..text.clone() };
    let all = ChannelContent { image_url: some("https://a/b.png"), ..button.clone() };
    for (channel, content, reached) in [
        (Channel::Sms, &text, true),
        (Channel::Vk, &text, true),
        (Channel::Vk, &template, false),
        (Channel::Viber, &text, true),
        (Channel::Viber, &image, true),
        (Channel::Viber, &captioned, false),
        (Channel::Viber, &button, true),
        (Channel::Viber, &all, true),
        (Channel::Viber, &template, false),
    ] {
        let provider = provider(channel, json!({}));
        let expected = reached.then_some("+79990000001");
        assert_eq!(provider.address(channel, &recipient, content), expected, "{channel} {content:?}");
        assert_eq!(provider.address(channel, &Recipient { phone: None, ..recipient.clone() }, content), None);
    }
}

#[tokio::test]
async fn what_no_message_carries_is_refused_before_the_call() {
    let code = async |channel, settings, content| {
        let request = request(channel, "+79990000001", content);
        match provider(channel, settings).send(&request).await {
            Outcome::Refused(error) => format!("{} {}", error.class, error.code),
            other => panic!("{other:?}"),
        }
    };
    let text = |text: &str| ChannelContent { text: Some(text.to_owned()), ..ChannelContent::default() };
    let captioned = ChannelContent { image_url: Some("https://a/b.png".to_owned()), ..text("x") };
    let far = ChannelContent { button_url: Some(format!("https://a/{}", "b".repeat(2039))), ..text("x") };
    assert_eq!(code(Channel::Viber, json!({}), captioned).await, "permanent content_not_carried");
    assert_eq!(code(Channel::Viber, json!({}), far).await, "permanent button_url_too_long");
    assert_eq!(code(Channel::Viber, json!({}), text(&"я".repeat(1001))).await, "permanent text_too_long");
    assert_eq!(code(Channel::Sms, json!({}), text(&"я".repeat(2001))).await, "permanent text_too_long");
    assert_eq!(code(Channel::Vk, json!({}), text(&"я".repeat(2001))).await, "permanent text_too_long");
    assert_eq!(code(Channel::Vk, json!({}), ChannelContent::default()).await, "permanent text_missing");
    assert_eq!(code(Channel::Vk, json!({"from": null}), text("x")).await, "misconfigured no_sender");
}

#[test]
fn every_code_of_an_answer_has_its_class() {
    REFUSALS.assert_well_formed();
    assert_eq!(REFUSALS.of(Permanent), ["8"]);
    assert_eq!(REFUSALS.of(Temporary), ["1", "3", "100"]);
    assert_eq!(REFUSALS.of(Misconfigured), ["2", "4", "5", "6", "7", "9", "11"]);
    for (code, class, sentence) in REFUSALS.rows {
        for code in [Value::from(*code), Value::from(code.parse::<u32>().expect("a number"))] {
            let error = refused(406, &coded(code));
            assert_eq!((error.class, error.message.as_str()), (*class, *sentence));
        }
    }
    let wide = |code: u32| refused(401, &coded(code)).provider_wide;
    assert_eq!([1, 2, 5, 6, 100].map(wide), [true; 5]);
    assert_eq!([3, 4, 7, 8, 9, 11].map(wide), [false; 6]);
}

#[test]
fn every_code_of_a_status_has_its_class() {
    FAILURES.assert_well_formed();
    assert_eq!(FAILURES.of(Permanent), ["1", "2", "3", "5", "6", "8", "9", "12"]);
    assert_eq!(FAILURES.of(Temporary), ["4", "7"]);
    assert_eq!(FAILURES.of(Misconfigured), ["10", "11", "13", "14"]);
}

#[test]
fn an_answer_without_a_known_code_is_read_by_its_status() {
    assert_eq!((refused(406, &coded(99)).class, refused(406, &coded(99)).code.as_str()), (Misconfigured, "99"));
    assert_eq!((refused(500, &coded(99)).class, refused(503, &coded(99)).class), (Unknown, Temporary));
    for (status, class) in
        [(401, Misconfigured), (403, Misconfigured), (429, Temporary), (500, Unknown), (503, Temporary)]
    {
        let error = refused(status, &Value::Null);
        assert_eq!((error.class, error.code), (class, format!("http_{status}")));
    }
    for body in [json!({}), json!({"id": "x"}), json!([]), Value::Null, json!({"mtNum": null}), json!({"error": null})]
    {
        assert_eq!(refused(200, &body).code, "no_message_id", "{body}");
    }
    let mut limited = answer(429, &coded(3));
    limited.headers.insert("retry-after", "3".parse().expect("a value"));
    let Outcome::Refused(error) = outcome(&limited, true, now()) else { panic!("not refused") };
    assert_eq!(error.retry_after.map(|pause| pause.as_secs()), Some(3));
}

#[test]
fn a_duplicate_was_taken_before() {
    let taken = |status, body: &Value| match outcome(&answer(status, body), true, now()) {
        Outcome::Accepted(accepted) => (accepted.provider_message_id, accepted.receipts),
        other => panic!("{other:?}"),
    };
    assert_eq!(taken(200, &json!({"mtNum": "7390612217", "id": "x"})), (Some("7390612217".to_owned()), true));
    assert_eq!(taken(409, &coded(10)), (None, true));
    assert_eq!(taken(409, &Value::Null), (None, true));
    let without = outcome(&answer(200, &json!({"mtNum": 7})), false, now());
    assert!(matches!(without, Outcome::Accepted(accepted) if !accepted.receipts));
}

#[test]
fn documents_of_all_three_channels_know_it() {
    for count in [
        sms::providers(&document(json!({})), &context()).map(|providers| providers.len()),
        viber::providers(&document(json!({})), &context()).map(|providers| providers.len()),
        vk::providers(&document(json!({})), &context()).map(|providers| providers.len()),
    ] {
        assert_eq!(count, Ok(1));
    }
}
