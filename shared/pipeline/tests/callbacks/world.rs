//! One message with a callback, ports in memory of which a call may break off, and a receiver that answers from a script.

use crate::support::{ACCOUNT, start, submission};
use baton_domain::{
    AccountId, BulkId, Callback, CallbackId, Channel, Message, MessageId, Spec, Status, Time, Transition,
};
use baton_pipeline::{
    accept::accept,
    callbacks::{
        CallbackPointer, CallbackRecord, Known, Lane, Pace, Place, Traffic, call_back,
        ports::{
            CallbackLog, CallbackQueue, CallbackSecret, CallbackSecrets, Called, Delivery, Paces, Receiver,
            SlowCallbackQueue,
        },
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

/// Where the receiver is.
pub const URL: &str = "https://example.org/hook";

/// Where a call breaks off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    Before,
    After,
}

/// The ports in memory, of which one call breaks off.
pub struct Ports {
    pub memory: Memory,
    pub calls: Mutex<usize>,
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

impl SlowCallbackQueue for Ports {
    async fn push_slow(&self, pointer: &CallbackPointer, delay: Duration) -> PortResult<()> {
        self.call(self.memory.push_slow(pointer, delay)).await
    }
}

impl Paces for Ports {
    async fn pace(&self, place: &Place) -> PortResult<Option<Known>> {
        self.call(self.memory.pace(place)).await
    }

    async fn set_pace(&self, place: &Place, known: &Known) -> PortResult<()> {
        self.call(self.memory.set_pace(place, known)).await
    }

    async fn begin_trial(&self, place: &Place, now: Time, until: Time) -> PortResult<bool> {
        self.call(self.memory.begin_trial(place, now, until)).await
    }
}

impl CallbackSecrets for Ports {
    async fn secrets(&self, account: AccountId) -> PortResult<Vec<CallbackSecret>> {
        self.call(self.memory.secrets(account)).await
    }
}

/// A receiver that answers from a script, then with 200, and remembers what it was told and when.
#[derive(Default)]
pub struct Scripted {
    answers: Mutex<VecDeque<Called>>,
    told: Mutex<Vec<(Time, String, String)>>,
    clock: Option<StoppedClock>,
}

impl Scripted {
    pub fn answering(clock: &StoppedClock, answers: impl IntoIterator<Item = Called>) -> Scripted {
        let answers = Mutex::new(answers.into_iter().collect());
        Scripted { answers, clock: Some(clock.clone()), ..Scripted::default() }
    }

    pub fn told(&self) -> MutexGuard<'_, Vec<(Time, String, String)>> {
        self.told.lock().expect("told")
    }

    /// Seconds from the first call to each.
    pub fn seconds(&self) -> Vec<i64> {
        let told = self.told();
        told.iter().map(|(at, _, _)| (*at - told[0].0).num_seconds()).collect()
    }
}

impl Receiver for Scripted {
    async fn post(&self, delivery: &Delivery<'_>) -> Called {
        let now = self.clock.as_ref().map_or_else(start, Clock::now);
        assert_eq!((delivery.timestamp, delivery.url), (now.timestamp(), URL));
        self.told().push((now, delivery.id.to_string(), delivery.body.clone()));
        self.answers.lock().expect("answers").pop_front().unwrap_or(status(200))
    }
}

pub fn status(status: u16) -> Called {
    Called { status: Some(status), ..Called::default() }
}

pub fn silent() -> Called {
    Called { error: Some("timeout"), ..Called::default() }
}

/// A stored message with a callback, and the pointer to its first transition.
pub async fn world(recipients: u16, broken: Option<(usize, Break)>) -> (Ports, StoppedClock, CallbackPointer) {
    let (memory, clock) = (Memory::default(), StoppedClock::at(start()));
    let mut submission = submission(&[Channel::Sms], recipients);
    let spec = Arc::make_mut(&mut submission.items[0].spec);
    spec.callback = Some(Callback { url: URL.into(), data: Some("order 42".into()) });
    let message = accept(&memory, &memory, &clock, submission).await.expect("accepted").remove(0);
    assert!(message.callback);
    let mut after = message.clone();
    (after.status, after.version) = (Status::Pending, 2);
    let transition = Transition::between(&message, &after, None).expect("a transition");
    let pointer = CallbackPointer { account: ACCOUNT, transition, by_hand: false };
    (Ports { memory, calls: Mutex::new(0), broken }, clock, pointer)
}

/// A process of a lane, with calls of two and ten seconds at most.
pub fn traffic(lane: Lane) -> Traffic {
    Traffic::new(lane, Duration::from_secs(2), Duration::from_secs(10))
}

/// The one receiver of [`world`].
pub fn place() -> Place {
    Place::of(ACCOUNT, URL)
}

/// Makes the receiver known to all as one that answers quickly.
pub fn trusted(ports: &Ports) {
    let quick = Known { pace: Pace::Quick, until: start() + Duration::from_secs(7 * 24 * 3600) };
    ports.memory.state().paces.insert(place(), quick);
}

/// Lives as the queues of both lanes do, until they are empty: a pointer that fails comes again after ten seconds.
pub async fn live(ports: &Ports, clock: &StoppedClock, receiver: &Scripted, first: CallbackPointer) {
    let (fast, slow) = (traffic(Lane::Fast), traffic(Lane::Slow));
    let mut queue = vec![(clock.now(), Lane::Fast, first)];
    for _ in 0..1000 {
        queue.sort_by_key(|(at, _, _)| std::cmp::Reverse(*at));
        let Some((at, lane, pointer)) = queue.pop() else { return };
        if let Ok(wait) = (at - clock.now()).to_std() {
            clock.advance(wait);
        }
        let traffic = if lane == Lane::Fast { &fast } else { &slow };
        if call_back(ports, receiver, clock, traffic, &pointer).await.is_err() {
            queue.push((clock.now() + Duration::from_secs(10), lane, pointer));
        }
        let (now, mut state) = (clock.now(), ports.memory.state());
        queue.extend(state.callbacks.drain(..).map(|(pointer, delay)| (now + delay, Lane::Fast, pointer)));
        queue.extend(state.slow_callbacks.drain(..).map(|(pointer, delay)| (now + delay, Lane::Slow, pointer)));
    }
    panic!("the queues never become empty");
}

pub fn record(ports: &Ports) -> CallbackRecord {
    let state = ports.memory.state();
    assert_eq!(state.callback_records.len(), 1);
    state.callback_records.values().next().expect("a record").clone()
}
