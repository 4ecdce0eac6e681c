//! A world in memory: the ports, a clock that stands, providers that answer by script, and ports that fail on demand.

#![allow(dead_code, reason = "each test file uses its own part of it")]

use baton_domain::{
    AccountId, BulkId, Channel, ChannelContent, ErrorClass, Message, MessageId, Outcome, ProviderError, Recipient,
    Spec, Time, content::ChannelSpec, outcome::Accepted, window::Schedule,
};
use baton_pipeline::{
    accept::{Item, Submission},
    gate::Gate,
    memory::{Memory, StoppedClock},
    pointer::Pointer,
    provider::{Provider, SendRequest},
    send::Sender,
    short_links::Shortener,
    tasks::passage::Passages,
};
use chrono::TimeDelta;
use futures::future::BoxFuture;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

pub const ACCOUNT: AccountId = AccountId(1);

pub fn start() -> Time {
    Time::from_timestamp_millis(1_790_000_000_000).expect("a time")
}

/// A provider that answers from a script, and remembers what it was asked.
#[derive(Clone, Default)]
pub struct Scripted {
    name: Option<&'static str>,
    idempotent: bool,
    answers: Arc<Mutex<VecDeque<Outcome>>>,
    pub calls: Arc<Mutex<Vec<SendRequest>>>,
}

impl Scripted {
    pub fn answering(answers: impl IntoIterator<Item = Outcome>) -> Scripted {
        Scripted { answers: Arc::new(Mutex::new(answers.into_iter().collect())), ..Scripted::default() }
    }

    pub fn named(self, name: &'static str) -> Scripted {
        Scripted { name: Some(name), ..self }
    }

    pub fn idempotent(self) -> Scripted {
        Scripted { idempotent: true, ..self }
    }

    pub fn call_count(&self) -> usize {
        self.calls.lock().expect("calls").len()
    }
}

impl Provider for Scripted {
    fn name(&self) -> &'static str {
        self.name.unwrap_or("SCRIPTED")
    }

    fn idempotent(&self) -> bool {
        self.idempotent
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        self.calls.lock().expect("calls").push(request.clone());
        let answer = self.answers.lock().expect("answers").pop_front();
        Box::pin(async move { answer.unwrap_or_else(taken) })
    }
}

/// The provider took it, and will send receipts.
pub fn taken() -> Outcome {
    Outcome::Accepted(Accepted { provider_message_id: Some("p".into()), receipts: true, part_count: None })
}

pub fn refused(class: ErrorClass) -> Outcome {
    Outcome::from_error(ProviderError::new(class, "code", "refused"))
}

pub fn submission(channels: &[Channel], recipients: u16) -> Submission {
    let content = ChannelContent {
        text: Some("Здравствуйте, {{name|друг}}".into()), ..ChannelContent::default()
    };
    let spec = Spec {
        channels: channels.iter().map(|channel| ChannelSpec { channel: *channel, content: content.clone() }).collect(),
        ..Spec::default()
    };
    let recipient = |index: u16| Recipient {
        phone: Some(format!("+7999000{index:04}")),
        email: Some(format!("{index}@example.org")),
        messenger_user_id: Some(index.to_string()),
        ..Recipient::default()
    };
    let recipients = (0..recipients).map(|index| (index, recipient(index))).collect();
    Submission {
        account: ACCOUNT,
        bulk: BulkId::new(start(), [1; 8]),
        named: false,
        task: None,
        digest: "digest".into(),
        items: vec![Item {
            index: 0,
            group: None,
            spec: Arc::new(spec),
            schedule: Schedule::default(),
            recipients,
            rates: BTreeMap::new(),
        }],
    }
}

pub fn sender(
    memory: &Memory,
    clock: &StoppedClock,
    channel: Channel,
    provider: &Scripted,
) -> Sender<Memory, Memory, Memory, StoppedClock, Memory, Memory> {
    sender_through(memory, clock, channel, vec![Box::new(provider.clone())])
}

pub fn sender_through(
    memory: &Memory,
    clock: &StoppedClock,
    channel: Channel,
    providers: Vec<Box<dyn Provider>>,
) -> Sender<Memory, Memory, Memory, StoppedClock, Memory, Memory> {
    Sender {
        channel,
        providers,
        rates: BTreeMap::new(),
        store: memory.clone(),
        outlets: memory.clone(),
        gate: Gate::new(memory.clone(), channel),
        clock: clock.clone(),
        claim_limit: Duration::from_secs(35),
        shortener: Some(shortener(memory)),
        tasks: Passages::new(memory.clone()),
    }
}

/// What stands before the codes of short links.
pub const SHORT_BASE: &str = "https://b.example/s";

pub fn shortener(memory: &Memory) -> Shortener<Memory> {
    Shortener { links: memory.clone(), base: SHORT_BASE.to_owned(), lifetime: TimeDelta::days(365) }
}

/// Takes the pointers off all channel queues.
pub fn drain(memory: &Memory) -> Vec<(Channel, Pointer)> {
    memory.state().channels.drain(..).map(|(channel, pointer, _)| (channel, pointer)).collect()
}

pub fn only_message(memory: &Memory) -> Message {
    let state = memory.state();
    assert_eq!(state.messages.len(), 1);
    state.messages.values().next().expect("a message").clone()
}

pub fn message(memory: &Memory, id: MessageId) -> Message {
    memory.state().messages[&(ACCOUNT, id)].clone()
}
