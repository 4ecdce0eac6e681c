//! `Idempotency-Key`, also when a try dies between any two calls of the world.

use crate::{
    support::{Bench, sms, sms_at},
    world::Break,
};
use baton_domain::{AttemptState, Message};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

fn large() -> Value {
    json!({"messages": [
        {"channels": {"sms": {"text": "Hello {{n}}"}}, "destinations": [
            {"phone": "79990000001", "variables": {"n": 1}}, {"phone": "x"}, {"phone": "79990000003", "variables": {"n": 3}}]},
        {"channels": {"email": {"subject": "S", "text": "t".repeat(1000)}}, "destinations": [{"email": "a@example.org"}]}]})
}

fn bodies() -> [(&'static str, Value); 6] {
    let mut named = sms(&["79990000001"]);
    named["bulkId"] = json!("0f8fad5b-d9cb-469f-a165-70867728950e");
    let mut long = sms(&["79990000001"]);
    long["messages"][0]["channels"]["sms"]["text"] = json!("t".repeat(600));
    [
        ("alone", sms(&["79990000001"])),
        ("named", named),
        ("one with a long text", long),
        ("many", large()),
        ("alone in half a minute", sms_at("2026-11-23T09:00:30Z", &["79990000001"])),
        ("many in ten minutes", sms_at("2026-11-23T09:10:00Z", &["79990000001", "79990000002"])),
    ]
}

/// Every attempt that waits has a pointer, and everything is stored once.
fn is_whole(bench: &Bench, ids: &[String], what: &str) {
    let messages = bench.world.messages();
    let stored: BTreeSet<String> = messages.iter().map(|message| message.id.to_string()).collect();
    let answered: BTreeSet<String> = ids.iter().cloned().collect();
    assert_eq!(stored, answered, "{what}");
    let state = bench.world.memory.state();
    let queued = |message: &Message| {
        let reference = message.reference(0);
        state.channels.iter().any(|(_, pointer, _)| pointer.attempt == reference)
    };
    assert!(
        messages.iter().all(|message| message.attempts[0].state == AttemptState::Queued && queued(message)),
        "{what}"
    );
}

fn ids(body: &Value) -> Vec<String> {
    let elements = body.as_array().expect("an array");
    elements.iter().filter_map(|element| Some(element["id"].as_str()?.to_owned())).collect()
}

#[tokio::test]
async fn the_same_key_and_body_give_the_same_answer() {
    for (name, body) in bodies() {
        let bench = Bench::new();
        let first = bench.post_once("/messages", "k", &body).await;
        assert_eq!((first.status, first.header("idempotency-replayed")), (200, None), "{name}");
        for pause in [0, 30, 3600] {
            bench.clock.advance(Duration::from_secs(pause));
            let again = bench.post_once("/messages", "k", &body).await;
            assert_eq!(
                (again.status, again.header("idempotency-replayed")),
                (200, Some("true")),
                "{name} {}",
                again.body
            );
            assert_eq!(first.body, again.body, "{name}");
        }
        is_whole(&bench, &ids(&first.body), name);
        let slash = bench.post_once("/messages/", "k", &body).await;
        assert_eq!(slash.body, first.body, "a slash at the end makes no other request");
    }
}

#[tokio::test]
async fn another_key_or_none_is_another_request() {
    let bench = Bench::new();
    let body = sms(&["79990000001"]);
    let mut seen = BTreeSet::new();
    for key in ["a", "b", "c d"] {
        seen.extend(ids(&bench.post_once("/messages", key, &body).await.body));
    }
    seen.extend(ids(&bench.post("/messages", &body).await.body));
    seen.extend(ids(&bench.post("/messages", &body).await.body));
    assert_eq!((seen.len(), bench.world.messages().len()), (5, 5));
}

#[tokio::test]
async fn the_same_key_with_another_body_is_refused() {
    let bench = Bench::new();
    bench.post_once("/messages", "k", &sms(&["79990000001"])).await;
    let other = bench.post_once("/messages", "k", &sms(&["79990000002"])).await;
    assert_eq!((other.status, other.body["code"].as_str()), (422, Some("idempotency_mismatch")));
    assert_eq!(bench.world.messages().len(), 1);
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    let bench = Bench::new();
    assert_eq!(bench.post_once("/messages", "k", &sms(&["x"])).await.status, 422);
    assert_eq!(bench.post_once("/messages", "k", &sms(&["79990000001"])).await.status, 200);
}

#[tokio::test]
async fn keys_have_1_to_255_visible_characters() {
    let bench = Bench::new();
    let body = sms(&["79990000001"]);
    for key in ["", &"k".repeat(256), "ключ", "a\tb"] {
        assert_eq!(bench.post_once("/messages", key, &body).await.status, 422, "{key:?}");
    }
    assert!(bench.world.is_empty());
    assert_eq!(bench.post_once("/messages", &"k".repeat(255), &body).await.status, 200);
}

#[tokio::test]
async fn a_first_try_that_still_runs_is_waited_for() {
    let bench = Bench::new();
    // The record is there, nothing else is yet.
    bench.world.own().broken = Some((6, Break::Dead));
    assert_eq!(bench.post_once("/messages", "k", &large()).await.status, 500);
    bench.world.own().broken = None;
    bench.clock.advance(Duration::from_millis(20_500));
    let second = bench.post_once("/messages", "k", &large()).await;
    assert_eq!((second.status, second.body["code"].as_str()), (409, Some("idempotency_in_progress")));
    assert_eq!(second.header("retry-after"), Some("40"));
    bench.clock.advance(Duration::from_secs(40));
    assert_eq!(bench.post_once("/messages", "k", &large()).await.status, 200);
}

/// Lets one call of the first try fail, each in turn, and repeats it at once with the same key.
#[tokio::test]
async fn a_try_that_failed_is_not_waited_for() {
    let mut tried = 0;
    for (name, body) in bodies() {
        for call in 1.. {
            let what = format!("{name}, call {call}");
            let bench = Bench::new();
            bench.world.own().broken = Some((call, Break::Before));
            let first = bench.post_once("/messages", "k", &body).await;
            bench.world.own().broken = None;
            if first.status == 200 && bench.world.own().calls < call {
                break;
            }
            let next = bench.post_once("/messages", "k", &body).await;
            assert_eq!(next.status, 200, "{what}: {}", next.body);
            is_whole(&bench, &ids(&next.body), &what);
            tried += 1;
        }
    }
    assert!(tried > 20, "only {tried} failures were tried");
}

/// Breaks the first try at every call, before and after its effect, and repeats it with the same key.
#[tokio::test]
async fn a_try_that_died_anywhere_is_completed_by_the_next() {
    let mut tried = 0;
    for (name, body) in bodies() {
        for how in [Break::Before, Break::After, Break::Dead] {
            for call in 1.. {
                let what = format!("{name}, call {call}, {how:?}");
                let bench = Bench::new();
                bench.world.own().broken = Some((call, how));
                let first = bench.post_once("/messages", "k", &body).await;
                let begun = bench.world.messages().iter().map(|message| message.id.to_string()).collect::<Vec<_>>();
                bench.world.own().broken = None;
                if first.status == 200 {
                    break;
                }
                assert_eq!(first.status, 500, "{what}");
                let soon = bench.post_once("/messages", "k", &body).await;
                assert!([200, 409].contains(&soon.status), "{what}: {}", soon.body);
                bench.clock.advance(Duration::from_secs(61));
                let next = bench.post_once("/messages", "k", &body).await;
                assert_eq!(next.status, 200, "{what}: {}", next.body);
                let ids = ids(&next.body);
                assert!(begun.iter().all(|id| ids.contains(id)), "{what}: other ids than those begun with");
                is_whole(&bench, &ids, &what);
                let last = bench.post_once("/messages", "k", &body).await;
                assert_eq!((&last.body, last.header("idempotency-replayed")), (&next.body, Some("true")), "{what}");
                tried += 1;
            }
        }
    }
    assert!(tried > 40, "only {tried} breaks were tried");
}

/// A second try dies as well, at every call, and the third completes what both began.
#[tokio::test]
async fn two_tries_that_died_are_completed_by_the_third() {
    for first in 2..12 {
        for second in 2..12 {
            let bench = Bench::new();
            bench.world.own().broken = Some((first, Break::After));
            bench.post_once("/messages", "k", &large()).await;
            bench.clock.advance(Duration::from_secs(61));
            let calls = bench.world.own().calls;
            bench.world.own().broken = Some((calls + second, Break::Before));
            bench.post_once("/messages", "k", &large()).await;
            bench.world.own().broken = None;
            bench.clock.advance(Duration::from_secs(61));
            let third = bench.post_once("/messages", "k", &large()).await;
            assert_eq!(third.status, 200);
            is_whole(&bench, &ids(&third.body), &format!("{first} {second}"));
        }
    }
}
