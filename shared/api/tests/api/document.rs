//! The OpenAPI document is locked: a change of it is a change of the contract, and is to be looked at.

use crate::support::{Bench, sms, sms_at};
use http::Method;
use serde_json::Value;
use sha2::{Digest, Sha256};

const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openapi.json");

async fn document() -> Value {
    let seen = Bench::new().raw(http::Method::GET, "/openapi.json", &[], Vec::new()).await;
    assert_eq!(seen.status, 200);
    seen.body
}

#[tokio::test]
async fn the_document_is_the_one_that_was_looked_at() {
    let served = serde_json::to_string_pretty(&document().await).expect("JSON") + "\n";
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(SNAPSHOT, &served).expect("written");
    }
    let locked = std::fs::read_to_string(SNAPSHOT).expect("the snapshot");
    assert!(
        served == locked,
        "the document has changed: UPDATE_SNAPSHOTS=1 cargo test -p baton-api, and look at the diff"
    );
}

/// The examples are not only to be looked at.
#[tokio::test]
async fn the_examples_are_accepted() {
    let document = document().await;
    for (schema, method, path) in [
        ("PostMessages", Method::POST, "/messages"),
        ("CancelMessages", Method::DELETE, "/messages"),
        ("MakeKey", Method::POST, "/keys"),
        ("MakeUser", Method::POST, "/users"),
        ("PostMessages", Method::POST, "/messages/validate"),
        ("PutTemplate", Method::POST, "/templates"),
        ("PutSenders", Method::PUT, "/senders"),
        ("CheckPhones", Method::POST, "/phoneChecks"),
    ] {
        let example = &document["components"]["schemas"][schema]["example"];
        assert!(example.is_object(), "{schema} has no example");
        let bench = Bench::new();
        let seen = bench.as_of(&bench.token, method, path, Some(example)).await;
        assert_eq!(seen.status, 200, "{schema}: {}", seen.body);
    }
}

#[tokio::test]
async fn the_example_of_another_time_is_accepted() {
    let example = &document().await["components"]["schemas"]["RescheduleMessage"]["example"];
    let bench = Bench::new();
    let id = bench.post("/messages", &sms_at("2026-11-25T09:00:00Z", &["79990000001"])).await.ids()[0].clone();
    let seen = bench.patch(&format!("/messages/{id}"), example).await;
    assert_eq!((seen.status, seen.body["status"].as_str()), (200, Some("DELAYED")), "{}", seen.body);
}

/// The user of one example logs in with the next, and is changed by the last.
#[tokio::test]
async fn the_examples_of_users_and_logins_fit_together() {
    let schemas = &document().await["components"]["schemas"];
    let example = |name: &str| schemas[name]["example"].clone();
    let bench = Bench::new();
    let made = bench.post("/users", &example("MakeUser")).await;
    let open = async |path: &str, body: &Value| {
        bench.raw(Method::POST, path, &[("content-type", "application/json")], body.to_string().into_bytes()).await
    };
    let tokens = open("/auth/login", &example("Login")).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    let known = schemas["Tokens"]["required"].as_array().expect("required fields");
    assert!(known.iter().all(|name| tokens.body[name.as_str().expect("a name")].is_string()));

    // The refresh token of the example stands for one that was given: here it is.
    let refresh = example("Refresh");
    let token = refresh["refreshToken"].as_str().expect("a token").to_owned();
    let parts: Vec<_> = token.split('_').collect();
    let mut session = bench.world.own().sessions.values().next().expect("a session").clone();
    (session.id, session.hash) = (parts[2].to_owned(), hex::encode(Sha256::digest(parts[3])));
    bench.world.own().sessions.insert((session.account, session.id.clone()), session);
    let refreshed = open("/auth/refresh", &refresh).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.body);

    let path = format!("/users/{}", made.body["id"].as_str().expect("an id"));
    let set = bench.put(&path, &example("SetUser")).await;
    assert_eq!((set.status, &set.body["role"]), (200, &example("SetUser")["role"]), "{}", set.body);
}

