//! A stand-in for any provider over HTTP: takes requests on 127.0.0.1, keeps them, and answers as it is told.

#![allow(dead_code, reason = "each test uses a part of it")]

pub mod http2;
mod state;

use base64::{Engine, engine::general_purpose::STANDARD};
use baton_channels::Context;
use baton_domain::{AccountId, AttemptRef, BulkId, Channel, ChannelContent, MessageId, Outcome, Recipient, Time};
use baton_pipeline::provider::SendRequest;
use serde_json::{Map, Value, json};
use state::{State, take};
use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What the stand-in does with a request once it has read it whole.
#[derive(Clone, Debug)]
pub enum Reply {
    /// It answers.
    Answer {
        /// The HTTP status.
        status: u16,
        /// Headers, beside the length.
        headers: Vec<(&'static str, String)>,
        /// The body.
        body: String,
        /// How long it takes its time before.
        delay: Duration,
    },
    /// It closes the connection without a word.
    Drop,
    /// The first one once, the second one from then on.
    Once(Box<Reply>, Box<Reply>),
}

impl Reply {
    /// An answer in JSON.
    pub fn json(status: u16, body: &Value) -> Reply {
        Reply::text(status, "application/json", &body.to_string())
    }

    /// An answer in any format.
    pub fn text(status: u16, content_type: &str, body: &str) -> Reply {
        let headers = vec![("content-type", content_type.to_owned())];
        Reply::Answer { status, headers, body: body.to_owned(), delay: Duration::ZERO }
    }

    /// The same answer with one more header.
    pub fn header(mut self, name: &'static str, value: &str) -> Reply {
        if let Reply::Answer { headers, .. } = &mut self {
            headers.push((name, value.to_owned()));
        }
        self
    }

    /// This one once, another one from then on.
    pub fn once_then(self, then: Reply) -> Reply {
        Reply::Once(Box::new(self), Box::new(then))
    }

    /// The same answer, later.
    pub fn after(mut self, pause: Duration) -> Reply {
        if let Reply::Answer { delay, .. } = &mut self {
            *delay = pause;
        }
        self
    }
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Captured {
    /// `POST`.
    pub method: String,
    /// The path, without the query, still encoded.
    pub path: String,
    /// The query string, still encoded.
    pub query: String,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Captured {
    /// The value of a header, empty where there is none; `name` in lower case.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a body in JSON")
    }

    /// The body as a form, in its order.
    pub fn form(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(&self.body).into_owned().collect()
    }

    /// Writes the request as `contract/<provider>/<case>.json` of the target directory, for the checks of `tests/contract`:
    /// `{"method", "path", "query", "headers", "body" | "form" | "base64"}`: `base64` holds a body that is
    /// `application/octet-stream`. A repeated field of a form or a query is a list.
    pub fn dump(&self, provider: &str, case: &str) {
        let directory = contract_directory().join(provider);
        fs::create_dir_all(&directory).expect("a directory for the requests");
        let kind = self.header("content-type");
        let (name, body) = if kind.starts_with("application/x-www-form-urlencoded") {
            ("form", fields(self.form()))
        } else if kind == "application/octet-stream" {
            ("base64", STANDARD.encode(&self.body).into())
        } else if self.body.is_empty() {
            ("body", Value::Null)
        } else {
            ("body", self.json())
        };
        let request = json!({
            "method": self.method,
            "path": self.path,
            "query": fields(url::form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()),
            "headers": self.headers.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
            name: body,
        });
        let text = serde_json::to_string_pretty(&request).expect("JSON");
        fs::write(directory.join(format!("{case}.json")), text).expect("a file for the request");
    }
}

fn fields(pairs: Vec<(String, String)>) -> Value {
    let mut fields = Map::new();
    for (name, value) in pairs {
        match fields.get_mut(&name) {
            None => {
                fields.insert(name, value.into());
            }
            Some(Value::Array(values)) => values.push(value.into()),
            Some(first) => *first = json!([first.clone(), value]),
        }
    }
    Value::Object(fields)
}

/// Where the requests are written.
pub fn contract_directory() -> PathBuf {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    target.parent().expect("the target directory").join("contract")
}

/// Removes the requests that an earlier run left.
pub fn clear(provider: &str) {
    let directory = contract_directory().join(provider);
    if directory.exists() {
        fs::remove_dir_all(directory).expect("the requests of an earlier run can be removed");
    }
}

/// The stand-in. It lives as long as the test's runtime.
#[derive(Clone)]
pub struct StandIn {
    /// Its address, without a slash at the end.
    pub url: String,
    state: State,
}

impl StandIn {
    /// Starts a stand-in that gives this answer until it is told another.
    pub async fn start(reply: Reply) -> StandIn {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new((reply, Vec::new())));
        let served = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&served)));
            }
        });
        StandIn { url, state }
    }

    /// Changes the answer.
    pub fn reply(&self, reply: Reply) {
        self.state.lock().expect("the state").0 = reply;
    }

    /// Takes the requests that arrived since the last time.
    pub fn take(&self) -> Vec<Captured> {
        std::mem::take(&mut self.state.lock().expect("the state").1)
    }
}

