//! `sendAt`, `allowedTimeRanges` and `timeZone`: what is accepted, what it means, and what is shown of it.

use crate::{
    support::{Bench, sms, sms_at, start},
    world::Break,
};
use baton_domain::{AccountId, Message, Time, TimelineEvent};
use baton_pipeline::{dispatch::dispatch, pointer::WakeUp};
use serde_json::{Value, json};
use std::time::Duration;

fn at(text: &str) -> Time {
    text.parse().expect("a time")
}

fn phones(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("+7999{n:07}")).collect()
}

fn to_many(send_at: &str, count: usize) -> Value {
    sms_at(send_at, &phones(count).iter().map(String::as_str).collect::<Vec<_>>())
}

/// A request with these fields in its item.
fn with(fields: &[(&str, Value)]) -> Value {
    let mut body = sms(&["79990000001"]);
    fields.iter().for_each(|(name, value)| body["messages"][0][*name] = value.clone());
    body
}

/// When the only message may go; `None` for at once.
fn not_before(bench: &Bench) -> Option<Time> {
    bench.world.messages()[0].attempts[0].not_before
}

fn wake_ups(bench: &Bench) -> Vec<WakeUp> {
    bench.world.memory.state().wake_ups.drain(..).collect()
}

#[tokio::test]
async fn a_delayed_message_is_accepted_and_shown_as_such() {
    let bench = Bench::new();
    let seen = bench.post("/messages", &sms_at("2026-11-24T09:00:00+03:00", &["79990000001"])).await;
    assert_eq!((seen.status, seen.body[0]["status"].as_str()), (200, Some("DELAYED")), "{}", seen.body);
    let shown = bench.get(&format!("/messages/{}", seen.ids()[0])).await.body;
    assert_eq!((&shown["status"], &shown["statusCode"]), (&json!("DELAYED"), &json!(1)));
    assert_eq!(shown["statusDescription"], "Waits until 2026-11-24T06:00:00.000Z.");
    assert_eq!((&shown["sendAt"], &shown["sentAt"]), (&json!("2026-11-24T06:00:00.000Z"), &Value::Null));
    let delayed = json!({"at": "2026-11-23T09:00:00.000Z", "event": "delayed", "channel": "sms",
        "detail": "2026-11-24T06:00:00.000Z"});
    assert_eq!(shown["timeline"][1], delayed);
    assert_eq!(bench.get("/messages?status=delayed").await.ids(), seen.ids());
    assert!(bench.world.memory.state().channels.is_empty());
    assert_eq!(wake_ups(&bench).len(), 1);
}

#[tokio::test]
async fn a_time_that_is_past_means_now_and_one_that_is_near_is_a_delay() {
    for (send_at, status, delay) in [
        ("2026-11-23T08:59:59Z", "CREATED", 0),
        ("2026-11-23T12:00:00+03:00", "CREATED", 0),
        ("1970-01-01T00:00:00Z", "CREATED", 0),
        ("2026-11-23T09:00:00.0001Z", "DELAYED", 1),
        ("2026-11-23T09:15:00Z", "DELAYED", 900),
    ] {
        let bench = Bench::new();
        let seen = bench.post("/messages", &sms_at(send_at, &["79990000001"])).await;
        assert_eq!(seen.body[0]["status"], status, "{send_at}: {}", seen.body);
        let delays: Vec<_> = bench.world.memory.state().channels.iter().map(|(_, _, delay)| *delay).collect();
        assert_eq!(delays, [Duration::from_secs(delay)], "{send_at}");
        assert!(wake_ups(&bench).is_empty());
        let shown = bench.get(&format!("/messages/{}", seen.ids()[0])).await.body;
        assert!(shown["sendAt"].is_string(), "{send_at} is kept as it was given");
    }
    let bench = Bench::new();
    assert_eq!(
        bench.post("/messages", &sms_at("2027-11-24T09:00:00Z", &["79990000001"])).await.status,
        200,
        "366 days"
    );
}

#[tokio::test]
async fn a_thousand_recipients_with_one_time_are_one_wake_up() {
    let bench = Bench::new();
    let seen = bench.post("/messages", &to_many("2026-11-25T09:00:00Z", 1000)).await;
    assert_eq!((seen.status, seen.ids().len()), (200, 1000));
    assert!(seen.body.as_array().expect("an array").iter().all(|element| element["status"] == "DELAYED"));
    assert!(bench.world.memory.state().channels.is_empty());
    let bulk = bench.world.messages()[0].id.bulk_key();
    let expected =
        WakeUp { account: AccountId(1), bulk, at: at("2026-11-25T08:59:00Z").timestamp_millis(), task: None };
    assert_eq!(wake_ups(&bench), [expected]);
}

