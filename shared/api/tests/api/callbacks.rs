//! Callbacks over the interface: what an item takes, the tries, by hand, the secrets.

use crate::support::{Bench, sms, start};
use baton_api::ports::Scope;
use baton_domain::{AccountId, CallbackId, MessageId, Status, Transition};
use baton_pipeline::callbacks::{CallbackRecord, CallbackTry, Standing};
use http::Method;
use serde_json::{Value, json};

fn with(url: &str, data: &Value) -> Value {
    let mut body = sms(&["79990000001"]);
    body["messages"][0]["callbackUrl"] = json!(url);
    body["messages"][0]["callbackData"] = data.clone();
    body
}

#[tokio::test]
async fn an_item_takes_a_callback() {
    let bench = Bench::new();
    let url = format!("https://example.org/{}", "a".repeat(3980));
    assert_eq!(url.len(), 4000);
    assert_eq!(bench.post("/messages", &with(&url, &json!("d".repeat(10_240)))).await.status, 200);
    assert!(bench.world.messages()[0].callback);
    let specs: Vec<_> = bench.world.memory.state().specs.values().cloned().collect();
    assert_eq!(specs[0].callback.as_ref().map(|callback| callback.url.len()), Some(4000));
    // Small and alone, it stands inside the message.
    let bench = Bench::new();
    assert_eq!(bench.post("/messages", &with("https://example.org/a", &Value::Null)).await.status, 200);
    let message = bench.world.messages().remove(0);
    let callback = message.content.as_ref().and_then(|content| content.callback.clone()).expect("a callback");
    assert_eq!((callback.url.as_str(), callback.data), ("https://example.org/a", None));
    assert_eq!(bench.post("/messages", &sms(&["79990000002"])).await.status, 200);
    assert_eq!(bench.world.messages().iter().filter(|message| message.callback).count(), 1);
}

#[tokio::test]
async fn bad_callbacks_are_refused_and_nothing_is_stored() {
    let bench = Bench::new();
    let long = format!("https://example.org/{}", "a".repeat(3981));
    let table = [
        (with("http://169.254.169.254/latest", &Value::Null), "callbackUrl", "private_address"),
        (with("http://[::1]/", &Value::Null), "callbackUrl", "private_address"),
        (with("http://[::ffff:169.254.169.254]/", &Value::Null), "callbackUrl", "private_address"),
        (with("http://localhost:8080/", &Value::Null), "callbackUrl", "private_address"),
        (with("http://0x7f.1/", &Value::Null), "callbackUrl", "private_address"),
        (with("ftp://example.org", &Value::Null), "callbackUrl", "invalid"),
        (with("", &Value::Null), "callbackUrl", "empty"),
        (with(&long, &Value::Null), "callbackUrl", "too_long"),
        (with("https://example.org", &json!("d".repeat(10_241))), "callbackData", "too_long"),
    ];
    for (body, field, code) in table {
        let seen = bench.post("/messages", &body).await;
        assert_eq!((seen.status, seen.faults()), (422, vec![(format!("/messages/0/{field}").as_str(), code)]));
    }
    let mut alone = sms(&["79990000001"]);
    alone["messages"][0]["callbackData"] = json!("d".repeat(10_241));
    assert_eq!(bench.post("/messages", &alone).await.faults(), [("/messages/0/callbackData", "too_long")]);
    assert!(bench.world.is_empty());
}

#[tokio::test]
async fn data_without_an_address_goes_nowhere() {
    let bench = Bench::new();
    let mut body = with("", &json!("order 42"));
    body["messages"][0]["callbackUrl"] = Value::Null;
    assert_eq!(bench.post("/messages", &body).await.status, 200);
    assert!(bench.world.messages().iter().all(|message| !message.callback));
}

#[tokio::test]
async fn a_deployment_may_open_its_own_network() {
    let mut bench = Bench::new();
    bench.app.private_callbacks = true;
    assert_eq!(bench.post("/messages", &with("http://127.0.0.1:8080/", &Value::Null)).await.status, 200);
}

/// Stores the record of a callback of account 1; gives its message and its id.
fn recorded(bench: &Bench, number: u64) -> (MessageId, CallbackId) {
    let message = MessageId("019eb1f2-8a6c-7001-a1b2-c3d4e5f60718".parse().expect("a UUID"));
    let id = CallbackId { message, number };
    record(bench, id);
    (message, id)
}

