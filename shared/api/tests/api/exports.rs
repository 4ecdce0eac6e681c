//! Asking for exports.

use crate::{
    support::{Bench, sms},
    world::Break,
};
use baton_api::ports::{ExportState, Scope};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// Asks for an export, and gives its id.
pub async fn asked(bench: &Bench, body: &Value) -> String {
    let seen = bench.post("/exports", body).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen.body["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn an_export_is_stored_queued_and_shown() {
    let bench = Bench::new();
    let id = asked(&bench, &json!({"format": "CSV", "status": ["delivered", "READ"], "language": null})).await;
    let seen = bench.get(&format!("/exports/{id}")).await.body;
    let at = "2026-11-23T09:00:00.000Z";
    let expected = json!({"id": id, "status": "WAITING", "progress": 0, "rows": 0, "format": "csv", "createdAt": at,
        "updatedAt": at, "url": null, "error": null});
    assert_eq!(seen, expected);
    let queue = bench.world.own().export_queue.clone();
    assert_eq!(queue.iter().map(|pointer| pointer.export.to_string()).collect::<Vec<_>>(), [id.as_str()]);
    let query = bench.world.own().exports.values().next().expect("an export").query.clone();
    assert_eq!(query, "status=delivered%2CREAD&to=2026-11-23T09%3A00%3A00.000Z");

    let other = bench.key(2, "other", &[Scope::Send, Scope::Read, Scope::Admin]);
    assert_eq!(bench.as_of(&other, Method::GET, &format!("/exports/{id}"), None).await.status, 404);
    assert_eq!(bench.as_of(&other, Method::GET, "/exports", None).await.body["count"], 0);
    assert_eq!(bench.get("/exports/x").await.status, 404);
}

#[tokio::test]
async fn exports_are_listed_and_a_link_is_made_for_each_request() {
    let bench = Bench::new();
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(asked(&bench, &json!({"format": "xlsx"})).await);
        bench.clock.advance(Duration::from_secs(1));
    }
    let first = bench.get("/exports?limit=2").await;
    assert_eq!((first.ids(), &first.body["count"]), (vec![ids[2].clone(), ids[1].clone()], &json!(3)));
    let cursor = first.body["nextCursor"].as_str().expect("a cursor");
    assert_eq!(bench.get(&format!("/exports?limit=2&cursor={cursor}")).await.ids(), [ids[0].clone()]);
    assert_eq!(bench.get("/exports?sort=createdAt&fields=id&withoutCount=true").await.ids(), ids);
    assert_eq!(bench.get("/exports?cursor=x").await.faults(), [("?cursor", "invalid")]);

    let states = [
        ExportState::Running,
        ExportState::Completed("exports/1/a/3.xlsx".to_owned()),
        ExportState::Failed("No.".to_owned()),
    ];
    for (export, state) in bench.world.own().exports.values_mut().zip(states) {
        export.state = state;
    }
    let seen = bench.get("/exports?sort=createdAt").await.body;
    let shown: Vec<_> = seen["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| (&item["status"], &item["url"], &item["error"]))
        .collect();
    let link = json!("https://objects.invalid/exports/1/a/3.xlsx?name=messages-2026-11-23-090001.xlsx&valid=3600");
    let null = Value::Null;
    assert_eq!(shown[0], (&json!("RUNNING"), &null, &null));
    assert_eq!(shown[1], (&json!("COMPLETED"), &link, &null));
    assert_eq!(shown[2], (&json!("FAILED"), &null, &json!("No.")));
}

#[tokio::test]
async fn what_can_not_be_exported_is_told_by_its_place() {
    let bench = Bench::new();
    for (body, status, faults) in [
        (json!({}), 422, vec![("/format", "required")]),
        (
            json!({"format": "pdf", "language": "de", "timeZone": "Mars"}),
            422,
            vec![("/format", "invalid"), ("/language", "invalid"), ("/timeZone", "invalid")],
        ),
        (json!({"format": "csv", "form": 1}), 422, vec![("/form", "unknown_field")]),
        (json!({"format": "csv", "fields": ["id", "password"]}), 422, vec![("/fields/1", "invalid")]),
        (
            json!({"format": "csv", "status": "SENT", "channel": ["fax"], "id": "7", "from": "yesterday"}),
            422,
            vec![("/id", "invalid"), ("/status", "invalid"), ("/channel", "invalid"), ("/from", "invalid")],
        ),
        (json!({"format": "csv", "status": 6}), 400, vec![("/status", "wrong_type")]),
        (json!({"format": 1}), 400, vec![("/format", "wrong_type")]),
        (json!([]), 400, vec![("", "wrong_type")]),
    ] {
        let seen = bench.post("/exports", &body).await;
        let mut found = seen.faults();
        found.sort_unstable();
        let mut faults = faults;
        faults.sort_unstable();
        assert_eq!((seen.status, found), (status, faults), "{body}: {}", seen.body);
    }
    let reader = bench.key(1, "sender", &[Scope::Send]);
    assert_eq!(bench.as_of(&reader, Method::POST, "/exports", Some(&json!({"format": "csv"}))).await.status, 403);
    assert_eq!(bench.post("/exports", &json!({"format": "csv", "companyId": 2})).await.status, 403);
    assert!(bench.world.own().exports.is_empty() && bench.world.own().export_queue.is_empty());
}

#[tokio::test]
async fn the_same_request_makes_one_export_wherever_it_breaks_off() {
    let body = json!({"format": "csv"});
    for how in [Break::Before, Break::After] {
        for call in 1.. {
            let bench = Bench::new();
            bench.post("/messages", &sms(&["79990000001"])).await;
            let before = bench.world.own().calls;
            bench.world.own().broken = Some((before + call, how));
            let first = bench.post_once("/exports", "k", &body).await;
            bench.world.own().broken = None;
            bench.clock.advance(Duration::from_secs(61));
            let second = bench.post_once("/exports", "k", &body).await;
            assert_eq!(second.status, 200, "{call}: {}", second.body);
            let own = bench.world.own();
            let stored: Vec<_> = own.exports.keys().map(|(_, id)| id.to_string()).collect();
            assert_eq!(json!(stored), json!([second.body["id"]]), "{call}");
            assert!(own.export_queue.iter().all(|pointer| pointer.export.to_string() == stored[0]));
            assert!(!own.export_queue.is_empty(), "{call}");
            if first.status == 200 {
                assert_eq!(second.header("idempotency-replayed"), Some("true"));
                break;
            }
        }
    }
}
