//! Users of an account: who may do what with whom.

use crate::{support::Bench, world::Break};
use baton_api::ports::Scope;
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

const PASSWORD: &str = "correct horse battery";

fn user(email: &str, role: &str) -> Value {
    json!({"email": email, "name": "N", "role": role, "password": PASSWORD})
}

async fn id_of(bench: &Bench, email: &str, role: &str) -> String {
    let seen = bench.post("/users", &user(email, role)).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen.body["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_user_is_made_shown_changed_and_removed_and_never_shows_a_password() {
    let bench = Bench::new();
    id_of(&bench, "boss@example.org", "admin").await;
    bench.clock.advance(Duration::from_secs(1));
    let made = bench.post("/users", &user("Anna.B@Example.org", "Editor")).await;
    let id = made.body["id"].as_str().expect("an id").to_owned();
    let expected = json!({"id": id, "companyId": 1, "email": "anna.b@example.org", "name": "N", "role": "editor",
        "createdAt": "2026-11-23T09:00:01.000Z", "updatedAt": "2026-11-23T09:00:01.000Z"});
    assert_eq!((made.status, &made.body), (200, &expected));
    let path = format!("/users/{id}");
    assert_eq!(bench.get(&path).await.body, expected);
    let listed = bench.get("/users").await;
    assert_eq!((&listed.body["count"], &listed.body["items"][0]), (&json!(2), &expected));
    assert!(!listed.body.to_string().contains("argon2"));
    {
        let own = bench.world.own();
        assert!(own.users.values().all(|user| user.password.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")));
        let shown = format!("{:?}", own.users);
        assert!(!shown.contains("argon2") && !shown.contains("anna"), "{shown}");
    }
    bench.clock.advance(Duration::from_secs(1));
    let set = json!({"email": "new@example.org", "name": "Anna", "role": "viewer", "password": null});
    let put = bench.put(&path, &set).await;
    assert_eq!((put.status, &put.body["email"], &put.body["role"]), (200, &json!("new@example.org"), &json!("viewer")));
    assert_eq!(put.body["updatedAt"], "2026-11-23T09:00:02.000Z");
    assert_eq!(bench.get(&path).await.body, put.body);
    assert_eq!(bench.delete(&path).await.body, put.body);
    assert_eq!((bench.get(&path).await.status, bench.delete(&path).await.status), (404, 404));
    assert_eq!(bench.put(&path, &set).await.status, 404);
    assert_eq!(bench.get("/users/none").await.status, 404);
}

#[tokio::test]
async fn lists_of_users_are_walked() {
    let bench = Bench::new();
    for email in ["a@example.org", "b@example.org", "c@example.org"] {
        bench.clock.advance(Duration::from_secs(1));
        id_of(&bench, email, "viewer").await;
    }
    let (mut emails, mut path) = (Vec::new(), "/users?limit=2&sort=createdAt&fields=id,email".to_owned());
    loop {
        let seen = bench.get(&path).await;
        emails.extend(seen.body["items"].as_array().expect("items").iter().map(|user| user["email"].clone()));
        match seen.body["nextCursor"].as_str() {
            Some(cursor) => path = format!("/users?limit=2&sort=createdAt&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(emails, ["a@example.org", "b@example.org", "c@example.org"]);
    // What is no place of a list is refused, also in the form of a cursor: "none", null, a place without its id.
    for bad in ["none", "bnVsbA", "WyIyMDI2LTExLTIzVDA5OjAwOjAwWiJd"] {
        assert_eq!(bench.get(&format!("/users?cursor={bad}")).await.faults(), [("?cursor", "invalid")], "{bad}");
    }
    assert_eq!(bench.get("/users?role=admin").await.status, 422);
}

#[tokio::test]
async fn bad_users_are_refused_with_every_fault() {
    let bench = Bench::new();
    let required =
        vec![("/password", "required"), ("/email", "required"), ("/name", "required"), ("/role", "required")];
    let with = |name: &str, value: Value| {
        let mut body = user("a@example.org", "viewer");
        body[name] = value;
        body
    };
    let table = [
        (json!({}), 422, required),
        (with("email", json!("a")), 422, vec![("/email", "invalid")]),
        (with("email", json!(format!("{}@example.org", "a".repeat(300)))), 422, vec![("/email", "invalid")]),
        (with("name", json!("")), 422, vec![("/name", "empty")]),
        (with("name", json!("я".repeat(101))), 422, vec![("/name", "too_long")]),
        (with("role", json!("root")), 422, vec![("/role", "invalid")]),
        (with("role", json!(1)), 400, vec![("/role", "wrong_type")]),
        (with("password", json!("short12")), 422, vec![("/password", "too_short")]),
        (with("password", json!("p".repeat(1025))), 422, vec![("/password", "too_long")]),
        (with("password", json!("with\u{0}nothing")), 422, vec![("/password", "control_character")]),
        (with("passwd", json!("x")), 422, vec![("/passwd", "unknown_field")]),
        (with("companyId", json!("1")), 400, vec![("/companyId", "wrong_type")]),
        (json!([]), 400, vec![("", "wrong_type")]),
    ];
    for (body, status, faults) in table {
        let seen = bench.post("/users", &body).await;
        assert_eq!((seen.status, seen.faults()), (status, faults), "{body}");
    }
    assert!(bench.world.own().users.is_empty() && bench.world.is_empty());
}

#[tokio::test]
async fn an_email_is_one_users_in_the_whole_deployment() {
    let mut bench = Bench::new();
    let first = id_of(&bench, "a@example.org", "admin").await;
    let second = id_of(&bench, "b@example.org", "viewer").await;
    for (token, email) in
        [(bench.token.clone(), "A@EXAMPLE.org"), (bench.key(2, "x", &[Scope::Admin]), "a@example.org")]
    {
        let seen = bench.as_of(&token, Method::POST, "/users", Some(&user(email, "viewer"))).await;
        assert_eq!((seen.status, seen.body["code"].as_str()), (409, Some("email_taken")));
        assert!(!seen.body.to_string().contains("example"), "{}", seen.body);
    }
    let taken = json!({"email": "a@example.org", "name": "B", "role": "viewer"});
    assert_eq!(bench.put(&format!("/users/{second}"), &taken).await.status, 409);
    // An address that was given up is free.
    let moved = json!({"email": "c@example.org", "name": "A", "role": "admin"});
    assert_eq!(bench.put(&format!("/users/{first}"), &moved).await.status, 200);
    assert_eq!(bench.put(&format!("/users/{second}"), &taken).await.status, 200);
    bench.token = bench.key(2, "x", &[Scope::Admin]);
    assert_eq!(bench.post("/users", &user("b@example.org", "admin")).await.status, 200);
}

#[tokio::test]
async fn the_last_admin_stays() {
    let bench = Bench::new();
    let (first, viewer) =
        (id_of(&bench, "a@example.org", "admin").await, id_of(&bench, "v@example.org", "viewer").await);
    let first = format!("/users/{first}");
    let demoted = json!({"email": "a@example.org", "name": "A", "role": "editor"});
    let refused = bench.put(&first, &demoted).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (409, Some("last_admin")));
    assert_eq!(bench.delete(&first).await.body["code"], "last_admin");
    assert_eq!(bench.delete(&format!("/users/{viewer}")).await.status, 200);
    id_of(&bench, "b@example.org", "admin").await;
    assert_eq!(bench.put(&first, &demoted).await.status, 200);
    assert_eq!(bench.delete(&first).await.status, 200);
}

#[tokio::test]
async fn nobody_gives_a_role_above_their_own_or_touches_a_user_who_has_one() {
    let mut bench = Bench::new();
    let admin = bench.token.clone();
    assert_eq!(bench.post("/users", &user("o@example.org", "operator")).await.status, 403);
    bench.token = bench.key(1, "operator", &[Scope::Admin, Scope::Operator]);
    let operator = format!("/users/{}", id_of(&bench, "o@example.org", "operator").await);
    let other = format!("/users/{}", id_of(&bench, "a@example.org", "admin").await);
    let theirs = bench
        .post(
            "/users",
            &json!({"companyId": 2, "email": "t@example.org", "name": "T", "role": "admin", "password": PASSWORD}),
        )
        .await;
    let theirs = theirs.body["id"].as_str().expect("an id").to_owned();

    let set =
        |role: &str, email: &str| json!({"email": email, "name": "N", "role": role, "password": "taken over now"});
    let put = async |path: &str, body: Value| bench.as_of(&admin, Method::PUT, path, Some(&body)).await.status;
    assert_eq!(put(&operator, set("viewer", "o@example.org")).await, 403, "its password would be as good as its role");
    assert_eq!(put(&other, set("operator", "a@example.org")).await, 403);
    assert_eq!(bench.as_of(&admin, Method::DELETE, &operator, None).await.status, 403);
    assert_eq!(put(&other, set("admin", "a@example.org")).await, 200);

    // Another account's users are not there, and only an operator may name the account.
    for path in [format!("/users/{theirs}"), format!("/users/{theirs}?companyId=1")] {
        assert_eq!(bench.as_of(&admin, Method::GET, &path, None).await.status, 404);
    }
    let path = format!("/users/{theirs}?companyId=2");
    assert_eq!(bench.as_of(&admin, Method::GET, &path, None).await.status, 403);
    assert_eq!(bench.as_of(&admin, Method::DELETE, &path, None).await.status, 403);
    assert_eq!(bench.get(&path).await.status, 200);
    let editor = bench.key(1, "editor", &[Scope::Read, Scope::Send]);
    assert_eq!(bench.as_of(&editor, Method::GET, "/users", None).await.status, 403);
}

/// A retry makes no second user; its password is compared without a digest of it being kept.
#[tokio::test]
async fn a_retry_makes_no_second_user() {
    let body = user("a@example.org", "admin");
    let bench = Bench::new();
    let first = bench.post_once("/users", "k", &body).await;
    let again = bench.post_once("/users", "k", &body).await;
    assert_eq!((again.status, &again.body, again.header("idempotency-replayed")), (200, &first.body, Some("true")));
    for (name, value) in [("password", "another horse"), ("name", "M")] {
        let mut other = body.clone();
        other[name] = json!(value);
        let seen = bench.post_once("/users", "k", &other).await;
        assert_eq!((seen.status, seen.body["code"].as_str()), (422, Some("idempotency_mismatch")), "{name}");
    }
    assert_eq!(bench.post_once("/users", "l", &body).await.status, 409);
    assert_eq!(bench.post_once("/users", "l", &body).await.body["code"], "email_taken", "and not: still running");

    for how in [Break::Before, Break::After] {
        for call in 1.. {
            let bench = Bench::new();
            bench.world.own().broken = Some((call, how));
            let first = bench.post_once("/users", "k", &body).await;
            bench.world.own().broken = None;
            if first.status == 200 {
                assert!(call > 3);
                break;
            }
            bench.clock.advance(Duration::from_secs(61));
            let next = bench.post_once("/users", "k", &body).await;
            assert_eq!((next.status, bench.world.own().users.len()), (200, 1), "call {call} {how:?}: {}", next.body);
        }
    }
}

/// The same request is answered as it was at first, also when the user that it made is gone; that user stays gone.
#[tokio::test]
async fn a_retry_does_not_bring_a_removed_user_back() {
    let bench = Bench::new();
    let body = user("v@example.org", "viewer");
    let first = bench.post_once("/users", "k", &body).await;
    let path = format!("/users/{}", first.body["id"].as_str().expect("an id"));
    assert_eq!(bench.delete(&path).await.status, 200);
    bench.clock.advance(Duration::from_secs(5));
    let again = bench.post_once("/users", "k", &body).await;
    assert_eq!((again.status, &again.body, again.header("idempotency-replayed")), (200, &first.body, Some("true")));
    assert_eq!((bench.get(&path).await.status, bench.world.own().users.len()), (404, 0));
    // A request that was refused has no first answer: it is judged anew.
    let other = bench.post("/users", &body).await;
    let path = format!("/users/{}", other.body["id"].as_str().expect("an id"));
    assert_eq!(bench.post_once("/users", "l", &body).await.status, 409);
    assert_eq!(bench.delete(&path).await.status, 200);
    let made = bench.post_once("/users", "l", &body).await;
    assert_eq!((made.status, made.header("idempotency-replayed")), (200, None));
    assert_eq!(bench.world.own().users.len(), 1);
}
