use crate::{support::Bench, world::Break};
use baton_api::ports::Scope;
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

pub const ANNA: &str = "+79990000001";

pub fn order() -> Value {
    json!({
        "name": "Заказ готов",
        "channels": {
            "telegram": {"text": "{{имя|Здравствуйте}}, заказ {{order}} готов", "validityPeriod": 10},
            "SMS": {"text": "Order {{order}} is ready", "from": "Shop", "imageUrl": null},
        },
        "allowedTimeRanges": [["10:00", "21:00"]],
        "timeZone": "Europe/Moscow",
    })
}

pub async fn made(bench: &Bench, body: &Value) -> String {
    let seen = bench.post("/templates", body).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen.body["id"].as_str().expect("an id").to_owned()
}

pub fn message(id: &str, more: Value) -> Value {
    let mut item = json!({"templateId": id, "destinations": [{"phone": ANNA, "variables": {"order": 42}}]});
    let Value::Object(more) = more else { panic!("an object") };
    item.as_object_mut().expect("an object").extend(more);
    json!({"messages": [item]})
}

#[tokio::test]
async fn a_template_is_stored_read_changed_and_deleted() {
    let bench = Bench::new();
    let id = made(&bench, &order()).await;
    let path = format!("/templates/{id}");
    let first = bench.get(&path).await.body;
    let expected = json!({
        "id": id, "companyId": 1, "name": "Заказ готов", "version": 1,
        "channels": {
            "telegram": {"validityPeriod": 10, "text": "{{имя|Здравствуйте}}, заказ {{order}} готов"},
            "sms": {"text": "Order {{order}} is ready", "from": "Shop"},
        },
        "allowedTimeRanges": [["10:00:00", "21:00:00"]], "timeZone": "Europe/Moscow",
        "variables": [{"name": "order", "required": true}, {"name": "имя", "required": false}],
        "createdAt": "2026-11-23T09:00:00.000Z", "updatedAt": "2026-11-23T09:00:00.000Z",
    });
    assert_eq!(first, expected);
    let order_of_channels: Vec<_> = first["channels"].as_object().expect("channels").keys().collect();
    assert_eq!(order_of_channels, ["telegram", "sms"]);

    bench.clock.advance(Duration::from_secs(5));
    assert_eq!(bench.put(&path, &order()).await.body, first, "what changes nothing makes no version");
    let second = bench.put(&path, &json!({"name": "New", "channels": {"sms": {"text": "t"}}})).await.body;
    assert_eq!(
        (&second["version"], &second["allowedTimeRanges"], &second["timeZone"]),
        (&json!(2), &Value::Null, &Value::Null)
    );
    assert_eq!((&second["createdAt"], &second["updatedAt"]), (&first["createdAt"], &json!("2026-11-23T09:00:05.000Z")));
    assert_eq!(bench.get(&path).await.body, second);

    assert_eq!(bench.delete(&path).await.body, second);
    for seen in [bench.get(&path).await, bench.delete(&path).await, bench.put(&path, &order()).await] {
        assert_eq!(seen.status, 404);
    }
    assert_eq!(bench.get("/templates/none").await.status, 404);
}

