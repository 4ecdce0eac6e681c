use super::*;
use crate::{
    document::parse,
    testing::{context, now, request},
};
use baton_domain::recipient::Platform;
use reqwest::{StatusCode, header::HeaderMap};
use serde_json::json;
use std::time::Duration;

const PUBLIC: &str = "BPsh-mahyb-EzQREKx4zejLQr8mXVQzBlFIkjH26dC_8ws-l7c4PLWPwcs9CL3aIwD-s9LJvgv6tp4czH4_QBls";
const PRIVATE: &str = "ynOgD-Rsun8XVO0RwaSXzetDmv5YmADiO5aEmCLLCjI";
/// Another pair, which is the browser's here.
const KEY: &str = "BPAFfvntiUXfYdbwWe7eHO0R9j6mtS5MpuxZBf2Qb224qBWyAPBnOzsNEI2R1ztu0F8O-AQdrxzICYzd6c0cqM4";
const AUTH: &str = "y-5qYzUGQr7rdsf9PTH1_Q";

fn provider(change: Value) -> Result<WebPush, DocumentFault> {
    let mut entry = json!({
        "name": "WEBPUSH", "publicKey": PUBLIC, "privateKey": PRIVATE, "subject": "mailto:push@example.org",
    });
    for (name, value) in change.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    WebPush::new(&parse(&json!([entry]).to_string()).expect("a document").remove(0), &context())
}

fn answer(status: u16) -> Answer {
    let status = StatusCode::from_u16(status).expect("a status");
    Answer { status, headers: HeaderMap::new(), body: "https://web.push.apple.com/secret".to_owned() }
}

fn subscription(endpoint: &str, key: &str) -> String {
    json!({"endpoint": endpoint, "keys": {"p256dh": key, "auth": AUTH}}).to_string()
}

fn content(text: &str) -> ChannelContent {
    ChannelContent { text: Some(text.to_owned()), ..ChannelContent::default() }
}

#[test]
fn settings_are_checked_and_never_shown() {
    let path = |change: Value| match provider(change) {
        Ok(_) => "ok".to_owned(),
        Err(fault) => {
            assert!(!fault.to_string().contains(PRIVATE) && !fault.to_string().contains("s3cret"), "{fault}");
            fault.path
        }
    };
    for (change, expected) in [
        (json!({}), "ok"),
        (json!({"publicKey": format!("{PUBLIC}="), "subject": "https://example.org"}), "ok"),
        (json!({"allowedHosts": ["127.0.0.1", "*.example.org"]}), "ok"),
        (json!({"publicKey": &PUBLIC[2..]}), "/0/publicKey"),
        (json!({"privateKey": "s3cret"}), "/0/privateKey"),
        // Another pair's public key.
        (json!({"publicKey": KEY}), "/0/privateKey"),
        (json!({"subject": "push@example.org"}), "/0/subject"),
        (json!({"subject": "mailto:push"}), "/0/subject"),
        (json!({"allowedHosts": ["127.0.0.1", "*"]}), "/0/allowedHosts/1"),
        (json!({"baseUrl": "https://s3cret.example.org"}), "/0/baseUrl"),
    ] {
        assert_eq!(path(change.clone()), expected, "{change}");
    }
}

#[test]
fn it_takes_subscriptions_alone_whatever_the_platform_says() {
    let provider = provider(json!({})).expect("a provider");
    for platform in [None, Some(Platform::Android), Some(Platform::Ios), Some(Platform::Web)] {
        let takes = |text: &str| {
            let push_registration_id = Some(text.to_owned());
            let recipient = Recipient { push_registration_id, platform, ..Recipient::default() };
            provider.address(Channel::Push, &recipient, &ChannelContent::default()).is_some()
        };
        assert!(takes(&subscription("https://web.push.apple.com/x", KEY)) && !takes("token"), "{platform:?}");
    }
}

