//! The stop list: putting on, taking off, looking, and what it means for requests.

use crate::support::{Bench, sms, start};
use baton_api::ports::Scope;
use baton_domain::{
    AccountId, Channel,
    stop::{StopEntry, StopKey, StopMark, StopReason, StopScope},
};
use baton_pipeline::stops::StopWrites;
use http::{Method, Request};
use serde_json::{Value, json};
use std::time::Duration;

const ANNA: &str = "+79990001111";
const BORIS: &str = "+79990002222";

async fn put(bench: &Bench, entries: Value) -> Value {
    let seen = bench.put("/stopList", &json!({"entries": entries})).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen.body
}

/// What a provider told of.
async fn event(bench: &Bench, scope: StopScope, address: &str, channel: Channel, reason: StopReason) {
    let key = StopKey { scope, address: address.to_owned(), channel: Some(channel) };
    let by = "TWILIO".to_owned();
    let mark = StopMark { reason, by, comment: None, created_at: start(), event_at: Some(start()) };
    bench.world.memory.stop(&StopEntry { key, mark }).await.expect("stored");
}

/// The status, the headers and the body as it is.
async fn csv(bench: &Bench, method: Method, path: &str, body: &str) -> (u16, http::HeaderMap, String) {
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"))
        .header("authorization", format!("Bearer {}", bench.token))
        .header("content-type", "text/csv; charset=utf-8")
        .header("accept", "text/csv");
    let request = request.body(body.as_bytes().to_vec()).expect("a request");
    let (parts, body) = baton_api::handle(&bench.app, request).await.into_parts();
    let baton_api::Body::Text(body) = body else { panic!("no text") };
    (parts.status.as_u16(), parts.headers, body)
}

fn recipients(list: &Value) -> Vec<(&str, Option<&str>)> {
    let items = list["items"].as_array().expect("items");
    items.iter().map(|item| (item["recipient"].as_str().expect("text"), item["channel"].as_str())).collect()
}

#[tokio::test]
async fn a_line_is_put_shown_and_taken_off() {
    let bench = Bench::new();
    let entries = json!([
        {"recipient": "7 (999) 000-11-11", "channel": "SMS", "comment": "asked by phone"},
        {"recipient": "Anna@Example.org"},
    ]);
    assert_eq!(put(&bench, entries.clone()).await, json!({"stored": 2, "refused": []}));
    bench.clock.advance(Duration::from_secs(60));
    put(&bench, entries).await;
    let list = bench.get("/stopList").await.body;
    assert_eq!((&list["count"], &list["nextCursor"]), (&Value::Null, &Value::Null));
    let expected = json!({
        "companyId": 1, "scope": "account", "recipient": ANNA, "channel": "sms", "reason": "manual", "source": "person",
        "by": "first", "comment": "asked by phone", "createdAt": "2026-11-23T09:00:00.000Z",
    });
    assert_eq!(list["items"][0], expected, "twice is once, with the first time");
    assert_eq!(recipients(&list), [(ANNA, Some("sms")), ("anna@example.org", None)]);
    assert_eq!(recipients(&bench.get("/stopList?recipient=ANNA@example.org,79990001111").await.body).len(), 2);
    assert_eq!(recipients(&bench.get("/stopList?channel=*").await.body), [("anna@example.org", None)]);
    assert_eq!(recipients(&bench.get("/stopList?reason=bounce").await.body), []);

    assert_eq!(bench.delete("/stopList?recipient=%2B79990001111&channel=email").await.body["removed"], 0);
    assert_eq!(bench.delete("/stopList?recipient=79990001111,anna@example.org").await.body["removed"], 2);
    assert_eq!(bench.delete("/stopList?recipient=79990001111").await.body["removed"], 0);
    assert_eq!(recipients(&bench.get("/stopList").await.body), []);
}

