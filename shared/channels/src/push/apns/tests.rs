use super::*;
use crate::{
    document::parse,
    testing::{attempt, context, now, request},
};
use reqwest::{StatusCode, header::HeaderMap};
use std::time::Duration;

const PEM: &str = include_str!("../../../tests/support/test-only-ec.pem");
const RSA: &str = include_str!("../../../tests/support/test-only.pem");

fn provider(change: Value) -> Result<Apns, DocumentFault> {
    let mut entry = json!({
        "name": "APNS", "keyId": "ABC123DEFG", "teamId": "DEF123GHIJ", "privateKey": PEM, "topic": "org.example.shop",
    });
    for (name, value) in change.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    Apns::new(&parse(&json!([entry]).to_string()).expect("a document").remove(0), &context())
}

fn answer(status: u16, body: Value) -> Answer {
    let status = StatusCode::from_u16(status).expect("a status");
    Answer { status, headers: HeaderMap::new(), body: body.to_string() }
}

fn refused(answer: &Answer) -> ProviderError {
    match outcome(answer, now()) {
        Outcome::Refused(error) | Outcome::Unknown(error) => error,
        Outcome::Accepted(_) => panic!("{} was accepted", answer.body),
    }
}

fn content(text: &str) -> ChannelContent {
    ChannelContent { text: Some(text.to_owned()), ..ChannelContent::default() }
}

#[test]
fn settings_are_checked_and_never_shown() {
    let path = |change: Value| match provider(change) {
        Ok(_) => "ok".to_owned(),
        Err(fault) => {
            assert!(!fault.to_string().contains("PRIVATE") && !fault.to_string().contains("s3cret"), "{fault}");
            fault.path
        }
    };
    for (change, expected) in [
        (json!({}), "ok"),
        (json!({"environment": "sandbox"}), "ok"),
        (json!({"environment": "development"}), "/0/environment"),
        (json!({"keyId": "ABC"}), "/0/keyId"),
        (json!({"teamId": "DEF123GHI/"}), "/0/teamId"),
        (json!({"privateKey": "s3cret"}), "/0/privateKey"),
        (json!({"privateKey": RSA}), "/0/privateKey"),
        (json!({"topic": ""}), "/0/topic"),
        (json!({"topic": "org.example\nshop"}), "/0/topic"),
        (json!({"baseUrl": "apple"}), "/0/baseUrl"),
        (json!({"certificate": "s3cret"}), "/0/certificate"),
    ] {
        assert_eq!(path(change.clone()), expected, "{change}");
    }
    let base = |change| provider(change).expect("a provider").base;
    assert_eq!(base(json!({})), "https://api.push.apple.com");
    assert_eq!(base(json!({"environment": "sandbox"})), "https://api.sandbox.push.apple.com");
}

#[test]
fn it_takes_tokens_of_ios_alone() {
    let provider = provider(json!({})).expect("a provider");
    let takes = |platform| {
        let recipient = Recipient { push_registration_id: Some("ab".to_owned()), platform, ..Recipient::default() };
        provider.address(Channel::Push, &recipient, &ChannelContent::default()).is_some()
    };
    let platforms = [None, Some(Platform::Android), Some(Platform::Ios), Some(Platform::Web)];
    assert_eq!(platforms.map(takes), [false, false, true, false]);
}

#[test]
fn every_reason_has_its_class() {
    CODES.assert_well_formed();
    assert_eq!(CODES.of(Permanent), ["Unregistered", "ExpiredToken", "BadDeviceToken", "DeviceTokenNotForTopic"]);
    assert_eq!(
        CODES.of(Temporary),
        ["TooManyRequests", "InternalServerError", "ServiceUnavailable", "Shutdown", "IdleTimeout"]
    );
    let mut misconfigured = [
        "BadTopic",
        "TopicDisallowed",
        "MissingTopic",
        "PayloadEmpty",
        "BadPriority",
        "BadExpirationDate",
        "BadCollapseId",
        "BadMessageId",
        "InvalidPushType",
        "MissingDeviceToken",
        "DuplicateHeaders",
        "BadCertificate",
        "BadCertificateEnvironment",
        "ExpiredProviderToken",
        "InvalidProviderToken",
        "MissingProviderToken",
        "Forbidden",
        "BadPath",
        "MethodNotAllowed",
        "PayloadTooLarge",
        "TooManyProviderTokenUpdates",
    ];
    let mut known = CODES.of(Misconfigured);
    known.sort_unstable();
    misconfigured.sort_unstable();
    assert_eq!(known, misconfigured);
    for (reason, class, sentence) in CODES.rows {
        let error = refused(&answer(400, json!({"reason": reason, "timestamp": 1})));
        assert_eq!((error.class, error.code.as_str(), error.message.as_str()), (*class, *reason, *sentence));
    }
}

#[test]
fn an_answer_without_a_known_reason_is_read_by_its_status() {
    let read = |status, body| {
        let error = refused(&answer(status, body));
        (error.class, error.code)
    };
    assert_eq!(read(400, json!({"reason": "NewReason"})), (Misconfigured, "NewReason".to_owned()));
    assert_eq!(read(429, json!({"reason": "NewReason"})), (Temporary, "NewReason".to_owned()));
    assert_eq!(read(503, Value::Null), (Temporary, "http_503".to_owned()));
    assert_eq!(read(500, json!({"reason": 5})), (Unknown, "http_500".to_owned()));
    assert_eq!(read(200, Value::Null), (Unknown, "no_message_id".to_owned()));
    let mut limited = answer(429, json!({"reason": "TooManyRequests"}));
    limited.headers.insert("retry-after", "7".parse().expect("a value"));
    assert_eq!(refused(&limited).retry_after, Some(Duration::from_secs(7)));
}

#[test]
fn an_attempt_has_one_id_and_another_attempt_another() {
    let mut other = attempt();
    other.attempt += 1;
    let of = |attempt: baton_domain::AttemptRef| apns_id(&attempt.to_string());
    assert_eq!((of(attempt()), of(attempt()) == of(other)), (of(attempt()), false));
    let id: Uuid = of(attempt()).parse().expect("a UUID");
    assert_eq!(id.get_version_num(), 8);
}

#[test]
fn a_token_that_is_not_hexadecimal_never_gets_into_an_address() {
    let long = "a".repeat(401);
    for to in ["", "../3/device", "ab?c", "ab%2f", "ёж", long.as_str()] {
        let Err(Outcome::Refused(error)) = Call::of(&request(Channel::Push, to, content("x"))) else {
            panic!("{to} was taken")
        };
        assert_eq!((error.class, error.code.as_str()), (Permanent, "BadDeviceToken"), "{to}");
    }
}

#[test]
fn a_payload_is_as_long_as_apple_takes_it() {
    let size = |length: usize| {
        Call::of(&request(Channel::Push, "ab", content(&"x".repeat(length)))).map(|call| call.payload.len())
    };
    let overhead = size(1).expect("a call") - 1;
    assert_eq!(size(4096 - overhead), Ok(4096));
    let Err(Outcome::Refused(error)) = size(4097 - overhead) else { panic!("not refused") };
    assert_eq!((error.class, error.code.as_str()), (Permanent, "text_too_long"));
}