#[tokio::test]
async fn templates_are_found_by_a_part_of_the_name_and_by_id() {
    let bench = Bench::new();
    let mut ids = Vec::new();
    for name in ["Заказ ГОТОВ", "Код входа", "order READY"] {
        bench.clock.advance(Duration::from_secs(1));
        ids.push(made(&bench, &json!({"name": name, "channels": {"sms": {"text": "t"}}})).await);
    }
    let table = [
        ("", vec![2, 1, 0]),
        ("?sort=createdAt", vec![0, 1, 2]),
        ("?name=%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7", vec![0]), // заказ
        ("?name=%D0%9E%D0%94", vec![1]),                   // ОД
        ("?name=Ready", vec![2]),
        ("?name=none", vec![]),
        ("?limit=1&page=2", vec![1]),
    ];
    for (query, expected) in table {
        let expected: Vec<_> = expected.into_iter().map(|index: usize| ids[index].clone()).collect();
        assert_eq!(bench.get(&format!("/templates{query}")).await.ids(), expected, "{query}");
    }
    assert_eq!(bench.get(&format!("/templates?id={}", ids[1])).await.ids(), [ids[1].clone()]);
    assert_eq!(
        bench.get(&format!("/templates?id={},{}", ids[1], ids[0])).await.ids(),
        [ids[1].clone(), ids[0].clone()]
    );
    let part = bench.get("/templates?limit=2&fields=name").await.body;
    assert_eq!((&part["count"], &part["items"][0]), (&json!(3), &json!({"name": "order READY"})));
    let next = part["nextCursor"].as_str().expect("a cursor");
    assert_eq!(bench.get(&format!("/templates?cursor={next}")).await.ids(), [ids[0].clone()]);
    assert_eq!(bench.delete(&format!("/templates/{}", ids[1])).await.status, 200);
    assert_eq!(bench.get(&format!("/templates?cursor={next}")).await.ids(), [ids[0].clone()], "its item is gone");
    for (query, place) in [("id=x", "?id"), ("cursor=x", "?cursor"), ("nam=x", "?nam")] {
        let seen = bench.get(&format!("/templates?{query}")).await;
        assert_eq!((seen.status, seen.faults()[0].0), (422, place));
    }
}

#[tokio::test]
async fn bad_templates_are_refused_and_not_stored() {
    let bench = Bench::new();
    let with = |field: &str, value: Value| {
        let mut body = order();
        body[field] = value;
        body
    };
    let sms = |content: Value| with("channels", json!({ "sms": content }));
    let text = "/channels/sms/text";
    let table = [
        (with("name", Value::Null), 422, "/name", "required"),
        (with("name", json!(" ")), 422, "/name", "empty"),
        (with("name", json!("я".repeat(256))), 422, "/name", "too_long"),
        (with("name", json!(1)), 400, "/name", "wrong_type"),
        (with("channel", json!({})), 422, "/channel", "unknown_field"),
        (with("channels", Value::Null), 422, "/channels", "required"),
        (with("channels", json!({})), 422, "/channels", "empty"),
        (with("channels", json!({"fax": {"text": "t"}})), 422, "/channels/fax", "unknown_channel"),
        (with("timeZone", json!("Moscow")), 422, "/timeZone", "invalid"),
        (with("allowedTimeRanges", json!([["10:00", "10:00"]])), 422, "/allowedTimeRanges/0", "empty"),
        (sms(json!({"text": "{{order"})), 422, text, "invalid"),
        (sms(json!({"text": "{{a b}}"})), 422, text, "invalid"),
        (sms(json!({"text": "{{}}"})), 422, text, "invalid"),
        (sms(json!({"text": format!("{{{{{}}}}}", "a".repeat(65))})), 422, text, "invalid"),
        (sms(json!({"text": "x".repeat(100_000)})), 422, text, "too_long"),
        (sms(json!({"text": format!("{{{{a}}}}{}", "x".repeat(100_000))})), 422, text, "too_long"),
        (sms(json!({"text": null})), 422, text, "required"),
        (sms(json!({"text": "t", "subject": "s"})), 422, "/channels/sms/subject", "unknown_field"),
        (sms(json!({"text": 5})), 400, text, "wrong_type"),
    ];
    for (body, status, path, code) in table {
        let seen = bench.post("/templates", &body).await;
        assert_eq!((seen.status, seen.faults()), (status, vec![(path, code)]));
    }
    assert!(bench.world.own().templates.is_empty());
    let id = made(&bench, &order()).await;
    let seen = bench.put(&format!("/templates/{id}"), &sms(json!({"text": "{{order"}))).await;
    assert_eq!((seen.status, seen.faults()), (422, vec![(text, "invalid")]));
    assert_eq!(bench.get(&format!("/templates/{id}")).await.body["version"], 1);
    // At its limit without its variables: what it will be is only known when it is rendered.
    assert_eq!(
        bench.post("/templates", &sms(json!({"text": format!("{{{{a}}}}{}", "x".repeat(1600))}))).await.status,
        200
    );
}

