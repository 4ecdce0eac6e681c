//! The white list: what an account may reach, and what that means for requests.

use crate::support::{Bench, sms};
use baton_api::ports::Scope;
use http::Method;
use serde_json::{Value, json};

const ANNA: &str = "+79990001111";
const BORIS: &str = "+79990002222";

/// Sets the list of account 1, as an operator of account 9.
async fn set(bench: &Bench, list: &Value) -> Value {
    let operator = bench.key(9, "op", &[Scope::Admin, Scope::Read, Scope::Operator]);
    let seen = bench.as_of(&operator, Method::PUT, "/whiteList/1", Some(list)).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen.body
}

#[tokio::test]
async fn a_list_is_replaced_by_operators_and_shown_to_its_account() {
    let bench = Bench::new();
    let list = json!([
        {"entity": "PHONE", "channel": "SMS", "provider": "twilio", "values": ["7 999 000-11-11", ANNA]},
        {"entity": "fromEmail", "values": ["Shop@Example.org"]},
    ]);
    let expected = json!({"count": 2, "nextCursor": null, "items": [
        {"companyId": 1, "entity": "phone", "channel": "sms", "provider": "TWILIO", "values": [ANNA]},
        {"companyId": 1, "entity": "fromEmail", "channel": null, "provider": null, "values": ["shop@example.org"]},
    ]});
    assert_eq!(set(&bench, &list).await, expected);
    assert_eq!(bench.get("/whiteList").await.body, expected);
    let part = bench.get("/whiteList?limit=1").await.body;
    assert_eq!((&part["items"], &part["nextCursor"]), (&json!([expected["items"][0]]), &json!("1")));
    let rest = bench.get("/whiteList?limit=1&cursor=1").await.body;
    assert_eq!((&rest["items"], &rest["nextCursor"]), (&json!([expected["items"][1]]), &Value::Null));
    assert_eq!(bench.get("/whiteList?cursor=x").await.faults(), [("?cursor", "invalid")]);
    assert_eq!(bench.put("/whiteList/1", &json!([])).await.status, 403, "not for the account itself");
    let other = bench.key(2, "other", &[Scope::Read]);
    assert_eq!(bench.as_of(&other, Method::GET, "/whiteList", None).await.body["count"], 0);
    assert_eq!(bench.as_of(&other, Method::GET, "/whiteList?companyId=1", None).await.status, 403);
    assert_eq!(set(&bench, &json!([])).await["count"], 0);
}

/// Whatever finds them, all faults of a request are told at once.
#[tokio::test]
async fn what_is_not_permitted_is_told_with_the_other_faults() {
    let bench = Bench::new();
    set(
        &bench,
        &json!([{"entity": "from", "channel": "sms", "values": ["Shop"]}, {"entity": "phone", "values": [ANNA]}]),
    )
    .await;
    let item = json!({"channels": {"sms": {"from": "Other"}}, "destinations": [{"phone": "79990002222"}]});
    let body = json!({"taskId": "0f8fad5b-d9cb-469f-a165-70867728950e", "messages": [item]});
    for path in ["/messages", "/messages/validate"] {
        let seen = bench.post(path, &body).await;
        let expected = [
            ("/messages/0/channels/sms/text", "required"),
            ("/messages/0/channels/sms/from", "not_permitted"),
            ("/taskId", "unknown_task"),
        ];
        assert_eq!((seen.status, &seen.faults()[..3]), (422, &expected[..]), "{path}: {}", seen.body);
    }
    let to = ("/messages/0/destinations/0/phone", "not_permitted");
    assert_eq!(bench.post("/messages", &body).await.faults()[3..], [to], "a destination refuses nothing of validate");
    assert!(bench.world.is_empty());
}

#[tokio::test]
async fn every_fault_of_a_list_has_its_place() {
    let bench = Bench::new();
    let operator = bench.key(9, "op", &[Scope::Admin, Scope::Operator]);
    let body = json!([
        {"entity": "fax", "values": []},
        {"entity": "phone", "channel": "fax", "values": ["1", ANNA]},
        {"values": [], "more": 1},
        {"entity": "from"},
    ]);
    let seen = bench.as_of(&operator, Method::PUT, "/whiteList/1", Some(&body)).await;
    let mut faults = seen.faults();
    faults.sort_unstable();
    assert_eq!(
        faults,
        [
            ("/0/entity", "invalid"),
            ("/1/channel", "invalid"),
            ("/1/values/0", "invalid"),
            ("/2/entity", "required"),
            ("/2/more", "unknown_field"),
            ("/3/values", "required"),
        ]
    );
    let seen = bench.as_of(&operator, Method::PUT, "/whiteList/1", Some(&json!({}))).await;
    assert_eq!(seen.status, 400);
}

