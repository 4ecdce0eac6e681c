//! The callbacks of a deployment: two queues of SQS, the places of the two functions that read them, and tables in memory
//! that take as long as those of AWS.

use super::queue::Queue;
use baton_channels::receiver::{HttpReceiver, limit, quick_limit};
use baton_domain::{
    AccountId, BulkId, Callback, CallbackId, Channel, ChannelContent, Message, MessageId, Recipient, Spec, Status,
    Time, Transition, content::ChannelSpec, window::Schedule,
};
use baton_pipeline::{
    accept::{Item, Submission, accept},
    callbacks::{
        CallbackPointer, CallbackRecord, Known, Lane, Place, Standing, Traffic, call_back,
        ports::{CallbackLog, CallbackQueue, CallbackSecret, CallbackSecrets, Paces, SlowCallbackQueue},
    },
    memory::Memory,
    ports::{Clock, Messages, PortResult, Specs, Stored},
};
use futures::future::join_all;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::{sync::Notify, task::JoinHandle, time::sleep};

/// What `template.yaml` sets: places of the lanes, and time limits.
const FAST_PLACES: usize = 50;
const SLOW_PLACES: usize = 20;
const FUNCTION_TIMEOUT: Duration = Duration::from_secs(30);
const QUICK: Duration = Duration::from_secs(2);

/// What a call of DynamoDB or SQS takes in a region.
const TABLE: Duration = Duration::from_millis(4);
const QUEUE: Duration = Duration::from_millis(8);

/// What has been answered, and whom to tell of it.
#[derive(Default)]
struct Answered(Mutex<Vec<(AccountId, Instant)>>, Notify);

/// The ports: memory that takes its time.
#[derive(Clone, Default)]
struct Ports {
    memory: Memory,
    fast: Arc<Queue>,
    slow: Arc<Queue>,
    answered: Arc<Answered>,
}

impl Messages for Ports {
    async fn load(&self, account: AccountId, id: MessageId) -> PortResult<Option<Message>> {
        sleep(TABLE).await;
        self.memory.load(account, id).await
    }

    async fn store(&self, message: &Message, read: u64) -> PortResult<Stored> {
        sleep(TABLE).await;
        self.memory.store(message, read).await
    }
}

impl Specs for Ports {
    async fn spec(&self, account: AccountId, bulk: BulkId, item: u16) -> PortResult<Option<Arc<Spec>>> {
        sleep(TABLE).await;
        self.memory.spec(account, bulk, item).await
    }
}

impl CallbackLog for Ports {
    async fn record(&self, account: AccountId, id: CallbackId) -> PortResult<Option<CallbackRecord>> {
        sleep(TABLE).await;
        self.memory.record(account, id).await
    }

    async fn store_record(&self, record: &CallbackRecord, read: Option<u32>) -> PortResult<Stored> {
        sleep(TABLE).await;
        let stored = self.memory.store_record(record, read).await?;
        if record.standing == Standing::Delivered {
            self.answered.0.lock().expect("the answers").push((record.account, Instant::now()));
            self.answered.1.notify_one();
        }
        Ok(stored)
    }

    async fn records_of(&self, account: AccountId, message: MessageId) -> PortResult<Vec<CallbackRecord>> {
        self.memory.records_of(account, message).await
    }
}

impl CallbackQueue for Ports {
    async fn push(&self, pointers: &[CallbackPointer], delay: Duration) -> PortResult<()> {
        sleep(QUEUE).await;
        pointers.iter().for_each(|pointer| self.fast.push(pointer.clone(), whole(delay)));
        Ok(())
    }
}

impl SlowCallbackQueue for Ports {
    async fn push_slow(&self, pointer: &CallbackPointer, delay: Duration) -> PortResult<()> {
        sleep(QUEUE).await;
        self.slow.push(pointer.clone(), whole(delay));
        Ok(())
    }
}

/// SQS delays by whole seconds.
fn whole(delay: Duration) -> Duration {
    Duration::from_secs(delay.as_secs() + u64::from(delay.subsec_nanos() > 0))
}

impl Paces for Ports {
    async fn pace(&self, place: &Place) -> PortResult<Option<Known>> {
        sleep(TABLE).await;
        self.memory.pace(place).await
    }

    async fn set_pace(&self, place: &Place, known: &Known) -> PortResult<()> {
        sleep(TABLE).await;
        self.memory.set_pace(place, known).await
    }

    async fn begin_trial(&self, place: &Place, now: Time, until: Time) -> PortResult<bool> {
        sleep(TABLE).await;
        self.memory.begin_trial(place, now, until).await
    }
}

impl CallbackSecrets for Ports {
    async fn secrets(&self, account: AccountId) -> PortResult<Vec<CallbackSecret>> {
        sleep(TABLE).await;
        self.memory.secrets(account).await
    }
}

