//! What lists read: little more than they show, however many messages there are.
//!
//! `make bench-list` runs this file over 100,000 messages (`LIST_MESSAGES`) and prints what was read.

use crate::{
    support::{Bench, sms},
    world::Reads,
};
use serde_json::{Value, json};
use std::{collections::HashSet, time::Duration};

/// How many messages there are.
fn messages() -> usize {
    std::env::var("LIST_MESSAGES").ok().and_then(|text| text.parse().ok()).unwrap_or(3000)
}

/// Half of the messages in bulks of up to a thousand, half of them alone, over six weeks.
async fn stock(total: usize) -> Bench {
    let bench = Bench::new();
    let pause = Duration::from_secs(20 * 86_400 * 2 / total as u64);
    let mut made = 0;
    for size in [1000, 400, 30].into_iter().cycle() {
        if made == total {
            break;
        }
        let size = size.min(total - made).min(total / 4);
        let phones: Vec<String> = (0..size).map(|n| format!("+7999{:07}", (made + n) % 500)).collect();
        let seen = bench.post("/messages", &sms(&phones.iter().map(String::as_str).collect::<Vec<_>>())).await;
        made += seen.ids().len();
        for _ in 0..size.min(total - made) {
            bench.clock.advance(pause);
            made += bench.post("/messages", &sms(&["+79990000001"])).await.ids().len();
        }
    }
    bench.world.take_reads();
    bench
}

struct Walked {
    ids: Vec<String>,
    parts: usize,
    reads: Reads,
}

async fn walk(bench: &Bench, base: &str) -> Walked {
    let mut walked = Walked { ids: Vec::new(), parts: 0, reads: Reads::default() };
    let mut cursor = String::new();
    loop {
        let seen = bench.get(&format!("{base}{cursor}")).await;
        let reads = bench.world.take_reads();
        walked.reads.lines += reads.lines;
        walked.reads.messages += reads.messages;
        walked.reads.requests += reads.requests;
        walked.ids.extend(seen.ids());
        walked.parts += 1;
        match seen.body["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return walked,
        }
    }
}

/// Prints what was read, and fails when it is more than a little above what was shown.
#[track_caller]
fn assert_read(what: &str, shown: usize, reads: Reads, most: Reads) {
    println!(
        "{what}: {shown} shown; read {} lines, {} messages, {} requests",
        reads.lines, reads.messages, reads.requests
    );
    let fits = reads.lines <= most.lines && reads.messages <= most.messages && reads.requests <= most.requests;
    assert!(fits, "{what}: {reads:?} is more than {most:?}");
}

#[tokio::test]
async fn a_walk_reads_each_message_once() {
    let total = messages();
    let bench = stock(total).await;
    let limit = (total / 20).min(1000);
    for sort in ["createdAt", "-createdAt"] {
        let base = format!("/messages?from=2026-11-01T00:00:00Z&sort={sort}&fields=id&limit={limit}");
        let walked = walk(&bench, &base).await;
        assert_eq!(walked.ids.len(), total);
        assert_eq!(walked.ids.iter().collect::<HashSet<_>>().len(), total);
        // One message more than is shown tells whether there is another part; the count is made once, of lines alone.
        let most = Reads {
            lines: 3 * total + 2 * walked.parts,
            messages: total + 2 * walked.parts,
            requests: 12 * walked.parts + total / 100,
        };
        assert_read(&format!("all of {total}, {sort}"), total, walked.reads, most);
    }
}

#[tokio::test]
async fn ten_in_the_middle_read_a_dozen() {
    let total = messages();
    let bench = stock(total).await;
    for sort in ["createdAt", "-createdAt"] {
        let base = format!("/messages?from=2026-11-01T00:00:00Z&sort={sort}&fields=id");
        let half = bench.get(&format!("{base}&limit=1000&offset={}", total / 2)).await;
        let passed = bench.world.take_reads();
        assert_read(
            &format!("a thousand from the middle by offset, {sort}"),
            1000,
            passed,
            Reads { lines: total, messages: 1000 + 1 + 1000, requests: 20 },
        );
        assert_eq!(half.body["count"], json!(total));
        let cursor = half.body["nextCursor"].as_str().expect("more").to_owned();
        for (what, query) in [("with a count", ""), ("without", "&withoutCount=true")] {
            let seen = bench.get(&format!("{base}&limit=10&cursor={cursor}{query}")).await;
            assert_eq!((seen.status, seen.ids().len()), (200, 10));
            let most = Reads { lines: 24, messages: 12, requests: 6 };
            assert_read(&format!("ten in the middle {what}, {sort}"), 10, bench.world.take_reads(), most);
        }
    }
}

