//! The import queue, where the rest of a file waits for the next run.

use crate::Meter;
use aws_sdk_sqs::Client;
use baton_api::import::Work;
use baton_pipeline::ports::{PortError, PortResult};

/// The import queue.
#[derive(Clone, Debug)]
pub struct ImportQueue {
    client: Client,
    url: String,
    meter: Meter,
}

impl ImportQueue {
    /// The queue at this address.
    #[must_use]
    pub fn new(client: Client, url: impl Into<String>, meter: Meter) -> ImportQueue {
        ImportQueue { client, url: url.into(), meter }
    }

    /// Puts a file on the queue.
    ///
    /// # Errors
    /// SQS failed.
    pub async fn push(&self, work: Work) -> PortResult<()> {
        let body = serde_json::to_string(&work).map_err(|error| PortError::new("writing a pointer", error))?;
        self.meter.queue_request();
        let sent = self.client.send_message().queue_url(&self.url).message_body(body).send().await;
        sent.map(drop).map_err(|error| PortError::new("SQS SendMessage", error))
    }
}
