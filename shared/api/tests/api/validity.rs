//! `validityPeriod` and `successStatus`: how they are read, and what is shown of a period that is over.

use crate::support::{Bench, start};
use baton_domain::{AttemptState, Leg, Status, SuccessStatus, decide};
use chrono::TimeDelta;
use serde_json::{Value, json};

#[tokio::test]
async fn the_period_and_the_wanted_status_reach_the_route() {
    let bench = Bench::new();
    let body = json!({"messages": [{"channels": {
            "whatsapp": {"text": "t", "validityPeriod": 1, "successStatus": "READ"},
            "viber": {"text": "t", "validityPeriod": 2880, "successStatus": "delivered", "required": true},
            "sms": {"text": "t", "successStatus": "sent", "validityPeriod": null},
            "telegram": {"text": "t"}},
        "destinations": [{"phone": "79990000001"}]}]});
    assert_eq!(bench.post("/messages", &body).await.status, 200);
    let read = |leg: &Leg| (leg.required, leg.reachable, leg.success, leg.validity_minutes);
    let route: Vec<_> = bench.world.messages()[0].route.iter().map(read).collect();
    let expected = [
        (false, true, Some(SuccessStatus::Read), Some(1)),
        (true, true, Some(SuccessStatus::Delivered), Some(2880)),
        (false, true, Some(SuccessStatus::Sent), None),
        (false, false, None, None),
    ];
    assert_eq!(route, expected);
}

/// A message over two channels whose first one was sent a minute after the start and has a period of five minutes.
async fn sent_by_the_first(bench: &Bench, ranges: Value) -> String {
    let body = json!({"messages": [{"channels": {"whatsapp": {"text": "t", "validityPeriod": 5}, "sms": {"text": "t"}},
        "allowedTimeRanges": ranges, "destinations": [{"phone": "79990000001"}]}]});
    let id = bench.post("/messages", &body).await.ids()[0].clone();
    let mut state = bench.world.memory.state();
    let message = state.messages.values_mut().next().expect("a message");
    decide::claim(message, 0, start()).expect("claimed");
    message.status = Status::Pending;
    let attempt = &mut message.attempts[0];
    attempt.state = AttemptState::Sent;
    attempt.receipts = true;
    attempt.sent_at = Some(start() + TimeDelta::minutes(1));
    attempt.expires_at = Some(start() + TimeDelta::minutes(6));
    id
}

fn expire(bench: &Bench, minutes: i64) {
    let mut state = bench.world.memory.state();
    let message = state.messages.values_mut().next().expect("a message");
    decide::expire(message, start() + TimeDelta::minutes(minutes));
}

#[tokio::test]
async fn a_later_channel_that_waits_for_its_window_says_until_when() {
    let bench = Bench::new();
    let id = sent_by_the_first(&bench, json!([["08:00", "09:05"]])).await;
    expire(&bench, 6);
    let shown = bench.get(&format!("/messages/{id}")).await.body;
    assert_eq!((&shown["status"], &shown["channel"]), (&json!("PENDING"), &json!("sms")));
    assert_eq!(shown["statusDescription"], "Waits until 2026-11-24T08:00:00.000Z, then for the sender of sms.");
    assert_eq!((&shown["expiredAt"], &shown["attempts"][1]["expiredAt"]), (&Value::Null, &Value::Null));
    let first = &shown["attempts"][0];
    assert_eq!((&first["status"], &first["expiredAt"]), (&json!("EXPIRED"), &json!("2026-11-23T09:06:00.000Z")));
    let events: Vec<_> =
        shown["timeline"].as_array().expect("an array").iter().map(|entry| entry["event"].as_str()).collect();
    assert_eq!(events, ["accepted", "expired", "fell_back", "delayed"].map(Some));
}

#[tokio::test]
async fn the_last_channel_expires_with_the_message() {
    let bench = Bench::new();
    let id = sent_by_the_first(&bench, json!(null)).await;
    bench.world.memory.state().messages.values_mut().next().expect("a message").route.truncate(1);
    expire(&bench, 7);
    let shown = bench.get(&format!("/messages/{id}")).await.body;
    assert_eq!((&shown["status"], &shown["statusCode"]), (&json!("EXPIRED"), &json!(5)));
    assert_eq!(shown["statusDescription"], "Not delivered by whatsapp within its validity period.");
    assert_eq!(shown["expiredAt"], "2026-11-23T09:07:00.000Z");
    assert_eq!(shown["expiredAt"], shown["attempts"][0]["expiredAt"]);
}

/// The period begins when a provider has taken the message, so no window opens too late for it.
#[tokio::test]
async fn a_period_shorter_than_the_wait_for_the_window_is_no_fault() {
    let bench = Bench::new();
    let body = json!({"messages": [{"channels": {"sms": {"text": "t", "validityPeriod": 1}},
        "allowedTimeRanges": [["08:00", "08:30"]], "destinations": [{"phone": "79990000001"}]}]});
    let seen = bench.post("/messages", &body).await;
    assert_eq!((seen.status, seen.body[0]["status"].as_str()), (200, Some("DELAYED")), "{}", seen.body);
    let shown = bench.get(&format!("/messages/{}", seen.ids()[0])).await.body;
    assert_eq!(shown["statusDescription"], "Waits until 2026-11-24T08:00:00.000Z.");
    assert_eq!(bench.world.messages()[0].attempts[0].expires_at, None);
}
