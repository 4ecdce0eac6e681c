//! What is wrong with a request before its body says anything.

use crate::support::{Bench, sms};
use baton_api::ports::Scope;
use http::Method;

#[tokio::test]
async fn a_body_that_is_no_json_says_where() {
    let bench = Bench::new();
    let authorization = format!("Bearer {}", bench.token);
    let post = async |kind: Option<&str>, body: &[u8]| {
        let mut headers = vec![("authorization", authorization.as_str())];
        headers.extend(kind.map(|kind| ("content-type", kind)));
        bench.raw(Method::POST, "/messages", &headers, body.to_vec()).await
    };
    let deep = "[".repeat(100_000);
    for body in [
        "",
        "{",
        "{\"messages\": [}",
        "\u{feff}{}",
        "{\"a\": 1e999}",
        deep.as_str(),
        "{} x",
        "nul",
        "{\"a\": 1, \"a\": 2}",
    ] {
        let seen = post(None, body.as_bytes()).await;
        assert_eq!((seen.status, seen.body["code"].as_str()), (400, Some("invalid_json")), "{}", seen.body);
        let error = seen.body["error"].as_str().expect("a text");
        assert!(error.contains("line 1") && error.contains("column"), "{error}");
    }
    assert_eq!(post(None, b"{\"messages\": \"\xff\"}").await.status, 400);
    let good = sms(&["79990000001"]).to_string();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
        let seen = post(Some(kind), good.as_bytes()).await;
        assert_eq!((seen.status, seen.body["code"].as_str()), (415, Some("unsupported_media_type")), "{kind}");
    }
    let mut large = good.clone().into_bytes();
    large.resize(6 * 1024 * 1024, b' ');
    let seen = post(None, &large).await;
    assert_eq!((seen.status, seen.body["code"].as_str()), (413, Some("too_large")));
    assert!(bench.world.is_empty());
    for kind in
        [None, Some("application/json"), Some("Application/JSON; charset=utf-8"), Some("application/problem+json")]
    {
        assert_eq!(post(kind, good.as_bytes()).await.status, 200, "{kind:?}");
    }
}

#[tokio::test]
async fn keys_that_do_not_fit() {
    let bench = Bench::new();
    let reader = bench.key(1, "reader", &[Scope::Read]);
    let revoked = bench.key(1, "revoked", &[Scope::Send]);
    bench.world.own().keys.get_mut(&(baton_domain::AccountId(1), "revoked".into())).expect("a key").revoked_at =
        Some(crate::support::start());
    let body = sms(&["79990000001"]);
    for token in [revoked.as_str(), "bt_1_first_wrong", "bt_2_first_s3cret", "bt_1_none_s3cret", "x", ""] {
        let seen = bench.as_of(token, Method::POST, "/messages", Some(&body)).await;
        assert_eq!((seen.status, seen.body["code"].as_str()), (401, Some("unauthorized")), "{token}");
        assert_eq!(seen.header("www-authenticate"), Some("Bearer"));
    }
    assert_eq!(bench.raw(Method::GET, "/messages", &[], Vec::new()).await.status, 401);
    let seen = bench.as_of(&reader, Method::POST, "/messages", Some(&body)).await;
    assert_eq!((seen.status, seen.body["code"].as_str()), (403, Some("forbidden")));
    assert_eq!(bench.as_of(&reader, Method::GET, "/keys", None).await.status, 403);
    assert!(bench.world.is_empty());
    for path in ["/health", "/openapi.json"] {
        assert_eq!(bench.raw(Method::GET, path, &[], Vec::new()).await.status, 200);
    }
}

#[tokio::test]
async fn a_failing_port_is_a_500_that_names_nothing() {
    let bench = Bench::new();
    bench.world.own().broken = Some((2, crate::world::Break::Before));
    let seen = bench.post("/messages", &sms(&["79990000001"])).await;
    assert_eq!((seen.status, seen.body["code"].as_str()), (500, Some("internal")));
    assert!(!seen.body.to_string().contains("broken off"));
}
