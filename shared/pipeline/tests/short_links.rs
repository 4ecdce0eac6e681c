//! Short links from the text of an SMS to a click.

mod support;

use baton_domain::{
    BulkId, Channel, ErrorClass, MessageId, ShortLink, Time, Value,
    short_link::{self, code},
};
use baton_pipeline::{
    accept::{Submission, accept},
    gate::Gate,
    memory::{Memory, StoppedClock},
    ports::{PortError, PortResult},
    send::{Sender, Verdict},
    short_links::{ShortLinkLists, ShortLinks, Shortener, Visit, Visitor, Visits, Wanted, stored, visit},
    tasks::passage::Passages,
};
use chrono::TimeDelta;
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use support::{ACCOUNT, SHORT_BASE, Scripted, drain, refused, sender, start, submission};

const URL: &str = "https://пример.рф/заказы/42?код=1#я";
const PHONE: Visitor<'_> = Visitor::Agent("Mozilla/5.0 (iPhone)");

/// A submission whose text has a variable that is a link.
fn with_links(channels: &[Channel], recipients: u16) -> Submission {
    let mut submission = submission(channels, recipients);
    let item = &mut submission.items[0];
    let mut spec = (*item.spec).clone();
    spec.short_links = true;
    for leg in &mut spec.channels {
        leg.content.text = Some(format!("Заказ ({URL}), сайт https://a.ru и {{{{own|}}}} {URL}."));
    }
    item.spec = Arc::new(spec);
    for (index, recipient) in &mut item.recipients {
        let own = format!("https://example.org/people/{index}/and/more");
        recipient.variables = [("own".to_owned(), Value::Text(own))].into();
    }
    submission
}

async fn accepted(channels: &[Channel], recipients: u16) -> (Memory, StoppedClock) {
    let (memory, clock) = (Memory::default(), StoppedClock::at(start()));
    accept(&memory, &memory, &clock, with_links(channels, recipients)).await.expect("accepted");
    (memory, clock)
}

fn texts(provider: &Scripted) -> Vec<String> {
    let calls = provider.calls.lock().expect("calls");
    calls.iter().map(|call| call.content.text.clone().unwrap_or_default()).collect()
}

fn a_link(code: &str) -> ShortLink {
    ShortLink {
        code: code.to_owned(),
        account: ACCOUNT,
        message: MessageId::new(BulkId::new(start(), [2; 8]), 0),
        task: None,
        url: URL.to_owned(),
        created_at: start(),
        expires_at: start() + TimeDelta::days(1),
        clicks: 0,
        first_visited_at: None,
        last_visited_at: None,
    }
}

#[tokio::test]
async fn each_recipient_gets_links_of_their_own() {
    let (memory, clock) = accepted(&[Channel::Sms], 2).await;
    let provider = Scripted::default();
    for (channel, pointer) in drain(&memory) {
        sender(&memory, &clock, channel, &provider).handle(pointer).await.expect("handled");
    }
    let messages: Vec<_> = memory.state().messages.values().cloned().collect();
    let mut expected = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let own = format!("https://example.org/people/{index}/and/more");
        let (first, second) = (code(ACCOUNT, message.id, URL, 0), code(ACCOUNT, message.id, &own, 0));
        expected.push(format!(
            "Заказ ({SHORT_BASE}/{first}), сайт https://a.ru и {SHORT_BASE}/{second} {SHORT_BASE}/{first}."
        ));
        let link = memory.state().short_links[&first].clone();
        assert_eq!((link.url.as_str(), link.message, link.clicks), (URL, message.id, 0));
        assert_eq!(link.expires_at, start() + TimeDelta::days(365));
    }
    assert_eq!(texts(&provider), expected);
    assert_eq!(memory.state().short_links.len(), 4);
    assert_ne!(expected[0], expected[1]);
}

#[tokio::test]
async fn other_channels_keep_their_links() {
    let (memory, clock) = accepted(&[Channel::Telegram], 1).await;
    let provider = Scripted::default();
    let (channel, pointer) = drain(&memory)[0];
    sender(&memory, &clock, channel, &provider).handle(pointer).await.expect("handled");
    assert!(texts(&provider)[0].contains(URL) && memory.state().short_links.is_empty());
}

