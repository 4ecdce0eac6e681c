//! How many messages one sender process sends in a second: the real pipeline and the real Telegram adapter over real HTTP,
//! with the ports in memory, against a stand-in that answers in 50 ms. Batches of ten, one after the other, as Lambda gives
//! them to one process. Fails below 150 messages a second (ten at once could not be more than 200).

#[path = "../tests/support/mod.rs"]
mod support;

use baton_channels::telegram;
use baton_domain::{AccountId, BulkId, Channel, ChannelContent, Recipient, Spec, Status, Time, content::ChannelSpec};
use baton_pipeline::{
    accept::{Item, Submission, accept},
    gate::Gate,
    memory::{Memory, StoppedClock},
    send::{Sender, Verdict},
    short_links::Shortener,
    tasks::passage::Passages,
};
use futures::future::join_all;
use std::{
    collections::BTreeMap,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};
use support::{Reply, StandIn, context};

const BATCH: usize = 10;
const MESSAGES: u16 = 1000;
const ANSWERS_IN: Duration = Duration::from_millis(50);
const AT_LEAST: f64 = 150.0;

fn main() -> ExitCode {
    // The stand-in has a thread of its own; the sender has one as its function has.
    let other = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let body = serde_json::json!({"ok": true, "result": {"message_id": 1, "chat": {"id": 42}}});
    let stand_in = other.block_on(StandIn::start(Reply::json(200, &body).after(ANSWERS_IN)));
    let own = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let rate = own.block_on(send_all(&stand_in.url));
    println!(
        "one sender, batches of {BATCH}, provider answers in {} ms: {rate:.0} messages/s (at least {AT_LEAST})",
        ANSWERS_IN.as_millis()
    );
    if rate < AT_LEAST { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

async fn send_all(provider: &str) -> f64 {
    let memory = Memory::default();
    let clock = StoppedClock::at(Time::from_timestamp_millis(1_790_000_000_000).expect("a time"));
    accept(&memory, &memory, &clock, submission()).await.expect("accepted");
    let document =
        serde_json::json!([{"name": "TELEGRAM", "botToken": "1:a", "secretToken": "s", "baseUrl": provider}]);
    let sender = Sender {
        channel: Channel::Telegram,
        providers: telegram::providers(&document.to_string(), &context()).expect("a provider"),
        rates: BTreeMap::new(),
        store: memory.clone(),
        outlets: memory.clone(),
        gate: Gate::new(memory.clone(), Channel::Telegram),
        clock,
        claim_limit: Duration::from_secs(35),
        shortener: None::<Shortener<Memory>>,
        tasks: Passages::new(memory.clone()),
    };
    let pointers: Vec<_> = memory.state().channels.drain(..).map(|(_, pointer, _)| pointer).collect();
    let started = Instant::now();
    for batch in pointers.chunks(BATCH) {
        let verdicts = join_all(batch.iter().map(|pointer| sender.handle(*pointer))).await;
        assert!(verdicts.into_iter().all(|verdict| verdict.expect("handled") == Verdict::Done));
    }
    let rate = f64::from(MESSAGES) / started.elapsed().as_secs_f64();
    assert!(memory.state().messages.values().all(|message| message.status == Status::Delivered));
    rate
}

fn submission() -> Submission {
    let content = ChannelContent {
        text: Some("Ваш заказ {{order|42}} готов".to_owned()), ..ChannelContent::default()
    };
    let recipient = |index: u16| Recipient { messenger_user_id: Some(index.to_string()), ..Recipient::default() };
    Submission {
        account: AccountId(1),
        bulk: BulkId::new(Time::from_timestamp_millis(1_790_000_000_000).expect("a time"), [1; 8]),
        named: false,
        task: None,
        digest: String::new(),
        items: vec![Item {
            index: 0,
            group: None,
            spec: Arc::new(Spec {
                channels: vec![ChannelSpec { channel: Channel::Telegram, content }],
                ..Spec::default()
            }),
            schedule: baton_domain::window::Schedule::default(),
            recipients: (0..MESSAGES).map(|index| (index, recipient(index))).collect(),
            rates: std::collections::BTreeMap::new(),
        }],
    }
}
