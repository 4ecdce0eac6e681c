use crate::support::{Bench, sms};
use serde_json::{Value, json};

#[tokio::test]
async fn what_would_happen_is_told_and_nothing_is_done() {
    let bench = Bench::new();
    let body = json!({"messages": [{
        "channels": {"telegram": {"text": "Hi"}, "sms": {"text": "Привет, {{name|друг}}"}, "email": {"subject": "{{s}}", "text": "t"}},
        "sendAt": "2026-11-24T09:00:00+03:00",
        "destinations": [
            {"phone": "79990000001", "variables": {"name": "Анна"}},
            {"email": "a@example.org"},
            {"phone": "1"},
        ],
    }]});
    let seen = bench.post("/messages/validate", &body).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    let first = &seen.body[0];
    let fault = json!({"path": "/messages/0/destinations/0/variables/s", "code": "missing_variable",
        "message": "subject of email needs the variable s, which has neither value nor default."});
    assert_eq!(
        *first,
        json!({"path": "/messages/0/destinations/0", "status": "DELAYED", "channel": "sms", "faults": [],
        "sendAt": "2026-11-24T06:00:00.000Z", "templateId": null, "templateVersion": null, "channels": [
            {"channel": "telegram", "reachable": false, "message": {"text": "Hi"}, "encoding": null, "partCount": null, "shortLinks": [], "price": null, "currency": null, "faults": []},
            {"channel": "sms", "reachable": true, "message": {"text": "Привет, Анна"}, "encoding": "UCS-2", "partCount": 1, "shortLinks": [], "price": null, "currency": null, "faults": []},
            {"channel": "email", "reachable": false, "message": null, "encoding": null, "partCount": null, "shortLinks": [], "price": null, "currency": null, "faults": [fault]},
        ]})
    );
    let codes: Vec<_> = [1, 2].map(|index: usize| seen.body[index]["faults"][0]["code"].clone()).into();
    assert_eq!(codes, ["missing_variable", "invalid"]);
    for index in [1, 2] {
        let element = &seen.body[index];
        assert_eq!((&element["status"], &element["sendAt"]), (&Value::Null, &Value::Null), "{element}");
        assert_eq!(element["channels"].as_array().map(Vec::len), Some(3));
    }
    assert!(bench.world.is_empty());
    let with_key = bench.post_once("/messages/validate", "k", &body).await;
    assert_eq!(with_key.body, seen.body);
    assert!(bench.world.is_empty(), "nothing is to be done once");
    let posted = bench.post("/messages", &body).await;
    assert_eq!((&posted.body[0]["status"], &posted.body[0]["channel"]), (&first["status"], &first["channel"]));
    assert_eq!(posted.body[1]["error"]["code"], "missing_variable");
}

#[tokio::test]
async fn a_faulty_request_is_refused_as_it_would_be() {
    let bench = Bench::new();
    for body in [
        json!({}),
        json!({"messages": [{"channels": {"sms": {"text": 1}}, "destinations": [{"phone": "79990000001"}]}]}),
    ] {
        let (validated, posted) = (bench.post("/messages/validate", &body).await, bench.post("/messages", &body).await);
        assert_eq!((validated.status, validated.faults()), (posted.status, posted.faults()));
        assert!(validated.status >= 400);
    }
}

#[tokio::test]
async fn parts_are_counted_per_recipient() {
    let bench = Bench::new();
    let mut body = sms(&[]);
    body["messages"][0]["channels"]["sms"]["text"] = json!("{{a}}");
    let to = |text: String| json!({"phone": "79990000001", "variables": {"a": text}});
    body["messages"][0]["destinations"] = json!([to("a".repeat(161)), to("€".repeat(80)), to("ж".repeat(135))]);
    let seen = bench.post("/messages/validate", &body).await.body;
    let parts: Vec<_> = [0, 1, 2]
        .map(|index: usize| {
            let channel = &seen[index]["channels"][0];
            (channel["encoding"].as_str().expect("an encoding").to_owned(), channel["partCount"].as_u64())
        })
        .into();
    let of = |encoding: &str, parts| (encoding.to_owned(), Some(parts));
    assert_eq!(parts, [of("GSM-7", 2), of("GSM-7", 1), of("UCS-2", 3)]);
}

#[tokio::test]
async fn an_answer_that_would_be_too_large_is_not_made() {
    let bench = Bench::new();
    let mut body = sms(&["79990000001"; 100]);
    body["messages"][0]["channels"] =
        json!({"email": {"subject": "s", "html": "x".repeat(50_000)}, "sms": {"text": "t"}});
    let seen = bench.post("/messages/validate", &body).await;
    assert_eq!((seen.status, seen.body["code"].as_str()), (422, Some("too_large")));
}
