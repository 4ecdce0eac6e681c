//! Callbacks from a transition to their end, over the ports in memory, with every port call broken once.

mod support;

use baton_domain::{
    AccountId, BulkId, Callback, CallbackId, Channel, Message, MessageId, Spec, Status, Time, Transition,
};
use baton_pipeline::{
    accept::accept,
    callbacks::{
        CallbackPointer, CallbackRecord, Rest, Standing, call_back,
        ports::{CallbackLog, CallbackQueue, CallbackSecret, CallbackSecrets, Called, Delivery, Receiver},
        retry,
    },
    memory::{Memory, StoppedClock},
    ports::{Clock, Messages, PortError, PortResult, Specs, Stored},
};
use std::{
    collections::VecDeque,
    future::Future,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use support::{ACCOUNT, only_message, start, submission};

/// Where a call breaks off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Break {
    Before,
    After,
}

/// The ports in memory, of which one call breaks off.
struct Ports {
    memory: Memory,
    calls: Mutex<usize>,
    broken: Option<(usize, Break)>,
}

impl Ports {
    async fn call<T>(&self, work: impl Future<Output = PortResult<T>>) -> PortResult<T> {
        let number = {
            let mut calls = self.calls.lock().expect("calls");
            *calls += 1;
            *calls
        };
        let how = self.broken.filter(|(call, _)| *call == number).map(|(_, how)| how);
        let failed = || PortError::new("call", "broken off");
        if how == Some(Break::Before) {
            return Err(failed());
        }
        let answer = work.await;
        if how == Some(Break::After) { Err(failed()) } else { answer }
    }
}

impl Messages for Ports {
    async fn load(&self, account: AccountId, id: MessageId) -> PortResult<Option<Message>> {
        self.call(self.memory.load(account, id)).await
    }

    async fn store(&self, message: &Message, read: u64) -> PortResult<Stored> {
        self.call(self.memory.store(message, read)).await
    }
}

impl Specs for Ports {
    async fn spec(&self, account: AccountId, bulk: BulkId, item: u16) -> PortResult<Option<Arc<Spec>>> {
        self.call(self.memory.spec(account, bulk, item)).await
    }
}

impl CallbackLog for Ports {
    async fn record(&self, account: AccountId, id: CallbackId) -> PortResult<Option<CallbackRecord>> {
        self.call(self.memory.record(account, id)).await
    }

    async fn store_record(&self, record: &CallbackRecord, read: Option<u32>) -> PortResult<Stored> {
        self.call(self.memory.store_record(record, read)).await
    }

    async fn records_of(&self, account: AccountId, message: MessageId) -> PortResult<Vec<CallbackRecord>> {
        self.call(self.memory.records_of(account, message)).await
    }
}

impl CallbackQueue for Ports {
    async fn push(&self, pointers: &[CallbackPointer], delay: Duration) -> PortResult<()> {
        self.call(CallbackQueue::push(&self.memory, pointers, delay)).await
    }
}

impl CallbackSecrets for Ports {
    async fn secrets(&self, account: AccountId) -> PortResult<Vec<CallbackSecret>> {
        self.call(self.memory.secrets(account)).await
    }
}

/// A receiver that answers from a script, then with 200, and remembers what it was told and when.
#[derive(Default)]
struct Scripted {
    answers: Mutex<VecDeque<Called>>,
    told: Mutex<Vec<(Time, String, String)>>,
    clock: Option<StoppedClock>,
}

impl Scripted {
    fn answering(clock: &StoppedClock, answers: impl IntoIterator<Item = Called>) -> Scripted {
        let answers = Mutex::new(answers.into_iter().collect());
        Scripted { answers, clock: Some(clock.clone()), ..Scripted::default() }
    }

    fn told(&self) -> MutexGuard<'_, Vec<(Time, String, String)>> {
        self.told.lock().expect("told")
    }

    /// Seconds from the first call to each.
    fn seconds(&self) -> Vec<i64> {
        let told = self.told();
        told.iter().map(|(at, _, _)| (*at - told[0].0).num_seconds()).collect()
    }
}

impl Receiver for Scripted {
    async fn post(&self, delivery: &Delivery<'_>) -> Called {
        let now = self.clock.as_ref().map_or_else(start, Clock::now);
        assert_eq!((delivery.timestamp, delivery.url), (now.timestamp(), "https://example.org/hook"));
        self.told().push((now, delivery.id.to_string(), delivery.body.clone()));
        self.answers.lock().expect("answers").pop_front().unwrap_or(status(200))
    }
}

fn status(status: u16) -> Called {
    Called { status: Some(status), ..Called::default() }
}

fn silent() -> Called {
    Called { error: Some("timeout"), ..Called::default() }
}

