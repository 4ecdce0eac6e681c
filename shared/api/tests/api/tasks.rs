use crate::{
    support::{Bench, sms},
    world::Break,
};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

pub async fn made(bench: &Bench, body: &Value) -> String {
    let seen = bench.post("/tasks", body).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen.body["id"].as_str().expect("an id").to_owned()
}

fn of_task(task: &str, phones: &[&str]) -> Value {
    let mut body = sms(phones);
    body["taskId"] = json!(task);
    body
}

async fn moved(bench: &Bench, method: Method, path: &str) -> (u16, Value) {
    let seen = bench.as_of(&bench.token, method, path, None).await;
    (seen.status, seen.body)
}

#[tokio::test]
async fn a_task_is_made_read_changed_and_deleted() {
    let bench = Bench::new();
    let body = json!({
        "companyId": null, "name": "Осень", "allowedTimeRanges": [["10:00", "21:00"]], "timeZone": "Europe/Moscow"
    });
    let id = made(&bench, &body).await;
    let path = format!("/tasks/{id}");
    let expected = json!({
        "id": id, "companyId": 1, "name": "Осень", "status": "CREATED",
        "createdAt": "2026-11-23T09:00:00.000Z", "updatedAt": "2026-11-23T09:00:00.000Z",
        "allowedTimeRanges": [["10:00:00", "21:00:00"]], "timeZone": "Europe/Moscow",
        "totalMessageCount": 0, "totalProcessedMessageCount": 0, "inProgressMessageCount": 0,
        "completedMessageCount": 0, "progress": 0, "files": [],
    });
    assert_eq!(bench.get(&path).await.body, expected);
    bench.clock.advance(Duration::from_secs(60));
    let changed = bench.put(&path, &json!({"name": null, "allowedTimeRanges": []})).await;
    assert_eq!((changed.status, &changed.body["name"]), (200, &json!("Осень")), "{}", changed.body);
    assert_eq!(
        (&changed.body["allowedTimeRanges"], &changed.body["updatedAt"]),
        (&Value::Null, &json!("2026-11-23T09:01:00.000Z"))
    );
    assert_eq!(bench.get(&format!("{path}/statuses")).await.body, json!({"status": "CREATED"}));
    for _ in 0..2 {
        assert_eq!(moved(&bench, Method::DELETE, &path).await, (200, json!({"id": id})));
    }
    assert_eq!(bench.get(&path).await.status, 404);
    assert_eq!(bench.get("/tasks").await.body["count"], 0);
    let faults = bench.post("/tasks", &json!({"name": " ", "allowedTimeRange": [], "timeZone": "Mars"})).await;
    let expected = [("/allowedTimeRange", "unknown_field"), ("/name", "empty"), ("/timeZone", "invalid")];
    assert_eq!((faults.status, faults.faults()), (422, expected.to_vec()));
}

#[tokio::test]
async fn only_what_makes_sense_is_done_and_twice_is_once() {
    let bench = Bench::new();
    let id = made(&bench, &json!({"name": "n"})).await;
    let (started, paused) = (format!("/startedTasks/{id}"), format!("/pausedTasks/{id}"));
    let code = |(status, body): (u16, Value)| (status, body["code"].as_str().unwrap_or_default().to_owned());
    let refused = |code: &str| (409, code.to_owned());
    assert_eq!(code(moved(&bench, Method::POST, &paused).await), refused("task_not_started"));
    assert_eq!(code(moved(&bench, Method::DELETE, &paused).await), refused("task_not_started"));
    for (method, path, status) in [
        (Method::POST, &started, "RUNNING"),
        (Method::POST, &started, "RUNNING"),
        (Method::POST, &paused, "PAUSED"),
        (Method::POST, &paused, "PAUSED"),
        (Method::DELETE, &paused, "RUNNING"),
        (Method::DELETE, &paused, "RUNNING"),
    ] {
        let (code, body) = moved(&bench, method, path).await;
        assert_eq!((code, &body["status"]), (200, &json!(status)), "{body}");
    }
    moved(&bench, Method::POST, &paused).await;
    assert_eq!(code(moved(&bench, Method::POST, &started).await), refused("task_paused"));
    assert_eq!(moved(&bench, Method::POST, "/startedTasks/none").await.0, 404);
    let first = bench.post_once("/tasks", "k", &json!({"name": "once"})).await;
    let again = bench.post_once("/tasks", "k", &json!({"name": "once"})).await;
    assert_eq!((again.header("idempotency-replayed"), &again.body), (Some("true"), &first.body));
}