#[tokio::test]
async fn what_an_index_knows_is_not_looked_up_in_messages() {
    let total = messages();
    let bench = stock(total).await;
    let of_phone = bench.get("/messages?recipient=%2B79990000001&limit=10&fields=id").await;
    let count = of_phone.body["count"].as_u64().and_then(|count| usize::try_from(count).ok()).expect("a count");
    let most = Reads { lines: count, messages: 11, requests: 2 + count / 10_000 };
    assert_read("ten to one phone, counted", 10, bench.world.take_reads(), most);
    let next = of_phone.body["nextCursor"].as_str().expect("more").to_owned();
    bench.get(&format!("/messages?recipient=%2B79990000001&limit=10&fields=id&cursor={next}")).await;
    assert_read("the next ten", 10, bench.world.take_reads(), Reads { lines: 24, messages: 11, requests: 3 });

    let phones: Vec<String> = (0..900).map(|n| format!("+7999{n:07}")).collect();
    let posted = bench.post("/messages", &sms(&phones.iter().map(String::as_str).collect::<Vec<_>>())).await;
    bench.world.take_reads();
    for name in ["bulkId", "groupId"] {
        let query = format!("/messages?{name}={}&limit=10&fields=id", posted.body[0][name].as_str().expect("an id"));
        let first = bench.get(&query).await;
        assert_eq!(first.body["count"], 900);
        let counted = bench.world.take_reads();
        // A group that has no index of its own is counted in its bulk.
        let most = Reads { lines: 2, messages: if name == "bulkId" { 11 } else { 900 }, requests: 12 };
        assert_read(&format!("ten of one {name}, counted"), 10, counted, most);
        let next = first.body["nextCursor"].as_str().expect("more");
        let second = bench.get(&format!("{query}&cursor={next}")).await;
        assert_eq!((second.ids(), &second.body["count"]), (posted.ids()[10..20].to_vec(), &json!(900)));
        assert_read("the next ten", 10, bench.world.take_reads(), Reads { lines: 3, messages: 11, requests: 5 });
    }
}

/// Without a beginning, a list does not ask for every day.
#[tokio::test]
async fn an_empty_list_asks_for_the_months_that_are_kept() {
    let bench = Bench::new();
    assert_eq!(bench.get("/messages").await.body, json!({"count": 0, "items": [], "nextCursor": null}));
    assert_eq!(bench.world.take_reads().requests, 2, "30 days are kept here");
}

#[tokio::test]
async fn contents_that_are_not_shown_are_not_read() {
    let bench = Bench::new();
    bench.post("/messages", &sms(&["+79990000001", "+79990000002"])).await;
    bench.world.own().calls = 0;
    let chosen = bench.get("/messages?fields=id,status").await;
    let without = std::mem::take(&mut bench.world.own().calls);
    assert_eq!(chosen.body["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(bench.get("/messages?fields=message").await.body["items"][0]["message"]["text"], "Hello");
    assert_eq!(bench.world.own().calls, without + 1);
}

/// A filter that no index knows looks at so many messages, and says so.
#[tokio::test]
async fn a_walk_that_finds_nothing_is_cut_short_and_goes_on() {
    let bench = Bench::new();
    let ids = bench.post("/messages", &sms(&["+79990000001"])).await.ids();
    for _ in 0..101 {
        let phones: Vec<String> = (0..1000).map(|n| format!("+7998{n:07}")).collect();
        bench.clock.advance(Duration::from_millis(1));
        bench.post("/messages", &sms(&phones.iter().map(String::as_str).collect::<Vec<_>>())).await;
    }
    {
        let mut state = bench.world.memory.state();
        let first = state.messages.values_mut().find(|message| message.id.to_string() == ids[0]).expect("there");
        first.status = baton_domain::Status::Delivered;
    }
    let first = bench.get("/messages?status=DELIVERED&fields=id").await;
    assert_eq!((first.ids().len(), &first.body["count"]), (0, &Value::Null));
    let next = first.body["nextCursor"].as_str().expect("more");
    let second = bench.get(&format!("/messages?status=DELIVERED&fields=id&cursor={next}")).await;
    assert_eq!((second.ids(), &second.body["count"], &second.body["nextCursor"]), (ids, &Value::Null, &Value::Null));
}

/// A walk shows what was there when it began, once, whatever comes meanwhile.
#[tokio::test]
async fn what_arrives_meanwhile_does_not_disturb_a_walk() {
    for (sort, limit) in [("createdAt", 2), ("-createdAt", 2), ("-createdAt", 3)] {
        let bench = Bench::new();
        for _ in 0..4 {
            bench.post("/messages", &sms(&["+79990000001", "+79990000002"])).await;
            bench.clock.advance(Duration::from_secs(1));
        }
        let base = format!("/messages?sort={sort}&fields=id&limit={limit}");
        let before = bench.get(&format!("/messages?sort={sort}&fields=id")).await.ids();
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        while walked.len() < before.len() {
            let seen = bench.get(&format!("{base}{cursor}")).await;
            assert_eq!(seen.body["count"], 8, "as of the beginning");
            walked.extend(seen.ids());
            cursor = seen.body["nextCursor"].as_str().map(|next| format!("&cursor={next}")).unwrap_or_default();
            bench.post("/messages", &sms(&["+79990000003"])).await;
            bench.clock.advance(Duration::from_secs(1));
        }
        assert_eq!(walked[..before.len()], before, "{sort}");
    }
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_question_alone() {
    let bench = Bench::new();
    bench.post("/messages", &sms(&["+79990000001", "+79990000002", "+79990000003"])).await;
    let other = bench.key(2, "other", &[baton_api::ports::Scope::Read]);
    let first = bench.get("/messages?status=CREATED,PENDING&limit=1").await;
    let cursor = first.body["nextCursor"].as_str().expect("more");
    for query in ["status=PENDING&status=CREATED&limit=2", "status=CREATED,PENDING&fields=id&withoutCount=1"] {
        assert_eq!(bench.get(&format!("/messages?{query}&cursor={cursor}")).await.ids().len(), 2, "{query}");
    }
    for query in ["status=CREATED", "", "status=CREATED,PENDING&sort=createdAt", "status=CREATED,PENDING&channel=sms"] {
        assert_eq!(bench.get(&format!("/messages?{query}&cursor={cursor}")).await.faults(), [("?cursor", "invalid")]);
    }
    let theirs = format!("/messages?status=CREATED,PENDING&cursor={cursor}");
    assert_eq!(bench.as_of(&other, http::Method::GET, &theirs, None).await.faults(), [("?cursor", "invalid")]);
}