/// A stored message with a callback, and the pointer to its first transition.
async fn world(recipients: u16, broken: Option<(usize, Break)>) -> (Ports, StoppedClock, CallbackPointer) {
    let (memory, clock) = (Memory::default(), StoppedClock::at(start()));
    let mut submission = submission(&[Channel::Sms], recipients);
    let spec = Arc::make_mut(&mut submission.items[0].spec);
    spec.callback = Some(Callback { url: "https://example.org/hook".into(), data: Some("order 42".into()) });
    let message = accept(&memory, &memory, &clock, submission).await.expect("accepted").remove(0);
    assert!(message.callback);
    let mut after = message.clone();
    (after.status, after.version) = (Status::Pending, 2);
    let transition = Transition::between(&message, &after, None).expect("a transition");
    let pointer = CallbackPointer { account: ACCOUNT, transition, by_hand: false };
    (Ports { memory, calls: Mutex::new(0), broken }, clock, pointer)
}

/// Lives as the queue does, until it is empty: a pointer that fails comes again after ten seconds.
async fn live(ports: &Ports, clock: &StoppedClock, receiver: &Scripted, first: CallbackPointer) {
    let (rest, mut queue) = (Rest::default(), vec![(clock.now(), first)]);
    for _ in 0..1000 {
        queue.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let Some((at, pointer)) = queue.pop() else { return };
        if let Ok(wait) = (at - clock.now()).to_std() {
            clock.advance(wait);
        }
        if call_back(ports, receiver, clock, &rest, &pointer).await.is_err() {
            queue.push((clock.now() + Duration::from_secs(10), pointer));
        }
        let now = clock.now();
        queue.extend(ports.memory.state().callbacks.drain(..).map(|(pointer, delay)| (now + delay, pointer)));
    }
    panic!("the queue never becomes empty");
}

fn record(ports: &Ports) -> CallbackRecord {
    let state = ports.memory.state();
    assert_eq!(state.callback_records.len(), 1);
    state.callback_records.values().next().expect("a record").clone()
}

#[tokio::test]
async fn a_callback_that_is_taken_is_made_once() {
    let (ports, clock, pointer) = world(1, None).await;
    let receiver = Scripted::answering(&clock, []);
    live(&ports, &clock, &receiver, pointer.clone()).await;
    // The stream hands out the same change again.
    live(&ports, &clock, &receiver, pointer.clone()).await;
    let told = receiver.told();
    assert_eq!(told.len(), 1);
    let message = only_message(&ports.memory);
    let body: serde_json::Value = serde_json::from_str(&told[0].2).expect("JSON");
    let expected = serde_json::json!({
        "id": message.id, "bulkId": message.bulk_id, "groupId": message.group_id(), "flowId": message.id,
        "oldStatus": "CREATED", "newStatus": "PENDING", "oldStatusCode": 0, "newStatusCode": 2, "price": null,
        "currency": null, "partCount": null, "callbackData": "order 42", "channel": "sms", "provider": null,
        "at": "2026-09-21T14:13:20.000Z", "error": null});
    assert_eq!(body, expected);
    assert_eq!((record(&ports).standing, record(&ports).due()), (Standing::Delivered, None));
}

