//! Messages that are made from templates.

use crate::{
    support::{Bench, Seen},
    templates::{ANNA, made, message, order},
    world::Break,
};
use serde_json::{Value, json};
use std::time::Duration;

/// Sends an item of a template to Anna.
async fn sent(bench: &Bench, id: &str, more: Value) -> Seen {
    bench.post("/messages", &message(id, more)).await
}

async fn shown(bench: &Bench, posted: &Seen) -> Value {
    assert_eq!(posted.status, 200, "{}", posted.body);
    bench.get(&format!("/messages/{}", posted.ids()[0])).await.body
}

#[tokio::test]
async fn a_message_is_made_from_a_template_and_keeps_its_version() {
    let bench = Bench::new();
    let id = made(&bench, &order()).await;
    let posted = sent(&bench, &id, json!({})).await;
    // 09:00 UTC is noon in Moscow.
    assert_eq!(
        (&posted.body[0]["status"], &posted.body[0]["channel"]),
        (&json!("CREATED"), &json!("sms")),
        "{}",
        posted.body
    );
    bench.clock.advance(Duration::from_secs(1));
    let other = json!({"name": "Other", "channels": {"sms": {"text": "Other text"}}});
    bench.put(&format!("/templates/{id}"), &other).await;
    let again = sent(&bench, &id, json!({})).await;
    bench.delete(&format!("/templates/{id}")).await;

    let keeps = |message: &Value| {
        let of = |name: &str| message[name].clone();
        json!([of("templateId"), of("templateName"), of("templateVersion"), message["message"]["text"]])
    };
    assert_eq!(keeps(&shown(&bench, &posted).await), json!([id, "Заказ готов", 1, "Order 42 is ready"]));
    assert_eq!(keeps(&shown(&bench, &again).await), json!([id, "Other", 2, "Other text"]));
    let listed = bench.get("/messages?sort=createdAt").await.body;
    assert_eq!(keeps(&listed["items"][0]), json!([id, "Заказ готов", 1, "Order 42 is ready"]));
    let gone = sent(&bench, &id, json!({})).await;
    assert_eq!((gone.status, gone.faults()), (422, vec![("/messages/0/templateId", "unknown_template")]));
}

/// A content that many recipients share is stored once, with its template.
#[tokio::test]
async fn a_shared_content_knows_its_template_too() {
    let bench = Bench::new();
    let id = made(&bench, &order()).await;
    let to = |order: u32| json!({"phone": ANNA, "variables": {"order": order}});
    let posted = sent(&bench, &id, json!({"destinations": [to(1), to(2)]})).await;
    assert_eq!(bench.world.memory.state().specs.len(), 1);
    assert!(bench.world.messages().iter().all(|message| message.content.is_none()));
    assert_eq!(shown(&bench, &posted).await["templateId"], json!(id));
}

#[tokio::test]
async fn what_the_item_says_wins_field_by_field() {
    let bench = Bench::new();
    let id = made(&bench, &order()).await;
    let route = |index: usize| {
        let messages = bench.world.messages();
        messages[index].route.iter().map(|leg| (leg.channel.name(), leg.validity_minutes)).collect::<Vec<_>>()
    };
    let own = json!({"channels": {"sms": {"text": "Own {{order}}", "from": null}}});
    let message = shown(&bench, &sent(&bench, &id, own).await).await;
    assert_eq!(message["message"], json!({"text": "Own 42", "from": "Shop"}));
    assert_eq!(route(0), [("sms", None)], "the item's channels are the ones that are tried");
    let own = json!({"channels": {"sms": {}, "telegram": {"validityPeriod": 5}, "viber": {"text": "v"}}});
    sent(&bench, &id, own).await;
    assert_eq!(route(1), [("sms", None), ("telegram", Some(5)), ("viber", None)]);
    for channels in [Value::Null, json!({}), json!({"sms": null})] {
        let posted = sent(&bench, &id, json!({ "channels": channels })).await;
        assert_eq!(posted.status, 200, "{}", posted.body);
    }
    assert_eq!(route(4), [("telegram", Some(10)), ("sms", None)]);

    let table = [
        (json!({"viber": {}}), "/messages/0/channels/viber/text", "required"),
        (json!({"sms": {"subject": "s"}}), "/messages/0/channels/sms/subject", "unknown_field"),
        (json!({"sms": {"text": "{{other}}"}}), "/messages/0/destinations/0/variables/other", "missing_variable"),
    ];
    for (channels, path, code) in table {
        let seen = sent(&bench, &id, json!({ "channels": channels })).await;
        assert_eq!((seen.status, seen.faults()), (422, vec![(path, code)]));
    }
    let seen = sent(&bench, "x", json!({})).await;
    assert_eq!((seen.status, seen.faults()), (422, vec![("/messages/0/templateId", "invalid")]));
}

