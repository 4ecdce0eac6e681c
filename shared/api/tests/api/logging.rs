//! One line per request, and nothing in it that is a person's or a secret.

use crate::support::{Bench, sms};
use http::Method;
use serde_json::json;
use std::{
    io,
    sync::{Arc, Mutex},
};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_line_names_the_request_and_no_person() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE);
    let subscriber = subscriber.with_writer(move || writer.clone()).finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let bench = Bench::new();
    let mut body = sms(&["79990000001", "what is 555-1234-no-phone"]);
    body["messages"][0]["channels"]["sms"]["text"] = json!("Your code is 987654");
    bench.post("/messages", &body).await;
    bench.get("/messages?recipient=79990000001,anna@example.org").await;
    bench.get("/messages/+79990000001").await;
    bench.as_of("bt_1_first_wrongsecret", Method::GET, "/messages", None).await;
    bench.post("/keys", &json!({"name": "Anna's key"})).await;
    bench.world.own().registers.push(crate::world::Register::named("HLR"));
    bench.post("/phoneChecks", &json!({"phones": ["79990000001", "555-1234"]})).await;
    bench.world.own().broken = Some((1, crate::world::Break::Before));
    bench.get("/none").await;
    drop(guard);

    let text = String::from_utf8(lines.0.lock().expect("not poisoned").clone()).expect("UTF-8");
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 8, "one for each request, and one for the order of a look-up: {text}");
    for private in ["79990000001", "555-1234", "anna", "Anna", "987654", "s3cret", "wrongsecret", "bt_", "recipient"] {
        assert!(!text.contains(private), "{private} is in {text}");
    }
    let first = &lines[0]["fields"];
    let seen = (&first["method"], &first["route"], &first["status"], &first["account"], &first["key"]);
    assert_eq!(seen, (&json!("POST"), &json!("/messages"), &json!(200), &json!(1), &json!("first")));
    assert!(first["request"].is_string() && first["ms"].is_u64(), "{first}");
    assert_eq!((&lines[3]["fields"]["status"], &lines[3]["fields"]["code"]), (&json!(401), &json!("unauthorized")));
}
