//! Logging in and staying so.

use crate::support::{Bench, Seen};
use baton_api::ports::{AuthKey, Scope};
use http::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const PASSWORD: &str = "correct horse battery";

async fn with_user(role: &str) -> (Bench, String) {
    let mut bench = Bench::new();
    bench.token = bench.key(1, "all", &[Scope::Send, Scope::Read, Scope::Admin, Scope::Operator]);
    let made = bench
        .post("/users", &json!({"email": "Anna@Example.org", "name": "Anna", "role": role, "password": PASSWORD}))
        .await;
    assert_eq!(made.status, 200, "{}", made.body);
    let id = made.body["id"].as_str().expect("an id").to_owned();
    (bench, id)
}

async fn send(bench: &Bench, path: &str, body: &Value) -> Seen {
    bench.raw(Method::POST, path, &[("content-type", "application/json")], body.to_string().into_bytes()).await
}

async fn login(bench: &Bench, email: &str, password: &str) -> Seen {
    send(bench, "/auth/login", &json!({"email": email, "password": password})).await
}

fn text(seen: &Seen, name: &str) -> String {
    seen.body[name].as_str().unwrap_or_else(|| panic!("{name} in {}", seen.body)).to_owned()
}

/// Logs in and gives the session token and the refresh token.
async fn tokens(bench: &Bench) -> (String, String) {
    let seen = login(bench, "anna@example.org", PASSWORD).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    (text(&seen, "token"), text(&seen, "refreshToken"))
}

fn claims(token: &str) -> Value {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let part = |index| BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(index).expect("a part")).expect("base64");
    let header: Value = serde_json::from_slice(&part(0)).expect("JSON");
    assert_eq!((&header["alg"], header["kid"].is_string()), (&json!("HS256"), true));
    serde_json::from_slice(&part(1)).expect("JSON")
}

fn error(seen: &Seen) -> (u16, &str, &str) {
    (seen.status, seen.body["code"].as_str().expect("a code"), seen.body["error"].as_str().expect("a text"))
}

#[tokio::test]
async fn a_session_token_is_good_for_an_hour_and_says_when_it_is_over() {
    let (bench, id) = with_user("admin").await;
    let (token, _) = tokens(&bench).await;
    let said = claims(&token);
    assert_eq!((&said["sub"], said["exp"].as_i64()), (&json!(id), Some(crate::support::start().timestamp() + 3600)));
    assert_eq!(bench.as_of(&token, Method::GET, "/messages", None).await.status, 200);
    bench.clock.advance(Duration::from_secs(3599));
    assert_eq!(bench.as_of(&token, Method::GET, "/messages", None).await.status, 200);
    bench.clock.advance(Duration::from_secs(1));
    let seen = bench.as_of(&token, Method::GET, "/messages", None).await;
    assert_eq!(error(&seen), (401, "token_expired", "Token is expired."));
    assert_eq!(seen.header("www-authenticate"), Some("Bearer"));
}

#[tokio::test]
async fn the_life_of_a_token_is_chosen_within_bounds() {
    let (bench, _) = with_user("viewer").await;
    let body = |ttl: Value| json!({"email": "anna@example.org", "password": PASSWORD, "ttl": ttl, "extra": {"a": [1]}});
    let longest = 30 * 24 * 3600;
    let table = [
        (json!(1), 1),
        (json!(60), 60),
        (json!(longest), longest),
        (json!(longest + 1), longest),
        (json!(u64::MAX), longest),
        (json!(null), 3600),
    ];
    for (ttl, seconds) in table {
        let seen = send(&bench, "/auth/login", &body(ttl)).await;
        let said = claims(&text(&seen, "token"));
        assert_eq!(said["exp"].as_i64().expect("exp") - said["iat"].as_i64().expect("iat"), seconds);
    }
    for ttl in [json!(0), json!(-1)] {
        let seen = send(&bench, "/auth/login", &body(ttl)).await;
        assert_eq!((seen.status, seen.faults()), (422, vec![("/ttl", "out_of_range")]));
    }
    assert_eq!(send(&bench, "/auth/login", &body(json!("60"))).await.status, 400);
}