#[tokio::test]
async fn windows_are_read_in_every_form() {
    let soon = None;
    let noon = Some(at("2026-11-23T12:00:00Z"));
    let table = [
        (json!(null), soon),
        (json!([]), soon),
        (json!([["00:00", "24:00"]]), soon),
        (json!([["12:00", "13:00"], ["00:00:00", "24:00:00"]]), soon),
        (json!([["09:00", "21:00"]]), soon),
        (json!([["08:00:00", "09:00:01"]]), soon),
        (json!([["08:00", "09:00"], ["12:00", "13:00"]]), noon),
        (json!([["12:00:00", "24:00"]]), noon),
        (json!([["12:00", "00:00"]]), noon),
        (json!([["22:00", "06:00"], ["12:00", "12:01"]]), noon),
        (json!([["22:00", "06:00"]]), Some(at("2026-11-23T22:00:00Z"))),
        (json!([["08:00", "09:00"]]), Some(at("2026-11-24T08:00:00Z"))),
        (json!(vec![["12:00", "13:00"]; 24]), noon),
    ];
    for (ranges, expected) in table {
        let bench = Bench::new();
        let seen = bench.post("/messages", &with(&[("allowedTimeRanges", ranges.clone())])).await;
        assert_eq!(seen.status, 200, "{ranges}: {}", seen.body);
        assert_eq!(not_before(&bench), expected, "{ranges}");
        let status = if expected.is_some() { "DELAYED" } else { "CREATED" };
        assert_eq!(seen.body[0]["status"], status, "{ranges}");
    }
}

#[tokio::test]
async fn windows_at_both_edges_of_daylight_saving() {
    let table = [
        // 02:00 becomes 03:00 at 01:00 UTC: half of the window is skipped, or all of it.
        ("2027-03-28T00:30:00Z", ["02:30", "04:00"], "2027-03-28T01:00:00Z"),
        ("2027-03-28T00:30:00Z", ["02:10", "02:50"], "2027-03-29T00:10:00Z"),
        // 03:00 becomes 02:00 at 01:00 UTC: the window comes twice.
        ("2027-10-31T00:00:00Z", ["02:30", "03:00"], "2027-10-31T00:30:00Z"),
        ("2027-10-31T01:00:00Z", ["02:30", "03:00"], "2027-10-31T01:30:00Z"),
    ];
    for (send_at, range, expected) in table {
        let bench = Bench::new();
        let fields =
            [("sendAt", json!(send_at)), ("allowedTimeRanges", json!([range])), ("timeZone", json!("Europe/Berlin"))];
        let seen = bench.post("/messages", &with(&fields)).await;
        assert_eq!(seen.body[0]["status"], "DELAYED", "{}", seen.body);
        assert_eq!(not_before(&bench), Some(at(expected)), "{send_at} {range:?}");
    }
}

#[tokio::test]
async fn the_zone_is_the_destinations_else_the_items_else_utc() {
    let bench = Bench::new();
    let body = json!({"messages": [
        {"channels": {"sms": {"text": "t"}}, "allowedTimeRanges": [["10:00", "11:00"]], "timeZone": "Europe/Moscow",
            "destinations": [{"phone": "79990000001"}, {"phone": "79990000002", "timeZone": "Asia/Tokyo"},
                {"phone": "79990000003", "timeZone": null}, {"phone": "79990000004", "timeZone": "Nowhere"}]},
        {"channels": {"sms": {"text": "t"}}, "allowedTimeRanges": [["10:00", "11:00"]],
            "destinations": [{"phone": "79990000005"}, {"phone": "79990000006", "timeZone": "Asia/Kolkata"}]}]});
    let seen = bench.post("/messages", &body).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    let error = &seen.body[3]["error"];
    assert_eq!(
        (error["code"].as_str(), error["path"].as_str()),
        (Some("invalid"), Some("/messages/0/destinations/3/timeZone"))
    );
    let times: Vec<_> = bench.world.messages().iter().map(|message| message.attempts[0].not_before).collect();
    let expected = [
        "2026-11-24T07:00:00Z",
        "2026-11-24T01:00:00Z",
        "2026-11-24T07:00:00Z",
        "2026-11-23T10:00:00Z",
        "2026-11-24T04:30:00Z",
    ];
    assert_eq!(times, expected.map(|text| Some(at(text))));
    let id = seen.body[1]["id"].as_str().expect("an id");
    let shown = bench.get(&format!("/messages/{id}")).await.body;
    assert_eq!(shown["destination"], json!({"phone": "+79990000002", "timeZone": "Asia/Tokyo"}));
    assert_eq!((&shown["sendAt"], shown.get("allowedTimeRanges")), (&Value::Null, None));
}