#[tokio::test]
async fn lines_with_faults_are_told_and_the_others_are_kept() {
    let bench = Bench::new();
    let entries =
        json!([{"recipient": "nobody"}, {"recipient": ANNA}, {"channel": "sms"}, {"recipient": "x", "channel": "fax"}]);
    let answer = put(&bench, entries).await;
    let refused: Vec<_> =
        answer["refused"].as_array().expect("a list").iter().map(|row| (&row["row"], &row["path"])).collect();
    assert_eq!(answer["stored"], 1);
    assert_eq!(
        refused,
        [
            (&json!(1), &json!("/entries/0/recipient")),
            (&json!(3), &json!("/entries/2/recipient")),
            (&json!(4), &json!("/entries/3/channel"))
        ]
    );
    let seen = bench.put("/stopList", &json!({"entries": [{"recipient": ANNA, "sendAt": "now"}], "more": 1})).await;
    assert_eq!(seen.faults(), [("/more", "unknown_field"), ("/entries/0/sendAt", "unknown_field")]);
    for path in ["/stopList?cursor=x", "/stopList?scope=world", "/stopList?channel=fax", "/stopList?reason=bored"] {
        assert_eq!(bench.get(path).await.status, 422, "{path}");
    }
    assert_eq!(bench.delete("/stopList").await.faults(), [("?recipient", "required")]);
}

#[tokio::test]
async fn a_long_list_is_walked_with_cursors_and_every_line_comes_once() {
    let bench = Bench::new();
    let phones: Vec<String> = (0..8).map(|n| format!("+7999000000{n}")).collect();
    let entries: Vec<_> = phones
        .iter()
        .flat_map(|phone| {
            [
                json!({"recipient": phone}),
                json!({"recipient": phone, "channel": "sms"}),
                json!({"recipient": phone, "channel": "viber"}),
            ]
        })
        .collect();
    put(&bench, json!(entries)).await;
    bench.delete(&format!("/stopList?recipient={}", &phones[3][1..])).await;
    let of_two = format!("/stopList?recipient={},{}&limit=4", &phones[1][1..], &phones[0][1..]);
    let (part, rest) = (bench.get(&of_two).await.body, bench.get(&format!("{of_two}&cursor=4")).await.body);
    assert_eq!((&part["count"], &part["nextCursor"], &rest["nextCursor"]), (&json!(6), &json!("4"), &Value::Null));
    let told = [recipients(&part), recipients(&rest)].concat();
    let of_phone = |phone: &'static str| [None, Some("sms"), Some("viber")].map(|channel| (phone, channel));
    assert_eq!(told, [of_phone("+79990000000"), of_phone("+79990000001")].concat());
    assert_eq!(bench.get(&format!("{of_two}&cursor=x")).await.faults(), [("?cursor", "invalid")]);
    for limit in [1, 2, 4, 5, 100] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let list = bench.get(&format!("/stopList?limit={limit}{cursor}")).await.body;
            assert!(recipients(&list).len() <= limit);
            seen.extend(recipients(&list).into_iter().map(|(phone, channel)| format!("{phone} {channel:?}")));
            let Some(next) = list["nextCursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!((seen.len(), count), (21, 21), "{limit}");
    }
    let skipped = bench.get("/stopList?offset=20").await.body;
    assert_eq!(recipients(&skipped), [("+79990000007", Some("viber"))]);
}

