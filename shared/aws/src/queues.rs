//! The queues on SQS.

use crate::{Meter, coalesce::Coalescer, state::StateTable};
use aws_sdk_sqs::{Client, types::SendMessageBatchRequestEntry};
use baton_domain::{AccountId, Channel, MessageId, Time};
use baton_pipeline::{
    inbound::Inbound,
    pointer::{FallbackPointer, Pointer, QueuedReceipt, QueuedReceipts, WakeUp},
    ports::{ChannelQueues, FallbackQueue, Inbounds, PortError, PortResult, WakeUps},
};
use futures::{StreamExt, stream};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// What one SendMessageBatch takes.
const BATCH: usize = 10;

/// Batches that are sent at the same time.
const CONCURRENT_BATCHES: usize = 16;

/// Tries of an entry that SQS refuses although it takes the batch.
const TRIES: usize = 3;

/// How long single pointers wait for others to share a request.
const POINTER_WINDOW: Duration = Duration::from_millis(5);

/// The same for receipts of the sandbox, which are due in a second anyway: long enough for all records of a batch, on a
/// machine that is busy too.
const RECEIPT_WINDOW: Duration = Duration::from_millis(100);

/// One queue.
#[derive(Clone, Debug)]
struct Queue {
    client: Client,
    url: String,
    meter: Meter,
}

impl Queue {
    /// Sends bodies, each with its delay in seconds; says for each whether it is durable.
    async fn send(&self, bodies: Vec<(String, i32)>) -> Vec<bool> {
        let batches: Vec<_> = bodies.chunks(BATCH).map(|batch| self.send_batch(batch)).collect();
        stream::iter(batches).buffered(CONCURRENT_BATCHES).collect::<Vec<_>>().await.concat()
    }

    async fn send_batch(&self, bodies: &[(String, i32)]) -> Vec<bool> {
        let mut durable = vec![false; bodies.len()];
        for _ in 0..TRIES {
            let open = durable.iter().enumerate().filter(|(_, durable)| !**durable).map(|(index, _)| index);
            let entries: Vec<_> = open.filter_map(|index| entry(index, &bodies[index])).collect();
            if entries.is_empty() {
                break;
            }
            self.meter.queue_request();
            let answer = self.client.send_message_batch().queue_url(&self.url).set_entries(Some(entries)).send().await;
            match answer {
                Ok(answer) => {
                    for sent in answer.successful() {
                        if let Some(durable) = sent.id().parse::<usize>().ok().and_then(|index| durable.get_mut(index))
                        {
                            *durable = true;
                        }
                    }
                }
                Err(error) => {
                    let error = aws_sdk_sqs::error::DisplayErrorContext(&error).to_string();
                    tracing::warn!(error, "SQS SendMessageBatch failed");
                    break;
                }
            }
        }
        durable
    }
}

fn entry(index: usize, (body, delay): &(String, i32)) -> Option<SendMessageBatchRequestEntry> {
    let entry = SendMessageBatchRequestEntry::builder().id(index.to_string()).message_body(body).delay_seconds(*delay);
    entry.build().ok()
}

fn json<T: Serialize>(value: &T) -> PortResult<String> {
    serde_json::to_string(value).map_err(|error| PortError::new("writing a pointer", error))
}

/// The longest that SQS delays a message.
const LONGEST_DELAY: i32 = 900;

fn whole_seconds(delay: Duration) -> i32 {
    let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
    i32::try_from(seconds).unwrap_or(LONGEST_DELAY).min(LONGEST_DELAY)
}

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
        let failed = |reason: &str| PortError::new("SQS SendMessageBatch", reason.to_owned());
        let queue = self.0.get(&channel).ok_or_else(|| failed("no queue is set for the channel"))?;
        let delay = whole_seconds(delay);
        let bodies = pointers.iter().map(|pointer| Ok((json(pointer)?, delay))).collect::<PortResult<Vec<_>>>()?;
        let durable = queue.send(bodies).await;
        if durable.iter().all(|durable| *durable) { Ok(()) } else { Err(failed("not all pointers were taken")) }
    }
}

/// The fallback queue. Pointers that come at the same time share a request.
#[derive(Clone, Debug)]
pub struct Fallbacks {
    queue: Queue,
    waiting: Arc<Coalescer<String>>,
}