#[tokio::test]
async fn a_replay_gives_the_status_of_the_first_answer() {
    let one = sms_at("2026-11-23T09:20:00Z", &["79990000001"]);
    for (what, body) in [("alone", one), ("many", to_many("2026-11-23T09:20:00Z", 3))] {
        let bench = Bench::new();
        let first = bench.post_once("/messages", "k", &body).await;
        assert_eq!(first.body[0]["status"], "DELAYED", "{what}");
        for pause in [0, 30, 1200, 7200] {
            bench.clock.advance(Duration::from_secs(pause));
            let again = bench.post_once("/messages", "k", &body).await;
            assert_eq!((again.status, &again.body), (200, &first.body), "{what}");
            assert_eq!(again.header("idempotency-replayed"), Some("true"), "{what}");
        }
    }
}

/// The first try broke off, and the time came before the next one.
#[tokio::test]
async fn what_died_before_its_time_is_completed_after_it() {
    let body = to_many("2026-11-23T09:20:00Z", 3);
    let mut tried = 0;
    for call in 2..16 {
        let bench = Bench::new();
        bench.world.own().broken = Some((call, Break::After));
        let first = bench.post_once("/messages", "k", &body).await;
        bench.world.own().broken = None;
        bench.clock.advance(Duration::from_secs(3600));
        let next = bench.post_once("/messages", "k", &body).await;
        assert_eq!(next.status, 200);
        let last = bench.post_once("/messages", "k", &body).await;
        assert_eq!(next.body, last.body, "call {call}");
        let state = bench.world.memory.state();
        let queued = |message: &Message| {
            state.channels.iter().any(|(_, pointer, delay)| pointer.attempt == message.reference(0) && delay.is_zero())
        };
        // Either the first try had their wake-up set, or the next one found that they are due.
        let on_their_way = !state.wake_ups.is_empty() || state.messages.values().all(queued);
        assert!(state.messages.len() == 3 && on_their_way, "call {call}");
        tried += usize::from(first.status == 500);
    }
    assert_eq!(
        tried, 11,
        "key, prices, white list, stop list, begin, head, content, three messages, wake-up and finish"
    );
}

#[tokio::test]
async fn a_delayed_bulk_is_cancelled_in_one_call_and_its_schedules_go() {
    let bench = Bench::new();
    let posted = bench.post("/messages", &to_many("2026-11-25T09:00:00Z", 1000)).await;
    let memory = &bench.world.memory;
    for wake_up in wake_ups(&bench) {
        dispatch(memory, memory, memory, &bench.clock, wake_up).await.expect("dispatched");
    }
    assert_eq!(memory.state().schedules.len(), 1);
    let bulk = posted.body[0]["bulkId"].as_str().expect("an id").to_owned();
    for _ in 0..2 {
        let seen = bench.delete(&format!("/messages?bulkId={bulk}")).await;
        assert_eq!((seen.status, seen.ids().len()), (200, 1000));
        let canceled = |element: &Value| element["status"] == "CANCELED" && element["error"].is_null();
        assert!(seen.body.as_array().expect("an array").iter().all(canceled));
        let set = wake_ups(&bench);
        let bulk = bench.world.messages()[0].id.bulk_key();
        assert_eq!(set, [WakeUp { account: AccountId(1), bulk, at: start().timestamp_millis(), task: None }]);
        dispatch(memory, memory, memory, &bench.clock, set[0]).await.expect("dispatched");
        assert!(memory.state().schedules.is_empty());
    }
    assert!(memory.state().channels.is_empty());
}

#[tokio::test]
async fn only_what_waited_is_woken_after_a_cancel() {
    let bench = Bench::new();
    let at_once = bench.post("/messages", &sms(&["79990000001"])).await.ids();
    let mut delayed = Vec::new();
    for _ in 0..3 {
        delayed.extend(
            bench.post("/messages", &sms_at("2026-11-24T09:00:00Z", &["79990000001", "79990000002"])).await.ids(),
        );
    }
    wake_ups(&bench);
    bench.delete(&format!("/messages?id={}", at_once[0])).await;
    assert!(wake_ups(&bench).is_empty());
    // Somebody else's: nothing is found, nothing happens.
    let theirs = bench.key(2, "second", &[baton_api::ports::Scope::Send]);
    let path = format!("/messages?id={}", delayed.join(","));
    let seen = bench.as_of(&theirs, http::Method::DELETE, &path, None).await;
    assert_eq!((seen.status, seen.body.clone(), wake_ups(&bench).len()), (200, json!([]), 0));
    assert_eq!(bench.delete(&path).await.ids(), delayed);
    assert_eq!(wake_ups(&bench).len(), 3, "one for each bulk");
}

/// The words of the timeline stand in the document.
#[tokio::test]
async fn every_event_is_in_the_document() {
    let document = Bench::new().get("/openapi.json").await.body;
    let described =
        document["components"]["schemas"]["TimelineEntry"]["properties"]["event"]["description"].to_string();
    for event in TimelineEvent::ALL {
        assert!(described.contains(event.name()), "{}", event.name());
    }
}