#[tokio::test]
async fn another_try_sends_the_same_links_and_makes_none() {
    let (memory, clock) = accepted(&[Channel::Sms], 1).await;
    let provider = Scripted::answering([refused(ErrorClass::Temporary)]);
    let (channel, pointer) = drain(&memory)[0];
    let sender = sender(&memory, &clock, channel, &provider);
    assert!(matches!(sender.handle(pointer).await, Ok(Verdict::Again(_))));
    clock.advance(Duration::from_secs(60));
    assert_eq!(sender.handle(pointer).await.expect("handled"), Verdict::Done);
    let texts = texts(&provider);
    assert_eq!((texts.len(), &texts[0]), (2, &texts[1]));
    let state = memory.state();
    assert!(state.short_links.len() == 2 && state.short_links.values().all(|link| link.created_at == start()));
}

#[tokio::test]
async fn a_code_that_belongs_to_another_message_is_passed_over() {
    let (memory, clock) = accepted(&[Channel::Sms], 1).await;
    let message = support::only_message(&memory);
    let taken = code(ACCOUNT, message.id, URL, 0);
    memory.state().short_links.insert(taken.clone(), a_link(&taken));
    let provider = Scripted::default();
    let (channel, pointer) = drain(&memory)[0];
    sender(&memory, &clock, channel, &provider).handle(pointer).await.expect("handled");
    let next = code(ACCOUNT, message.id, URL, 1);
    assert!(texts(&provider)[0].contains(&format!("{SHORT_BASE}/{next}")));
    assert_eq!(memory.state().short_links[&taken].message, a_link(&taken).message);
    let wanted = |url: &str| Wanted { account: ACCOUNT, message: message.id, url: url.to_owned() };
    let found = stored(&memory, &[wanted(URL), wanted("https://example.org/never/made")]).await.expect("read");
    assert_eq!(found[0].as_ref().map(|link| &link.code), Some(&next));
    assert_eq!(found[1], None);
}

/// A store of links that fails, or never answers, when something is written.
#[derive(Clone)]
struct Failing {
    memory: Memory,
    hangs: bool,
    reads: Arc<AtomicUsize>,
    writes: Arc<AtomicUsize>,
}

impl Failing {
    fn new(memory: &Memory, hangs: bool) -> Failing {
        Failing { memory: memory.clone(), hangs, reads: Arc::default(), writes: Arc::default() }
    }

    async fn fail<T>(&self) -> PortResult<T> {
        self.writes.fetch_add(1, Ordering::Relaxed);
        if self.hangs {
            std::future::pending::<()>().await;
        }
        Err(PortError::new("write", "broken"))
    }
}

impl ShortLinks for Failing {
    async fn add_link(&self, _: &ShortLink) -> PortResult<Option<ShortLink>> {
        self.fail().await
    }
}

impl Visits for Failing {
    async fn link(&self, code: &str) -> PortResult<Option<ShortLink>> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.memory.link(code).await
    }

    async fn click(&self, _: &str, _: Time) -> PortResult<Option<ShortLink>> {
        self.fail().await
    }
}

#[tokio::test]
async fn nothing_is_sent_without_its_links() {
    let (memory, clock) = accepted(&[Channel::Sms], 1).await;
    let provider = Scripted::default();
    let (channel, pointer) = drain(&memory)[0];
    let sound = sender(&memory, &clock, channel, &provider);
    let failing = Sender {
        channel,
        providers: vec![Box::new(provider.clone())],
        rates: BTreeMap::new(),
        store: memory.clone(),
        outlets: memory.clone(),
        gate: Gate::new(memory.clone(), channel),
        clock: clock.clone(),
        claim_limit: Duration::from_secs(35),
        shortener: Some(Shortener {
            links: Failing::new(&memory, false),
            base: SHORT_BASE.to_owned(),
            lifetime: TimeDelta::days(1),
        }),
        tasks: Passages::new(memory.clone()),
    };
    assert!(matches!(failing.handle(pointer).await, Ok(Verdict::Again(_))));
    assert_eq!(provider.call_count(), 0);
    let error = support::only_message(&memory).attempts[0].error.clone().expect("an error");
    assert_eq!((error.class, error.code.as_str()), (ErrorClass::Temporary, "short_link_unavailable"));
    clock.advance(Duration::from_secs(60));
    assert_eq!(sound.handle(pointer).await.expect("handled"), Verdict::Done);
    assert_eq!(provider.call_count(), 1);
}