#[tokio::test]
async fn a_preview_shows_every_channel_and_its_faults() {
    let bench = Bench::new();
    let id = made(&bench, &order()).await;
    let path = format!("/templates/{id}/preview");
    let seen = bench.post(&path, &json!({"variables": {"order": 42, "имя": "Анна"}})).await;
    let channels = json!([
        {"channel": "telegram", "reachable": null, "encoding": null, "partCount": null, "shortLinks": [], "price": null, "currency": null, "faults": [],
            "message": {"validityPeriod": 10, "text": "Анна, заказ 42 готов"}},
        {"channel": "sms", "reachable": null, "encoding": "GSM-7", "partCount": 1, "shortLinks": [], "price": null, "currency": null, "faults": [],
            "message": {"text": "Order 42 is ready", "from": "Shop"}},
    ]);
    assert_eq!(seen.body, json!({"id": id, "version": 1, "channels": channels}));
    for body in [None, Some(json!({"variables": null}))] {
        let seen = bench.as_of(&bench.token, Method::POST, &path, body.as_ref()).await;
        let sms = &seen.body["channels"][1];
        assert_eq!(
            (&sms["message"], &sms["faults"][0]["path"]),
            (&Value::Null, &json!("/variables/order")),
            "{}",
            seen.body
        );
    }
    let long = bench.post(&path, &json!({"variables": {"order": "ж".repeat(2000)}})).await;
    assert_eq!(long.body["channels"][1]["faults"][0]["code"], "too_long");
    for (body, status, fault) in [
        (json!({"variables": {"order": []}}), 400, ("/variables/order", "wrong_type")),
        (json!({"variables": {"a b": 1}}), 422, ("/variables/a b", "invalid")),
        (json!({"variable": {}}), 422, ("/variable", "unknown_field")),
    ] {
        let seen = bench.post(&path, &body).await;
        assert_eq!((seen.status, seen.faults()), (status, vec![fault]));
    }
}

/// A retry makes no second template.
#[tokio::test]
async fn a_retry_makes_no_second_template() {
    let bench = Bench::new();
    let first = bench.post_once("/templates", "k", &order()).await;
    let again = bench.post_once("/templates", "k", &order()).await;
    assert_eq!((&again.body, again.header("idempotency-replayed")), (&first.body, Some("true")));
    for how in [Break::Before, Break::After] {
        for call in 1.. {
            let bench = Bench::new();
            bench.world.own().broken = Some((call, how));
            let first = bench.post_once("/templates", "k", &order()).await;
            bench.world.own().broken = None;
            if first.status == 200 {
                assert!(call > 3);
                break;
            }
            bench.clock.advance(Duration::from_secs(61));
            assert_eq!(bench.post_once("/templates", "k", &order()).await.status, 200, "call {call} {how:?}");
            assert_eq!(bench.world.own().templates.len(), 1, "call {call} {how:?}");
        }
    }
}

#[tokio::test]
async fn accounts_and_scopes_are_kept_apart() {
    let bench = Bench::new();
    let id = made(&bench, &order()).await;
    let (reader, stranger) =
        (bench.key(1, "r", &[Scope::Read]), bench.key(2, "s", &[Scope::Send, Scope::Read, Scope::Admin]));
    let path = format!("/templates/{id}");
    let calls = [
        (Method::GET, "/templates".to_owned(), 200, 200),
        (Method::GET, path.clone(), 200, 404),
        (Method::POST, format!("{path}/preview"), 200, 404),
        (Method::POST, "/templates".to_owned(), 403, 200),
        (Method::PUT, path.clone(), 403, 404),
        (Method::DELETE, path, 403, 404),
    ];
    for (method, path, as_reader, as_stranger) in calls {
        let body = match path.as_str() {
            path if path.ends_with("/preview") => Some(json!({})),
            _ if method == Method::POST || method == Method::PUT => Some(order()),
            _ => None,
        };
        for (token, status) in [(&reader, as_reader), (&stranger, as_stranger)] {
            let seen = bench.as_of(token, method.clone(), &path, body.as_ref()).await;
            assert_eq!(seen.status, status, "{method} {path}: {}", seen.body);
        }
    }
    let seen = bench.as_of(&stranger, Method::POST, "/messages", Some(&message(&id, json!({})))).await;
    assert_eq!(seen.faults(), [("/messages/0/templateId", "unknown_template")]);
    assert_eq!(bench.as_of(&stranger, Method::GET, "/templates", None).await.body["count"], 1);
}
