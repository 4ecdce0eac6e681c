//! What the sandbox "sent", in the outbox table.

use crate::{
    Meter,
    messages::bad_item,
    queues::ReceiptQueue,
    record::{self, Item, number, string},
};
use aws_sdk_dynamodb::Client;
use baton_api::ports::{Outbox, OutboxItem, Part};
use baton_channels::sandbox::{OutboxRecord, SandboxPorts};
use baton_domain::{AccountId, MessageId};
use baton_pipeline::{
    pointer::QueuedReceipt,
    ports::{PortError, PortResult},
};
use futures::future::BoxFuture;
use std::time::Duration;
use uuid::Uuid;

/// How long a record is kept, in days.
const RETENTION_DAYS: i64 = 7;

/// The outbox table; without a name the sandbox is off.
#[derive(Clone, Debug)]
pub struct OutboxTable {
    client: Client,
    name: Option<String>,
}

impl OutboxTable {
    /// The table of this name.
    #[must_use]
    pub fn new(client: Client, name: Option<String>) -> OutboxTable {
        OutboxTable { client, name: name.filter(|name| !name.is_empty()) }
    }

    fn name(&self) -> PortResult<&str> {
        self.name.as_deref().ok_or_else(|| PortError::new("the outbox", "the sandbox is off"))
    }

    async fn put(&self, record: OutboxRecord) -> PortResult<()> {
        let content = serde_json::to_string(&record.content).map_err(|e| PortError::new("writing a content", e))?;
        // Random, so that a second call for the same try would show as a second record.
        let call = Uuid::new_v4().simple().to_string();
        let attempt = record.attempt;
        let sk = format!("{}#{}.{}#{}", attempt.message.0.simple(), attempt.attempt, record.try_number, &call[..12]);
        self.client
            .put_item()
            .table_name(self.name()?)
            .item("pk", string(attempt.account.to_string()))
            .item("sk", string(sk))
            .item("ch", string(record.channel.name()))
            .item("to", string(record.to))
            .item("c", string(content))
            .item("o", string(record.outcome))
            .item("at", number(record.at.timestamp_millis()))
            .item("ttl", number(record.at.timestamp() + RETENTION_DAYS * 86_400))
            .send()
            .await
            .map_err(|error| PortError::new("DynamoDB PutItem", error))?;
        Ok(())
    }
}

impl Outbox for OutboxTable {
    fn is_on(&self) -> bool {
        self.name.is_some()
    }

    async fn records(
        &self,
        account: AccountId,
        message: Option<MessageId>,
        after: Option<&str>,
        limit: usize,
    ) -> PortResult<Part<OutboxItem>> {
        let pk = string(account.to_string());
        let start = after.map(|sk| Item::from([("pk".to_owned(), pk.clone()), ("sk".to_owned(), string(sk))]));
        let mut query = self
            .client
            .query()
            .table_name(self.name()?)
            .consistent_read(true)
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .expression_attribute_values(":pk", pk)
            .set_exclusive_start_key(start);
        query = match message {
            None => query.key_condition_expression("pk = :pk"),
            Some(message) => query
                .key_condition_expression("pk = :pk AND begins_with(sk, :message)")
                .expression_attribute_values(":message", string(format!("{}#", message.0.simple()))),
        };
        let answer = query.send().await.map_err(|error| PortError::new("DynamoDB Query", error))?;
        let items =
            answer.items().iter().map(|item| read(account, item)).collect::<Result<_, _>>().map_err(bad_item)?;
        let end = answer.last_evaluated_key().map(|key| record::text(key, "sk").map(str::to_owned));
        Ok(Part { items, next: end.transpose().map_err(bad_item)? })
    }
}

fn read(account: AccountId, item: &Item) -> Result<OutboxItem, record::BadItem> {
    let sk = record::text(item, "sk")?;
    let message = sk.split('#').next().and_then(|id| Uuid::try_parse(id).ok()).ok_or(record::BadItem("sk"))?;
    Ok(OutboxItem {
        id: sk.replace('#', "-"),
        message: MessageId(message),
        account,
        channel: record::text(item, "ch")?.parse().map_err(|_| record::BadItem("ch"))?,
        to: record::text(item, "to")?.to_owned(),
        content: serde_json::from_str(record::text(item, "c")?).map_err(|_| record::BadItem("c"))?,
        outcome: record::text(item, "o")?.to_owned(),
        at: record::time(item, "at")?,
    })
}

/// The sandbox's ports: the outbox table and the receipts queue.
#[derive(Debug)]
pub struct Sandbox {
    outbox: OutboxTable,
    receipts: ReceiptQueue,
}

impl Sandbox {
    /// The ports over a table and a queue.
    #[must_use]
    pub fn new(outbox: OutboxTable, queues: aws_sdk_sqs::Client, receipts: String, meter: Meter) -> Sandbox {
        Sandbox { outbox, receipts: ReceiptQueue::new(queues, receipts, meter) }
    }
}

impl SandboxPorts for Sandbox {
    fn record(&self, record: OutboxRecord) -> BoxFuture<'_, PortResult<()>> {
        Box::pin(self.outbox.put(record))
    }

    fn receipt(&self, _account: AccountId, receipt: QueuedReceipt, delay: Duration) -> BoxFuture<'_, PortResult<()>> {
        Box::pin(self.receipts.push(receipt, delay))
    }
}
