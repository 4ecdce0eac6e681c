use crate::support::{Bench, start};
use baton_api::ports::Scope;
use baton_domain::{Channel, ErrorClass, Outcome, ProviderError, bandwidth::Bandwidth, breaker::Breaker};
use http::Method;
use serde_json::{Value, json};

fn with_providers() -> (Bench, String) {
    let bench = Bench::new();
    let token = bench.key(1, "operator", &[Scope::Read, Scope::Operator]);
    let sms = r#"[{"name": "twilio", "authToken": "s3cret", "from": "+1555", "bandwidth": 20}, {"name": "SANDBOX"}]"#;
    bench.world.own().documents.extend([(Channel::Sms, sms.to_owned()), (Channel::Vk, "{".to_owned())]);
    let mut breaker = Breaker::default();
    let error = ProviderError::new(ErrorClass::Misconfigured, "20003", "refused").provider_wide();
    for _ in 0..5 {
        breaker.take(&Outcome::Refused(error.clone()), start());
    }
    bench.world.memory.state().breakers.insert((Channel::Sms, "TWILIO".to_owned()), breaker);
    (bench, token)
}

#[tokio::test]
async fn operators_see_what_is_set_and_how_it_does() {
    let (bench, token) = with_providers();
    let seen = bench.as_of(&token, Method::GET, "/providers", None).await;
    assert_eq!((seen.status, &seen.body["count"]), (200, &json!(3)));
    let (twilio, sandbox, vk) = (&seen.body["items"][0], &seen.body["items"][1], &seen.body["items"][2]);
    assert_eq!(
        (&twilio["channel"], &twilio["provider"], &twilio["position"]),
        (&json!("sms"), &json!("TWILIO"), &json!(1))
    );
    assert_eq!((&twilio["settings"], &twilio["bandwidth"]), (&json!(["authToken", "from"]), &json!(20)));
    assert_eq!((&twilio["breaker"], &twilio["openUntil"]), (&json!("open"), &json!("2026-11-23T09:00:30.000Z")));
    let last = json!({"class": "misconfigured", "code": "20003", "at": "2026-11-23T09:00:00.000Z"});
    assert_eq!(twilio["lastError"], last);
    assert_eq!((&sandbox["breaker"], &sandbox["lastError"]), (&json!("closed"), &Value::Null));
    assert!(vk["fault"].is_string() && vk["provider"].is_null(), "{vk}");
    let text = seen.body.to_string();
    assert!(!text.contains("s3cret") && !text.contains("1555"), "{text}");
    let page = bench.as_of(&token, Method::GET, "/providers?limit=1&offset=1&fields=provider", None).await;
    assert_eq!((&page.body["items"], &page.body["nextCursor"]), (&json!([{"provider": "SANDBOX"}]), &json!("2")));
    let rest = bench.as_of(&token, Method::GET, "/providers?limit=1&cursor=2&fields=channel", None).await.body;
    assert_eq!((&rest["items"], &rest["nextCursor"]), (&json!([{"channel": "vk"}]), &Value::Null));
    let bad = bench.as_of(&token, Method::GET, "/providers?cursor=x", None).await;
    assert_eq!((bad.status, bad.faults()), (422, vec![("?cursor", "invalid")]));
}

#[tokio::test]
async fn nobody_else_sees_providers() {
    let (bench, _) = with_providers();
    assert_eq!(bench.get("/providers").await.status, 403);
    assert_eq!(bench.get("/providers?channel=sms").await.status, 403);
}