#[tokio::test]
async fn windows_and_zones_have_their_precedence() {
    let bench = Bench::new();
    let id = made(&bench, &order()).await;
    let anna = |zone: Value| json!([{"phone": ANNA, "variables": {"order": 1}, "timeZone": zone}]);
    // It is 09:00 UTC; the template's window is 10:00 to 21:00 in Moscow, three hours ahead.
    let table = [
        (json!({}), None),
        (json!({"timeZone": "UTC"}), Some("2026-11-23T10:00:00.000Z")),
        (json!({"timeZone": "UTC", "destinations": anna(json!("Asia/Tokyo"))}), None),
        (json!({"destinations": anna(json!("Europe/London"))}), Some("2026-11-23T10:00:00.000Z")),
        (json!({"allowedTimeRanges": [["15:00", "16:00"]]}), Some("2026-11-23T12:00:00.000Z")),
        (json!({"allowedTimeRanges": [], "timeZone": "UTC"}), None),
    ];
    for (more, waits_until) in table {
        let seen = bench.post("/messages/validate", &message(&id, more.clone())).await;
        assert_eq!(seen.body[0]["sendAt"], waits_until.unwrap_or("2026-11-23T09:00:00.000Z"), "{more}");
        let posted = sent(&bench, &id, more.clone()).await;
        let status = if waits_until.is_some() { "DELAYED" } else { "CREATED" };
        assert_eq!((&posted.body[0]["status"], &seen.body[0]["status"]), (&json!(status), &json!(status)), "{more}");
    }
}

/// A request that is repeated after its template has changed, or has gone, is completed and answered as at first.
#[tokio::test]
async fn a_repeated_request_takes_the_template_as_it_was() {
    let to = |order: u32| json!({"phone": ANNA, "variables": {"order": order}});
    for (deleted, how) in [(false, Break::Before), (true, Break::Before), (false, Break::After), (true, Break::After)] {
        for call in 1.. {
            let bench = Bench::new();
            let id = made(&bench, &order()).await;
            let body = message(&id, json!({"destinations": [to(1), to(2)]}));
            let calls = bench.world.own().calls;
            bench.world.own().broken = Some((calls + call, how));
            let first = bench.post_once("/messages", "k", &body).await;
            bench.world.own().broken = None;
            let begun = !bench.world.is_empty();
            bench.clock.advance(Duration::from_secs(61));
            if deleted {
                bench.delete(&format!("/templates/{id}")).await;
            } else {
                bench
                    .put(&format!("/templates/{id}"), &json!({"name": "n", "channels": {"viber": {"text": "v"}}}))
                    .await;
            }
            let again = bench.post_once("/messages", "k", &body).await;
            if begun {
                assert_eq!(again.status, 200, "call {call} {how:?}: {}", again.body);
                let routes = bench.world.messages().iter().map(|message| message.route.len()).collect::<Vec<_>>();
                assert_eq!((routes, &again.body[0]["channel"]), (vec![2, 2], &json!("sms")), "call {call} {how:?}");
            } else {
                assert_eq!(again.status, if deleted { 422 } else { 200 }, "call {call} {how:?}");
            }
            if first.status == 200 {
                assert_eq!((&again.body, again.header("idempotency-replayed")), (&first.body, Some("true")));
                break;
            }
        }
    }
}

/// The same by the id of the bulk.
#[tokio::test]
async fn a_named_bulk_keeps_the_version_too() {
    let bench = Bench::new();
    let id = made(&bench, &order()).await;
    let mut body = message(&id, json!({}));
    body["bulkId"] = json!("0f8fad5b-d9cb-469f-a165-70867728950e");
    let first = bench.post("/messages", &body).await;
    bench.clock.advance(Duration::from_secs(5));
    bench.delete(&format!("/templates/{id}")).await;
    assert_eq!(bench.post("/messages", &body).await.body, first.body);
}