#[test]
fn every_status_has_its_class() {
    CODES.assert_well_formed();
    let read = |status| match outcome(&answer(status), now()) {
        Outcome::Accepted(_) => "accepted".to_owned(),
        Outcome::Refused(error) | Outcome::Unknown(error) => {
            assert!(!error.provider_wide && !error.message.contains("secret"), "{error:?}");
            format!("{} {}", error.class, error.code)
        }
    };
    assert_eq!([read(200), read(201), read(202)], ["accepted"; 3]);
    assert_eq!([read(404), read(410)], ["permanent gone"; 2]);
    assert_eq!(read(413), "misconfigured payload_too_large");
    assert_eq!(read(400), "misconfigured bad_request");
    assert_eq!([read(401), read(403)], ["misconfigured unauthorized"; 2]);
    assert_eq!(read(429), "temporary too_many_requests");
    assert_eq!([read(500), read(502), read(503), read(504)], ["temporary unavailable"; 4]);
    assert_eq!(
        [read(204), read(307), read(408), read(418)],
        ["unknown bad_answer", "misconfigured http_307", "temporary http_408", "misconfigured http_418"]
    );
}

#[test]
fn an_answer_gives_the_messages_id_and_the_pause() {
    let with = |status, headers: &[(&'static str, &str)]| {
        let mut answer = answer(status);
        for (name, value) in headers {
            answer.headers.insert(*name, value.parse().expect("a value"));
        }
        outcome(&answer, now())
    };
    let id = |headers: &[(&'static str, &str)]| match with(201, headers) {
        Outcome::Accepted(accepted) => {
            assert!(!accepted.receipts);
            accepted.provider_message_id
        }
        other => panic!("{other:?}"),
    };
    let location = ("location", "https://updates.push.services.mozilla.com/m/abc");
    assert_eq!(id(&[location]).as_deref(), Some(location.1));
    assert_eq!(id(&[location, ("apns-id", "u-1")]).as_deref(), Some("u-1"));
    assert_eq!(id(&[("location", &"x".repeat(1025))]), None);
    assert_eq!(id(&[]), None);
    let Outcome::Refused(limited) = with(429, &[("retry-after", "9")]) else { panic!("not refused") };
    assert_eq!(limited.retry_after, Some(Duration::from_secs(9)));
}

#[test]
fn a_service_that_can_not_be_reached_says_nothing_of_the_others() {
    let error = ProviderError::new(Temporary, "no_connection", "No connection.").provider_wide();
    for outcome in [Outcome::Refused(error.clone()), Outcome::Unknown(error)] {
        match of_one_service(outcome) {
            Outcome::Refused(error) | Outcome::Unknown(error) => assert!(!error.provider_wide),
            Outcome::Accepted(_) => panic!("accepted"),
        }
    }
}

#[test]
fn what_can_not_be_sent_is_refused_before_the_call() {
    let provider = provider(json!({})).expect("a provider");
    let refused = |to: &str, text: &str| match provider.call(&request(Channel::Push, to, content(text))) {
        Ok(_) => "ok".to_owned(),
        Err(Outcome::Refused(error)) => {
            assert!(!error.message.contains("example.org"), "{error:?}");
            format!("{} {}", error.class, error.code)
        }
        Err(other) => panic!("{other:?}"),
    };
    let good = subscription("https://web.push.apple.com/x", KEY);
    assert_eq!(refused(&good, "x"), "ok");
    assert_eq!(refused(&good, ""), "permanent text_missing");
    assert_eq!(refused(&good, &"ж".repeat(2000)), "permanent text_too_long");
    assert_eq!(refused("token", "x"), "permanent bad_subscription");
    assert_eq!(refused(&subscription("https://example.org/x", KEY), "x"), "permanent endpoint_not_allowed");
    // 65 bytes that are no point of the curve.
    let no_point = format!("BP{}", &KEY.replace('A', "Q")[2..]);
    assert_eq!(refused(&subscription("https://web.push.apple.com/x", &no_point), "x"), "permanent bad_subscription");
}
