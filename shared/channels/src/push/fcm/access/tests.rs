use super::*;
use crate::testing::now;
use reqwest::{StatusCode, header::HeaderMap};
use serde_json::Value;

fn answer(status: u16, body: Value) -> Answer {
    let status = StatusCode::from_u16(status).expect("a status");
    Answer { status, headers: HeaderMap::new(), body: body.to_string() }
}

#[test]
fn a_token_is_good_until_five_minutes_before_its_end() {
    let until = |seconds: i64| {
        let body = json!({"access_token": "t", "expires_in": seconds, "token_type": "Bearer"});
        token(&answer(200, body), now()).map(|token| (token.good_until - now()).num_seconds())
    };
    assert_eq!(until(3599), Ok(3299));
    // One that is over at once is used once and not kept.
    assert_eq!((until(10), until(-5), until(i64::MAX)), (Ok(-290), Ok(-300), Ok(86_100)));
}

#[test]
fn no_failure_to_get_a_token_leaves_a_send_open() {
    let read = |status, body| {
        let error = token(&answer(status, body), now()).err().expect("an error");
        assert!(error.provider_wide && !error.message.contains("baton@"), "{error:?}");
        format!("{} {}", error.class, error.code)
    };
    let google = |code: &str| json!({"error": code, "error_description": "baton@shop-1 is not known"});
    assert_eq!(read(400, google("invalid_grant")), "misconfigured invalid_grant");
    assert_eq!(read(403, google("org_restricted")), "misconfigured org_restricted");
    assert_eq!(read(500, google("internal_failure")), "temporary internal_failure");
    assert_eq!(read(502, google("odd")), "temporary odd");
    assert_eq!(read(500, Value::Null), "temporary http_500");
    assert_eq!(read(401, Value::Null), "misconfigured http_401");
    assert_eq!(read(200, json!({})), "temporary token_missing");
    assert_eq!(read(200, json!({"access_token": 1, "expires_in": "soon"})), "temporary token_missing");
}
