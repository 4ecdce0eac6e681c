use crate::support::{Bench, sms, start};
use baton_domain::{Channel, Status};
use http::Method;
use serde_json::{Value, json};

const ANNA: &str = "+79990000001";

/// The future must be able to move between threads: the runtimes ask for it.
#[test]
fn the_entry_can_be_spawned() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let bench = Bench::new();
    drop(is_send(baton_api::handle(&bench.app, http::Request::new(Vec::new()))));
}

#[tokio::test]
async fn one_message_is_stored_queued_and_shown_at_once() {
    let bench = Bench::new();
    let seen = bench.post("/messages", &sms(&["+7 (999) 000-00-01"])).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    let element = &seen.body[0];
    let id = element["id"].as_str().expect("an id");
    let expected = json!({"id": id, "bulkId": element["bulkId"], "groupId": element["groupId"], "flowId": id,
        "status": "CREATED", "channel": "sms", "error": null});
    assert_eq!(seen.body, json!([expected]));
    assert_eq!(bench.world.messages()[0].recipient.phone.as_deref(), Some(ANNA));
    assert_eq!(bench.world.memory.state().channels[0].0, Channel::Sms);
    assert!(bench.world.memory.state().bulks.is_empty(), "a message alone needs no head");

    let shown = bench.get(&format!("/messages/{id}/")).await;
    assert_eq!(shown.status, 200);
    let expected = json!({
        "id": id, "bulkId": element["bulkId"], "groupId": element["groupId"], "flowId": id, "status": "CREATED",
        "statusCode": 0, "statusDescription": "Accepted; it waits for its sender.", "partCount": null, "network": null,
        "channel": "sms", "templateId": null, "templateName": null, "templateVersion": null, "destination": {"phone": ANNA},
        "message": {"text": "Hello"}, "templateVariables": {}, "tracks": {}, "createdAt": "2026-11-23T09:00:00.000Z",
        "sendAt": null, "sentAt": null, "deliveredAt": null, "expiredAt": null, "price": null, "currency": null,
        "taskId": null,
        "attempts": [{"channel": "sms", "provider": null, "status": "CREATED", "providerMessageId": null, "error": null,
            "partCount": null, "price": null, "createdAt": "2026-11-23T09:00:00.000Z", "sentAt": null,
            "deliveredAt": null, "readAt": null, "expiredAt": null}],
        "timeline": [{"at": "2026-11-23T09:00:00.000Z", "event": "accepted", "channel": null, "detail": null}]
    });
    assert_eq!(shown.body, expected);
}

#[tokio::test]
async fn the_order_of_the_keys_is_the_order_of_the_channels() {
    let bench = Bench::new();
    let body = json!({"companyId": 1, "bulkId": null, "messages": [{
        "channels": {"WhatsApp": {"text": "Hi {{name|you}}", "validityPeriod": 5, "successStatus": "READ", "from": null},
            "telegram": {"text": "Hi {{name}}", "subject": null}, "SMS": {"text": "Hi", "required": true}},
        "destinations": [{"phone": "79990000001", "messengerUserId": "42", "externalId": "e", "variables": {"name": "Анна", "n": 1, "b": true, "z": null}}],
        "sendAt": null, "useShortLinks": false, "validate": true, "groupId": "order 5"}]});
    let seen = bench.post("/messages", &body).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    assert_eq!((&seen.body[0]["channel"], &seen.body[0]["groupId"]), (&json!("whatsapp"), &json!("order 5")));
    let message = &bench.world.messages()[0];
    let route: Vec<_> = message.route.iter().map(|leg| (leg.channel, leg.required, leg.validity_minutes)).collect();
    assert_eq!(
        route,
        [(Channel::Whatsapp, false, Some(5)), (Channel::Telegram, false, None), (Channel::Sms, true, None)]
    );
    let shown = bench.get(&format!("/messages/{}", message.id)).await.body;
    assert_eq!(shown["message"], json!({"validityPeriod": 5, "successStatus": "read", "text": "Hi Анна"}));
    assert_eq!(shown["templateVariables"], json!({"b": true, "n": 1, "name": "Анна"}));
    assert_eq!(shown["destination"]["externalId"], "e");
}

#[tokio::test]
async fn skipped_channels_are_visible() {
    let bench = Bench::new();
    let body = json!({"messages": [{"channels": {"email": {"subject": "S", "text": "T"}, "sms": {"text": "T"}},
        "destinations": [{"phone": ANNA}]}]});
    let seen = bench.post("/messages", &body).await;
    assert_eq!(seen.body[0]["channel"], "sms");
    let shown = bench.get(&format!("/messages/{}", seen.ids()[0])).await.body;
    assert_eq!(shown["timeline"][1]["event"], "skipped");
    assert_eq!(
        (&shown["timeline"][1]["channel"], &shown["timeline"][1]["detail"]),
        (&json!("email"), &json!("no address"))
    );
}