async fn serve(mut stream: TcpStream, state: State) -> Option<()> {
    let mut buffer = Vec::new();
    loop {
        let request = read(&mut stream, &mut buffer).await?;
        let Reply::Answer { status, headers, body, delay } = take(&state, request) else { return None };
        tokio::time::sleep(delay).await;
        let mut answer = format!("HTTP/1.1 {status} Some Reason\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            answer.push_str(&format!("{name}: {value}\r\n"));
        }
        answer.push_str("\r\n");
        answer.push_str(&body);
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

/// Reads one request; the rest of what arrived stays in the buffer. `None` at the end of the connection.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Captured> {
    let head_end = loop {
        match buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            Some(end) => break end,
            None => more(stream, buffer).await?,
        }
    };
    let head = String::from_utf8(buffer.drain(..head_end + 4).collect()).expect("a head in UTF-8");
    let mut lines = head.lines();
    let mut line = lines.next()?.split(' ').map(str::to_owned);
    let (method, target) = (line.next()?, line.next()?);
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .map_or(0, |(_, value)| value.parse().expect("a length"));
    while buffer.len() < length {
        more(stream, buffer).await?;
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    Some(Captured { method, path, query, headers, body: buffer.drain(..length).collect() })
}

async fn more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    match stream.read_buf(buffer).await {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(()),
    }
}

/// An address on which nobody listens.
pub async fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    format!("http://{}", listener.local_addr().expect("an address"))
}

/// A context with made-up AWS credentials and no sandbox.
pub fn context() -> Context {
    use aws_sdk_sesv2::config::{Credentials, SharedCredentialsProvider};
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "tests");
    let aws = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    let http = baton_channels::transport::client().expect("an HTTP client");
    Context { http, aws, public_url: "https://baton.example.org".to_owned(), sandbox: None }
}

/// The attempt of [`request`].
pub fn attempt() -> AttemptRef {
    let message = MessageId::new(BulkId::new(now(), *b"baton-01"), 0);
    AttemptRef { account: AccountId(7), message, attempt: 1 }
}

fn now() -> Time {
    static NOW: std::sync::LazyLock<Time> = std::sync::LazyLock::new(|| Time::from(SystemTime::now()));
    *NOW
}

/// The first try of an attempt.
pub fn request(channel: Channel, to: &str, content: ChannelContent) -> SendRequest {
    let recipient = Recipient::default();
    let to = to.to_owned();
    SendRequest { attempt: attempt(), task: None, try_number: 1, channel, to, recipient, content, now: now() }
}

/// Content that is a text alone.
pub fn text(text: &str) -> ChannelContent {
    ChannelContent { text: Some(text.to_owned()), ..ChannelContent::default() }
}

/// `accepted`, or the class and the code of an error: `temporary 20429`.
pub fn summary(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Accepted(_) => "accepted".to_owned(),
        Outcome::Refused(error) => format!("{} {}", error.class, error.code),
        Outcome::Unknown(error) => format!("unknown {}", error.code),
    }
}
