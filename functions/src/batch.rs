//! A batch of SQS records: they run side by side, each fails alone, and each says when it wants to come again.

use crate::telemetry;
use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use baton_aws::{Meter, queues::hide};
use baton_domain::Time;
use baton_pipeline::{ports::PortError, send::Verdict};
use futures::{FutureExt, future::join_all};
use std::{error::Error, future::Future, panic::AssertUnwindSafe, time::Duration};

/// Why a record is not done with.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It is not what this queue holds. Trying again does not help: it ends in the dead-letter queue.
    #[error("not what this queue holds: {0}")]
    Poison(String),
    /// Something it needs failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// The queue that a function reads, for sending records back with a pause.
#[derive(Clone, Debug)]
pub struct OwnQueue {
    /// The client.
    pub client: aws_sdk_sqs::Client,
    /// The queue's address.
    pub url: String,
    /// What is consumed.
    pub meter: Meter,
}

/// Reads a record's body as JSON.
///
/// # Errors
/// It is something else. The error does not quote it.
pub fn body<'a, T: serde::Deserialize<'a>>(record: &'a SqsMessage) -> Result<T, RecordError> {
    let body = record.body.as_deref().ok_or_else(|| RecordError::Poison("it has no body".to_owned()))?;
    serde_json::from_str(body).map_err(|error| {
        RecordError::Poison(format!("{:?} error at line {} column {}", error.classify(), error.line(), error.column()))
    })
}

/// Handles every record of a batch, and answers with those that are to come again.
pub async fn run<'e, F>(queue: &OwnQueue, event: &'e SqsEvent, handle: impl Fn(&'e SqsMessage) -> F) -> SqsBatchResponse
where
    F: Future<Output = Result<Verdict, RecordError>>,
{
    let failed = join_all(event.records.iter().map(|record| {
        // Made inside the guard, so that a panic anywhere in one record stays with it.
        let handled = AssertUnwindSafe(async { handle(record).await }).catch_unwind();
        settle(queue, record, handled)
    }));
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failed
        .await
        .into_iter()
        .flatten()
        .map(|id| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            failure
        })
        .collect();
    telemetry::consumed(&queue.meter);
    response
}

/// Waits for a record; its id when it is to come again.
async fn settle(
    queue: &OwnQueue,
    record: &SqsMessage,
    handled: impl Future<Output = std::thread::Result<Result<Verdict, RecordError>>>,
) -> Option<String> {
    let receives = receives(record);
    let id = record.message_id.as_deref().unwrap_or_default();
    let pause = match handled.await {
        Ok(Ok(Verdict::Done)) => return None,
        Ok(Ok(Verdict::Again(pause))) => pause,
        Ok(Err(error)) => {
            let error = chain(&error);
            tracing::error!(record = id, receives, error, "a record failed");
            backoff(receives)
        }
        Err(_) => {
            tracing::error!(record = id, receives, "a record panicked");
            backoff(receives)
        }
    };
    if let Some(handle) = &record.receipt_handle
        && let Err(error) = hide(&queue.client, &queue.url, handle, pause, &queue.meter).await
    {
        tracing::warn!(record = id, error = chain(&error), "the pause could not be set");
    }
    Some(id.to_owned())
}

/// How often SQS has delivered a record, this time counted.
#[must_use]
pub fn receives(record: &SqsMessage) -> u32 {
    let count = record.attributes.get("ApproximateReceiveCount");
    count.and_then(|count| count.parse().ok()).unwrap_or(1)
}

/// When a record was put on its queue, by the queue's clock.
#[must_use]
pub fn sent_at(record: &SqsMessage) -> Option<Time> {
    let millis = record.attributes.get("SentTimestamp")?.parse().ok()?;
    Time::from_timestamp_millis(millis)
}

/// The pause after a failure that is ours: 1, 2, 4 … 256 s.
fn backoff(receives: u32) -> Duration {
    Duration::from_secs(1 << receives.saturating_sub(1).min(8))
}

/// An error with its causes, in one line.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.ends_with(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: &str, body: &str) -> SqsMessage {
        let mut record = SqsMessage::default();
        record.message_id = Some(id.to_owned());
        record.body = Some(body.to_owned());
        record
    }

    #[tokio::test]
    async fn a_record_that_fails_or_panics_fails_alone() {
        let config = aws_sdk_sqs::Config::builder().behavior_version_latest().build();
        let queue =
            OwnQueue { client: aws_sdk_sqs::Client::from_conf(config), url: String::new(), meter: Meter::default() };
        let mut event = SqsEvent::default();
        event.records = vec![record("done", "1"), record("poison", "{"), record("panic", "3"), record("again", "4")];
        let response = run(&queue, &event, |record| async move {
            match body::<u32>(record)? {
                3 => panic!("a record that breaks us"),
                4 => Ok(Verdict::Again(Duration::from_secs(3))),
                _ => Ok(Verdict::Done),
            }
        });
        let failed: Vec<_> =
            response.await.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect();
        assert_eq!(failed, ["poison", "panic", "again"]);
    }

    #[test]
    fn a_record_says_when_it_was_sent() {
        let mut record = record("id", "1");
        assert_eq!(sent_at(&record), None);
        record.attributes.insert("SentTimestamp".to_owned(), "1790000000123".to_owned());
        assert_eq!(sent_at(&record), Time::from_timestamp_millis(1_790_000_000_123));
    }

    #[test]
    fn our_own_failures_come_again_ever_more_slowly() {
        assert_eq!([1, 2, 3, 9, 50].map(|receives| backoff(receives).as_secs()), [1, 2, 4, 256, 256]);
    }
}
