use super::*;
use crate::{
    document::parse,
    testing::{context, now, request},
};
use reqwest::{StatusCode, header::HeaderMap};
use serde_json::json;

const PEM: &str = include_str!("../../../tests/support/test-only.pem");

fn account() -> Value {
    json!({
        "type": "service_account", "project_id": "shop-1", "private_key_id": "k1", "private_key": PEM,
        "client_email": "baton@shop-1.iam.gserviceaccount.com", "client_id": "1", "token_uri": "https://oauth2.googleapis.com/token",
    })
}

fn provider(change: Value) -> Result<Fcm, DocumentFault> {
    let mut entry = json!({"name": "FCM", "serviceAccount": account()});
    for (name, value) in change.as_object().expect("an object") {
        match value.as_object() {
            Some(fields) => fields.iter().for_each(|(field, value)| entry[name][field] = value.clone()),
            None => entry[name] = value.clone(),
        }
    }
    Fcm::new(&parse(&json!([entry]).to_string()).expect("a document").remove(0), &context())
}

fn answer(status: u16, body: Value) -> Answer {
    let status = StatusCode::from_u16(status).expect("a status");
    Answer { status, headers: HeaderMap::new(), body: body.to_string() }
}

/// An error as Google writes it, with FCM's own detail where there is a code.
fn error(status: u16, name: &str, fcm: Option<&str>, fields: &[&str]) -> Answer {
    let mut details = Vec::new();
    if let Some(code) = fcm {
        details.push(json!({"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}));
    }
    if !fields.is_empty() {
        let violations: Vec<_> = fields.iter().map(|field| json!({"field": field, "description": "token-1"})).collect();
        details.push(json!({"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": violations}));
    }
    answer(status, json!({"error": {"code": status, "message": "token-1", "status": name, "details": details}}))
}

fn refused(answer: &Answer) -> ProviderError {
    match outcome(answer, now()) {
        Outcome::Refused(error) | Outcome::Unknown(error) => error,
        Outcome::Accepted(_) => panic!("{} was accepted", answer.body),
    }
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
        (json!({"targetField": "fid", "platforms": ["android", "ios"], "tokenUri": "http://127.0.0.1:1/token"}), "ok"),
        (json!({"targetField": "topic"}), "/0/targetField"),
        (json!({"platforms": []}), "/0/platforms"),
        (json!({"platforms": ["windows"]}), "/0/platforms/0"),
        (json!({"serviceAccount": "s3cret"}), "/0/serviceAccount"),
        (json!({"serviceAccount": {"project_id": "../other"}}), "/0/serviceAccount/project_id"),
        (json!({"serviceAccount": {"private_key": "s3cret"}}), "/0/serviceAccount/private_key"),
        (json!({"serviceAccount": {"private_key": PEM.replace('Q', "R")}}), "/0/serviceAccount/private_key"),
        (json!({"tokenUri": "ftp://example.org"}), "/0/tokenUri"),
        (json!({"baseUrl": "fcm"}), "/0/baseUrl"),
        (json!({"serverKey": "s3cret"}), "/0/serverKey"),
    ] {
        assert_eq!(path(change.clone()), expected, "{change}");
    }
}

#[test]
fn it_takes_android_and_what_names_no_platform_and_others_when_it_is_told() {
    let of = |provider: &Fcm, platform: Option<Platform>| {
        let recipient = Recipient { push_registration_id: Some("t".to_owned()), platform, ..Recipient::default() };
        provider.address(Channel::Push, &recipient, &ChannelContent::default()).is_some()
    };
    let platforms = [None, Some(Platform::Android), Some(Platform::Ios), Some(Platform::Web)];
    let usual = provider(json!({})).expect("a provider");
    assert_eq!(platforms.map(|platform| of(&usual, platform)), [true, true, false, false]);
    let wide = provider(json!({"platforms": ["android", "ios", "web"]})).expect("a provider");
    assert_eq!(platforms.map(|platform| of(&wide, platform)), [true; 4]);
    let apple = provider(json!({"platforms": ["ios"]})).expect("a provider");
    assert_eq!(platforms.map(|platform| of(&apple, platform)), [true, false, true, false]);
}

#[test]
fn every_code_has_its_class() {
    CODES.assert_well_formed();
    codes::TOKEN_CODES.assert_well_formed();
    assert_eq!(CODES.of(Permanent), ["UNREGISTERED", "SENDER_ID_MISMATCH", "INVALID_ARGUMENT"]);
    assert_eq!(CODES.of(Temporary), ["QUOTA_EXCEEDED", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "INTERNAL"]);
    assert_eq!(
        CODES.of(Misconfigured),
        ["THIRD_PARTY_AUTH_ERROR", "UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND", "FAILED_PRECONDITION"]
    );
    for (code, class, sentence) in CODES.rows {
        let error = refused(&error(400, "OTHER", Some(code), &[]));
        assert_eq!((error.class, error.code.as_str(), error.message.as_str()), (*class, *code, *sentence));
    }
}

#[test]
fn an_answer_is_read_by_fcms_code_then_googles_then_its_status() {
    let read = |answer: Answer| {
        let error = refused(&answer);
        assert!(!error.message.contains("token-1"), "{error:?}");
        (error.class, error.code, error.provider_wide)
    };
    assert_eq!(read(error(404, "NOT_FOUND", Some("UNREGISTERED"), &[])), (Permanent, "UNREGISTERED".to_owned(), false));
    assert_eq!(read(error(404, "NOT_FOUND", None, &[])), (Misconfigured, "NOT_FOUND".to_owned(), true));
    assert_eq!(read(error(401, "UNAUTHENTICATED", None, &[])), (Misconfigured, "UNAUTHENTICATED".to_owned(), true));
    assert_eq!(read(error(409, "ABORTED", None, &[])), (Misconfigured, "ABORTED".to_owned(), false));
    assert_eq!(read(answer(500, json!("<html>"))), (Unknown, "http_500".to_owned(), true));
    assert_eq!(read(answer(200, json!({}))), (Unknown, "no_message_id".to_owned(), false));
}

#[test]
fn a_bad_argument_is_the_tokens_unless_another_field_is_named() {
    let class = |fcm, fields: &[&str]| refused(&error(400, "INVALID_ARGUMENT", fcm, fields)).class;
    let own = Some("INVALID_ARGUMENT");
    assert_eq!(class(own, &[]), Permanent);
    assert_eq!((class(own, &["message.token"]), class(None, &["message.fid"])), (Permanent, Permanent));
    assert_eq!(class(own, &["message.data"]), Misconfigured);
    assert_eq!(class(own, &["message.token", "message.android.ttl"]), Misconfigured);
    assert_eq!(class(None, &[]), Misconfigured);
}

#[test]
fn a_quota_without_a_pause_waits_a_minute() {
    let mut limited = error(429, "RESOURCE_EXHAUSTED", Some("QUOTA_EXCEEDED"), &[]);
    assert_eq!(refused(&limited).retry_after, Some(Duration::from_secs(60)));
    limited.headers.insert("retry-after", "5".parse().expect("a value"));
    assert_eq!(refused(&limited).retry_after, Some(Duration::from_secs(5)));
}

#[test]
fn only_a_401_of_googles_own_is_about_our_token() {
    assert!(is_token_refused(&error(401, "UNAUTHENTICATED", None, &[])));
    assert!(is_token_refused(&answer(401, Value::Null)));
    assert!(!is_token_refused(&error(401, "UNAUTHENTICATED", Some("THIRD_PARTY_AUTH_ERROR"), &[])));
    assert!(!is_token_refused(&error(403, "PERMISSION_DENIED", None, &[])));
}

#[test]
fn hostile_answers_are_read_without_a_panic() {
    for body in [
        json!([]),
        json!({"error": "x"}),
        json!({"error": {"details": {}}}),
        json!({"error": {"details": [[], 1, {"@type": 1}], "status": 5}}),
        json!({"error": {"status": "INVALID_ARGUMENT", "details": [{"@type": "x.BadRequest", "fieldViolations": [1]}]}}),
        json!({"name": 5}),
    ] {
        for status in [200, 400, 401, 500] {
            outcome(&answer(status, body.clone()), now());
            is_token_refused(&answer(status, body.clone()));
        }
    }
}

#[test]
fn a_body_is_as_long_as_fcm_takes_it() {
    let provider = provider(json!({})).expect("a provider");
    let size = |length: usize| {
        let content = ChannelContent { text: Some("x".repeat(length)), ..ChannelContent::default() };
        provider.body(&request(Channel::Push, "t", content)).map(|body| {
            let message = &body["message"];
            json!({"notification": message["notification"], "data": message["data"]}).to_string().len()
        })
    };
    let overhead = size(0).err().map_or_else(|| 0, |_| size(1).expect("a body") - 1);
    assert_eq!(size(4096 - overhead), Ok(4096));
    let Err(Outcome::Refused(error)) = size(4097 - overhead) else { panic!("not refused") };
    assert_eq!((error.class, error.code.as_str()), (Permanent, "text_too_long"));
}
