//! What WhatsApp would refuse is refused when it is accepted, by its place in the content.

use crate::support::Bench;
use serde_json::{Value, json};

fn body(content: &Value, variables: &Value) -> Value {
    let to = json!([{"phone": "79990000001", "variables": variables}]);
    json!({"messages": [{"channels": {"whatsapp": content}, "destinations": to}]})
}

fn template(data: &Value) -> Value {
    json!({"templateName": "order_ready", "language": "ru", "templateData": data})
}

async fn faults(content: &Value, variables: &Value) -> (u16, Vec<(String, String)>) {
    let bench = Bench::new();
    let seen = bench.post("/messages", &body(content, variables)).await;
    let prefix = "/messages/0/channels/whatsapp";
    assert!(seen.status == 200 || bench.world.is_empty(), "{content}");
    let short = |path: &str| path.strip_prefix(prefix).unwrap_or(path).to_owned();
    (seen.status, seen.faults().into_iter().map(|(path, code)| (short(path), code.to_owned())).collect())
}

fn one(path: &str, code: &str) -> (u16, Vec<(String, String)>) {
    (422, vec![(path.to_owned(), code.to_owned())])
}

#[tokio::test]
async fn templates_are_accepted_in_every_form() {
    for data in [
        Value::Null,
        json!(["{{name}}", 42]),
        json!({"header": "{{name}}", "body": {"order": "42"}}),
        json!({"header": {"type": "location", "latitude": "{{lat|55.7}}", "longitude": 37.6}, "body": []}),
        json!({"header": {"type": "document", "url": "https://example.org/{{name}}", "filename": "a.pdf"}}),
        json!({"buttons": [{"type": "url", "text": "{{name}}"}, {"type": "quickReply", "payload": "ACK", "index": 2}]}),
    ] {
        assert_eq!(faults(&template(&data), &json!({"name": "Anna"})).await, (200, Vec::new()), "{data}");
    }
}

#[tokio::test]
async fn faults_are_told_by_their_place() {
    for (data, path, code) in [
        (json!("x"), "/templateData", "invalid"),
        (json!({"x": 1}), "/templateData/x", "unknown_field"),
        (json!({"header": {"type": "sound"}}), "/templateData/header/type", "invalid"),
        (json!({"body": ["a\nb"]}), "/templateData/body/0", "invalid"),
        (json!({"body": {"name": ""}}), "/templateData/body/name", "empty"),
        (json!({"buttons": [{"type": "url"}]}), "/templateData/buttons/0/text", "required"),
        (json!({"body": ["{{name"]}), "/templateData/body/0", "invalid"),
    ] {
        assert_eq!(faults(&template(&data), &json!({})).await, one(path, code), "{data}");
    }
    for (content, path, code) in [
        (json!({"templateName": "t"}), "/language", "required"),
        (json!({"templateName": "t", "language": "russian"}), "/language", "invalid"),
        (json!({"text": "t", "templateData": []}), "/templateName", "required"),
        (
            json!({"text": "t", "imageUrl": "https://example.org/a.png", "mediaUrl": "https://example.org/a.pdf"}),
            "/mediaUrl",
            "invalid",
        ),
        (
            json!({"templateName": "t", "language": "ru", "templateData": {"header": "x"}, "imageUrl": "https://example.org/a.png"}),
            "/templateData/header",
            "invalid",
        ),
    ] {
        assert_eq!(faults(&content, &json!({})).await, one(path, code), "{content}");
    }
}

/// What a recipient's variables make of a template is that recipient's fault.
#[tokio::test]
async fn values_are_looked_at_per_recipient() {
    let content = template(&json!({"body": ["{{name}}"]}));
    let mut both = body(&content, &json!({"name": "Anna"}));
    let other = json!({"phone": "79990000002", "variables": {"name": "Anna\nSmith"}});
    both["messages"][0]["destinations"].as_array_mut().expect("a list").push(other);
    let seen = Bench::new().post("/messages", &both).await;
    assert_eq!((seen.status, &seen.body[0]["error"]), (200, &Value::Null), "{}", seen.body);
    let error = &seen.body[1]["error"];
    let expected = (json!("invalid"), json!("/messages/0/channels/whatsapp/templateData/body/0"));
    assert_eq!((&error["code"], &error["path"]), (&expected.0, &expected.1), "{error}");
}
