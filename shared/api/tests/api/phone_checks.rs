//! Checks of phone numbers: what is said of numbers, polling, and that nothing is looked up twice.

use crate::{
    support::{Bench, Seen},
    world::{Break, Register},
};
use baton_api::ports::Scope;
use http::Method;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

const ANNA: &str = "+79990001111";
const BORIS: &str = "+79990002222";
const NOBODY: &str = "+79990000002";

/// A bench with a provider that looks numbers up.
fn bench() -> (Bench, Arc<Register>) {
    let (bench, register) = (Bench::new(), Register::named("HLR"));
    bench.world.own().registers.push(register.clone());
    (bench, register)
}

async fn check(bench: &Bench, body: Value) -> Seen {
    bench.post("/phoneChecks", &body).await
}

/// Each text with its status, in the order of the answer.
fn statuses(seen: &Seen) -> Vec<(String, String)> {
    assert_eq!(seen.status, 200, "{}", seen.body);
    let result = seen.body["result"].as_object().expect("an object");
    let status = |(text, of): (&String, &Value)| (text.clone(), of["status"].as_str().expect("a status").to_owned());
    result.iter().map(status).collect()
}

fn is(seen: &Seen, expected: &[(&str, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(text, status)| ((*text).to_owned(), (*status).to_owned())).collect();
    assert_eq!(statuses(seen), expected);
}

#[tokio::test]
async fn without_a_provider_numbers_are_valid_or_not() {
    let bench = Bench::new();
    let seen = check(&bench, json!({"phones": [ANNA, "7 (999) 000-22-22", "12", "", "call me"]})).await;
    let (valid, invalid) = (json!({"status": "VALID", "statusCode": 0}), json!({"status": "INVALID", "statusCode": 1}));
    let expected = json!({ANNA: valid, "7 (999) 000-22-22": valid, "12": invalid, "": invalid, "call me": invalid});
    assert_eq!((seen.status, &seen.body["result"]), (200, &expected));
    let odd = check(&bench, json!({"phones": ["\u{0}", "1".repeat(10_000), "7999\n0001111"]})).await;
    assert!(statuses(&odd).iter().all(|(_, status)| status == "INVALID"));
    for poll in [
        json!({"checkId": seen.body["checkId"]}),
        json!({"checkId": seen.body["checkId"], "provider": null, "phones": []}),
    ] {
        let again = check(&bench, poll).await;
        assert_eq!((again.status, &again.body), (200, &seen.body));
    }
}

#[tokio::test]
async fn look_ups_are_pending_until_polling_finds_them() {
    let (bench, register) = bench();
    let dressed = "8-000";
    let seen = check(&bench, json!({"phones": [ANNA, "79990001111", NOBODY, dressed, ANNA]})).await;
    is(&seen, &[(ANNA, "PENDING"), ("79990001111", "PENDING"), (NOBODY, "PENDING"), (dressed, "INVALID")]);
    assert_eq!(register.ordered(), [[ANNA, NOBODY]], "each number once");
    let poll = json!({"checkId": seen.body["checkId"]});
    is(&check(&bench, poll.clone()).await, &statuses(&seen).iter().map(|(t, s)| (&**t, &**s)).collect::<Vec<_>>());
    bench.clock.advance(Duration::from_secs(1));
    for pause in [0, 3600] {
        bench.clock.advance(Duration::from_secs(pause));
        let later = check(&bench, poll.clone()).await;
        is(&later, &[(ANNA, "REACHABLE"), ("79990001111", "REACHABLE"), (NOBODY, "PENDING"), (dressed, "INVALID")]);
        assert_eq!(later.body["result"][ANNA]["statusCode"], 3);
    }
    let some =
        check(&bench, json!({"checkId": seen.body["checkId"], "provider": "hlr", "phones": [dressed, ANNA]})).await;
    is(&some, &[(ANNA, "REACHABLE"), (dressed, "INVALID")]);
    assert_eq!(register.ordered().len(), 1);
}

#[tokio::test]
async fn a_check_is_its_accounts_alone() {
    let (bench, _) = bench();
    let id = check(&bench, json!({"phones": [ANNA]})).await.body["checkId"].clone();
    let poll = json!({"checkId": id});
    let other = bench.key(2, "other", &[Scope::Send]);
    assert_eq!(bench.as_of(&other, Method::POST, "/phoneChecks", Some(&poll)).await.status, 404);
    let named = json!({"checkId": id, "companyId": 1});
    assert_eq!(bench.as_of(&other, Method::POST, "/phoneChecks", Some(&named)).await.status, 403);
    let operator = bench.key(9, "op", &[Scope::Send, Scope::Operator]);
    assert_eq!(bench.as_of(&operator, Method::POST, "/phoneChecks", Some(&named)).await.status, 200);
    let reader = bench.key(1, "reader", &[Scope::Read]);
    assert_eq!(bench.as_of(&reader, Method::POST, "/phoneChecks", Some(&poll)).await.status, 403);
    let unknown = json!({"checkId": "0f8fad5b-d9cb-469f-a165-70867728950e"});
    assert_eq!(check(&bench, unknown).await.status, 404);
}

#[tokio::test]
async fn the_named_provider_looks_up() {
    let (bench, first) = bench();
    let second = Register::named("OTHER");
    bench.world.own().registers.push(second.clone());
    let seen = check(&bench, json!({"phones": [ANNA], "provider": "other"})).await;
    is(&seen, &[(ANNA, "PENDING")]);
    assert_eq!((first.ordered().len(), second.ordered().len()), (0, 1));
    let refused = check(&bench, json!({"phones": [ANNA], "provider": "TWILIO"})).await;
    assert_eq!((refused.status, refused.faults()), (422, vec![("/provider", "no_lookups")]));
    let other = check(&bench, json!({"checkId": seen.body["checkId"], "provider": "HLR"})).await;
    assert_eq!((other.status, other.faults()), (422, vec![("/provider", "invalid")]));
    bench.world.own().registers.clear();
    bench.clock.advance(Duration::from_secs(5));
    is(&check(&bench, json!({"checkId": seen.body["checkId"]})).await, &[(ANNA, "PENDING")]);
}

#[tokio::test]
async fn every_fault_of_a_body_has_its_place() {
    let (bench, register) = bench();
    let many = vec![ANNA; 1001];
    let long = vec!["\u{0}".repeat(40); 900];
    for (body, status, faults) in [
        (json!({}), 422, vec![("/phones", "required")]),
        (json!({"phones": null}), 422, vec![("/phones", "required")]),
        (json!({"phones": []}), 422, vec![("/phones", "empty")]),
        (json!({"phones": many}), 422, vec![("/phones", "too_many")]),
        (json!({"phones": long}), 422, vec![("/phones", "too_long")]),
        (json!({"phones": [ANNA, 7]}), 400, vec![("/phones/1", "wrong_type")]),
        (json!({"phones": ANNA}), 400, vec![("/phones", "wrong_type")]),
        (
            json!({"phones": [ANNA], "provider": "", "more": 1}),
            422,
            vec![("/more", "unknown_field"), ("/provider", "empty")],
        ),
        (json!({"checkId": "x"}), 422, vec![("/checkId", "invalid")]),
        (json!([]), 400, vec![("", "wrong_type")]),
    ] {
        let seen = check(&bench, body).await;
        assert_eq!((seen.status, seen.faults()), (status, faults), "{}", seen.body);
    }
    let id = check(&bench, json!({"phones": [ANNA]})).await.body["checkId"].clone();
    let seen = check(&bench, json!({"checkId": id, "phones": [ANNA, BORIS]})).await;
    assert_eq!((seen.status, seen.faults()), (422, vec![("/phones/1", "unknown")]));
    assert_eq!(register.ordered().len(), 1);
}

#[tokio::test]
async fn a_thousand_numbers_are_one_order() {
    let (bench, register) = bench();
    let phones: Vec<String> = (0..1000).map(|number| format!("+7999{number:07}")).collect();
    let seen = check(&bench, json!({"phones": phones})).await;
    assert_eq!(statuses(&seen).len(), 1000);
    assert_eq!(register.ordered(), [phones]);
}

#[tokio::test]
async fn the_same_key_makes_one_check_and_shows_how_it_stands() {
    let (bench, register) = bench();
    let body = json!({"phones": [ANNA]});
    let first = bench.post_once("/phoneChecks", "k", &body).await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (200, None));
    bench.clock.advance(Duration::from_secs(1));
    let again = bench.post_once("/phoneChecks", "k", &body).await;
    assert_eq!((&again.body["checkId"], again.header("idempotency-replayed")), (&first.body["checkId"], Some("true")));
    is(&again, &[(ANNA, "REACHABLE")]);
    let other = bench.post_once("/phoneChecks", "k", &json!({"phones": [BORIS]})).await;
    assert_eq!((other.status, other.body["code"].as_str()), (422, Some("idempotency_mismatch")));
    let poll = json!({"checkId": first.body["checkId"]});
    for _ in 0..2 {
        let polled = bench.post_once("/phoneChecks", "p", &poll).await;
        assert_eq!((polled.status, polled.header("idempotency-replayed")), (200, None), "polling needs no key");
    }
    assert_eq!(register.ordered().len(), 1);
}