impl Fallbacks {
    /// The queue at this address.
    #[must_use]
    pub fn new(client: Client, url: String, meter: Meter) -> Fallbacks {
        Fallbacks { queue: Queue { client, url, meter }, waiting: Arc::new(Coalescer::new(POINTER_WINDOW)) }
    }
}

impl FallbackQueue for Fallbacks {
    async fn push(&self, account: AccountId, message: MessageId) -> PortResult<()> {
        let body = json(&FallbackPointer { account, message })?;
        let flush = |bodies: Vec<String>| self.queue.send(bodies.into_iter().map(|body| (body, 0)).collect());
        self.waiting.push("SQS SendMessageBatch", body, flush).await
    }
}

/// The most wake-ups that a process remembers to have set.
const REMEMBERED: usize = 1000;

/// The wake queue. A wake-up that this process has set already is not set again while it is still to come: the messages of
/// a bulk share one.
#[derive(Clone, Debug)]
pub struct WakeQueue {
    queue: Queue,
    waiting: Arc<Coalescer<(String, i32)>>,
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
    async fn send(&self, bodies: Vec<(String, i32)>) -> Vec<bool> {
        let (distinct, places) = distinct(bodies);
        let durable = self.queue.send(distinct).await;
        places.into_iter().map(|place| durable[place]).collect()
    }

    fn remembered(&self) -> MutexGuard<'_, BTreeSet<WakeUp>> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Each body once, and for every one of them its place among these.
fn distinct(bodies: Vec<(String, i32)>) -> (Vec<(String, i32)>, Vec<usize>) {
    let (mut distinct, mut known) = (Vec::new(), BTreeMap::new());
    let places = bodies.into_iter().map(|(body, delay)| {
        *known.entry(body).or_insert_with_key(|body| {
            distinct.push((body.clone(), delay));
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
        let delay = if delay.as_secs() > LONGEST_DELAY.unsigned_abs().into() { 0 } else { whole_seconds(delay) };
        let body = json(&wake_up)?;
        self.waiting.push("SQS SendMessageBatch", (body, delay), |bodies| self.send(bodies)).await?;
        let mut remembered = self.remembered();
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        remembered.insert(wake_up);
        Ok(())
    }
}

/// The receipts queue, for the receipts of the sandbox. Those that come at the same time and have the same delay share a
/// message.
#[derive(Debug)]
pub struct ReceiptQueue {
    queue: Queue,
    waiting: Coalescer<(QueuedReceipt, i32)>,
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
        self.waiting.push("SQS SendMessageBatch", (receipt, whole_seconds(delay)), flush).await
    }

    async fn flush(&self, receipts: Vec<(QueuedReceipt, i32)>) -> Vec<bool> {
        let mut groups: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
        for (index, (_, delay)) in receipts.iter().enumerate() {
            groups.entry(*delay).or_default().push(index);
        }
        // A receipts message holds as many as a batch, so that one that fails repeats little.
        let groups: Vec<(i32, Vec<usize>)> = groups
            .into_iter()
            .flat_map(|(delay, indexes)| indexes.chunks(BATCH).map(|chunk| (delay, chunk.to_vec())).collect::<Vec<_>>())
            .collect();
        let body = |indexes: &[usize]| {
            let receipts = indexes.iter().map(|index| receipts[*index].0.clone()).collect();
            json(&QueuedReceipts { receipts }).unwrap_or_default()
        };
        let bodies = groups.iter().map(|(delay, indexes)| (body(indexes), *delay)).collect();
        let sent = self.queue.send(bodies).await;
        let mut durable = vec![false; receipts.len()];
        for ((_, indexes), sent) in groups.iter().zip(sent) {
            for index in indexes {
                durable[*index] = sent;
            }
        }
        durable
    }
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
        let bodies = events.iter().map(|event| Ok((json(event)?, 0))).collect::<PortResult<Vec<_>>>()?;
        let durable = self.queue.send(bodies).await;
        let failed = || PortError::new("SQS SendMessageBatch", "not all inbound events were taken");
        if durable.iter().all(|durable| *durable) { Ok(()) } else { Err(failed()) }
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

    #[test]
    fn the_same_wake_up_is_sent_once_and_all_who_set_it_learn_its_fate() {
        let bodies = ["a", "b", "a", "c", "b"].map(|body| (body.to_owned(), 5)).to_vec();
        let (sent, places) = distinct(bodies);
        assert_eq!(sent, ["a", "b", "c"].map(|body| (body.to_owned(), 5)));
        assert_eq!(places, [0, 1, 0, 2, 1]);
    }
}