#[tokio::test]
async fn a_test_account_reaches_its_phones_alone() {
    let bench = Bench::new();
    set(&bench, &json!([{"entity": "phone", "values": [ANNA]}])).await;
    let seen = bench.post("/messages", &sms(&[ANNA, BORIS])).await;
    assert_eq!((seen.status, &seen.body[0]["status"]), (200, &json!("CREATED")));
    let error = json!({"code": "not_permitted", "path": "/messages/0/destinations/1/phone",
        "message": "The account may not reach this phone by sms."});
    assert_eq!((&seen.body[1]["id"], &seen.body[1]["error"]), (&Value::Null, &error));
    let refused = bench.post("/messages", &sms(&[BORIS])).await;
    assert_eq!((refused.status, refused.faults()), (422, vec![("/messages/0/destinations/0/phone", "not_permitted")]));
    let told = bench.post("/messages/validate", &sms(&[BORIS])).await.body;
    assert_eq!(told[0]["faults"][0]["code"], "not_permitted");
    // What is not limited goes.
    let body = json!({"messages": [{"channels": {"telegram": {"text": "a"}},
        "destinations": [{"messengerUserId": "42", "phone": BORIS}]}]});
    assert_eq!(bench.post("/messages", &body).await.status, 200);
    let other = bench.key(2, "other", &[Scope::Send]);
    assert_eq!(bench.as_of(&other, Method::POST, "/messages", Some(&sms(&[BORIS]))).await.status, 200);
}

#[tokio::test]
async fn a_sender_must_be_one_of_those_that_are_permitted_for_its_channel() {
    let bench = Bench::new();
    set(&bench, &json!([{"entity": "from", "channel": "sms", "values": ["Shop"]}])).await;
    let with = |channel: &str, from: Value| {
        let mut body = json!({"messages": [{"channels": {}, "destinations": [{"phone": ANNA}]}]});
        body["messages"][0]["channels"][channel] = json!({"text": "a", "from": from});
        body
    };
    for (channel, from, status) in [
        ("sms", json!("Shop"), 200),
        ("sms", Value::Null, 200),
        ("sms", json!("Bank"), 422),
        ("sms", json!("{{name|Shop}}"), 422),
        ("viber", json!("Bank"), 200),
    ] {
        let seen = bench.post("/messages", &with(channel, from.clone())).await;
        assert_eq!(seen.status, status, "{channel} {from}: {}", seen.body);
        if status == 422 {
            assert_eq!(seen.faults(), [("/messages/0/channels/sms/from", "not_permitted")]);
        }
    }
}

/// Whoever was refused when a request came first is not sent to by its repetition, whatever is permitted by then.
#[tokio::test]
async fn a_repetition_reaches_nobody_who_was_refused_at_first() {
    let bench = Bench::new();
    for (nth, others) in [vec![ANNA], vec![ANNA, "+79990003333"]].into_iter().enumerate() {
        for now in [json!([]), json!([{"entity": "phone", "values": [ANNA, BORIS, "+79990003333"]}])] {
            let key = format!("{nth} {now}");
            set(&bench, &json!([{"entity": "phone", "values": [ANNA, "+79990003333"]}])).await;
            let body = sms(&[others.as_slice(), &[BORIS]].concat());
            let first = bench.post_once("/messages", &key, &body).await;
            assert_eq!(first.body[others.len()]["error"]["code"], "not_permitted");
            let stored = bench.world.messages().len();
            set(&bench, &now).await;
            for pause in [0, 61] {
                bench.clock.advance(std::time::Duration::from_secs(pause));
                let again = bench.post_once("/messages", &key, &body).await;
                assert_eq!((again.status, &again.body[0]), (200, &first.body[0]), "{key}");
                assert_eq!(again.body[others.len()]["error"]["code"], "refused_at_first", "{key}");
            }
            assert_eq!(bench.world.messages().len(), stored, "{key}");
        }
    }
}

/// A bulk that is named again brings no sender along that is not permitted.
#[tokio::test]
async fn a_bulk_that_is_named_again_is_judged_where_it_has_more() {
    let bench = Bench::new();
    let from = |from: &str, phones: &[&str]| {
        let mut body = sms(phones);
        body["messages"][0]["channels"]["sms"]["from"] = json!(from);
        body
    };
    set(&bench, &json!([{"entity": "from", "channel": "sms", "values": ["Shop"]}])).await;
    let first = bench.post("/messages", &from("Shop", &[ANNA])).await;
    let mut more = from("Bank", &[ANNA, BORIS]);
    more["bulkId"] = first.body[0]["bulkId"].clone();
    let seen = bench.post("/messages", &more).await;
    assert_eq!((seen.status, seen.body["details"][0]["code"].clone()), (422, json!("not_permitted")));
    set(&bench, &json!([])).await;
    assert_eq!(bench.put("/senders", &json!({"senders": [{"from": "Shop"}]})).await.status, 200);
    let seen = bench.post("/messages", &more).await;
    assert_eq!((seen.status, seen.body["details"][0]["code"].clone()), (422, json!("unknown_sender")));
    assert_eq!(bench.world.messages().len(), 1);
}

#[tokio::test]
async fn a_repeated_request_is_not_judged_by_a_later_list() {
    let bench = Bench::new();
    let body = sms(&[ANNA, BORIS]);
    let first = bench.post_once("/messages", "k", &body).await;
    assert_eq!(first.status, 200);
    set(&bench, &json!([{"entity": "phone", "values": [ANNA]}, {"entity": "from", "values": ["Shop"]}])).await;
    let again = bench.post_once("/messages", "k", &body).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    let later = bench.post_once("/messages", "later", &body).await;
    assert_eq!(later.body[1]["error"]["code"], "not_permitted");
    assert_eq!(bench.world.messages().len(), 3);
}
