//! The queues on SQS.

use crate::{
    Meter,
    coalesce::Coalescer,
    queue::{BATCH, Entry, LONGEST_DELAY, Queue},
    state::StateTable,
};
use aws_sdk_sqs::Client;
use baton_api::ports::{ExportPointer, ExportQueue};
use baton_domain::{Channel, Time};
use baton_pipeline::{
    inbound::Inbound,
    pointer::{self, FallbackPointer, Pointer, QueuedReceipt, QueuedReceipts, WakeUp},
    ports::{ChannelQueues, FallbackQueue, Inbounds, PortError, PortResult, WakeUps},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How long single pointers wait for others to share a request.
const POINTER_WINDOW: Duration = Duration::from_millis(5);

/// The same for receipts of the sandbox, which are due in a second anyway: long enough for all records of a batch, on a
/// machine that is busy too.
const RECEIPT_WINDOW: Duration = Duration::from_millis(100);

/// The queues of the channels.
#[derive(Clone, Debug)]
pub struct Channels(Arc<BTreeMap<Channel, Queue>>);

impl Channels {
    /// The queues at these addresses.
    #[must_use]
    pub fn new(client: &Client, urls: impl IntoIterator<Item = (Channel, String)>, meter: &Meter) -> Channels {
        let queue = |url| Queue { client: client.clone(), url, meter: meter.clone() };
        Channels(Arc::new(urls.into_iter().map(|(channel, url)| (channel, queue(url))).collect()))
    }
}

impl ChannelQueues for Channels {
    async fn push(&self, channel: Channel, pointers: &[Pointer], delay: Duration) -> PortResult<()> {
        let failed = || PortError::new("SQS SendMessageBatch", "no queue is set for the channel");
        let queue = self.0.get(&channel).ok_or_else(failed)?;
        let group = |pointer: &Pointer| pointer::group(pointer.attempt.account, pointer.task);
        let entry = |pointer| Entry::new(pointer, delay, Some(group(pointer)));
        queue.send_all(pointers.iter().map(entry).collect::<PortResult<_>>()?, "pointers").await
    }
}

/// The fallback queue. Pointers that come at the same time share a request.
#[derive(Clone, Debug)]
pub struct Fallbacks {
    queue: Queue,
    waiting: Arc<Coalescer<Entry>>,
}

impl Fallbacks {
    /// The queue at this address.
    #[must_use]
    pub fn new(client: Client, url: String, meter: Meter) -> Fallbacks {
        Fallbacks { queue: Queue { client, url, meter }, waiting: Arc::new(Coalescer::new(POINTER_WINDOW)) }
    }
}

impl FallbackQueue for Fallbacks {
    async fn push(&self, pointer: FallbackPointer) -> PortResult<()> {
        let group = pointer::group(pointer.account, pointer.task);
        let entry = Entry::new(&pointer, Duration::ZERO, Some(group))?;
        self.waiting.push("SQS SendMessageBatch", entry, |entries| self.queue.send(entries)).await
    }
}

/// The queue of exports.
#[derive(Clone, Debug)]
pub struct ExportsQueue(Queue);

impl ExportsQueue {
    /// The queue at this address.
    #[must_use]
    pub fn new(client: Client, url: String, meter: Meter) -> ExportsQueue {
        ExportsQueue(Queue { client, url, meter })
    }
}

impl ExportQueue for ExportsQueue {
    async fn push_export(&self, pointer: ExportPointer) -> PortResult<()> {
        let group = pointer::group(pointer.account, None);
        self.0.send_all(vec![Entry::new(&pointer, Duration::ZERO, Some(group))?], "exports").await
    }
}

/// The most wake-ups that a process remembers to have set.
const REMEMBERED: usize = 1000;

/// The wake queue. A wake-up that this process has set already is not set again while it is still to come: the messages of
/// a bulk share one.
#[derive(Clone, Debug)]
pub struct WakeQueue {
    queue: Queue,
    waiting: Arc<Coalescer<Entry>>,
    set: Arc<Mutex<BTreeSet<WakeUp>>>,
}

impl WakeQueue {
    /// The queue at this address.
    #[must_use]
    pub fn new(client: Client, url: String, meter: Meter) -> WakeQueue {
        let waiting = Arc::new(Coalescer::new(POINTER_WINDOW));
        WakeQueue { queue: Queue { client, url, meter }, waiting, set: Arc::default() }
    }

    /// Sends wake-ups, of which several may be the same, as the messages of a batch set theirs at the same time: each once.
    async fn send(&self, entries: Vec<Entry>) -> Vec<bool> {
        let (distinct, places) = distinct(entries);
        let durable = self.queue.send(distinct).await;
        places.into_iter().map(|place| durable[place]).collect()
    }

    fn remembered(&self) -> MutexGuard<'_, BTreeSet<WakeUp>> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Each body once, and for every entry its place among these.
fn distinct(entries: Vec<Entry>) -> (Vec<Entry>, Vec<usize>) {
    let (mut distinct, mut known) = (Vec::new(), BTreeMap::new());
    let places = entries.into_iter().map(|entry| {
        *known.entry(entry.body.clone()).or_insert_with(|| {
            distinct.push(entry);
            distinct.len() - 1
        })
    });
    let places = places.collect();
    (distinct, places)
}

impl WakeUps for WakeQueue {
    async fn set(&self, wake_up: WakeUp, now: Time) -> PortResult<()> {
        let ahead = wake_up.at - now.timestamp_millis();
        if ahead > 0 && self.remembered().contains(&wake_up) {
            return Ok(());
        }
        // What is too far away for the queue goes at once: dispatch sets a schedule for it.
        let delay = Duration::from_millis(u64::try_from(ahead).unwrap_or_default());
        let delay = if delay.as_secs() > LONGEST_DELAY.unsigned_abs().into() { Duration::ZERO } else { delay };
        let entry = Entry::new(&wake_up, delay, Some(pointer::group(wake_up.account, wake_up.task)))?;
        self.waiting.push("SQS SendMessageBatch", entry, |entries| self.send(entries)).await?;
        let mut remembered = self.remembered();
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        remembered.insert(wake_up);
        Ok(())
    }
}

/// The receipts queue, for the receipts of the sandbox. Those that come at the same time and have the same delay and
/// group share a message.
#[derive(Debug)]
pub struct ReceiptQueue {
    queue: Queue,
    waiting: Coalescer<(QueuedReceipt, Duration)>,
}

impl ReceiptQueue {
    /// The queue at this address.
    #[must_use]
    pub const fn new(client: Client, url: String, meter: Meter) -> ReceiptQueue {
        ReceiptQueue { queue: Queue { client, url, meter }, waiting: Coalescer::new(RECEIPT_WINDOW) }
    }

    /// Sends a receipt after a delay.
    ///
    /// # Errors
    /// It is not durable.
    pub async fn push(&self, receipt: QueuedReceipt, delay: Duration) -> PortResult<()> {
        let flush = |receipts| self.flush(receipts);
        self.waiting.push("SQS SendMessageBatch", (receipt, delay), flush).await
    }

    async fn flush(&self, receipts: Vec<(QueuedReceipt, Duration)>) -> Vec<bool> {
        let shares = shares(&receipts);
        let entry = |((delay, group), indexes): &Share| {
            let receipts = indexes.iter().map(|index| receipts[*index].0.clone()).collect();
            Entry::new(&QueuedReceipts { receipts }, *delay, Some(group.clone()))
        };
        let mut durable = vec![false; receipts.len()];
        let Ok(entries) = shares.iter().map(entry).collect::<PortResult<_>>() else { return durable };
        for ((_, indexes), sent) in shares.iter().zip(self.queue.send(entries).await) {
            for index in indexes {
                durable[*index] = sent;
            }
        }
        durable
    }
}

/// The delay and the group of receipts that share a message, and their places.
type Share = ((Duration, String), Vec<usize>);

/// Which receipts share a message: as many as a batch at most, so that one that fails repeats little.
fn shares(receipts: &[(QueuedReceipt, Duration)]) -> Vec<Share> {
    let mut alike: BTreeMap<(Duration, String), Vec<usize>> = BTreeMap::new();
    for (index, (receipt, delay)) in receipts.iter().enumerate() {
        let group = pointer::group(receipt.attempt.account, receipt.task);
        alike.entry((*delay, group)).or_default().push(index);
    }
    let shares =
        alike.iter().flat_map(|(key, indexes)| indexes.chunks(BATCH).map(|chunk| (key.clone(), chunk.to_vec())));
    shares.collect()
}

/// The queue of what people do, and the table that remembers when they last wrote.
#[derive(Clone, Debug)]
pub struct InboundQueue {
    queue: Queue,
    state: StateTable,
}

impl InboundQueue {
    /// The queue at this address.
    #[must_use]
    pub const fn new(client: Client, url: String, meter: Meter, state: StateTable) -> InboundQueue {
        InboundQueue { queue: Queue { client, url, meter }, state }
    }
}

impl Inbounds for InboundQueue {
    async fn remember(&self, inbound: &Inbound) -> PortResult<()> {
        self.state.remember(inbound).await
    }

    async fn publish(&self, events: &[Inbound]) -> PortResult<()> {
        let entries = events.iter().map(|event| Entry::new(event, Duration::ZERO, None));
        self.queue.send_all(entries.collect::<PortResult<_>>()?, "inbound events").await
    }
}

/// Hides a message for a while longer: how a record comes again after a pause of our choice.
///
/// # Errors
/// SQS refused; the message then comes again when its visibility ends.
pub async fn hide(client: &Client, url: &str, receipt_handle: &str, pause: Duration, meter: &Meter) -> PortResult<()> {
    const LONGEST: u64 = 12 * 3600 - 60;
    let seconds = (pause.as_secs() + u64::from(pause.subsec_nanos() > 0)).min(LONGEST);
    meter.queue_request();
    client
        .change_message_visibility()
        .queue_url(url)
        .receipt_handle(receipt_handle)
        .visibility_timeout(i32::try_from(seconds).unwrap_or_default())
        .send()
        .await
        .map_err(|error| PortError::new("SQS ChangeMessageVisibility", error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_domain::{AccountId, AttemptRef, MessageId, TaskId};
    use baton_pipeline::pointer::QueuedStatus;

    #[test]
    fn the_same_wake_up_is_sent_once_and_all_who_set_it_learn_its_fate() {
        let entry = |body: &str| Entry { body: body.to_owned(), delay: 5, group: Some("account-1".to_owned()) };
        let (sent, places) = distinct(["a", "b", "a", "c", "b"].map(entry).to_vec());
        assert_eq!(sent, ["a", "b", "c"].map(entry));
        assert_eq!(places, [0, 1, 0, 2, 1]);
    }

    #[test]
    fn receipts_of_one_delay_and_group_share_a_message_of_ten_at_most() {
        let task = TaskId(uuid::Uuid::nil());
        let receipt = |account: u64, task: Option<TaskId>, seconds: u64| {
            let attempt = AttemptRef { account: AccountId(account), message: MessageId(uuid::Uuid::nil()), attempt: 0 };
            let status = QueuedStatus::Delivered;
            let receipt = QueuedReceipt { attempt, task, status, at: 0, class: None, code: None };
            (receipt, Duration::from_secs(seconds))
        };
        let mut receipts = vec![receipt(1, None, 1), receipt(2, None, 1), receipt(1, None, 2), receipt(1, None, 1)];
        receipts.extend((0..12).map(|_| receipt(1, Some(task), 1)));
        let key = |seconds, group: &str| (Duration::from_secs(seconds), group.to_owned());
        let of_task = || key(1, "task-00000000-0000-0000-0000-000000000000");
        let expected = [
            (key(1, "account-1"), vec![0, 3]),
            (key(1, "account-2"), vec![1]),
            (of_task(), (4..14).collect()),
            (of_task(), vec![14, 15]),
            (key(2, "account-1"), vec![2]),
        ];
        assert_eq!(shares(&receipts), expected);
    }
}