/// Stores the record of a callback of account 1.
pub fn record(bench: &Bench, id: CallbackId) {
    let number = id.number;
    let transition = Transition {
        message: id.message,
        number,
        from: Status::Created,
        to: Status::Pending,
        at: start().timestamp_millis() + i64::try_from(number).expect("small"),
        channel: None,
        provider: None,
        part_count: None,
        error: None,
        price: None,
    };
    let line = CallbackTry { at: transition.at, took: 20, status: Some(500), error: None, by_hand: false };
    let mut record = CallbackRecord::new(AccountId(1), transition);
    (record.count, record.standing) = (1, Standing::Failed);
    record.tries.push(line);
    bench.world.memory.state().callback_records.insert((AccountId(1), id), record);
}

#[tokio::test]
async fn the_tries_of_a_message_are_shown() {
    let bench = Bench::new();
    let (message, first) = recorded(&bench, 1);
    let (_, second) = recorded(&bench, 2);
    let seen = bench.get(&format!("/callbacks?messageId={message}")).await;
    assert_eq!((seen.status, seen.ids()), (200, vec![second.to_string(), first.to_string()]));
    let expected = json!({"id": first.to_string(), "messageId": message, "companyId": 1, "oldStatus": "CREATED",
        "newStatus": "PENDING", "at": "2026-11-23T09:00:00.001Z", "standing": "failed", "nextTryAt": null, "tryCount": 1,
        "tries": [{"at": "2026-11-23T09:00:00.001Z", "duration": 20, "statusCode": 500, "error": null, "byHand": false}]});
    assert_eq!(seen.body["items"][1], expected);
    let part = bench.get(&format!("/callbacks?messageId={message}&limit=1")).await;
    let next = part.body["nextCursor"].as_str().expect("a cursor").to_owned();
    assert_eq!(bench.get(&format!("/callbacks?messageId={message}&cursor={next}")).await.ids(), [first.to_string()]);
    for (query, code) in
        [("", "required"), ("?messageId=x", "invalid"), (&format!("?messageId={message}&cursor=x"), "invalid")]
    {
        assert_eq!(bench.get(&format!("/callbacks{query}")).await.faults()[0].1, code, "{query}");
    }
    // Another account sees nothing of it.
    let other = bench.key(2, "other", &[Scope::Send, Scope::Read, Scope::Admin]);
    let seen = bench.as_of(&other, Method::GET, &format!("/callbacks?messageId={message}"), None).await;
    assert_eq!(seen.body["count"], 0);
    let seen = bench.as_of(&other, Method::POST, &format!("/callbacks/{first}/retry"), None).await;
    assert_eq!(seen.status, 404);
}

#[tokio::test]
async fn a_callback_is_sent_again_by_hand() {
    let bench = Bench::new();
    let (_, id) = recorded(&bench, 1);
    let path = format!("/callbacks/{id}/retry");
    let authorization = format!("Bearer {}", bench.token);
    let headers = [("authorization", authorization.as_str()), ("idempotency-key", "k")];
    for replayed in [None, Some("true")] {
        let seen = bench.raw(Method::POST, &path, &headers, Vec::new()).await;
        assert_eq!((seen.status, seen.header("idempotency-replayed")), (200, replayed));
    }
    {
        let state = bench.world.memory.state();
        assert_eq!(state.callbacks.len(), 1);
        assert!(state.callbacks[0].0.by_hand && state.callbacks[0].0.transition.id() == id);
    }
    for bad in ["x", "019eb1f2-8a6c-7001-a1b2-c3d4e5f60718", "019eb1f2-8a6c-7001-a1b2-c3d4e5f60718-9"] {
        assert_eq!(bench.as_of(&bench.token, Method::POST, &format!("/callbacks/{bad}/retry"), None).await.status, 404);
    }
}