#[tokio::test]
async fn limits_are_set_and_listed() {
    let bench = Bench::new();
    assert_eq!(bench.get("/bandwidth").await.body, json!({"count": 0, "items": [], "nextCursor": null}));
    let body = json!([{"bandwidth": 5}, {"bandwidth": 2, "channel": "SMS", "provider": "twilio"}, {"bandwidth": 1, "channel": "vk", "provider": null}]);
    let put = bench.as_of(&bench.token, Method::PUT, "/bandwidth/1", Some(&body)).await;
    assert_eq!((put.status, &put.body["count"]), (200, &json!(3)), "{}", put.body);
    let listed = bench.get("/bandwidth").await.body;
    assert_eq!(listed, put.body);
    assert_eq!(listed["items"][1], json!({"companyId": 1, "bandwidth": 2, "channel": "sms", "provider": "TWILIO"}));
    let part = bench.put("/bandwidth/1?limit=2", &body).await.body;
    assert_eq!((part["items"].as_array().map(Vec::len), &part["nextCursor"]), (Some(2), &json!("2")));
    let rest = bench.get("/bandwidth?limit=2&cursor=2").await.body;
    assert_eq!((&rest["items"], &rest["nextCursor"]), (&json!([listed["items"][2]]), &Value::Null));
    assert_eq!(bench.get("/bandwidth?cursor=x").await.faults(), [("?cursor", "invalid")]);
    let stored = bench.world.memory.state().bandwidth.values().next().cloned().expect("limits");
    assert_eq!(stored[1], Bandwidth { bandwidth: 2, channel: Some(Channel::Sms), provider: Some("TWILIO".to_owned()) });
    let bad = bench.put("/bandwidth/1?cursor=x", &json!([{"bandwidth": 0}])).await;
    assert_eq!(bad.faults(), [("/0/bandwidth", "out_of_range"), ("?cursor", "invalid")]);
    assert_eq!(bench.put("/bandwidth/1?cursor=x", &json!([])).await.status, 422);
    assert_eq!(bench.get("/bandwidth").await.body, listed, "what is refused changes nothing");
    let none = bench.as_of(&bench.token, Method::PUT, "/bandwidth/1", Some(&json!([]))).await;
    assert_eq!((none.status, &none.body["count"]), (200, &json!(0)));
}

#[tokio::test]
async fn bad_limits_are_refused_and_nothing_changes() {
    let bench = Bench::new();
    let table = [
        (json!({}), 400, ("", "wrong_type")),
        (json!([5]), 400, ("/0", "wrong_type")),
        (json!([{}]), 422, ("/0/bandwidth", "required")),
        (json!([{"bandwidth": 0}]), 422, ("/0/bandwidth", "out_of_range")),
        (json!([{"bandwidth": 1.5}]), 400, ("/0/bandwidth", "wrong_type")),
        (json!([{"bandwidth": 1, "channel": "fax"}]), 422, ("/0/channel", "invalid")),
        (json!([{"bandwidth": 1, "provider": ""}]), 422, ("/0/provider", "empty")),
        (json!([{"bandwidth": 1}, {"bandwidth": 2}]), 422, ("/1", "duplicate")),
        (json!([{"bandwidth": 1, "limit": 2}]), 422, ("/0/limit", "unknown_field")),
    ];
    for (body, status, fault) in table {
        let seen = bench.as_of(&bench.token, Method::PUT, "/bandwidth/1", Some(&body)).await;
        assert_eq!((seen.status, seen.faults()), (status, vec![fault]), "{body}");
    }
    let many = Value::Array(vec![json!({"bandwidth": 1}); 101]);
    assert_eq!(bench.as_of(&bench.token, Method::PUT, "/bandwidth/1", Some(&many)).await.status, 422);
    let other = bench.as_of(&bench.token, Method::PUT, "/bandwidth/2", Some(&json!([{"bandwidth": 1}]))).await;
    assert_eq!(other.status, 403);
    assert_eq!(bench.as_of(&bench.token, Method::PUT, "/bandwidth/x", Some(&json!([]))).await.status, 404);
    let reader = bench.key(1, "reader", &[Scope::Read]);
    assert_eq!(bench.as_of(&reader, Method::PUT, "/bandwidth/1", Some(&json!([]))).await.status, 403);
    assert!(bench.world.memory.state().bandwidth.is_empty());
}
