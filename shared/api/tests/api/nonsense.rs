//! Every kind of nonsense in every place of a request: refused with a reason, or harmless, and never an error of ours.

use crate::support::Bench;
use http::Method;
use serde_json::{Value, json};

fn whole() -> Value {
    json!({"companyId": 1, "bulkId": "0f8fad5b-d9cb-469f-a165-70867728950e", "messages": [{
        "groupId": "g", "validate": false, "callbackUrl": "https://example.org/{{a}}", "callbackData": "order 42", "useShortLinks": false,
        "sendAt": "2026-11-24T09:00:00+03:00", "allowedTimeRanges": [["09:00", "21:00:00"], ["22:00", "24:00"]],
        "timeZone": "Europe/Moscow",
        "channels": {
            "whatsapp": {"text": "{{a}}", "templateName": "t", "language": "ru",
                "templateData": {"body": ["{{a}}", 1], "buttons": [{"type": "url", "text": "{{a}}", "index": 1}]},
                "mediaUrl": "https://example.org/a", "documentFilename": "a.pdf", "provider": "P", "validityPeriod": 5,
                "required": true, "successStatus": "read"},
            "email": {"subject": "s", "html": "<b>{{a}}</b>", "fromEmail": "a@example.org", "fromName": "A", "replyTo": "b@example.org"},
            "vk": {"text": "t", "attachments": ["photo1_2"], "buttonUrl": "https://example.org", "buttonText": "Go"},
            "telegram": {"text": "t", "code": "1234"},
            "chat": {"text": "t", "chatId": "c", "botId": "b", "messengerType": "m", "chatSessionName": "n",
                "continueLastOrStartNewSession": true},
            "sms": {"text": "t", "from": "Shop", "imageUrl": "https://example.org/{{a}}.png"}},
        "destinations": [{"phone": "+79990000001", "email": "a@example.org", "clientId": "c", "externalId": "e",
            "chatSessionId": "s", "messengerUserId": "m", "pushRegistrationId": "p", "platform": "ios", "timeZone": "Asia/Tokyo",
            "variables": {"a": "A", "b": 1, "c": true}}]}]})
}

fn nonsense() -> Vec<Value> {
    let deep = (0..60).fold(json!(1), |inner, _| json!([inner]));
    let mut values =
        vec![json!(null), json!(true), json!(0), json!(-1), json!(1.5), json!(1e300), json!(u64::MAX), deep];
    values.extend([json!([]), json!({}), json!([null]), json!({"": null}), json!({"a": {"b": "c"}}), json!(["{{"])]);
    let texts = [
        "",
        " ",
        "x",
        "{{",
        "{{}}",
        "{{b}}",
        "{{nobody}}",
        "{{{{",
        "\u{0}",
        "a\nb",
        "\u{202e}",
        "😀",
        "~0/~1",
        "http://",
        "@",
    ];
    values.extend(texts.map(Value::from));
    values.push("ж".repeat(20_000).into());
    values
}

/// The pointers to everything in a value.
fn places(value: &Value, place: &str, found: &mut Vec<String>) {
    found.push(place.to_owned());
    match value {
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(index, value)| places(value, &format!("{place}/{index}"), found));
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| places(value, &format!("{place}/{name}"), found))
        }
        _ => {}
    }
}

async fn is_answered(method: Method, path: &str, body: &Value, what: &str) {
    let bench = Bench::new();
    let seen = bench.as_of(&bench.token, method.clone(), path, Some(body)).await;
    let missing = seen.status == 404 && method == Method::PATCH;
    assert!([200, 400, 403, 422].contains(&seen.status) || missing, "{what}: {}", seen.body);
    if seen.status != 200 {
        assert!(bench.world.is_empty(), "{what}");
        assert!(!seen.faults().is_empty() || seen.status == 403 || missing, "{what}: {}", seen.body);
    }
}

#[tokio::test]
async fn every_place_bears_any_nonsense() {
    let requests = [
        (Method::POST, "/messages", whole()),
        (
            Method::PATCH,
            "/messages/0f8fad5b-d9cb-4001-a165-70867728950e",
            json!({"companyId": 1, "sendAt": "2026-11-24T09:00:00Z"}),
        ),
        (
            Method::POST,
            "/phoneChecks",
            json!({"companyId": 1, "checkId": null, "provider": null, "phones": ["+79990000001", "12"]}),
        ),
        (Method::POST, "/keys", json!({"companyId": 1, "name": "n", "scopes": ["send"]})),
        (
            Method::DELETE,
            "/messages",
            json!({"companyId": 1, "id": ["x"], "bulkId": "y", "groupId": ["z"], "flowId": null}),
        ),
    ];
    for (method, path, request) in requests {
        let mut found = Vec::new();
        places(&request, "", &mut found);
        for place in found {
            for value in nonsense() {
                let mut body = request.clone();
                *body.pointer_mut(&place).expect("a place") = value.clone();
                let shown: String = value.to_string().chars().take(40).collect();
                is_answered(method.clone(), path, &body, &format!("{method} {path} with {shown} at {place}")).await;
            }
        }
    }
}

#[tokio::test]
async fn the_whole_request_is_accepted() {
    let bench = Bench::new();
    let seen = bench.post("/messages", &whole()).await;
    assert_eq!((seen.status, &seen.body[0]["error"]), (200, &Value::Null), "{}", seen.body);
    let shown = bench.get(&format!("/messages/{}", seen.ids()[0])).await.body;
    assert_eq!(shown["destination"], whole()["messages"][0]["destinations"][0]);
}

#[tokio::test]
async fn every_parameter_bears_any_nonsense() {
    let names = [
        "companyId",
        "status",
        "channel",
        "id",
        "bulkId",
        "groupId",
        "flowId",
        "taskId",
        "recipient",
        "from",
        "to",
        "limit",
        "offset",
        "page",
        "sort",
        "fields",
        "withoutCount",
        "withoutItems",
        "cursor",
        "messageId",
        "group",
        "",
    ];
    let values = [
        "",
        "%00",
        "%ff",
        "-1",
        "0",
        "1e9",
        "18446744073709551615",
        "x",
        ",",
        ",,,",
        "%20",
        "true",
        "a@b",
        "2026-13-01",
        "AAAA",
        "+",
        "%",
    ];
    let bench = Bench::new();
    for path in ["/messages", "/outbox", "/keys", "/messages/x", "/none"] {
        for (name, value) in names.iter().flat_map(|name| values.map(|value| (name, value))) {
            for method in [Method::GET, Method::DELETE] {
                let path = format!("{path}?{name}={value}");
                let seen = bench.as_of(&bench.token, method.clone(), &path, None).await;
                assert!([200, 403, 404, 405, 422].contains(&seen.status), "{method} {path}: {}", seen.body);
            }
        }
    }
}