#[tokio::test]
async fn whatever_call_breaks_the_retry_completes_it_and_nothing_is_ordered_twice() {
    let body = json!({"phones": [ANNA, "12"]});
    let calls = {
        let (bench, _) = bench();
        bench.post_once("/phoneChecks", "k", &body).await;
        bench.world.own().calls
    };
    for (call, how) in (1..=calls).flat_map(|call| [(call, Break::Before), (call, Break::After)]) {
        let (bench, register) = bench();
        bench.world.own().broken = Some((call, how));
        let first = bench.post_once("/phoneChecks", "k", &body).await;
        assert_eq!(first.status, 500, "{call} {how:?}");
        bench.clock.advance(Duration::from_secs(61));
        let retried = bench.post_once("/phoneChecks", "k", &body).await;
        assert_eq!(retried.status, 200, "{call} {how:?}: {}", retried.body);
        bench.clock.advance(Duration::from_secs(2));
        let polled = check(&bench, json!({"checkId": retried.body["checkId"]})).await;
        is(&polled, &[(ANNA, "REACHABLE"), ("12", "INVALID")]);
        // None where the process died between the claim and the call: the provider is asked, as that can not be told apart.
        assert!(register.ordered().len() <= 1, "{call} {how:?}");
        assert_eq!(bench.world.memory.state().phone_checks.len(), 1, "{call} {how:?}");
    }
}