#[tokio::test]
async fn a_refused_destination_does_not_hold_up_the_others() {
    let bench = Bench::new();
    let body = json!({"messages": [
        {"groupId": "g", "channels": {"sms": {"text": "Hi {{name}}"}}, "destinations": [
            {"phone": "79990000001", "variables": {"name": "A"}}, {"phone": "nonsense", "variables": {"name": "B"}},
            {"phone": "79990000003"}]},
        {"channels": {"email": {"subject": "S", "html": "<p>{{x|y}}</p>"}},
            "destinations": [{"email": "a@b@c"}, {"email": "A@Example.ORG"}, {"phone": "79990000001"}]}]});
    let seen = bench.post("/messages", &body).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    let elements = seen.body.as_array().expect("an array");
    let seen_errors: Vec<_> =
        elements.iter().map(|e| (e["error"]["code"].as_str(), e["error"]["path"].as_str())).collect();
    assert_eq!(
        seen_errors,
        [
            (None, None),
            (Some("invalid"), Some("/messages/0/destinations/1/phone")),
            (Some("missing_variable"), Some("/messages/0/destinations/2/variables/name")),
            (Some("invalid"), Some("/messages/1/destinations/0/email")),
            (None, None),
            (Some("no_address"), Some("/messages/1/destinations/2")),
        ]
    );
    assert_eq!(elements[1]["id"], Value::Null);
    assert_eq!(
        (&elements[1]["groupId"], &elements[1]["status"], &elements[1]["channel"]),
        (&json!("g"), &Value::Null, &Value::Null)
    );
    assert_eq!(elements[3]["groupId"], elements[4]["groupId"], "one item, one made-up group");
    let stored = bench.world.messages();
    let indices: Vec<_> = stored.iter().map(|message| message.id.index()).collect();
    assert_eq!(indices, [Some(0), Some(4)]);
    assert_eq!(stored[1].recipient.email.as_deref(), Some("A@example.org"));
}

#[tokio::test]
async fn all_or_nothing_when_asked_for_and_nothing_when_none_is_left() {
    for (validate, phones, status) in
        [(true, ["79990000001", "x"], 422), (false, ["y", "x"], 422), (false, ["79990000001", "x"], 200)]
    {
        let bench = Bench::new();
        let mut body = sms(&phones);
        body["messages"][0]["validate"] = json!(validate);
        let seen = bench.post("/messages", &body).await;
        assert_eq!(seen.status, status, "{}", seen.body);
        assert_eq!(bench.world.is_empty(), status == 422);
        if status == 422 {
            assert_eq!(seen.faults().last(), Some(&("/messages/0/destinations/1/phone", "invalid")));
        }
    }
}

#[tokio::test]
async fn a_text_is_measured_after_rendering_per_recipient_and_channel() {
    let bench = Bench::new();
    let long = "я".repeat(1600);
    let body = json!({"messages": [{"channels": {"sms": {"text": "{{a}}"}, "viber": {"text": "short"}},
        "destinations": [{"phone": "79990000001", "variables": {"a": long}},
            {"phone": "79990000002", "variables": {"a": format!("{long}!")}}]}]});
    let seen = bench.post("/messages", &body).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    assert_eq!(seen.body[0]["error"], Value::Null);
    let error = &seen.body[1]["error"];
    assert_eq!(
        (error["code"].as_str(), error["path"].as_str()),
        (Some("too_long"), Some("/messages/0/channels/sms/text"))
    );
    // The channel that can not reach the recipient anyway has no say.
    let body = json!({"messages": [{"channels": {"telegram": {"text": "a".repeat(5000)}, "sms": {"text": "{{x}}"}, "email": {"subject": "{{none}}", "text": "."}},
        "destinations": [{"phone": "79990000001", "variables": {"x": 1}}]}]});
    assert_eq!(bench.post("/messages", &body).await.status, 200);
}

#[tokio::test]
async fn variables_must_not_make_addresses_or_headers() {
    let bench = Bench::new();
    let cases = [
        (json!({"email": {"subject": "{{v}}", "text": "t"}}), "a\nBcc: x@y.org", "control_character", "email/subject"),
        (json!({"sms": {"text": "t", "imageUrl": "{{v}}"}}), "javascript:alert(1)", "invalid", "sms/imageUrl"),
        (json!({"sms": {"text": "t", "from": "{{v}}"}}), &"x".repeat(65), "too_long", "sms/from"),
        (json!({"sms": {"text": "{{v}}".repeat(500)}}), &"x".repeat(10_000), "too_long", "sms"),
    ];
    for (channels, value, code, place) in cases {
        let body = json!({"messages": [{"channels": channels,
            "destinations": [{"phone": "79990000001", "email": "a@example.org", "variables": {"v": value}}]}]});
        let seen = bench.post("/messages", &body).await;
        let path = format!("/messages/0/channels/{place}");
        assert_eq!((seen.status, seen.faults()), (422, vec![(path.as_str(), code)]), "{}", seen.body);
    }
    assert!(bench.world.is_empty());
}