#[tokio::test]
async fn the_examples_of_a_template_go_together() {
    let schemas = document().await["components"]["schemas"].clone();
    let bench = Bench::new();
    let made = bench.post("/templates", &schemas["PutTemplate"]["example"]).await;
    let path = format!("/templates/{}", made.body["id"].as_str().expect("an id"));
    assert_eq!(bench.put(&path, &schemas["PutTemplate"]["example"]).await.body["version"], 1);
    let seen = bench.post(&format!("{path}/preview"), &schemas["PreviewTemplate"]["example"]).await;
    assert_eq!(seen.body["channels"][1]["message"]["text"], "Order 42 is ready", "{}", seen.body);
}

#[tokio::test]
async fn the_example_of_a_price_is_accepted() {
    let example = &document().await["components"]["schemas"]["SetTariff"]["example"];
    let seen = Bench::new().put("/tariffs/sms", &serde_json::json!([example])).await;
    assert_eq!((seen.status, &seen.body["items"][0]["price"]), (200, &example["price"]), "{}", seen.body);
}

/// The fields of an item that the example of the whole request does without.
#[tokio::test]
async fn the_examples_of_fields_are_accepted() {
    let schemas = &document().await["components"]["schemas"];
    let mut body = sms(&["79990000001"]);
    for name in ["sendAt", "allowedTimeRanges", "timeZone"] {
        let field = &schemas["MessageItem"]["properties"][name];
        body["messages"][0][name] = field.get("example").unwrap_or(&field["examples"][0]).clone();
        assert!(!body["messages"][0][name].is_null(), "{name} has no example");
    }
    let zone = &schemas["Destination"]["properties"]["timeZone"]["example"];
    body["messages"][0]["destinations"][0]["timeZone"] = zone.clone();
    let seen = Bench::new().post("/messages", &body).await;
    assert_eq!((seen.status, seen.body[0]["status"].as_str()), (200, Some("DELAYED")), "{}", seen.body);
}

/// What is answered has the fields that the document promises.
#[tokio::test]
async fn answers_have_the_fields_of_the_document() {
    let bench = Bench::new();
    let document = document().await;
    let example = &document["components"]["schemas"]["PostMessages"]["example"];
    let posted = bench.post("/messages", example).await;
    let shown = bench.get(&format!("/messages/{}", posted.ids()[0])).await.body;
    let listed = bench.get("/messages").await.body;
    let made = bench.post("/keys", &serde_json::json!({"name": "n"})).await.body;
    let keys = bench.get("/keys").await.body;
    let user = bench.post("/users", &document["components"]["schemas"]["MakeUser"]["example"]).await.body;
    let users = bench.get("/users").await.body;
    let template = bench.post("/templates", &document["components"]["schemas"]["PutTemplate"]["example"]).await.body;
    let templates = bench.get("/templates").await.body;
    let preview = format!("/templates/{}/preview", template["id"].as_str().expect("an id"));
    let preview = bench.post(&preview, &serde_json::json!({})).await.body;
    let validated = bench.post("/messages/validate", example).await.body;
    let checked = bench.post("/phoneChecks", &document["components"]["schemas"]["CheckPhones"]["example"]).await.body;
    let table = [
        ("NewTemplate", &template),
        ("TemplateList", &templates),
        ("Template", &templates["items"][0]),
        ("TemplateVariable", &templates["items"][0]["variables"][0]),
        ("TemplatePreview", &preview),
        ("ChannelPreview", &preview["channels"][0]),
        ("Detail", &preview["channels"][0]["faults"][0]),
        ("Validated", &validated[0]),
        ("ChannelPreview", &validated[0]["channels"][0]),
        ("Accepted", &posted.body[0]),
        ("Message", &shown),
        ("Message", &listed["items"][0]),
        ("Attempt", &shown["attempts"][0]),
        ("TimelineEntry", &shown["timeline"][0]),
        ("MessageList", &listed),
        ("NewKey", &made),
        ("Key", &keys["items"][0]),
        ("KeyList", &keys),
        ("User", &user),
        ("UserList", &users),
        ("PhoneCheck", &checked),
        ("CheckedPhone", &checked["result"]["12"]),
    ];
    for (schema, value) in table {
        let value = value.as_object().expect("an object");
        let schema_of = &document["components"]["schemas"][schema];
        let required = schema_of["required"].as_array().expect("required fields");
        assert!(required.iter().all(|name| value.contains_key(name.as_str().expect("a name"))), "{schema}");
        let known = schema_of["properties"].as_object().expect("properties");
        assert!(value.keys().all(|name| known.contains_key(name)), "{schema}");
    }
}
