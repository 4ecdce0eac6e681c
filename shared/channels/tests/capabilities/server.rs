//! The provider's side of a case: a stand-in, the adapter that was built for it, and what the one saw of the other.

use crate::{
    case::{Case, Served},
    smtp,
    support::{Captured, Reply, StandIn, context},
};
use baton_channels::{
    Context, registry,
    sandbox::{OutboxRecord, SandboxPorts},
};
use baton_domain::{AccountId, AttemptRef, ChannelContent, Outcome, Recipient};
use baton_pipeline::{
    pointer::QueuedReceipt,
    ports::PortResult,
    provider::{Provider, SendRequest},
};
use futures::future::BoxFuture;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// What the sandbox left.
#[derive(Default)]
pub struct Traces {
    records: Mutex<Vec<OutboxRecord>>,
    pub receipts: Mutex<Vec<QueuedReceipt>>,
}

impl SandboxPorts for Traces {
    fn record(&self, record: OutboxRecord) -> BoxFuture<'_, PortResult<()>> {
        self.records.lock().expect("the records").push(record);
        Box::pin(std::future::ready(Ok(())))
    }

    fn receipt(&self, _: AccountId, receipt: QueuedReceipt, _: Duration) -> BoxFuture<'_, PortResult<()>> {
        self.receipts.lock().expect("the receipts").push(receipt);
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Who answers.
enum Server {
    Http(StandIn),
    Smtp(smtp::Server),
    Sandbox,
}

/// See the module.
pub struct Setup<'c> {
    pub case: &'c Case,
    pub url: String,
    pub provider: Box<dyn Provider>,
    pub traces: Arc<Traces>,
    pub recipient: Recipient,
    server: Server,
    context: Context,
}

/// What was seen of a call.
pub struct Seen {
    pub request: SendRequest,
    pub outcome: Outcome,
    pub captured: Vec<Captured>,
    /// All of it as text, with all headers.
    pub whole: String,
    /// All that says something about the message: without what differs from call to call.
    pub message: String,
}

/// Headers of calls that have their own value for each, or say nothing of the message.
const OF_CALLS: &[&str] = &[
    "authorization",
    "content-length",
    "x-amz-date",
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "x-amz-user-agent",
    "user-agent",
];

impl<'c> Setup<'c> {
    pub async fn start(case: &'c Case) -> Setup<'c> {
        let (server, url) = match case.served {
            Served::Http => http(StandIn::start(case.taken.clone()).await),
            Served::Http2 => http(StandIn::start_http2(case.taken.clone()).await),
            Served::Smtp => {
                let server = smtp::Server::start(smtp::Tls::Starttls).await;
                let port = server.port.to_string();
                (Server::Smtp(server), port)
            }
            Served::Sandbox => (Server::Sandbox, String::new()),
        };
        let traces = Arc::new(Traces::default());
        let context = Context { sandbox: Some(traces.clone()), ..context() };
        let recipient = case.recipient(&url);
        let provider = build(case, &url, &context);
        Setup { case, url, provider, traces, recipient, server, context }
    }

    /// Forgets what the adapter has remembered.
    pub fn rebuild(&mut self) {
        self.provider = build(self.case, &self.url, &self.context);
    }

    /// Changes the answer of a stand-in over HTTP; `false` where there is none.
    pub fn reply(&self, reply: Reply) -> bool {
        let Server::Http(stand_in) = &self.server else { return false };
        stand_in.reply(reply);
        true
    }

    /// The replies of a mail server, see [`smtp::Server::replies`]; `false` where there is none.
    pub fn replies(&self, replies: &[(&'static str, &'static str)]) -> bool {
        let Server::Smtp(server) = &self.server else { return false };
        server.replies(replies);
        true
    }

    /// The recipient's address at the provider for a content.
    pub fn address(&self, content: &ChannelContent) -> Option<&str> {
        self.provider.address(self.case.channel, &self.recipient, content)
    }

    /// Sends the usual attempt.
    pub async fn send(&self, content: ChannelContent) -> Seen {
        self.send_as(crate::support::attempt(), 1, content).await
    }

    /// Sends a try of an attempt. What the provider is not asked for, it is not called with.
    pub async fn send_as(&self, attempt: AttemptRef, try_number: u8, content: ChannelContent) -> Seen {
        let to = self.address(&content).unwrap_or_default().to_owned();
        let usual = self.case.request(self.recipient.clone(), &to, content);
        let request = SendRequest { attempt, try_number, ..usual };
        let outcome = self.provider.send(&request).await;
        let mut seen = Seen { request, outcome, captured: Vec::new(), whole: String::new(), message: String::new() };
        match &self.server {
            Server::Http(stand_in) => self.read(&mut seen, stand_in.take()),
            Server::Smtp(server) => {
                for mail in server.take() {
                    let timeless = mail.data.lines().filter(|line| !line.starts_with("Date: "));
                    let text = format!("{}\n{:?}\n{}", mail.from, mail.to, timeless.collect::<Vec<_>>().join("\n"));
                    seen.whole.push_str(&text);
                    seen.message.push_str(&text);
                }
            }
            Server::Sandbox => {
                for record in std::mem::take(&mut *self.traces.records.lock().expect("the records")) {
                    // It keeps the validity period as it keeps everything; nothing ends by it.
                    let content = ChannelContent { validity_period: None, ..record.content };
                    let text = format!("{} {} {content:?}", record.attempt, record.to);
                    seen.whole.push_str(&text);
                    seen.message.push_str(&text);
                }
            }
        }
        seen
    }

    fn read(&self, seen: &mut Seen, captured: Vec<Captured>) {
        for call in &captured {
            let line = format!("{} {}?{}\n{}\n", call.method, call.path, call.query, (self.case.open)(call));
            let headers = |all: bool| {
                let told = |(name, _): &&(String, String)| all || !OF_CALLS.contains(&name.as_str());
                let lines = call.headers.iter().filter(told).map(|(name, value)| format!("{name}: {value}\n"));
                lines.collect::<String>()
            };
            seen.whole.push_str(&format!("{line}{}", headers(true)));
            seen.message.push_str(&format!("{line}{}", headers(false)));
        }
        seen.captured = captured;
    }
}

fn http(stand_in: StandIn) -> (Server, String) {
    let url = stand_in.url.clone();
    (Server::Http(stand_in), url)
}

fn build(case: &Case, url: &str, context: &Context) -> Box<dyn Provider> {
    let document = case.document(url).to_string();
    let built = registry::build(registry::kinds(case.channel), &document, context);
    built.unwrap_or_else(|fault| panic!("{} over {}: {fault}", case.name, case.channel)).remove(0)
}
