use crate::{
    support::{Bench, sms},
    world::Break,
};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_key_is_made_used_listed_and_revoked() {
    let bench = Bench::new();
    let made = bench.post("/keys", &json!({"name": "Shop"})).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let (id, token) = (made.body["id"].as_str().expect("an id"), made.body["key"].as_str().expect("a token"));
    let parts: Vec<_> = token.split('_').collect();
    assert_eq!((parts.len(), parts[0], parts[1], parts[2], id.len(), parts[3].len()), (4, "bt", "1", id, 12, 40));
    assert_eq!((&made.body["scopes"], &made.body["revokedAt"]), (&json!(["send", "read"]), &Value::Null));
    assert_eq!(bench.as_of(token, Method::POST, "/messages", Some(&sms(&["79990000001"]))).await.status, 200);
    assert_eq!(bench.as_of(token, Method::GET, "/keys", None).await.status, 403);

    let listed = bench.get("/keys").await;
    assert_eq!((&listed.body["count"], listed.ids().contains(&id.to_owned())), (&json!(2), true));
    let text = listed.body.to_string();
    assert!(!text.contains(parts[3]) && !text.contains("hash"), "{text}");
    let stored = bench.world.own().keys.values().map(|key| format!("{key:?}")).collect::<String>();
    assert!(!stored.contains(parts[3]));

    let revoked = bench.delete(&format!("/keys/{id}")).await;
    assert_eq!((revoked.status, &revoked.body["revokedAt"]), (200, &json!("2026-11-23T09:00:00.000Z")));
    bench.clock.advance(Duration::from_secs(5));
    assert_eq!(bench.delete(&format!("/keys/{id}")).await.body, revoked.body, "the first time stays");
    assert_eq!(bench.as_of(token, Method::GET, "/messages", None).await.status, 401);
    assert_eq!(bench.delete("/keys/none").await.status, 404);
}

#[tokio::test]
async fn bad_keys_are_refused() {
    let bench = Bench::new();
    let table = [
        (json!({}), 422, ("/name", "required")),
        (json!({"name": ""}), 422, ("/name", "empty")),
        (json!({"name": "я".repeat(101)}), 422, ("/name", "too_long")),
        (json!({"name": 5}), 400, ("/name", "wrong_type")),
        (json!({"name": "a", "scope": "send"}), 422, ("/scope", "unknown_field")),
        (json!({"name": "a", "scopes": []}), 422, ("/scopes", "empty")),
        (json!({"name": "a", "scopes": "send"}), 400, ("/scopes", "wrong_type")),
        (json!({"name": "a", "scopes": ["send", "root"]}), 422, ("/scopes/1", "invalid")),
        (json!({"name": "a", "scopes": ["operator"]}), 422, ("/scopes/0", "invalid")),
    ];
    for (body, status, fault) in table {
        let seen = bench.post("/keys", &body).await;
        assert_eq!((seen.status, seen.faults()), (status, vec![fault]), "{body}");
    }
    assert_eq!(bench.world.own().keys.len(), 1);
    assert_eq!(bench.post("/keys", &json!({"name": "я".repeat(100), "scopes": ["Read"]})).await.status, 200);
}

#[tokio::test]
async fn lists_of_keys_are_walked() {
    let bench = Bench::new();
    for name in ["b", "c", "d"] {
        bench.clock.advance(Duration::from_secs(1));
        bench.post("/keys", &json!({"name": name})).await;
    }
    let mut names = Vec::new();
    let mut path = "/keys?limit=3&sort=createdAt".to_owned();
    loop {
        let seen = bench.get(&path).await;
        assert_eq!(seen.body["count"], 4);
        names.extend(seen.body["items"].as_array().expect("items").iter().map(|key| key["name"].clone()));
        match seen.body["nextCursor"].as_str() {
            Some(cursor) => path = format!("/keys?limit=3&sort=createdAt&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(names, ["first", "b", "c", "d"]);
    assert_eq!(bench.get("/keys?cursor=none").await.status, 422);
}

/// A retry makes no second key; a key whose making died before it was stored is made and shown by the retry.
#[tokio::test]
async fn a_retry_makes_no_second_key() {
    let body = json!({"name": "Shop", "scopes": ["send", "admin"]});
    let bench = Bench::new();
    let first = bench.post_once("/keys", "k", &body).await;
    assert!(first.body["key"].is_string() && first.header("idempotency-replayed").is_none());
    let again = bench.post_once("/keys", "k", &body).await;
    assert_eq!((&again.body["key"], again.header("idempotency-replayed")), (&Value::Null, Some("true")));
    assert_eq!((&again.body["id"], &again.body["scopes"]), (&first.body["id"], &first.body["scopes"]));

    for how in [Break::Before, Break::After] {
        for call in 1.. {
            let bench = Bench::new();
            bench.world.own().broken = Some((call, how));
            let first = bench.post_once("/keys", "k", &body).await;
            bench.world.own().broken = None;
            if first.status == 200 {
                assert!(call > 3);
                break;
            }
            let stored = bench.world.own().keys.len() == 2;
            bench.clock.advance(Duration::from_secs(61));
            let next = bench.post_once("/keys", "k", &body).await;
            assert_eq!((next.status, next.body["key"].is_null()), (200, stored), "call {call} {how:?}: {}", next.body);
            assert_eq!(bench.world.own().keys.len(), 2, "call {call} {how:?}");
        }
    }
}
