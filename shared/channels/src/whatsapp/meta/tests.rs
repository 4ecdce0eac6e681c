use super::*;
use crate::{document::parse, testing::now};
use baton_domain::ErrorClass::{Misconfigured, Permanent, Temporary, Unknown};
use codes::CODES;
use reqwest::{StatusCode, header::HeaderMap};
use serde_json::Value;
use std::time::Duration;

pub(super) fn entry(change: &Value) -> Entry {
    let mut entry = json!({"name": "META", "accessToken": "EAA-s3cret", "phoneNumberId": "106540352242922"});
    for (name, value) in change.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    parse(&json!([entry]).to_string()).expect("a document").remove(0)
}

fn answer(status: u16, body: &Value) -> Answer {
    let status = StatusCode::from_u16(status).expect("a status");
    Answer { status, headers: HeaderMap::new(), body: body.to_string() }
}

fn graph_error(code: u64) -> Value {
    json!({"error": {
        "message": format!("(#{code}) +79990000001"), "type": "OAuthException", "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": "+79990000001"}, "fbtrace_id": "AXsgnV2Cm3ZMGF3dF_cfYIn",
    }})
}

fn refused(status: u16, body: &Value, try_number: u8) -> ProviderError {
    match outcome(&answer(status, body), true, try_number, now()) {
        Outcome::Refused(error) | Outcome::Unknown(error) => error,
        Outcome::Accepted(_) => panic!("{status} was accepted"),
    }
}

#[test]
fn settings_are_checked() {
    let path = |change: Value| {
        settings(&entry(&change)).map(|_| ()).map_err(|fault| {
            assert!(!fault.to_string().contains("s3cret"), "{fault}");
            fault.path
        })
    };
    assert_eq!(path(json!({})), Ok(()));
    assert_eq!(path(json!({"appSecret": "a", "verifyToken": "b", "apiVersion": "v26.0"})), Ok(()));
    for (change, fault) in [
        (json!({"accessToken": ""}), "/0/accessToken"),
        (json!({"accessToken": 5}), "/0/accessToken"),
        (json!({"phoneNumberId": "+79990000001"}), "/0/phoneNumberId"),
        (json!({"phoneNumberId": ""}), "/0/phoneNumberId"),
        (json!({"apiVersion": "25"}), "/0/apiVersion"),
        (json!({"apiVersion": "v25.0/x"}), "/0/apiVersion"),
        (json!({"appSecret": "s3cret"}), "/0/verifyToken"),
        (json!({"verifyToken": "s3cret"}), "/0/appSecret"),
        (json!({"appSecret": "", "verifyToken": "s3cret"}), "/0/appSecret"),
        (json!({"appSecret": "s3cret", "verifyToken": ""}), "/0/verifyToken"),
        (json!({"secret": "s3cret"}), "/0/secret"),
    ] {
        assert_eq!(path(change.clone()), Err(fault.to_owned()), "{change}");
    }
    let fault = Meta::new(&entry(&json!({"baseUrl": "x"})), &crate::testing::context()).err().expect("a fault");
    assert_eq!(fault.path, "/0/baseUrl");
}

#[test]
fn an_accepted_message_has_its_id() {
    for status in ["accepted", "held_for_quality_assessment", "paused"] {
        let body = json!({
            "messaging_product": "whatsapp", "contacts": [{"input": "79990000001", "wa_id": "79990000001"}],
            "messages": [{"id": "wamid.1", "message_status": status}],
        });
        for receipts in [true, false] {
            assert_eq!(outcome(&answer(200, &body), receipts, 1, now()), accepted("wamid.1", receipts));
        }
    }
    for body in [json!({}), json!({"messages": []}), json!({"messages": [{"id": 5}]})] {
        assert_eq!((refused(200, &body, 1).class, refused(200, &body, 1).code.as_str()), (Unknown, "no_message_id"));
    }
}

#[test]
fn every_code_has_its_class() {
    CODES.assert_well_formed();
    let numbers = |class| CODES.of(class).into_iter().map(|code| code.parse::<u32>().expect("a number")).collect();
    let permanent: Vec<u32> = numbers(Permanent);
    assert_eq!(permanent, [130472, 130497, 131021, 131026, 131030, 131047, 131049, 131050, 131051, 131062, 137000]);
    let temporary: Vec<u32> = numbers(Temporary);
    assert_eq!(temporary, [1, 2, 4, 80007, 130429, 131000, 131016, 131048, 131056, 131057, 131064, 133016, 135000]);
    let misconfigured: Vec<u32> = numbers(Misconfigured);
    assert_eq!(
        misconfigured,
        [
            0, 3, 10, 33, 100, 190, 368, 131005, 131008, 131009, 131031, 131037, 131042, 131045, 131052, 131053,
            131063, 132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069
        ]
    );
    for (code, class, sentence) in CODES.rows {
        // By the code, whatever the HTTP status.
        for status in [200, 400, 500] {
            let error = refused(status, &graph_error(code.parse().expect("a number")), 1);
            assert_eq!((error.class, error.code.as_str(), error.message.as_str()), (*class, *code, *sentence));
            assert_eq!(error.provider_wide, CODES.provider_wide.contains(code), "{code}");
        }
    }
    for code in [200, 230, 299] {
        let error = refused(403, &graph_error(code), 1);
        assert_eq!((error.class, error.code, error.provider_wide), (Misconfigured, code.to_string(), true));
    }
}

#[test]
fn some_errors_ask_for_a_pause_and_a_generic_one_is_tried_twice() {
    let pause = |code| refused(400, &graph_error(code), 1).retry_after.map(|pause| pause.as_secs());
    assert_eq!((pause(131056), pause(131048), pause(130429)), (Some(6), Some(600), None));
    let mut limited = answer(400, &graph_error(131056));
    limited.headers.insert("retry-after", "30".parse().expect("a value"));
    let Outcome::Refused(error) = outcome(&limited, true, 1, now()) else { panic!("not refused") };
    assert_eq!(error.retry_after, Some(Duration::from_secs(30)));
    let class = |try_number| refused(500, &graph_error(135_000), try_number).class;
    assert_eq!((class(1), class(2)), (Temporary, Permanent));
}

#[test]
fn what_the_table_does_not_have_is_read_by_its_circumstances() {
    let class = |status, body: Value| {
        let error = refused(status, &body, 1);
        assert!(!format!("{error:?}").contains("+7999"), "{error:?}");
        (error.class, error.code)
    };
    let mut passing = graph_error(987);
    assert_eq!(class(400, passing.clone()), (Misconfigured, "987".to_owned()));
    assert_eq!(class(500, passing.clone()), (Unknown, "987".to_owned()));
    passing["error"]["is_transient"] = true.into();
    assert_eq!(class(500, passing), (Temporary, "987".to_owned()));
    assert_eq!(class(401, json!({"error": "x"})), (Misconfigured, "http_401".to_owned()));
    assert_eq!(class(429, json!([])), (Temporary, "http_429".to_owned()));
    assert_eq!(class(502, json!(null)), (Unknown, "http_502".to_owned()));
}