#[tokio::test]
async fn messages_join_a_task_and_are_shown_with_it() {
    let bench = Bench::new();
    let id = made(&bench, &json!({"name": "n"})).await;
    let posted = bench.post("/messages", &of_task(&id, &["79990000001", "79990000002"])).await;
    let other = bench.post("/messages", &sms(&["79990000003"])).await;
    assert_eq!((posted.status, other.status), (200, 200), "{}", posted.body);
    assert!(bench.world.memory.state().wake_ups.is_empty(), "it does not run");
    let of = bench.get(&format!("/messages?taskId={id}&sort=createdAt")).await;
    assert_eq!((of.body["count"].as_u64(), of.ids()), (Some(2), posted.ids()), "{}", of.body);
    assert_eq!(of.body["items"][0]["taskId"], json!(id));
    let task = bench.get(&format!("/tasks/{id}")).await.body;
    assert_eq!(task["totalMessageCount"], 2);

    moved(&bench, Method::POST, &format!("/startedTasks/{id}")).await;
    assert_eq!(bench.world.memory.state().wake_ups.len(), 1);
    moved(&bench, Method::POST, &format!("/pausedTasks/{id}")).await;
    let shown = bench.get(&format!("/messages/{}", posted.ids()[0])).await.body;
    assert_eq!((&shown["status"], &shown["statusCode"]), (&json!("PAUSED"), &json!(3)));
    let found = async |query: &str| bench.get(&format!("/messages?{query}")).await.ids();
    assert_eq!(found(&format!("status=PAUSED&taskId={id}&sort=createdAt")).await, posted.ids());
    assert_eq!(found("status=CREATED").await, other.ids());
    assert!(
        found(&format!("taskId={id}&bulkId={}", other.body[0]["bulkId"].as_str().expect("an id"))).await.is_empty()
    );

    // It is 9:00.
    bench.put(&format!("/tasks/{id}"), &json!({"allowedTimeRanges": [["10:00:00", "11:00:00"]]})).await;
    assert_eq!(moved(&bench, Method::DELETE, &format!("/pausedTasks/{id}")).await.0, 200);
    let delayed = format!("status=DELAYED&taskId={id}&sort=createdAt");
    assert_eq!(bench.get(&format!("/messages/{}", posted.ids()[0])).await.body["status"], "DELAYED");
    assert_eq!(found(&delayed).await, posted.ids());
    bench.clock.advance(Duration::from_secs(3600));
    assert_eq!(bench.get(&format!("/messages/{}", posted.ids()[0])).await.body["status"], "CREATED");
    assert!(found(&delayed).await.is_empty());

    let cancelled = bench.delete(&format!("/messages?taskId={id}")).await;
    assert_eq!(cancelled.ids(), posted.ids());
    assert!(cancelled.body.as_array().expect("a list").iter().all(|element| element["status"] == "CANCELED"));
    assert_eq!(bench.get(&format!("/shortLinks?taskId={id}")).await.body["count"], 0);
}

