use super::*;
use crate::{
    document::parse,
    testing::{context, now},
};
use baton_domain::ProviderError;
use reqwest::{StatusCode, header::HeaderMap};
use serde_json::json;

fn answer(status: u16, body: Value) -> Answer {
    let status = StatusCode::from_u16(status).expect("a status");
    Answer { status, headers: HeaderMap::new(), body: body.to_string() }
}

fn refused(status: u16, body: Value) -> ProviderError {
    match outcome(&answer(status, body), now()) {
        Outcome::Refused(error) | Outcome::Unknown(error) => error,
        Outcome::Accepted(_) => panic!("{status} was accepted"),
    }
}

#[test]
fn settings_are_checked_and_never_shown() {
    let path = |settings: &str| {
        let entry = parse(&format!(r#"[{{"name": "RUSTORE"{settings}}}]"#)).expect("a document").remove(0);
        match RuStore::new(&entry, &context()) {
            Ok(provider) => provider.url,
            Err(fault) => {
                assert!(!fault.to_string().contains("s3cret"), "{fault}");
                fault.path
            }
        }
    };
    let good = "https://vkpns.rustore.ru/v1/projects/p-1/messages:send";
    assert_eq!(path(r#", "projectId": "p-1", "serviceToken": "s3cret""#), good);
    assert_eq!(path(r#", "projectId": "p/1", "serviceToken": "s3cret""#), "/0/projectId");
    assert_eq!(path(r#", "projectId": "p-1", "serviceToken": """#), "/0/serviceToken");
    assert_eq!(path(r#", "projectId": "p-1""#), "/0/serviceToken");
    assert_eq!(path(r#", "projectId": "p-1", "serviceToken": "s3cret", "baseUrl": "x""#), "/0/baseUrl");
}

#[test]
fn every_code_has_its_class() {
    CODES.assert_well_formed();
    assert_eq!(CODES.of(Permanent), ["NOT_FOUND"]);
    assert_eq!(CODES.of(Temporary), ["RESOURCE_EXHAUSTED", "UNAVAILABLE", "INTERNAL"]);
    assert_eq!(CODES.of(Misconfigured), ["INVALID_ARGUMENT", "UNAUTHENTICATED", "PERMISSION_DENIED"]);
    for (code, class, sentence) in CODES.rows {
        let error = refused(400, json!({"error": {"code": 400, "message": "token-1", "status": code}}));
        assert_eq!((error.class, error.code.as_str(), error.message.as_str()), (*class, *code, *sentence));
    }
}

#[test]
fn an_answer_without_a_code_is_read_by_its_status() {
    let id = |body| match outcome(&answer(200, body), now()) {
        Outcome::Accepted(accepted) => accepted.provider_message_id,
        other => panic!("{other:?}"),
    };
    assert_eq!((id(json!({})), id(json!({"name": "m"}))), (None, Some("m".to_owned())));
    let read = |status, body: Value| (refused(status, body.clone()).class, refused(status, body).code);
    assert_eq!(read(200, Value::Null), (Unknown, "no_message_id".to_owned()));
    assert_eq!(read(500, json!([])), (Unknown, "http_500".to_owned()));
    assert_eq!(read(403, json!({"error": "x"})), (Misconfigured, "http_403".to_owned()));
}
