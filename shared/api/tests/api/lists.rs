use crate::support::{Bench, Seen, sms, sms_at};
use baton_domain::{
    Status,
    tracks::{TrackEvent, TrackKind},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

/// Three bulks on three days, of one, three and one message; gives their ids in the order of their coming.
async fn three_days(bench: &Bench) -> Vec<String> {
    let mut ids = bench.post("/messages", &sms(&["79990000001"])).await.ids();
    bench.clock.advance(Duration::from_secs(86_400));
    let mut many = sms(&["79990000001", "79990000002", "79990000003"]);
    many["messages"][0]["groupId"] = json!("g");
    ids.extend(bench.post("/messages", &many).await.ids());
    bench.clock.advance(Duration::from_secs(86_400));
    let mail = json!({"messages": [{"channels": {"email": {"subject": "S", "text": "T {{x|y}}"}}, "destinations": [{"email": "Anna@Example.org"}]}]});
    ids.extend(bench.post("/messages", &mail).await.ids());
    ids
}

fn count(seen: &Seen) -> u64 {
    seen.body["count"].as_u64().unwrap_or_else(|| panic!("{}", seen.body))
}

#[tokio::test]
async fn newest_first_and_a_bulk_in_its_order() {
    let bench = Bench::new();
    let ids = three_days(&bench).await;
    let seen = bench.get("/messages").await;
    let expected = [4, 1, 2, 3, 0].map(|index: usize| ids[index].clone());
    assert_eq!((seen.ids(), count(&seen), &seen.body["nextCursor"]), (expected.to_vec(), 5, &Value::Null));
    assert_eq!(seen.body["items"][0]["message"], json!({"subject": "S", "text": "T y"}));
    assert_eq!(seen.body["items"][1]["message"], json!({"text": "Hello"}), "from beside the bulk");
    assert!(seen.body["items"][0].get("timeline").is_none());
    assert_eq!(bench.get("/messages?sort=createdAt").await.ids(), ids);
}

#[tokio::test]
async fn every_filter() {
    let bench = Bench::new();
    let ids = three_days(&bench).await;
    {
        let mut state = bench.world.memory.state();
        state.messages.values_mut().nth(1).expect("a message").status = Status::Pending;
    }
    let all = bench.get("/messages?sort=createdAt").await;
    let text = |index: usize, name: &str| all.body["items"][index][name].as_str().expect("text").to_owned();
    let table: Vec<(String, Vec<usize>)> = vec![
        (format!("id={},{}", ids[0], ids[2]), vec![0, 2]),
        (format!("id={}&id={}", ids[0], ids[2]), vec![0, 2]),
        (format!("id={0},{0}", ids[0]), vec![0]),
        (format!("flowId={}", ids[4]), vec![4]),
        (format!("id={},{}&flowId={}", ids[0], ids[1], ids[1]), vec![1]),
        (format!("bulkId={},{}", text(1, "bulkId"), text(4, "bulkId")), vec![1, 2, 3, 4]),
        ("groupId=g".into(), vec![1, 2, 3]),
        (format!("groupId={},g", text(0, "groupId")), vec![0, 1, 2, 3]),
        ("recipient=+79990000001".into(), vec![0, 1]),
        ("recipient=%2B7-999-000-00-01,anna@example.ORG".into(), vec![0, 1, 4]),
        ("status=pending".into(), vec![1]),
        ("status=CREATED,PENDING".into(), vec![0, 1, 2, 3, 4]),
        ("channel=EMAIL".into(), vec![4]),
        ("channel=email,sms&recipient=79990000002".into(), vec![2]),
        ("taskId=0f8fad5b-d9cb-469f-a165-70867728950e".into(), vec![]),
        ("from=2026-11-24T09:00:00Z".into(), vec![1, 2, 3, 4]),
        ("from=2026-11-24T12:00:00%2B03:00&to=2026-11-24T09:00:00Z".into(), vec![1, 2, 3]),
        ("to=2026-11-24T08:59:59Z".into(), vec![0]),
        ("recipient=79990000001&to=2026-11-24T08:59:59Z".into(), vec![0]),
        ("from=1970-01-01T00:00:00Z&to=2999-01-01T00:00:00Z".into(), vec![0, 1, 2, 3, 4]),
        ("from=2026-11-25T00:00:00Z&to=2026-11-24T00:00:00Z".into(), vec![]),
        ("id=0f8fad5b-d9cb-469f-a165-70867728950e".into(), vec![]),
        ("group=x&timezone=y&language=z&offsetField=a&offsetValue=b&status=".into(), vec![0, 1, 2, 3, 4]),
    ];
    for (query, expected) in table {
        let seen = bench.get(&format!("/messages?sort=createdAt&{query}")).await;
        assert_eq!(seen.status, 200, "{query}: {}", seen.body);
        let expected: Vec<_> = expected.iter().map(|index| ids[*index].clone()).collect();
        assert_eq!((seen.ids(), count(&seen)), (expected.clone(), expected.len() as u64), "{query}");
        let none = bench.get(&format!("/messages?{query}&withoutItems=true")).await;
        assert_eq!((none.ids().len(), count(&none)), (0, expected.len() as u64), "{query}");
    }
}

/// Every walk gives every message once, in both orders, whatever the size of its parts.
/// Messages are kept for 30 days here, and for as long as they wait.
#[tokio::test]
async fn what_has_waited_for_long_is_found_by_its_time() {
    let bench = Bench::new();
    let ids = bench.post("/messages", &sms_at("2027-06-01T09:00:00Z", &["79990000001"])).await.ids();
    bench.clock.advance(Duration::from_secs(100 * 86_400));
    assert_eq!(bench.get("/messages").await.ids(), Vec::<String>::new());
    assert_eq!(bench.get("/messages?status=delayed&from=2026-11-01T00:00:00Z").await.ids(), ids);
}

#[tokio::test]
async fn cursors_and_pages_walk_everything() {
    let bench = Bench::new();
    three_days(&bench).await;
    let phones: Vec<_> = (1..=9).map(|n| format!("7999000000{n}")).collect();
    bench.post("/messages", &sms(&phones.iter().map(String::as_str).collect::<Vec<_>>())).await;
    for filter in ["status=CREATED", "channel=sms,email", "recipient=79990000001,79990000002", "groupId=g", ""] {
        for sort in ["createdAt", "-createdAt"] {
            let base = format!("/messages?{filter}&sort={sort}");
            let all = bench.get(&base).await.ids();
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
            for limit in 1..=all.len() {
                for extra in ["", "&withoutCount=1"] {
                    let (mut walked, mut cursor) = (Vec::new(), String::new());
                    loop {
                        let seen = bench.get(&format!("{base}&limit={limit}{extra}{cursor}")).await;
                        assert_eq!(seen.body["count"].as_u64(), extra.is_empty().then_some(all.len() as u64), "{base}");
                        walked.extend(seen.ids());
                        let Some(next) = seen.body["nextCursor"].as_str() else { break };
                        cursor = format!("&cursor={next}");
                    }
                    assert_eq!(walked, all, "{base} by {limit}{extra}");
                }
                let mut paged = Vec::new();
                for page in 1..=all.len().div_ceil(limit) {
                    paged.extend(bench.get(&format!("{base}&limit={limit}&page={page}")).await.ids());
                }
                assert_eq!(paged, all, "{base} by pages of {limit}");
                let offset = bench.get(&format!("{base}&offset={limit}")).await.ids();
                assert_eq!(offset, all[limit..], "{base} from {limit}");
            }
        }
    }
}

#[tokio::test]
async fn fields_are_chosen() {
    let bench = Bench::new();
    three_days(&bench).await;
    let seen = bench.get("/messages?fields=status,channel&limit=1").await;
    assert_eq!(seen.body["items"], json!([{"status": "CREATED", "channel": "email"}]));
}

#[tokio::test]
async fn bad_questions_are_refused_together() {
    let bench = Bench::new();
    let query = "limit=0&offset=-1&page=0&sort=name&fields=none&withoutCount=maybe&cursor=x&status=DONE&channel=fax&id=1\
        &bulkId=2&recipient=me&from=yesterday&to=2026-11-24&companyId=x&what=1";
    let seen = bench.get(&format!("/messages?{query}")).await;
    assert_eq!((seen.status, seen.body["code"].as_str()), (422, Some("validation_failed")));
    let found: BTreeSet<_> = seen.faults().into_iter().map(|(path, _)| path).collect();
    let expected: BTreeSet<_> = [
        "?limit",
        "?offset",
        "?page",
        "?sort",
        "?fields",
        "?withoutCount",
        "?cursor",
        "?status",
        "?channel",
        "?id",
        "?bulkId",
        "?recipient",
        "?from",
        "?to",
        "?companyId",
        "?what",
    ]
    .into();
    assert_eq!(found, expected);
    assert_eq!(bench.get("/messages?limit=1001").await.status, 422);
    assert_eq!(bench.get("/messages/x?limit=1").await.faults(), [("?limit", "unknown_field")]);
}

#[tokio::test]
async fn opens_and_clicks_are_shown() {
    let bench = Bench::new();
    let id = bench.post("/messages", &sms(&["79990000001"])).await.ids()[0].clone();
    assert_eq!(bench.get(&format!("/messages/{id}")).await.body["tracks"], json!({}));
    for message in bench.world.memory.state().messages.values_mut() {
        let at = message.created_at;
        for (digest, later) in [(1, 90), (2, 30), (1, 90)] {
            let event = TrackEvent { kind: TrackKind::Open, digest };
            message.tracks.add(event, at + chrono::TimeDelta::seconds(later));
        }
        message.tracks.add(TrackEvent { kind: TrackKind::Click, digest: 3 }, at);
    }
    let expected = json!({
        "opens": {"count": 2, "firstAt": "2026-11-23T09:00:30.000Z", "lastAt": "2026-11-23T09:01:30.000Z"},
        "clicks": {"count": 1, "firstAt": "2026-11-23T09:00:00.000Z", "lastAt": "2026-11-23T09:00:00.000Z"},
    });
    assert_eq!(bench.get(&format!("/messages/{id}")).await.body["tracks"], expected);
    assert_eq!(bench.get("/messages?fields=tracks").await.body["items"], json!([{"tracks": expected}]));
}