#[tokio::test]
async fn a_thousand_recipients_share_one_content() {
    let bench = Bench::new();
    let phones: Vec<String> = (0..1000).map(|n| format!("+7999{n:07}")).collect();
    let seen = bench.post("/messages", &sms(&phones.iter().map(String::as_str).collect::<Vec<_>>())).await;
    assert_eq!((seen.status, seen.ids().len()), (200, 1000));
    {
        let state = bench.world.memory.state();
        assert_eq!(
            (state.bulks.len(), state.specs.len(), state.messages.len(), state.channels.len()),
            (1, 1, 1000, 1000)
        );
    }
    let shown = bench.get(&format!("/messages/{}", seen.ids()[999])).await.body;
    assert_eq!((&shown["message"]["text"], &shown["destination"]["phone"]), (&json!("Hello"), &json!("+79990000999")));
}

#[tokio::test]
async fn a_named_bulk_is_accepted_once() {
    let bench = Bench::new();
    let mut body = sms(&["79990000001"]);
    body["bulkId"] = json!("0f8fad5b-d9cb-469f-a165-70867728950e");
    let first = bench.post("/messages", &body).await;
    let again = bench.post("/messages", &body).await;
    assert_eq!((first.status, again.status), (200, 200));
    assert_eq!(first.body, again.body);
    assert_eq!(first.body[0]["bulkId"], body["bulkId"]);
    assert_eq!(bench.world.messages().len(), 1);
    body["messages"][0]["channels"]["sms"]["text"] = json!("Other");
    let other = bench.post("/messages", &body).await;
    assert_eq!((other.status, other.body["code"].as_str()), (422, Some("idempotency_mismatch")));
}

#[tokio::test]
async fn what_became_of_it_is_told() {
    let bench = Bench::new();
    let id = bench.post("/messages", &sms(&[ANNA])).await.ids()[0].clone();
    let key = {
        let mut state = bench.world.memory.state();
        let message = state.messages.values_mut().next().expect("a message");
        message.status = Status::Delivered;
        let attempt = &mut message.attempts[0];
        attempt.state = baton_domain::AttemptState::Delivered;
        attempt.provider = Some("SANDBOX".into());
        attempt.sent_at = Some(start());
        attempt.delivered_at = Some(start() + chrono::TimeDelta::milliseconds(1500));
        attempt.succeeded_at = attempt.delivered_at;
        attempt.part_count = Some(1);
        message.id
    };
    assert_eq!(key.to_string(), id);
    let shown = bench.get(&format!("/messages/{id}")).await.body;
    assert_eq!((&shown["status"], &shown["statusCode"]), (&json!("DELIVERED"), &json!(6)));
    assert_eq!(
        (&shown["sentAt"], &shown["deliveredAt"]),
        (&json!("2026-11-23T09:00:00.000Z"), &json!("2026-11-23T09:00:01.500Z"))
    );
    assert_eq!((&shown["partCount"], &shown["attempts"][0]["provider"]), (&json!(1), &json!("SANDBOX")));
}

#[tokio::test]
async fn unknown_ids_are_not_found() {
    let bench = Bench::new();
    for id in ["x", "0f8fad5b-d9cb-469f-a165-70867728950e", "0192f3c4-aaaa-7000-bbbb-ccccddddeeee"] {
        let seen = bench.get(&format!("/messages/{id}")).await;
        assert_eq!((seen.status, seen.body["code"].as_str()), (404, Some("not_found")), "{id}");
    }
    let seen = bench.as_of(&bench.token, Method::PATCH, "/messages", None).await;
    assert_eq!((seen.status, seen.header("allow")), (405, Some("POST, GET, DELETE")));
}

#[tokio::test]
async fn a_request_id_is_taken_from_whoever_took_the_request() {
    let bench = Bench::new();
    let mut request = http::Request::builder().uri("/api/v1/health").body(Vec::new()).expect("a request");
    request.extensions_mut().insert(baton_api::RequestId("r-1".into()));
    let response = baton_api::handle(&bench.app, request).await;
    assert_eq!(response.headers()["x-request-id"], "r-1");
    assert_eq!(response.body(), &baton_api::Body::Text(r#"{"status":"ok"}"#.to_owned()));
}
