//! One queue on SQS: entries go in batches, each with its delay and its group.

use crate::Meter;
use aws_sdk_sqs::{Client, types::SendMessageBatchRequestEntry};
use baton_pipeline::ports::{PortError, PortResult};
use futures::{StreamExt, stream};
use serde::Serialize;
use std::time::Duration;

/// What one SendMessageBatch takes.
pub const BATCH: usize = 10;

/// Batches that are sent at the same time.
const CONCURRENT_BATCHES: usize = 16;

/// Tries of an entry that SQS refuses although it takes the batch.
const TRIES: usize = 3;

/// The longest that SQS delays a message, in seconds.
pub const LONGEST_DELAY: i32 = 900;

/// What is put on a queue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The body, as JSON.
    pub body: String,
    /// Seconds until it can be received.
    pub delay: i32,
    /// The group that it shares the queue with others by (see [`baton_pipeline::pointer::group`]); without one it is a group of its own.
    pub group: Option<String>,
}

impl Entry {
    /// An entry of this group that can be received after a delay.
    ///
    /// # Errors
    /// The value can not be written as JSON.
    pub fn new<T: Serialize>(value: &T, delay: Duration, group: Option<String>) -> PortResult<Entry> {
        let body = serde_json::to_string(value).map_err(|error| PortError::new("writing a pointer", error))?;
        Ok(Entry { body, delay: whole_seconds(delay), group })
    }

    fn request(&self, index: usize) -> Option<SendMessageBatchRequestEntry> {
        let entry = SendMessageBatchRequestEntry::builder().id(index.to_string()).message_body(&self.body);
        entry.delay_seconds(self.delay).set_message_group_id(self.group.clone()).build().ok()
    }
}

/// A delay as SQS takes it: whole seconds, not less than asked for, and not more than it can.
pub fn whole_seconds(delay: Duration) -> i32 {
    let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
    i32::try_from(seconds).unwrap_or(LONGEST_DELAY).min(LONGEST_DELAY)
}

/// One queue.
#[derive(Clone, Debug)]
pub struct Queue {
    /// The client.
    pub client: Client,
    /// The queue's address.
    pub url: String,
    /// What counts the requests.
    pub meter: Meter,
}

impl Queue {
    /// Sends entries; says for each whether it is durable.
    pub async fn send(&self, entries: Vec<Entry>) -> Vec<bool> {
        let batches: Vec<_> = entries.chunks(BATCH).map(|batch| self.send_batch(batch)).collect();
        stream::iter(batches).buffered(CONCURRENT_BATCHES).collect::<Vec<_>>().await.concat()
    }

    /// Sends entries, all or an error.
    ///
    /// # Errors
    /// One of them, named by `what`, is not durable.
    pub async fn send_all(&self, entries: Vec<Entry>, what: &str) -> PortResult<()> {
        let durable = self.send(entries).await.iter().all(|durable| *durable);
        let failed = || PortError::new("SQS SendMessageBatch", format!("not all {what} were taken"));
        if durable { Ok(()) } else { Err(failed()) }
    }

    async fn send_batch(&self, batch: &[Entry]) -> Vec<bool> {
        let mut durable = vec![false; batch.len()];
        for _ in 0..TRIES {
            let open = durable.iter().enumerate().filter(|(_, durable)| !**durable).map(|(index, _)| index);
            let entries: Vec<_> = open.filter_map(|index| batch[index].request(index)).collect();
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