/// The system's clock.
struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        chrono::Utc::now()
    }

    fn spread(&self) -> f64 {
        0.5
    }

    fn random(&self) -> [u8; 8] {
        uuid::Uuid::new_v4().as_u64_pair().0.to_be_bytes()
    }

    async fn sleep(&self, pause: Duration) {
        sleep(pause).await;
    }
}

/// The running functions, and the receivers' addresses: one account each.
pub struct Deployment {
    ports: Ports,
    urls: Vec<String>,
    places: Vec<JoinHandle<()>>,
}

impl Deployment {
    /// Starts the places of both lanes.
    pub fn start(urls: Vec<String>) -> Deployment {
        let ports = Ports::default();
        let fast = (0..FAST_PLACES).map(|_| Lane::Fast);
        let lanes = fast.chain((0..SLOW_PLACES).map(|_| Lane::Slow));
        // Each has a client of its own. Reading the root certificates takes a while, and is a part of a cold start.
        let places: Vec<_> = lanes.map(|lane| (lane, client(lane))).collect();
        let places =
            places.into_iter().map(|(lane, client)| tokio::spawn(place(ports.clone(), lane, client))).collect();
        Deployment { places, urls, ports }
    }

    /// Ends every process.
    pub fn stop(self) {
        self.places.iter().for_each(JoinHandle::abort);
    }

    /// Puts so many callbacks on the queue, each account's in turn; gives how long those took that are not `left_out`.
    pub async fn tell(&self, count: u16, left_out: impl Fn(u16) -> bool) -> Vec<Duration> {
        let accounts = u16::try_from(self.urls.len()).expect("a few");
        let mut pointers = Vec::new();
        for (index, url) in (0..).zip(&self.urls) {
            pointers.push(changes(&self.ports.memory, account(index), url, count / accounts).await);
        }
        self.ports.answered.0.lock().expect("the answers").clear();
        let began = Instant::now();
        for number in 0..usize::from(count / accounts) {
            pointers.iter().for_each(|of_account| self.ports.fast.push(of_account[number].clone(), Duration::ZERO));
        }
        let awaited: BTreeSet<_> = (0..accounts).filter(|index| !left_out(*index)).map(account).collect();
        let expected = awaited.len() * usize::from(count / accounts);
        loop {
            let taken: Vec<_> = {
                let answered = self.ports.answered.0.lock().expect("the answers");
                let awaited = answered.iter().filter(|(account, _)| awaited.contains(account));
                awaited.map(|(_, at)| *at - began).collect()
            };
            if taken.len() == expected {
                return taken;
            }
            self.ports.answered.1.notified().await;
        }
    }
}

fn account(index: u16) -> AccountId {
    AccountId(u64::from(index) + 1)
}

fn client(lane: Lane) -> HttpReceiver {
    let limit = match lane {
        Lane::Fast => quick_limit(QUICK, FUNCTION_TIMEOUT),
        Lane::Slow => limit(FUNCTION_TIMEOUT),
    };
    HttpReceiver::new(limit, true).expect("a client")
}

/// A process of a lane: one batch after the other.
async fn place(ports: Ports, lane: Lane, receiver: HttpReceiver) {
    let traffic = Traffic::new(lane, quick_limit(QUICK, FUNCTION_TIMEOUT), limit(FUNCTION_TIMEOUT));
    let queue = if lane == Lane::Fast { &ports.fast } else { &ports.slow };
    loop {
        let batch = queue.receive().await;
        sleep(QUEUE).await;
        let calls = batch.iter().map(|pointer| call_back(&ports, &receiver, &SystemClock, &traffic, pointer));
        join_all(calls).await.into_iter().for_each(|handled| handled.expect("handled"));
    }
}

/// Accepts messages with a callback, and gives the first change of each.
async fn changes(memory: &Memory, account: AccountId, url: &str, count: u16) -> Vec<CallbackPointer> {
    let content = ChannelContent { text: Some("Ваш заказ готов".to_owned()), ..ChannelContent::default() };
    let spec = Spec {
        channels: vec![ChannelSpec { channel: Channel::Sms, content }],
        callback: Some(Callback { url: format!("{url}/hook"), data: None }),
        ..Spec::default()
    };
    let recipient = |index: u16| Recipient { phone: Some(format!("+7999000{index:04}")), ..Recipient::default() };
    let submission = Submission {
        account,
        bulk: BulkId::new(SystemClock.now(), SystemClock.random()),
        named: false,
        task: None,
        digest: String::new(),
        items: vec![Item {
            index: 0,
            group: None,
            spec: Arc::new(spec),
            schedule: Schedule::default(),
            recipients: (0..count).map(|index| (index, recipient(index))).collect(),
            rates: BTreeMap::new(),
        }],
    };
    let accepted = accept(memory, memory, &SystemClock, submission).await.expect("accepted");
    let change = |message: &Message| {
        let after = Message { status: Status::Pending, version: message.version + 1, ..message.clone() };
        let transition = Transition::between(message, &after, None).expect("a transition");
        CallbackPointer { account, transition, by_hand: false }
    };
    accepted.iter().map(change).collect()
}
