//! Every example of the document is sent, and every answer is what the document says.

use crate::{
    callbacks::record,
    schema,
    support::{Bench, Seen},
};
use baton_api::ports::Scope;
use http::Method;
use serde_json::Value;
use std::{collections::BTreeMap, path::PathBuf};
use url::form_urlencoded;

fn file(operation: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("examples/{operation}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} is not there", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A route of the document.
struct Route {
    method: Method,
    path: String,
    operation: Value,
}

fn routes(document: &Value) -> BTreeMap<String, Route> {
    let mut routes = BTreeMap::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let name = operation["operationId"].as_str().expect("an id").to_owned();
            let method = method.to_uppercase().parse().expect("a method");
            routes.insert(name, Route { method, path: path.clone(), operation: operation.clone() });
        }
    }
    routes
}

/// What is there before any request.
fn prepare(bench: &Bench, operation: &str, example: &Value) {
    match operation {
        "retryCallback" => record(bench, example["path"]["id"].as_str().expect("an id").parse().expect("an id")),
        "uploadTaskFile" => {
            let id = example["path"]["id"].as_str().expect("an id").parse().expect("an id");
            crate::files::task(bench, id, "December");
        }
        "listCallbacks" => {
            let message = example["query"]["messageId"].as_str().expect("an id");
            record(bench, format!("{message}-3").parse().expect("an id"));
        }
        _ => {}
    }
}

/// Where the promised answer and the real one say different things: what stands for what.
fn differences(promised: &Value, real: &Value, found: &mut Vec<(String, String)>) {
    match (promised, real) {
        (Value::String(promised), Value::String(real)) => found.push((promised.clone(), real.clone())),
        (Value::Array(promised), Value::Array(real)) => {
            promised.iter().zip(real).for_each(|(promised, real)| differences(promised, real, found));
        }
        (Value::Object(promised), Value::Object(_)) => {
            promised.iter().for_each(|(name, promised)| differences(promised, &real[name], found));
        }
        _ => {}
    }
}

fn replaced(value: &Value, names: &[(String, String)]) -> Value {
    match value {
        Value::String(text) => {
            let real = names.iter().find(|(promised, _)| promised == text).map(|(_, real)| real.clone());
            Value::String(real.unwrap_or_else(|| text.clone()))
        }
        Value::Array(values) => values.iter().map(|value| replaced(value, names)).collect(),
        Value::Object(map) => map.iter().map(|(name, value)| (name.clone(), replaced(value, names))).collect(),
        other => other.clone(),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Sends the example of an operation, after those that it needs.
async fn send(bench: &Bench, routes: &BTreeMap<String, Route>, operation: &str) -> Seen {
    let mut names = Vec::new();
    let mut example = file(operation);
    if let Some(before) = example["after"].as_str() {
        let made = Box::pin(send(bench, routes, before)).await;
        differences(&file(before)["response"], &made.body, &mut names);
    }
    for member in ["path", "query", "request"] {
        example[member] = replaced(&example[member], &names);
    }
    prepare(bench, operation, &example);
    let route = routes.get(operation).unwrap_or_else(|| panic!("{operation} is no operation"));
    let mut path = route.path.clone();
    for (name, value) in example["path"].as_object().into_iter().flatten() {
        path = path.replace(&format!("{{{name}}}"), &plain(value));
    }
    assert!(!path.contains('{'), "{operation}: the example has no {path}");
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in example["query"].as_object().into_iter().flatten() {
        query.append_pair(name, &plain(value));
    }
    let path = format!("{path}?{}", query.finish());
    let body = Some(&example["request"]).filter(|body| !body.is_null());
    let token = bench.key(1, "operator", &[Scope::Send, Scope::Read, Scope::Admin, Scope::Operator]);
    let seen = bench.as_of(&token, route.method.clone(), &path, body).await;
    assert_eq!(seen.status, 200, "{operation}: {}", seen.body);
    seen
}

#[tokio::test]
async fn every_example_is_accepted_and_answered_as_the_document_says() {
    let document = Bench::new().get("/openapi.json").await.body;
    let routes = routes(&document);
    // Those that take or give files are tried by the tests of files.
    let files = ["addTaskFiles", "getTaskErrors", "getSheet", "postBulk", "getBulk"];
    for (operation, route) in routes.iter().filter(|(operation, _)| !files.contains(&operation.as_str())) {
        let content = &route.operation["responses"]["200"]["content"]["application/json"];
        if content.is_null() {
            assert_eq!(file(operation)["response"], Value::Null, "{operation}: a file has no example");
            continue;
        }
        let promised = content.get("example").unwrap_or_else(|| panic!("{operation} has no example of its answer"));
        assert_eq!(schema::faults(&document, &content["schema"], promised), [""; 0], "{operation}: the example");
        let request = &route.operation["requestBody"]["content"]["application/json"];
        if let Some(schema) = request.get("schema") {
            let sent = request.get("example").unwrap_or_else(|| panic!("{operation} has no example of its body"));
            assert_eq!(schema::faults(&document, schema, sent), [""; 0], "{operation}: the request");
        }
        let seen = send(&Bench::new(), &routes, operation).await;
        assert_eq!(schema::faults(&document, &content["schema"], &seen.body), [""; 0], "{operation}: the answer");
    }
}

/// The check can fail.
#[test]
fn a_schema_refuses_what_does_not_fit() {
    let document = serde_json::json!({"s": {"type": "object", "required": ["a"], "properties": {
        "a": {"type": ["integer", "null"]}, "b": {"oneOf": [{"type": "null"}, {"type": "array", "items": {"type": "string", "enum": ["x"]}}]},
    }}});
    let reference = serde_json::json!({"$ref": "#/s"});
    let faults = |value: Value| schema::faults(&document, &reference, &value).len();
    for good in [r#"{"a": 1}"#, r#"{"a": null, "b": null}"#, r#"{"a": 2, "b": ["x", "x"]}"#] {
        assert_eq!(faults(serde_json::from_str(good).expect("JSON")), 0, "{good}");
    }
    for bad in [
        "7",
        "{}",
        r#"{"a": "1"}"#,
        r#"{"a": 1.5}"#,
        r#"{"a": 1, "c": 1}"#,
        r#"{"a": 1, "b": ["y"]}"#,
        r#"{"a": 1, "b": {}}"#,
    ] {
        assert!(faults(serde_json::from_str(bad).expect("JSON")) > 0, "{bad}");
    }
}