#[tokio::test]
async fn the_price_is_a_number_with_its_currency() {
    for (price, shown) in [("2.4375", "2.4375"), ("0", "0.0"), ("65535000000.0001", "65535000000.0001")] {
        let (ports, clock, mut pointer) = world(1, None).await;
        pointer.transition.price = Some((price.parse().expect("a price"), baton_domain::Currency::RUB));
        let receiver = Scripted::answering(&clock, []);
        live(&ports, &clock, &receiver, pointer).await;
        let body = receiver.told()[0].2.clone();
        assert!(body.contains(&format!(r#""price":{shown},"currency":"RUB","#)), "{body}");
    }
}

#[tokio::test]
async fn a_content_beside_the_bulk_has_the_callback_too() {
    let (ports, clock, pointer) = world(2, None).await;
    let receiver = Scripted::answering(&clock, []);
    live(&ports, &clock, &receiver, pointer).await;
    assert_eq!(receiver.told().len(), 1);
}

#[tokio::test]
async fn the_tries_follow_the_schedule_and_end() {
    let (ports, clock, pointer) = world(1, None).await;
    let receiver = Scripted::answering(&clock, std::iter::repeat_n(status(500), 20));
    live(&ports, &clock, &receiver, pointer).await;
    // The stopped clock spreads nothing: each pause is the least of its range, four fifths, to the whole second.
    let pauses: Vec<_> = receiver.seconds().windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(pauses, [4, 240, 1440, 5760, 14_400, 28_800, 28_800]);
    let ids: Vec<_> = receiver.told().iter().map(|(_, id, _)| id.clone()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]));
    let record = record(&ports);
    assert_eq!((record.standing, record.count, record.tries.len()), (Standing::Failed, 8, 8));
}

#[tokio::test]
async fn a_receiver_may_ask_for_up_to_twice_the_step() {
    for (asked, pause) in [(60, 10), (7, 7), (1, 5)] {
        let (ports, clock, pointer) = world(1, None).await;
        let wait = Called { retry_after: Some(Duration::from_secs(asked)), ..status(503) };
        let receiver = Scripted::answering(&clock, [wait]);
        live(&ports, &clock, &receiver, pointer).await;
        assert_eq!(receiver.seconds(), [0, pause], "asked for {asked}");
    }
}

#[tokio::test]
async fn what_is_gone_is_not_tried_again() {
    let (ports, clock, pointer) = world(1, None).await;
    let receiver = Scripted::answering(&clock, [status(302), status(410)]);
    live(&ports, &clock, &receiver, pointer).await;
    assert_eq!((receiver.told().len(), record(&ports).standing), (2, Standing::Gone));
}

#[tokio::test]
async fn a_silent_receiver_rests_and_only_its_own_account_waits() {
    let (ports, clock, pointer) = world(1, None).await;
    let (receiver, rest) = (Scripted::answering(&clock, [silent()]), Rest::default());
    call_back(&ports, &receiver, &clock, &rest, &pointer).await.expect("handled");
    let mut other = pointer.clone();
    other.transition.number += 1;
    call_back(&ports, &receiver, &clock, &rest, &other).await.expect("handled");
    assert_eq!(receiver.told().len(), 1, "the second one is put back without a call");
    assert_eq!(ports.memory.state().callbacks.iter().map(|(_, delay)| delay.as_secs()).collect::<Vec<_>>(), [4, 30]);
    clock.advance(Duration::from_secs(31));
    call_back(&ports, &receiver, &clock, &rest, &other).await.expect("handled");
    assert_eq!(receiver.told().len(), 2);
}

#[tokio::test]
async fn by_hand_is_one_more_call_and_leaves_the_schedule_alone() {
    let (ports, clock, pointer) = world(1, None).await;
    let receiver = Scripted::answering(&clock, [status(500), status(500)]);
    call_back(&ports, &receiver, &clock, &Rest::default(), &pointer).await.expect("handled");
    let due = record(&ports).due();
    let id = pointer.transition.id();
    assert!(retry(&ports, ACCOUNT, id).await.expect("asked for").is_some());
    assert!(retry(&ports, AccountId(2), id).await.expect("asked for").is_none());
    let (scheduled, by_hand) = {
        let mut state = ports.memory.state();
        (state.callbacks.remove(0).0, state.callbacks.remove(0).0)
    };
    call_back(&ports, &receiver, &clock, &Rest::default(), &by_hand).await.expect("handled");
    assert_eq!((record(&ports).due(), record(&ports).count), (due, 2));
    assert!(record(&ports).tries[1].by_hand && ports.memory.state().callbacks.is_empty());
    live(&ports, &clock, &receiver, scheduled).await;
    assert_eq!(record(&ports).standing, Standing::Delivered);
    // Delivered, and asked for again: it is sent again.
    call_back(&ports, &receiver, &clock, &Rest::default(), &by_hand).await.expect("handled");
    assert_eq!((receiver.told().len(), record(&ports).standing), (4, Standing::Delivered));
}

/// Two deliveries of one pointer at the same time: one of them carries the schedule on.
#[tokio::test]
async fn a_pointer_that_comes_twice_at_once_goes_on_once() {
    let (ports, clock, pointer) = world(1, None).await;
    let receiver = Scripted::answering(&clock, [status(500)]);
    let rest = Rest::default();
    call_back(&ports, &receiver, &clock, &rest, &pointer).await.expect("handled");
    let next = ports.memory.state().callbacks.remove(0).0;
    // The other one read before the first one wrote: its answer comes after the record has moved on.
    call_back(&ports, &receiver, &clock, &rest, &pointer).await.expect("handled");
    assert_eq!(receiver.told().len(), 1, "it is not due, and is put back");
    live(&ports, &clock, &receiver, next).await;
    assert_eq!(receiver.told().len(), 2);
}

#[tokio::test]
async fn whichever_port_call_breaks_off_the_receiver_is_told_under_one_id() {
    let mut broke = 0;
    for call in 1..40 {
        for how in [Break::Before, Break::After] {
            let (ports, clock, pointer) = world(1, Some((call, how))).await;
            let receiver = Scripted::answering(&clock, [status(500), status(500)]);
            live(&ports, &clock, &receiver, pointer.clone()).await;
            broke += usize::from(*ports.calls.lock().expect("calls") >= call);
            let told = receiver.told();
            assert!(told.iter().all(|(_, id, _)| *id == pointer.transition.id().to_string()), "{call} {how:?}");
            // A call whose record was not stored is made again: at least once, and at most once more.
            assert!((3..=4).contains(&told.len()), "{call} {how:?}: {}", told.len());
            assert_eq!(record(&ports).standing, Standing::Delivered, "{call} {how:?}");
        }
    }
    assert!(broke > 20, "{broke}");
}

#[tokio::test]
async fn without_a_message_or_a_callback_nothing_is_called() {
    let (ports, clock, pointer) = world(1, None).await;
    let receiver = Scripted::answering(&clock, []);
    let gone = CallbackPointer { account: AccountId(2), ..pointer.clone() };
    live(&ports, &clock, &receiver, gone).await;
    let key = (ACCOUNT, pointer.transition.message);
    ports.memory.state().messages.get_mut(&key).expect("a message").content = Some(Arc::new(Spec::default()));
    live(&ports, &clock, &receiver, pointer).await;
    assert!(receiver.told().is_empty() && ports.memory.state().callback_records.is_empty());
}