#[tokio::test]
async fn each_role_has_its_scopes() {
    for (role, [read, post, keys, other]) in [
        ("viewer", [200, 403, 403, 403]),
        ("editor", [200, 422, 403, 403]),
        ("admin", [200, 422, 200, 403]),
        ("operator", [200, 422, 200, 200]),
    ] {
        let (bench, _) = with_user(role).await;
        let (token, _) = tokens(&bench).await;
        let empty = json!({"messages": []});
        let table = [
            (Method::GET, "/messages", None, read),
            (Method::POST, "/messages", Some(&empty), post),
            (Method::GET, "/keys", None, keys),
            (Method::GET, "/users", None, keys),
            (Method::GET, "/messages?companyId=2", None, other),
        ];
        for (method, path, body, status) in table {
            let seen = bench.as_of(&token, method, path, body).await;
            assert_eq!(seen.status, status, "{role} {path}: {}", seen.body);
        }
    }
}

#[tokio::test]
async fn an_operator_alone_logs_in_for_another_account() {
    let body = json!({"email": "anna@example.org", "password": PASSWORD, "companyId": 2});
    let (bench, _) = with_user("admin").await;
    assert_eq!(send(&bench, "/auth/login", &body).await.status, 403);
    let (bench, id) = with_user("operator").await;
    let seen = send(&bench, "/auth/login", &body).await;
    let (token, refresh) = (text(&seen, "token"), text(&seen, "refreshToken"));
    let theirs = bench.key(2, "theirs", &[Scope::Admin]);
    let keys = bench.as_of(&token, Method::GET, "/keys", None).await;
    assert_eq!(keys.ids(), bench.as_of(&theirs, Method::GET, "/keys", None).await.ids());
    // What was an operator can neither go on nor come back.
    let demoted = json!({"email": "anna@example.org", "name": "Anna", "role": "admin"});
    assert_eq!(bench.put(&format!("/users/{id}"), &demoted).await.status, 200);
    assert_eq!(bench.as_of(&token, Method::GET, "/keys", None).await.status, 401);
    assert_eq!(send(&bench, "/auth/refresh", &json!({"refreshToken": refresh})).await.status, 401);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_email_can_not_be_told_apart() {
    let (bench, _) = with_user("viewer").await;
    let mut seen = Vec::new();
    for email in ["anna@example.org", "nobody@example.org"] {
        let (calls, mut quickest) = (bench.world.own().calls, Duration::MAX);
        let mut answer = None;
        for _ in 0..4 {
            let started = Instant::now();
            answer = Some(login(&bench, email, "wrong horse battery").await);
            quickest = quickest.min(started.elapsed());
        }
        let answer = answer.expect("an answer");
        assert_eq!(error(&answer), (401, "invalid_credentials", "There is no user with this e-mail and password."));
        seen.push((bench.world.own().calls - calls, quickest));
    }
    assert_eq!(seen[0].0, seen[1].0, "as many calls of ports");
    // Without the hash that stands in for the missing one, the second would take a hundredth of the first.
    let (known, unknown) = (seen[0].1.as_secs_f64(), seen[1].1.as_secs_f64());
    assert!(unknown > known / 10.0 && known > unknown / 10.0, "{known} s and {unknown} s");
}

#[tokio::test]
async fn a_login_that_says_nonsense_is_refused_before_anything_is_computed() {
    let (bench, _) = with_user("viewer").await;
    let long = "p".repeat(1024 * 1024);
    let table = [
        (json!({}), 422, vec![("/email", "required"), ("/password", "required")]),
        (json!({"email": "anna@example.org", "password": long}), 422, vec![("/password", "too_long")]),
        (json!({"email": "anna@example.org", "password": "p".repeat(1025)}), 422, vec![("/password", "too_long")]),
        (json!({"email": "anna", "password": "x"}), 422, vec![("/email", "invalid")]),
        (json!({"email": "anna@example.org", "password": ""}), 422, vec![("/password", "empty")]),
        (json!({"email": 5, "password": null}), 400, vec![("/email", "wrong_type"), ("/password", "required")]),
        (json!({"email": "a@b.org", "password": "x", "pass": 1}), 422, vec![("/pass", "unknown_field")]),
        (json!([]), 400, vec![("", "wrong_type")]),
    ];
    let calls = bench.world.own().calls;
    for (body, status, faults) in table {
        let seen = send(&bench, "/auth/login", &body).await;
        assert_eq!((seen.status, seen.faults()), (status, faults));
        assert!(seen.body.to_string().len() < 1000, "nothing of it is repeated");
    }
    assert_eq!(bench.world.own().calls, calls, "no port is called, and no attempt counts");
    assert_eq!(login(&bench, "anna@example.org", &"p".repeat(1024)).await.status, 401);
}

#[tokio::test]
async fn attempts_are_limited_by_email() {
    let (bench, _) = with_user("viewer").await;
    for _ in 0..12 {
        tokens(&bench).await;
    }
    for _ in 0..10 {
        assert_eq!(login(&bench, "ANNA@example.org", "wrong horse").await.status, 401);
    }
    bench.clock.advance(Duration::from_secs(100));
    let seen = login(&bench, "anna@example.org", PASSWORD).await;
    assert_eq!((seen.status, seen.body["code"].as_str()), (429, Some("too_many_attempts")));
    assert_eq!(seen.header("retry-after"), Some("800"));
    let counted = format!("{:?}", bench.world.own().logins);
    assert!(!counted.contains("anna") && !counted.contains("192.0.2"), "{counted}");
    assert_eq!(login(&bench, "other@example.org", "wrong horse").await.status, 401);
    bench.clock.advance(Duration::from_secs(800));
    tokens(&bench).await;
}

#[tokio::test]
async fn attempts_are_limited_by_address() {
    let (bench, _) = with_user("viewer").await;
    let attempt = async |from: &str, email: &str| {
        let body = json!({"email": email, "password": "wrong horse"}).to_string().into_bytes();
        bench.raw_from(from, Method::POST, "/auth/login", &[], body).await.status
    };
    for index in 0..50 {
        assert_eq!(attempt("192.0.2.7", &format!("u{index}@example.org")).await, 401);
    }
    assert_eq!(attempt("192.0.2.7", "anna@example.org").await, 429);
    for _ in 0..20 {
        assert_eq!(attempt("192.0.2.7", "anna@example.org").await, 429);
    }
    // What was refused by address has not locked her out.
    tokens(&bench).await;
    assert_eq!(attempt("192.0.2.8", "anna@example.org").await, 401);
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_its_reuse_ends_the_session() {
    let (bench, _) = with_user("editor").await;
    let (old, first) = tokens(&bench).await;
    bench.clock.advance(Duration::from_secs(7200));
    // Some clients send the old token as it is.
    let body = json!({"refreshToken": first, "ttl": 60}).to_string().into_bytes();
    let seen = bench.raw(Method::POST, "/auth/refresh", &[("authorization", old.as_str())], body).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    let (token, second) = (text(&seen, "token"), text(&seen, "refreshToken"));
    let said = claims(&token);
    assert_eq!(said["exp"].as_i64().expect("exp") - said["iat"].as_i64().expect("iat"), 60);
    assert_eq!(bench.as_of(&token, Method::GET, "/messages", None).await.status, 200);
    assert_ne!(first, second);
    let stored = format!("{:?}", bench.world.own().sessions.values().map(|s| s.hash.clone()).collect::<Vec<_>>());
    assert!(!stored.contains(second.rsplit('_').next().expect("a secret")));

    let (_, other) = tokens(&bench).await;
    let reused = send(&bench, "/auth/refresh", &json!({"refreshToken": first})).await;
    assert_eq!((reused.status, reused.body["code"].as_str()), (401, Some("invalid_refresh_token")));
    let after = send(&bench, "/auth/refresh", &json!({"refreshToken": second})).await;
    assert_eq!(after.status, 401, "the whole family is gone");
    assert_eq!(send(&bench, "/auth/refresh", &json!({"refreshToken": other})).await.status, 200, "another one is not");
}

#[tokio::test]
async fn a_refresh_token_ends_thirty_days_after_its_session_token() {
    let (bench, _) = with_user("editor").await;
    let (_, refresh) = tokens(&bench).await;
    bench.clock.advance(Duration::from_secs(30 * 24 * 3600 + 3600));
    let seen = send(&bench, "/auth/refresh", &json!({"refreshToken": refresh})).await;
    assert_eq!(error(&seen), (401, "token_expired", "Token is expired."));
    for bad in
        ["x", "rt_1_a_b", "bt_1_first_s3cret", "rt_1_aaaaaaaaaaaaaaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"]
    {
        assert_eq!(send(&bench, "/auth/refresh", &json!({"refreshToken": bad})).await.status, 401, "{bad}");
    }
    let seen = send(&bench, "/auth/refresh", &json!({"ttl": 0, "a": 1})).await;
    assert_eq!(seen.faults(), [("/a", "unknown_field"), ("/refreshToken", "required"), ("/ttl", "out_of_range")]);
}

#[tokio::test]
async fn a_new_password_ends_all_sessions_and_a_removal_does() {
    let (bench, id) = with_user("editor").await;
    bench.post("/users", &json!({"email": "b@example.org", "name": "B", "role": "admin", "password": PASSWORD})).await;
    let (token, refresh) = tokens(&bench).await;
    let mut body = json!({"email": "anna@example.org", "name": "Anna", "role": "viewer"});
    bench.put(&format!("/users/{id}"), &body).await;
    assert_eq!(bench.as_of(&token, Method::GET, "/messages", None).await.status, 200);
    assert_eq!(
        bench.as_of(&token, Method::POST, "/messages", Some(&json!({}))).await.status,
        403,
        "the role acts at once"
    );
    body["password"] = json!("another horse");
    bench.put(&format!("/users/{id}"), &body).await;
    assert_eq!(bench.as_of(&token, Method::GET, "/messages", None).await.status, 401);
    assert_eq!(send(&bench, "/auth/refresh", &json!({"refreshToken": refresh})).await.status, 401);
    assert!(bench.world.own().sessions.is_empty());
    assert_eq!(login(&bench, "anna@example.org", PASSWORD).await.status, 401);
    let seen = login(&bench, "anna@example.org", "another horse").await;
    assert_eq!(bench.delete(&format!("/users/{id}")).await.status, 200);
    let token = text(&seen, "token");
    assert_eq!(bench.as_of(&token, Method::GET, "/messages", None).await.status, 401);
    let refresh = json!({"refreshToken": text(&seen, "refreshToken")});
    assert_eq!(send(&bench, "/auth/refresh", &refresh).await.status, 401);
}

#[tokio::test]
async fn two_signing_keys_live_at_once() {
    let (bench, _) = with_user("viewer").await;
    let (old, _) = tokens(&bench).await;
    bench.world.own().auth_keys.insert(0, AuthKey { id: "k2".to_owned(), secret: vec![2; 32] });
    let (new, _) = tokens(&bench).await;
    assert_ne!(old.split('.').next(), new.split('.').next(), "the newest signs");
    for token in [&old, &new] {
        assert_eq!(bench.as_of(token, Method::GET, "/messages", None).await.status, 200);
    }
    bench.world.own().auth_keys.truncate(1);
    assert_eq!(bench.as_of(&old, Method::GET, "/messages", None).await.status, 401);
    assert_eq!(bench.as_of(&new, Method::GET, "/messages", None).await.status, 200);
    bench.world.own().auth_keys.clear();
    assert_eq!(bench.as_of(&new, Method::GET, "/messages", None).await.status, 401);
    assert_eq!(login(&bench, "anna@example.org", PASSWORD).await.status, 500, "nothing to sign with");
}

#[tokio::test]
async fn a_session_token_is_needed_whole_and_with_bearer() {
    let (bench, _) = with_user("viewer").await;
    let (token, refresh) = tokens(&bench).await;
    for bad in [&token[..token.len() - 2], &format!("{token}.x"), &format!("x{token}"), refresh.as_str(), "a.b.c"] {
        assert_eq!(bench.as_of(bad, Method::GET, "/messages", None).await.status, 401, "{bad}");
    }
    let bare = bench.raw(Method::GET, "/messages", &[("authorization", token.as_str())], Vec::new()).await;
    assert_eq!(bare.status, 401);
}