#[tokio::test]
async fn a_csv_goes_in_and_out() {
    let bench = Bench::new();
    let body = "recipient,channel,comment\r\n+79990001111,sms,\"=1+1, or not\"\r\nnobody,,\r\nanna@example.org,,\r\n";
    let (status, _, answer) = csv(&bench, Method::PUT, "/stopList", body).await;
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!((status, &answer["stored"], &answer["refused"][0]["row"]), (200, &json!(2), &json!(3)));
    let (status, headers, text) = csv(&bench, Method::GET, "/stopList", "").await;
    assert_eq!((status, headers["content-type"].to_str().ok()), (200, Some("text/csv; charset=utf-8")));
    assert!(!headers.contains_key("x-next-cursor"));
    let lines: Vec<_> = text.split("\r\n").collect();
    assert_eq!(lines[0], "recipient,channel,reason,source,by,comment,createdAt,scope");
    assert_eq!(lines[1], "+79990001111,sms,manual,person,first,\"'=1+1, or not\",2026-11-23T09:00:00.000Z,account");
    assert_eq!(lines.len(), 4);
    let (_, headers, first) = csv(&bench, Method::GET, "/stopList?limit=1", "").await;
    let next = headers["x-next-cursor"].to_str().expect("text").to_owned();
    let (_, _, second) = csv(&bench, Method::GET, &format!("/stopList?limit=1&cursor={next}"), "").await;
    assert_eq!(first.lines().count() + second.lines().count(), 4);
    let (status, _, answer) = csv(&bench, Method::PUT, "/stopList?scope=deployment", body).await;
    assert_eq!((status, answer.contains("forbidden")), (403, true));
    let other = Bench::new();
    csv(&other, Method::PUT, "/stopList", &text).await;
    let list = other.get("/stopList").await.body;
    assert_eq!((recipients(&list).len(), &list["items"][0]["comment"]), (2, &json!("=1+1, or not")), "read back");
}

#[tokio::test]
async fn accounts_do_not_meet_and_the_deployments_list_is_for_operators() {
    let bench = Bench::new();
    put(&bench, json!([{"recipient": ANNA}])).await;
    event(&bench, StopScope::Deployment, BORIS, Channel::Sms, StopReason::StopReply).await;
    let other = bench.key(2, "other", &[Scope::Send, Scope::Read, Scope::Admin]);
    let get = |path: &'static str| bench.as_of(&other, Method::GET, path, None);
    assert_eq!(recipients(&get("/stopList").await.body), []);
    assert_eq!(recipients(&get("/stopList?recipient=79990001111").await.body), []);
    assert_eq!(get("/stopList?companyId=1").await.status, 403);
    assert_eq!(get("/stopList?scope=deployment").await.status, 403);
    // Whoever knows a number is told why nothing goes there.
    let told = get("/stopList?recipient=79990002222").await.body;
    assert_eq!((&told["count"], &told["items"][0]["scope"]), (&json!(1), &json!("deployment")));
    assert_eq!((&told["items"][0]["companyId"], &told["items"][0]["by"]), (&Value::Null, &json!("TWILIO")));
    assert_eq!(bench.delete("/stopList?recipient=79990002222").await.body["removed"], 0);
    assert_eq!(bench.delete("/stopList?recipient=79990002222&scope=deployment").await.status, 403);

    let operator = bench.key(1, "op", &[Scope::Read, Scope::Admin, Scope::Operator]);
    let list = bench.as_of(&operator, Method::GET, "/stopList?scope=deployment", None).await.body;
    assert_eq!(recipients(&list), [(BORIS, Some("sms"))]);
    let gone = bench.as_of(&operator, Method::DELETE, "/stopList?recipient=79990002222&scope=deployment", None).await;
    assert_eq!(gone.body["removed"], 1);
    let reader = bench.key(1, "reader", &[Scope::Read, Scope::Send]);
    let body = json!({"entries": [{"recipient": ANNA}]});
    assert_eq!(bench.as_of(&reader, Method::PUT, "/stopList", Some(&body)).await.status, 403);
}