#[tokio::test]
async fn an_unknown_task_is_a_fault_of_its_field() {
    let bench = Bench::new();
    let id = made(&bench, &json!({"name": "n"})).await;
    let body = of_task(&id, &["79990000001"]);
    let first = bench.post_once("/messages", "k", &body).await;
    moved(&bench, Method::DELETE, &format!("/tasks/{id}")).await;
    for path in ["/messages", "/messages/validate"] {
        let seen = bench.post(path, &body).await;
        assert_eq!((seen.status, seen.faults()), (422, vec![("/taskId", "unknown_task")]));
    }
    let again = bench.post_once("/messages", "k", &body).await;
    assert_eq!((again.status, again.body), (200, first.body), "what was answered stays answered");
}

/// Whichever call breaks off: the request that is repeated adds the messages once, and they are woken.
#[tokio::test]
async fn a_try_that_died_is_completed() {
    for how in [Break::Before, Break::After] {
        for call in 1..100 {
            let bench = Bench::new();
            let id = made(&bench, &json!({"name": "n"})).await;
            moved(&bench, Method::POST, &format!("/startedTasks/{id}")).await;
            let body = of_task(&id, &["79990000001", "79990000002"]);
            let before = bench.world.own().calls;
            bench.world.own().broken = Some((before + call, how));
            let first = bench.post_once("/messages", "k", &body).await;
            bench.world.own().broken = None;
            bench.clock.advance(Duration::from_secs(61));
            let second = bench.post_once("/messages", "k", &body).await;
            assert_eq!(second.status, 200, "{}", second.body);
            assert_eq!(bench.world.messages().len(), 2);
            assert!(!bench.world.memory.state().wake_ups.is_empty());
            let total = bench.get(&format!("/tasks/{id}")).await.body["totalMessageCount"].clone();
            assert_eq!(total, 2);
            if first.status == 200 {
                break;
            }
        }
    }
}

#[tokio::test]
async fn tasks_are_found_by_name_status_and_time() {
    let bench = Bench::new();
    let mut ids = Vec::new();
    for name in ["Весна", "Осень", "осенняя"] {
        ids.push(made(&bench, &json!({"name": name})).await);
        bench.clock.advance(Duration::from_secs(60));
    }
    moved(&bench, Method::POST, &format!("/startedTasks/{}", ids[1])).await;
    let found = async |query: &str| bench.get(&format!("/tasks?sort=createdAt&{query}")).await.ids();
    assert_eq!(found("").await, ids);
    assert_eq!(found("name=%D0%BE%D1%81%D0%B5%D0%BD").await, ids[1..]);
    assert_eq!(found("status=running").await, ids[1..2]);
    assert_eq!(found("status=CREATED,RUNNING&limit=2").await, ids[..2]);
    assert_eq!(found("from=2026-11-23T09:01:00Z&to=2026-11-23T09:01:30Z").await, ids[1..2]);
    let first = bench.get("/tasks?sort=createdAt&limit=1").await;
    let next = first.body["nextCursor"].as_str().expect("a cursor").to_owned();
    assert_eq!(found(&format!("cursor={next}")).await, ids[1..]);
    // A cursor goes on where its item stood, also when that has another status now, or is gone.
    moved(&bench, Method::POST, &format!("/startedTasks/{}", ids[0])).await;
    let first = bench.get("/tasks?sort=createdAt&status=RUNNING&limit=1").await;
    assert_eq!(first.ids(), ids[..1]);
    let next = first.body["nextCursor"].as_str().expect("a cursor").to_owned();
    moved(&bench, Method::POST, &format!("/pausedTasks/{}", ids[0])).await;
    assert_eq!(found(&format!("status=RUNNING&cursor={next}")).await, ids[1..2]);
    moved(&bench, Method::DELETE, &format!("/tasks/{}", ids[0])).await;
    assert_eq!(found(&format!("cursor={next}")).await, ids[1..]);
    assert_eq!(bench.get("/tasks?cursor=none").await.faults(), [("?cursor", "invalid")]);
    let bad = bench.get("/tasks?status=SENT&cursor=none").await;
    assert_eq!((bad.status, bad.faults()), (422, vec![("?status", "invalid")]));
}