const LOCATION: &str =
    "https://xn--e1afmkfd.xn--p1ai/%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7%D1%8B/42?%D0%BA%D0%BE%D0%B4=1#%D1%8F";

#[tokio::test]
async fn people_are_counted_and_previews_are_not() {
    let memory = Memory::default();
    memory.add_link(&a_link("AbCd012")).await.expect("stored");
    let now = start() + TimeDelta::minutes(5);
    for (visitor, clicks) in [
        (Visitor::OnlyLooks, 0),
        (Visitor::Agent("TelegramBot (like TwitterBot)"), 0),
        (PHONE, 1),
        (Visitor::Agent(""), 1),
        (PHONE, 2),
    ] {
        let led = visit(&memory, "AbCd012", visitor, now).await.expect("answered");
        assert_eq!(led, Visit::To(LOCATION.to_owned()), "{visitor:?}");
        assert_eq!(memory.links(&["AbCd012".to_owned()]).await.expect("read")[0].clicks, clicks, "{visitor:?}");
    }
    visit(&memory, "AbCd012", PHONE, now + TimeDelta::minutes(1)).await.expect("answered");
    let link = memory.state().short_links["AbCd012"].clone();
    assert_eq!((link.first_visited_at, link.last_visited_at), (Some(now), Some(now + TimeDelta::minutes(1))));
}

#[tokio::test]
async fn a_link_ends_and_others_never_were() {
    let memory = Memory::default();
    memory.add_link(&a_link("AbCd012")).await.expect("stored");
    let evil = ShortLink { url: "javascript:alert(1)".to_owned(), ..a_link("Evil012") };
    memory.add_link(&evil).await.expect("stored");
    let end = start() + TimeDelta::days(1);
    for visitor in [PHONE, Visitor::OnlyLooks] {
        assert_eq!(visit(&memory, "AbCd012", visitor, end).await.expect("answered"), Visit::Gone);
        assert_eq!(visit(&memory, "AbCd013", visitor, start()).await.expect("answered"), Visit::Unknown);
        assert_eq!(visit(&memory, "Evil012", visitor, start()).await.expect("answered"), Visit::Unknown);
    }
    assert_eq!(memory.state().short_links["AbCd012"].clicks, 0);
}

#[tokio::test]
async fn a_click_that_can_not_be_counted_leads_on() {
    let memory = Memory::default();
    memory.add_link(&a_link("AbCd012")).await.expect("stored");
    for hangs in [false, true] {
        let failing = Failing::new(&memory, hangs);
        let led = visit(&failing, "AbCd012", PHONE, start()).await.expect("answered");
        assert_eq!(led, Visit::To(LOCATION.to_owned()));
        let calls = (failing.writes.load(Ordering::Relaxed), failing.reads.load(Ordering::Relaxed));
        assert_eq!(calls, (1, 1));
    }
}

#[tokio::test]
async fn nothing_is_asked_for_what_is_no_code() {
    let failing = Failing::new(&Memory::default(), false);
    for code in ["", "check", "AbCd01%", "AbCd0123", "favicon.ico", "АБВГДЕЖ"] {
        assert_eq!(visit(&failing, code, PHONE, start()).await.expect("answered"), Visit::Unknown);
    }
    assert_eq!(failing.reads.load(Ordering::Relaxed) + failing.writes.load(Ordering::Relaxed), 0);
    assert!(short_link::is_code("AbCd012"));
}