#[tokio::test]
async fn a_stopped_recipient_is_refused_and_the_others_go_ahead() {
    let bench = Bench::new();
    put(&bench, json!([{"recipient": ANNA, "channel": "sms"}])).await;
    let seen = bench.post("/messages", &sms(&[ANNA, BORIS])).await;
    assert_eq!(seen.status, 200);
    let error = json!({"code": "stop_list", "path": "/messages/0/destinations/0",
        "message": "The recipient is on the stop list for every channel of the message."});
    assert_eq!((&seen.body[0]["id"], &seen.body[0]["error"]), (&Value::Null, &error));
    assert_eq!((&seen.body[1]["status"], &seen.body[1]["error"]), (&json!("CREATED"), &Value::Null));
    assert_eq!(bench.world.messages().len(), 1);

    let seen = bench.post("/messages", &sms(&[ANNA])).await;
    assert_eq!((seen.status, seen.faults()), (422, vec![("/messages/0/destinations/0", "stop_list")]));
    let mut strict = sms(&[ANNA, BORIS]);
    strict["messages"][0]["validate"] = json!(true);
    assert_eq!(bench.post("/messages", &strict).await.faults(), [("/messages/0/destinations/0", "stop_list")]);
    let told = bench.post("/messages/validate", &sms(&[ANNA, BORIS])).await.body;
    assert_eq!((&told[0]["faults"][0]["code"], &told[1]["faults"]), (&json!("stop_list"), &json!([])));

    // Another channel is left: its turn comes after the stopped one has been passed over.
    let body = json!({"messages": [{"channels": {"sms": {"text": "a"}, "whatsapp": {"text": "b"}},
        "destinations": [{"phone": ANNA}]}]});
    assert_eq!(bench.post("/messages", &body).await.body[0]["status"], "CREATED");
    put(&bench, json!([{"recipient": "anna@example.org"}])).await;
    let mut body = body;
    body["messages"][0]["destinations"][0]["email"] = json!("Anna@example.org");
    assert_eq!(bench.post("/messages", &body).await.faults(), [("/messages/0/destinations/0", "stop_list")]);
    let other = bench.key(2, "other", &[Scope::Send]);
    assert_eq!(bench.as_of(&other, Method::POST, "/messages", Some(&sms(&[ANNA]))).await.status, 200);
    event(&bench, StopScope::Deployment, ANNA, Channel::Sms, StopReason::StopReply).await;
    assert_eq!(bench.as_of(&other, Method::POST, "/messages", Some(&sms(&[ANNA]))).await.status, 422);
    event(&bench, StopScope::Account(AccountId(2)), BORIS, Channel::Sms, StopReason::Bounce).await;
    assert_eq!(bench.post("/messages", &sms(&[BORIS])).await.status, 200);
}

#[tokio::test]
async fn a_repeated_request_is_answered_by_the_list_as_it_was() {
    let bench = Bench::new();
    put(&bench, json!([{"recipient": ANNA}])).await;
    bench.clock.advance(Duration::from_secs(1));
    let body = sms(&[ANNA, BORIS]);
    let first = bench.post_once("/messages", "one", &body).await;
    bench.clock.advance(Duration::from_secs(1));
    bench.delete("/stopList?recipient=79990001111").await;
    put(&bench, json!([{"recipient": BORIS}])).await;
    let again = bench.post_once("/messages", "one", &body).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, Some("true")));
    assert_eq!(again.body, first.body);
    assert_eq!(bench.world.messages().len(), 1);
    let new = bench.post_once("/messages", "two", &body).await;
    assert_eq!(new.body[1]["error"]["code"], "stop_list");
}

/// A file ends where an answer has no room for the next row, and goes on there.
#[tokio::test]
async fn a_csv_that_is_too_large_for_an_answer_comes_in_parts() {
    let bench = Bench::new();
    let address = |n: usize| format!("{n:03}{}", "\"".repeat(2500));
    for first in [0, 400] {
        let lines = (first..first + 400).map(|n| json!({"recipient": address(n), "channel": "telegram"}));
        put(&bench, lines.collect()).await;
    }
    let (_, headers, first) = csv(&bench, Method::GET, "/stopList", "").await;
    let next = headers["x-next-cursor"].to_str().expect("text").to_owned();
    let (_, headers, rest) = csv(&bench, Method::GET, &format!("/stopList?cursor={next}"), "").await;
    assert!(!headers.contains_key("x-next-cursor"));
    // As a string in JSON, which Lambda takes.
    assert!([&first, &rest].iter().all(|part| json!(part).to_string().len() < 5_000_000));
    let rows = |part: &str| part.lines().skip(1).map(|row| row[1..4].to_owned()).collect::<Vec<_>>();
    let expected: Vec<_> = (0..800).map(|n| format!("{n:03}")).collect();
    assert_eq!([rows(&first), rows(&rest)].concat(), expected);
}
