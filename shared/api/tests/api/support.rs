//! A caller and what it sees.

use crate::world::World;
use baton_api::{
    App, Body, SourceAddress, handle,
    ports::{ApiKey, AuthKey, Scope},
};
use baton_domain::{AccountId, Currency, Time};
use baton_pipeline::memory::StoppedClock;
use chrono::TimeDelta;
use http::{HeaderMap, Method, Request};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The secret of every key that [`Bench::key`] makes.
const SECRET: &str = "s3cret";

/// What stands before the codes of short links.
pub const SHORT_URL: &str = "https://b.example/s";

pub fn start() -> Time {
    "2026-11-23T09:00:00Z".parse().expect("a time")
}

/// What came back.
#[derive(Debug)]
pub struct Seen {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Seen {
    /// The `path` and `code` of each detail.
    pub fn faults(&self) -> Vec<(&str, &str)> {
        let text = |detail: &Value, name: &str| detail[name].as_str().expect("a string").to_owned().leak() as &str;
        let details = self.body["details"].as_array().map(Vec::as_slice).unwrap_or_default();
        details.iter().map(|detail| (text(detail, "path"), text(detail, "code"))).collect()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }

    /// The ids of an array of messages, or of a list.
    pub fn ids(&self) -> Vec<String> {
        let items = self.body.as_array().or_else(|| self.body["items"].as_array()).expect("a list");
        items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
    }
}

/// The interface over ports in memory, with account 1 and a key that may do everything but operate.
pub struct Bench {
    pub world: World,
    pub clock: StoppedClock,
    pub app: App<World, StoppedClock>,
    pub token: String,
}

impl Bench {
    pub fn new() -> Bench {
        let (world, clock) = (World::default(), StoppedClock::at(start()));
        let app = App {
            ports: world.clone(),
            clock: clock.clone(),
            retention_days: 30,
            private_callbacks: false,
            short_url: SHORT_URL.to_owned(),
            currency: Currency::RUB,
            patience: TimeDelta::seconds(2),
        };
        world.own().auth_keys.push(AuthKey { id: "k1".to_owned(), secret: vec![1; 32] });
        let mut bench = Bench { world, clock, app, token: String::new() };
        bench.token = bench.key(1, "first", &[Scope::Send, Scope::Read, Scope::Admin]);
        bench
    }

    /// Stores a key and gives its token.
    pub fn key(&self, account: u64, id: &str, scopes: &[Scope]) -> String {
        let key = ApiKey {
            account: AccountId(account),
            id: id.to_owned(),
            name: id.to_owned(),
            scopes: scopes.to_vec(),
            hash: hex::encode(Sha256::digest(SECRET)),
            created_at: start(),
            revoked_at: None,
        };
        self.world.own().keys.insert((key.account, key.id.clone()), key);
        format!("bt_{account}_{id}_{SECRET}")
    }

    /// A request with these headers, and a body as it is.
    pub async fn raw(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Seen {
        self.raw_from("192.0.2.1", method, path, headers, body).await
    }

    /// The same, from another address.
    pub async fn raw_from(
        &self,
        from: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Seen {
        let from = SourceAddress(from.parse().expect("an address"));
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}")).extension(from);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = handle(&self.app, request.body(body).expect("a request")).await;
        let (parts, body) = response.into_parts();
        assert!(parts.headers.contains_key("x-request-id"));
        let body: Value = match body {
            Body::Text(body) => serde_json::from_str(&body).expect("JSON"),
            Body::Bytes(file) => file.to_vec().into(),
        };
        if parts.status.is_client_error() || parts.status.is_server_error() {
            assert!(body["error"].is_string() && body["code"].is_string() && body["details"].is_array(), "{body}");
            assert_eq!(body["requestId"], parts.headers["x-request-id"].to_str().expect("text"));
        }
        Seen { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub async fn as_of(&self, token: &str, method: Method, path: &str, body: Option<&Value>) -> Seen {
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        self.raw(method, path, &headers, body).await
    }

    pub async fn get(&self, path: &str) -> Seen {
        self.as_of(&self.token, Method::GET, path, None).await
    }

    pub async fn delete(&self, path: &str) -> Seen {
        self.as_of(&self.token, Method::DELETE, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Seen {
        self.as_of(&self.token, Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Seen {
        self.as_of(&self.token, Method::PUT, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Seen {
        self.as_of(&self.token, Method::PATCH, path, Some(body)).await
    }

    /// With an `Idempotency-Key`.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Seen {
        let authorization = format!("Bearer {}", self.token);
        let headers = [("authorization", authorization.as_str()), ("idempotency-key", key)];
        self.raw(Method::POST, path, &headers, body.to_string().into_bytes()).await
    }
}

/// A request with one item: a text for these phones by SMS.
pub fn sms(phones: &[&str]) -> Value {
    let destinations: Vec<_> = phones.iter().map(|phone| json!({"phone": phone})).collect();
    json!({"messages": [{"channels": {"sms": {"text": "Hello"}}, "destinations": destinations}]})
}

/// The same, to be sent at a time.
pub fn sms_at(send_at: &str, phones: &[&str]) -> Value {
    let mut body = sms(phones);
    body["messages"][0]["sendAt"] = json!(send_at);
    body
}
