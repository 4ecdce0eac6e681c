//! No answer of a list is larger than Lambda takes, whatever its items are like: what has no room comes with the cursor.

use crate::support::{Bench, start};
use baton_api::ports::OutboxItem;
use baton_domain::{AccountId, BulkId, Channel, MessageId};
use serde_json::{Value, json};
use uuid::Uuid;

/// The most bytes that Lambda takes, without what stands around the body.
const MOST: usize = 6_000_000 - 100_000;

/// An HTML of 130 KB, half of which takes four bytes where it takes one.
fn html() -> String {
    "<p class=\"a\">".repeat(10_000)
}

/// A walk along a list in parts of up to a thousand: its items, and how many there were in each part.
async fn walk(bench: &Bench, path: &str) -> (Vec<Value>, Vec<usize>) {
    let (mut items, mut parts, mut cursor) = (Vec::new(), Vec::new(), String::new());
    loop {
        let seen = bench.get(&format!("{path}limit=1000{cursor}")).await;
        assert_eq!(seen.status, 200, "{}", seen.body);
        // A body is a string in the JSON that Lambda takes.
        let size = json!(seen.body.to_string()).to_string().len();
        let part = seen.body["items"].as_array().expect("items");
        assert!(size < MOST && !part.is_empty(), "{size} bytes, {} items", part.len());
        items.extend(part.iter().cloned());
        parts.push(part.len());
        match seen.body["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (items, parts),
        }
    }
}

fn texts(items: &[Value], name: &str) -> Vec<String> {
    items.iter().map(|item| item[name].as_str().expect("a text").to_owned()).collect()
}

#[tokio::test]
async fn messages_with_large_contents_are_cut() {
    let bench = Bench::new();
    let mut ids = Vec::new();
    for size in [70, 1] {
        let destinations: Vec<_> = (0..size).map(|n| json!({"email": format!("user{n}@example.org")})).collect();
        let content = json!({"email": {"subject": "S", "html": html()}});
        let body = json!({"messages": [{"channels": content, "destinations": destinations}]});
        ids.extend(bench.post("/messages", &body).await.ids());
    }
    let (items, parts) = walk(&bench, "/messages?sort=createdAt&").await;
    assert_eq!((texts(&items, "id"), parts.len()), (ids.clone(), 4), "{parts:?}");
    assert!(items.iter().all(|item| item["message"]["html"] == json!(html())));
    // What is not shown takes no room.
    let (items, parts) = walk(&bench, "/messages?sort=createdAt&fields=id&").await;
    assert_eq!((texts(&items, "id"), parts), (ids, vec![71]));
}

#[tokio::test]
async fn templates_are_cut() {
    let bench = Bench::new();
    let mut ids = Vec::new();
    for n in 0..50 {
        bench.clock.advance(std::time::Duration::from_secs(1));
        let body = json!({"name": format!("n{n}"), "channels": {"email": {"subject": "S", "html": html()}}});
        let made = bench.post("/templates", &body).await;
        ids.push(made.body["id"].as_str().unwrap_or_else(|| panic!("{}", made.body)).to_owned());
    }
    let (items, parts) = walk(&bench, "/templates?sort=createdAt&").await;
    assert_eq!((texts(&items, "id"), parts.len()), (ids, 3), "{parts:?}");
}

#[tokio::test]
async fn the_outbox_is_cut() {
    let bench = Bench::new();
    let message = MessageId::new(BulkId(Uuid::from_u128(0x0192_f3c4_aaaa_7000_bbbb_0000_0000_0000)), 0);
    for n in 0..50 {
        bench.world.own().outbox.push(OutboxItem {
            id: format!("r{n}"),
            message,
            account: AccountId(1),
            channel: Channel::Email,
            to: "user@example.org".into(),
            // One that is smaller than what had no room before it must not come first.
            content: json!({"html": if n % 7 == 0 { String::new() } else { html() }}),
            outcome: "delivered".into(),
            at: start(),
        });
    }
    let (items, parts) = walk(&bench, "/outbox?").await;
    let expected: Vec<_> = (0..50).rev().map(|n| format!("r{n}")).collect();
    assert_eq!((texts(&items, "id"), parts.len()), (expected, 2), "{parts:?}");
}

#[tokio::test]
async fn the_stop_list_is_cut() {
    let bench = Bench::new();
    let address = |n: usize| format!("{n:04}{}", "\"".repeat(2500));
    for first in [0, 400] {
        let entries: Vec<_> =
            (first..first + 400).map(|n| json!({"recipient": address(n), "channel": "telegram"})).collect();
        let put = bench.put("/stopList", &json!({ "entries": entries })).await;
        assert_eq!(put.status, 200, "{}", put.body);
    }
    let (items, parts) = walk(&bench, "/stopList?").await;
    assert_eq!(texts(&items, "recipient"), (0..800).map(address).collect::<Vec<_>>());
    assert_eq!(parts.len(), 2, "{parts:?}");
}
