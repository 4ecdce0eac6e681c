use crate::{
    support::{Bench, Seen},
    world::Break,
};
use baton_api::ports::Scope;
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

const ANNA: &str = "+79990000001";

fn order() -> Value {
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

async fn made(bench: &Bench, body: &Value) -> String {
    let seen = bench.post("/templates", body).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen.body["id"].as_str().expect("an id").to_owned()
}

/// Sends an item of a template to Anna.
async fn sent(bench: &Bench, id: &str, more: Value) -> Seen {
    bench.post("/messages", &message(id, more)).await
}

fn message(id: &str, more: Value) -> Value {
    let mut item = json!({"templateId": id, "destinations": [{"phone": ANNA, "variables": {"order": 42}}]});
    let Value::Object(more) = more else { panic!("an object") };
    item.as_object_mut().expect("an object").extend(more);
    json!({"messages": [item]})
}

async fn shown(bench: &Bench, posted: &Seen) -> Value {
    assert_eq!(posted.status, 200, "{}", posted.body);
    bench.get(&format!("/messages/{}", posted.ids()[0])).await.body
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
        {"channel": "telegram", "reachable": null, "encoding": null, "partCount": null, "faults": [],
            "message": {"validityPeriod": 10, "text": "Анна, заказ 42 готов"}},
        {"channel": "sms", "reachable": null, "encoding": "GSM-7", "partCount": 1, "faults": [],
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