#[tokio::test]
async fn secrets_rotate_two_at_a_time_and_are_shown_once() {
    let bench = Bench::new();
    let make = async || bench.as_of(&bench.token, Method::POST, "/callbacks/secrets", None).await;
    let first = make().await;
    let text = first.body["secret"].as_str().expect("a secret").to_owned();
    assert!(text.starts_with("whsec_") && text.len() == 6 + 44, "{}", text.len());
    let second = make().await;
    assert_ne!(second.body["secret"], first.body["secret"]);
    let third = make().await;
    assert_eq!((third.status, third.body["code"].as_str()), (409, Some("too_many_secrets")));
    let listed = bench.get("/callbacks/secrets").await;
    assert_eq!(listed.body["count"], 2);
    assert!(!listed.body.to_string().contains("whsec_"));
    let part = bench.get("/callbacks/secrets?limit=1").await;
    let next = part.body["nextCursor"].as_str().expect("a cursor").to_owned();
    let rest = bench.get(&format!("/callbacks/secrets?limit=1&cursor={next}")).await;
    assert_eq!([part.ids(), rest.ids()].concat(), listed.ids());
    assert_eq!((&rest.body["nextCursor"], part.ids().len()), (&Value::Null, 1));
    assert_eq!(bench.get("/callbacks/secrets?cursor=x").await.faults(), [("?cursor", "invalid")]);
    let path = format!("/callbacks/secrets/{}", first.body["id"].as_str().expect("an id"));
    assert_eq!(bench.delete(&path).await.body, json!({"id": first.body["id"], "createdAt": first.body["createdAt"]}));
    assert_eq!((bench.delete(&path).await.status, bench.delete("/callbacks/secrets/-").await.status), (404, 404));
    assert_eq!(make().await.status, 200);
    let other = bench.key(2, "other", &[Scope::Admin]);
    let seen = bench.as_of(&other, Method::GET, "/callbacks/secrets", None).await;
    assert_eq!(seen.body["count"], 0);
    let reader = bench.key(1, "reader", &[Scope::Send, Scope::Read]);
    assert_eq!(bench.as_of(&reader, Method::POST, "/callbacks/secrets", None).await.status, 403);
}

#[tokio::test]
async fn the_same_request_makes_one_secret() {
    let bench = Bench::new();
    let first = bench.post_once("/callbacks/secrets", "k", &Value::Null).await;
    let second = bench.post_once("/callbacks/secrets", "k", &Value::Null).await;
    assert_eq!((second.header("idempotency-replayed"), &second.body["id"]), (Some("true"), &first.body["id"]));
    assert!(first.body["secret"].is_string() && second.body["secret"].is_null());
    assert_eq!(bench.get("/callbacks/secrets").await.body["count"], 1);
}

/// The same request is judged anew as often as it is refused, and makes the secret as soon as there is room.
#[tokio::test]
async fn a_secret_that_was_refused_is_made_when_there_is_room() {
    let bench = Bench::new();
    let make = async |key: &str| bench.post_once("/callbacks/secrets", key, &Value::Null).await;
    let first = make("a").await;
    make("b").await;
    for _ in 0..2 {
        let refused = make("c").await;
        assert_eq!((refused.status, refused.body["code"].as_str()), (409, Some("too_many_secrets")));
    }
    let path = format!("/callbacks/secrets/{}", first.body["id"].as_str().expect("an id"));
    assert_eq!(bench.delete(&path).await.status, 200);
    let made = make("c").await;
    assert_eq!((made.status, made.header("idempotency-replayed")), (200, None));
    assert!(made.body["secret"].is_string());
}

/// The same request is answered as it was at first, also when the secret that it made is gone; that secret stays gone.
#[tokio::test]
async fn a_retry_does_not_bring_a_removed_secret_back() {
    let bench = Bench::new();
    let first = bench.post_once("/callbacks/secrets", "k", &Value::Null).await;
    let path = format!("/callbacks/secrets/{}", first.body["id"].as_str().expect("an id"));
    assert_eq!(bench.delete(&path).await.status, 200);
    bench.clock.advance(std::time::Duration::from_secs(5));
    let again = bench.post_once("/callbacks/secrets", "k", &Value::Null).await;
    let expected = json!({"id": first.body["id"], "secret": null, "createdAt": first.body["createdAt"]});
    assert_eq!((&again.body, again.header("idempotency-replayed")), (&expected, Some("true")));
    assert_eq!(bench.get("/callbacks/secrets").await.body["count"], 0);
}
