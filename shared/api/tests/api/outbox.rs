use crate::support::{Bench, start};
use baton_api::ports::OutboxItem;
use baton_domain::{AccountId, BulkId, Channel, MessageId};
use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;

fn message(n: u16) -> MessageId {
    MessageId::new(BulkId(Uuid::from_u128(0x0192_f3c4_aaaa_7000_bbbb_0000_0000_0000)), n)
}

fn bench(records: u16) -> Bench {
    let bench = Bench::new();
    for n in 0..records {
        let (channel, to) = match n % 2 {
            0 => (Channel::Sms, format!("+7999{n:07}")),
            _ => (Channel::Email, format!("User{n}@example.org")),
        };
        bench.world.own().outbox.push(OutboxItem {
            id: format!("r{n}"),
            message: message(n / 2),
            account: AccountId(1),
            channel,
            to,
            content: json!({"text": "Hello"}),
            outcome: "delivered".into(),
            at: start() + TimeDelta::seconds(i64::from(n)),
        });
    }
    bench
}

#[tokio::test]
async fn records_are_shown_and_filtered() {
    let bench = bench(4);
    let seen = bench.get("/outbox?limit=1&offset=1").await;
    let expected = json!({"id": "r2", "messageId": message(1).to_string(), "companyId": 1, "channel": "sms", "to": "+79990000002",
        "content": {"text": "Hello"}, "outcome": "delivered", "at": "2026-11-23T09:00:02.000Z"});
    assert_eq!((&seen.body["items"], &seen.body["count"]), (&json!([expected]), &json!(4)));
    let table = [
        (format!("messageId={}", message(0)), vec!["r1", "r0"]),
        (format!("messageId={},{}", message(0), message(1)), vec!["r1", "r0", "r3", "r2"]),
        ("channel=SMS".into(), vec!["r2", "r0"]),
        ("recipient=%2B79990000002".into(), vec!["r2"]),
        ("recipient=+7 (999) 0000000,user1@EXAMPLE.org".replace(' ', "%20"), vec!["r1", "r0"]),
        ("channel=email&recipient=%2B79990000002".into(), vec![]),
    ];
    for (query, expected) in table {
        assert_eq!(bench.get(&format!("/outbox?{query}")).await.ids(), expected, "{query}");
    }
    assert_eq!(bench.get("/outbox?channel=fax").await.faults(), [("?channel", "invalid")]);
    assert_eq!(bench.get("/outbox?cursor=x").await.faults(), [("?cursor", "invalid")]);
    bench.world.own().outbox_off = true;
    assert_eq!(bench.get("/outbox").await.status, 404);
}

#[tokio::test]
async fn a_walk_sees_every_record_once_while_new_ones_come() {
    let bench = bench(1001);
    let (mut walked, mut query) = (Vec::new(), "limit=90&channel=sms".to_owned());
    loop {
        let seen = bench.get(&format!("/outbox?{query}")).await;
        if walked.is_empty() {
            assert_eq!(seen.body["count"], 501);
        }
        walked.extend(seen.ids());
        let Some(cursor) = seen.body["nextCursor"].as_str() else { break };
        query = format!("limit=90&channel=sms&cursor={cursor}");
        let newer = bench.world.own().outbox[0].clone();
        bench.world.own().outbox.push(OutboxItem { id: format!("new{}", walked.len()), ..newer });
    }
    let expected: Vec<_> = (0..1001).rev().filter(|n| n % 2 == 0).map(|n| format!("r{n}")).collect();
    assert_eq!(walked, expected);
}
