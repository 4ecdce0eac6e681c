//! `PATCH /messages/{id}`: another time for a message that waits.

use crate::{
    support::{Bench, Seen, sms, sms_at, start},
    world::Break,
};
use baton_api::ports::Scope;
use baton_domain::{AttemptState, Message, Status, Time, decide};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// What happens to a message.
type Change = fn(&mut Message);
/// What somebody else does to it, with the status and the `sendAt` that come of it.
type Race = (u16, &'static str, Change);
/// A body, and what is wrong with it.
type Refused = (Value, u16, &'static [(&'static str, &'static str)]);

const LATER: &str = "2026-11-25T09:00:00.000Z";

/// A message for the next day; what came back, and its path.
async fn delayed(bench: &Bench) -> (Seen, String) {
    let seen = bench.post("/messages", &sms_at("2026-11-24T09:00:00Z", &["79990000001"])).await;
    bench.world.memory.state().wake_ups.clear();
    let path = format!("/messages/{}", seen.ids()[0]);
    (seen, path)
}

fn only(bench: &Bench) -> Message {
    let [message] = bench.world.messages().try_into().expect("one message");
    message
}

fn change(bench: &Bench, change: impl FnOnce(&mut Message)) {
    change(bench.world.memory.state().messages.values_mut().next().expect("a message"));
}

#[tokio::test]
async fn a_message_that_waits_gets_another_time() {
    let bench = Bench::new();
    let (posted, path) = delayed(&bench).await;
    for _ in 0..2 {
        let seen = bench.patch(&path, &json!({"sendAt": "2026-11-25T12:00:00+03:00", "companyId": 1})).await;
        assert_eq!((seen.status, &seen.body), (200, &posted.body[0]), "the element, as when it was posted");
    }
    let set: Vec<_> = bench.world.memory.state().wake_ups.drain(..).filter_map(|wake_up| wake_up.time()).collect();
    assert_eq!(set, ["2026-11-25T08:59:00Z"; 2].map(|text| text.parse::<Time>().expect("a time")));
    let shown = bench.get(&path).await.body;
    assert_eq!((&shown["status"], &shown["sendAt"]), (&json!("DELAYED"), &json!(LATER)));
    assert_eq!(shown["statusDescription"], format!("Waits until {LATER}."));
    let entry = json!({"at": "2026-11-23T09:00:00.000Z", "event": "rescheduled", "channel": null, "detail": LATER});
    let timeline = shown["timeline"].as_array().expect("an array");
    assert_eq!((timeline.len(), &timeline[2]), (3, &entry), "the second time changes nothing");
}

#[tokio::test]
async fn a_time_that_is_past_or_near_puts_it_on_its_way() {
    for (send_at, status, delay) in [("2026-11-23T08:00:00Z", "CREATED", 0), ("2026-11-23T09:01:00Z", "DELAYED", 60)] {
        let bench = Bench::new();
        let (_, path) = delayed(&bench).await;
        let seen = bench.patch(&path, &json!({"sendAt": send_at})).await;
        assert_eq!((seen.status, seen.body["status"].as_str()), (200, Some(status)), "{}", seen.body);
        let state = bench.world.memory.state();
        let delays: Vec<_> = state.channels.iter().map(|(_, _, delay)| *delay).collect();
        assert_eq!((delays, state.wake_ups.len()), (vec![Duration::from_secs(delay)], 0));
    }
}

#[tokio::test]
async fn one_that_is_about_to_go_may_still_be_put_off() {
    let bench = Bench::new();
    let id = bench.post("/messages", &sms(&["79990000001"])).await.ids()[0].clone();
    let seen = bench.patch(&format!("/messages/{id}"), &json!({"sendAt": LATER})).await;
    assert_eq!((seen.status, seen.body["status"].as_str()), (200, Some("DELAYED")), "{}", seen.body);
    assert!(decide::claim(&mut only(&bench), 0, start()).is_err(), "its pointer comes too early now");
}

#[tokio::test]
async fn the_windows_stay_as_they_are() {
    let bench = Bench::new();
    let mut body = sms_at("2026-11-24T09:00:00Z", &["79990000001"]);
    body["messages"][0]["allowedTimeRanges"] = json!([["10:00", "12:00"]]);
    let id = bench.post("/messages", &body).await.ids()[0].clone();
    let path = format!("/messages/{id}");
    bench.patch(&path, &json!({"sendAt": "2026-11-25T12:00:00Z"})).await;
    let shown = bench.get(&path).await.body;
    assert_eq!(shown["statusDescription"], "Waits until 2026-11-26T10:00:00.000Z.");
    assert_eq!(shown["sendAt"], "2026-11-25T12:00:00.000Z");
}

#[tokio::test]
async fn what_does_not_wait_is_left_alone() {
    fn sent(message: &mut Message, state: AttemptState, status: Status) {
        decide::claim(message, 0, start() + chrono::TimeDelta::days(1)).expect("claimed");
        message.attempts[0].state = state;
        message.status = status;
    }
    let table: [(&str, Change); 6] = [
        ("with its sender", |message| sent(message, AttemptState::Claimed, Status::Delayed)),
        ("with a provider", |message| sent(message, AttemptState::Sent, Status::Pending)),
        ("tried again", |message| sent(message, AttemptState::Queued, Status::Pending)),
        ("delivered", |message| sent(message, AttemptState::Delivered, Status::Delivered)),
        ("expired", |message| sent(message, AttemptState::Expired, Status::Expired)),
        ("cancelled", |message| decide::cancel(message, start()).expect("cancelled")),
    ];
    for (what, make) in table {
        let bench = Bench::new();
        let (_, path) = delayed(&bench).await;
        change(&bench, make);
        let before = only(&bench);
        let seen = bench.patch(&path, &json!({"sendAt": LATER})).await;
        assert_eq!((seen.status, seen.body["code"].as_str()), (409, Some("not_waiting")), "{what}: {}", seen.body);
        let error = format!("The message does not wait any more; its status is {}.", before.status);
        assert_eq!(seen.body["error"], error, "{what}");
        assert_eq!(only(&bench), before, "{what}");
        let state = bench.world.memory.state();
        assert!(state.channels.is_empty() && state.wake_ups.is_empty(), "{what}");
    }
}

/// Somebody is faster, between the reading and the storing of the message.
#[tokio::test]
async fn the_faster_one_wins() {
    let table: [Race; 3] = [
        (409, "2026-11-24T09:00:00.000Z", |message| {
            decide::claim(message, 0, start() + chrono::TimeDelta::days(1)).expect("claimed");
        }),
        (409, "2026-11-24T09:00:00.000Z", |message| {
            decide::cancel(message, start()).expect("cancelled");
            message.version += 1;
        }),
        (200, LATER, |message| {
            let other = start() + chrono::TimeDelta::days(9);
            decide::reschedule(message, other, start()).expect("rescheduled");
            message.version += 1;
        }),
    ];
    for (status, send_at, meanwhile) in table {
        let bench = Bench::new();
        let (_, path) = delayed(&bench).await;
        bench.world.own().meanwhile = Some(meanwhile);
        let seen = bench.patch(&path, &json!({"sendAt": LATER})).await;
        assert_eq!(seen.status, status, "{}", seen.body);
        assert!(bench.world.own().meanwhile.is_none());
        let shown = bench.get(&path).await.body;
        assert_eq!(shown["sendAt"], send_at);
        assert_eq!(bench.world.memory.state().wake_ups.is_empty(), status == 409);
    }
}

#[tokio::test]
async fn a_call_that_died_is_completed_by_the_next() {
    let mut tried = 0;
    for (how, call) in [Break::Before, Break::After].into_iter().flat_map(|how| (2..6).map(move |call| (how, call))) {
        let bench = Bench::new();
        let (_, path) = delayed(&bench).await;
        let calls = bench.world.own().calls;
        bench.world.own().broken = Some((calls + call, how));
        let body = json!({"sendAt": LATER});
        tried += usize::from(bench.patch(&path, &body).await.status == 500);
        bench.world.own().broken = None;
        assert_eq!(bench.patch(&path, &body).await.status, 200);
        assert!(!bench.world.memory.state().wake_ups.is_empty(), "call {call} {how:?}");
    }
    assert_eq!(tried, 6, "reading, storing and waking, each before and after");
}

#[tokio::test]
async fn unknown_messages_are_not_found_and_nobody_touches_those_of_others() {
    let bench = Bench::new();
    let (_, path) = delayed(&bench).await;
    let before = only(&bench);
    let body = json!({"sendAt": LATER});
    for id in [
        "x",
        "0f8fad5b-d9cb-469f-a165-70867728950e",
        "0192f3c4-aaaa-7000-bbbb-ccccddddeeee",
        "0192f3c4-aaaa-7001-bbbb-ccccddddeeee",
    ] {
        let seen = bench.patch(&format!("/messages/{id}"), &body).await;
        assert_eq!((seen.status, seen.body["code"].as_str()), (404, Some("not_found")), "{id}");
    }
    let (theirs, reader) = (bench.key(2, "second", &[Scope::Send]), bench.key(1, "reader", &[Scope::Read]));
    assert_eq!(bench.as_of(&theirs, Method::PATCH, &path, Some(&body)).await.status, 404);
    assert_eq!(bench.as_of(&reader, Method::PATCH, &path, Some(&body)).await.status, 403);
    assert_eq!(bench.as_of("x", Method::PATCH, &path, Some(&body)).await.status, 401);
    let named = json!({"sendAt": LATER, "companyId": 1});
    assert_eq!(bench.as_of(&theirs, Method::PATCH, &path, Some(&named)).await.status, 403);
    assert_eq!(only(&bench), before);
    let operator = bench.key(9, "operator", &[Scope::Send, Scope::Operator]);
    assert_eq!(bench.as_of(&operator, Method::PATCH, &path, Some(&body)).await.status, 404);
    assert_eq!(bench.as_of(&operator, Method::PATCH, &path, Some(&named)).await.status, 200);
    let seen = bench.as_of(&bench.token, Method::PUT, &path, Some(&body)).await;
    assert_eq!((seen.status, seen.header("allow")), (405, Some("GET, PATCH")));
}

#[tokio::test]
async fn bad_bodies_are_refused_and_change_nothing() {
    let bench = Bench::new();
    let (_, path) = delayed(&bench).await;
    let before = only(&bench);
    let table: [Refused; 10] = [
        (json!([]), 400, &[("", "wrong_type")]),
        (json!({}), 422, &[("/sendAt", "required")]),
        (json!({"sendAt": null}), 422, &[("/sendAt", "required")]),
        (json!({"sendAt": 5}), 400, &[("/sendAt", "wrong_type")]),
        (json!({"sendAt": "2026-11-25T09:00:00"}), 422, &[("/sendAt", "invalid")]),
        (json!({"sendAt": "2027-11-24T09:00:00.001Z"}), 422, &[("/sendAt", "out_of_range")]),
        (json!({"sendAt": LATER, "companyId": "1"}), 400, &[("/companyId", "wrong_type")]),
        (json!({"sendAt": LATER, "timeZone": "UTC"}), 422, &[("/timeZone", "unknown_field")]),
        (json!({"sendat": LATER}), 422, &[("/sendat", "unknown_field"), ("/sendAt", "required")]),
        (json!({"sendAt": LATER, "nothing": null}), 200, &[]),
    ];
    for (body, status, faults) in table {
        let seen = bench.patch(&path, &body).await;
        assert_eq!((seen.status, seen.faults().as_slice()), (status, faults), "{body}: {}", seen.body);
        assert_eq!(only(&bench) == before, status != 200);
    }
    let seen = bench.as_of(&bench.token, Method::PATCH, &path, None).await;
    assert_eq!((seen.status, seen.body["code"].as_str()), (400, Some("invalid_json")));
}
