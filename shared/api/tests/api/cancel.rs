use crate::support::{Bench, sms};
use baton_domain::{AttemptState, BulkId, Message, MessageId, Status};
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn messages_are_cancelled_by_every_name() {
    let names: [fn(&Value) -> Value; 6] = [
        |element| json!({"id": element["id"]}),
        |element| json!({"flowId": [element["id"]]}),
        |element| json!({"bulkId": [element["bulkId"]]}),
        |element| json!({"groupId": element["groupId"]}),
        |element| json!({"companyId": 1, "id": [element["id"]], "bulkId": element["bulkId"], "groupId": null}),
        |element| json!({"id": format!("{}, 0f8fad5b-d9cb-469f-a165-70867728950e", element["id"].as_str().expect("an id"))}),
    ];
    for (name, group) in names.iter().flat_map(|name| [(name, None), (name, Some("g"))]) {
        let bench = Bench::new();
        let mut body = sms(&["79990000001"]);
        body["messages"][0]["groupId"] = json!(group);
        let element = bench.post("/messages", &body).await.body[0].clone();
        let wanted = name(&element);
        let seen = bench.as_of(&bench.token, Method::DELETE, "/messages", Some(&wanted)).await;
        let mut expected = element.clone();
        expected["status"] = json!("CANCELED");
        assert_eq!((seen.status, &seen.body), (200, &json!([expected])), "{wanted}");
        let again = bench.as_of(&bench.token, Method::DELETE, "/messages", Some(&wanted)).await;
        assert_eq!(again.body, seen.body, "a second time is no error");
    }
}

#[tokio::test]
async fn what_has_gone_out_says_so() {
    let bench = Bench::new();
    let elements = bench.post("/messages", &sms(&["79990000001", "79990000002"])).await.body;
    {
        let mut state = bench.world.memory.state();
        let message = state.messages.values_mut().next().expect("a message");
        message.status = Status::Pending;
        message.attempts[0].state = AttemptState::Sent;
    }
    let seen = bench.delete(&format!("/messages?bulkId={}", elements[0]["bulkId"].as_str().expect("an id"))).await;
    let found: Vec<_> = seen
        .body
        .as_array()
        .expect("an array")
        .iter()
        .map(|e| (e["status"].as_str(), e["error"]["code"].as_str()))
        .collect();
    assert_eq!(found, [(Some("PENDING"), Some("not_cancellable")), (Some("CANCELED"), None)]);
    assert_eq!(seen.body[0]["error"]["path"], Value::Null);
}

#[tokio::test]
async fn bad_questions_are_refused() {
    let bench = Bench::new();
    let table = [
        (json!({}), 422, vec![("", "required")]),
        (json!({"id": null}), 422, vec![("", "required")]),
        (json!({"id": "x"}), 422, vec![("/id", "invalid")]),
        (json!({"id": ["x", 5]}), 400, vec![("/id/1", "wrong_type"), ("/id/0", "invalid")]),
        (json!({"bulkId": {}}), 400, vec![("/bulkId", "wrong_type")]),
        (json!({"taskId": "x"}), 422, vec![("/taskId", "invalid")]),
        (json!({"ids": ["x"]}), 422, vec![("/ids", "unknown_field")]),
        (json!([]), 400, vec![("", "wrong_type")]),
    ];
    for (body, status, faults) in table {
        let seen = bench.as_of(&bench.token, Method::DELETE, "/messages", Some(&body)).await;
        assert_eq!((seen.status, seen.faults()), (status, faults), "{body}");
    }
    let table = [
        ("", "", "required"),
        ("?id=x", "?id", "invalid"),
        ("?taskId=x", "?taskId", "invalid"),
        ("?x=1", "?x", "unknown_field"),
    ];
    for (query, path, code) in table {
        let seen = bench.delete(&format!("/messages{query}")).await;
        assert_eq!((seen.status, seen.faults()), (422, vec![(path, code)]), "{query}");
    }
}

/// A part of what is meant would be cancelled in silence otherwise.
#[tokio::test]
async fn a_group_that_is_too_large_for_one_call_is_refused_and_nothing_is_cancelled() {
    let bench = Bench::new();
    let mut body = sms(&["79990000001"]);
    body["messages"][0]["groupId"] = json!("g");
    bench.post("/messages", &body).await;
    let first = bench.world.messages()[0].clone();
    let add = |n: u16| {
        let bulk = BulkId::new(first.created_at, [u8::try_from(n / 1000).expect("small") + 1; 8]);
        let message = Message { id: MessageId::new(bulk, n % 1000), bulk_id: bulk, ..first.clone() };
        bench.world.memory.state().messages.insert((message.account, message.id), message);
    };
    (1..=10_000).for_each(add);
    let cancelled = || bench.world.messages().iter().filter(|message| message.status == Status::Canceled).count();
    let seen = bench.delete("/messages?groupId=g").await;
    assert_eq!((seen.status, seen.body["code"].as_str(), cancelled()), (422, Some("too_many"), 0));
    assert!(seen.body["error"].as_str().expect("text").contains("10000"), "{}", seen.body);
    let last = bench.world.messages().last().expect("a message").id;
    bench.world.memory.state().messages.remove(&(first.account, last));
    let seen = bench.delete("/messages?groupId=g").await;
    assert_eq!((seen.status, cancelled()), (200, 10_000), "{}", seen.body["error"]);
}
