//! What stands on the queues: names of things, never their content.

use crate::provider::ReceiptOf;
use baton_domain::{
    AccountId, AttemptRef, BulkId, ErrorClass, Message, MessageId, ProviderError, Receipt, ReceiptStatus, TaskId, Time,
};
use serde::{Deserialize, Serialize};

/// The group of what is put on a queue for a message: its task, else its account. On a standard queue a group orders nothing; it
/// makes SQS serve the groups fairly when one of them fills the queue (SQS fair queues), so that single messages overtake a send job.
#[must_use]
pub fn group(account: AccountId, task: Option<TaskId>) -> String {
    task.map_or_else(|| format!("account-{account}"), |task| format!("task-{task}"))
}

/// On a channel's queue: this attempt waits for its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pointer {
    /// The attempt, as `account-message-attempt`.
    pub attempt: AttemptRef,
    /// When its turn is, in milliseconds since the epoch, where the bandwidth is limited and it has had to wait.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub slot: Option<i64>,
    /// The message's task, which may be paused while the pointer waits.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub task: Option<TaskId>,
}

impl Pointer {
    /// A pointer that has not waited for its turn, to an attempt of a message of no task.
    #[must_use]
    pub const fn to(attempt: AttemptRef) -> Pointer {
        Pointer { attempt, slot: None, task: None }
    }

    /// A pointer that has not waited for its turn, to an attempt of this message.
    #[must_use]
    pub fn of(message: &Message, attempt: u8) -> Pointer {
        Pointer { task: message.task, ..Pointer::to(message.reference(attempt)) }
    }
}

/// On the fallback queue: the next channel of this message is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FallbackPointer {
    /// Whose it is.
    pub account: AccountId,
    /// The message.
    pub message: MessageId,
    /// The message's task.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub task: Option<TaskId>,
}

impl FallbackPointer {
    /// A pointer to this message.
    #[must_use]
    pub const fn of(message: &Message) -> FallbackPointer {
        FallbackPointer { account: message.account, message: message.id, task: message.task }
    }
}

/// On the wake queue: look at this bulk again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WakeUp {
    /// Whose it is.
    pub account: AccountId,
    /// The bulk's key.
    pub bulk: BulkId,
    /// When, in milliseconds since the epoch.
    pub at: i64,
    /// Look at all of it on behalf of its task, which has been started, resumed, changed or deleted, or whose window opens.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub task: Option<TaskId>,
}

impl WakeUp {
    /// When; `None` when the number is no time.
    #[must_use]
    pub fn time(&self) -> Option<Time> {
        Time::from_timestamp_millis(self.at)
    }
}

/// On the receipts queue: receipts that come from inside (the sandbox), a few at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueuedReceipts {
    /// The receipts.
    pub receipts: Vec<QueuedReceipt>,
}

/// One receipt on the receipts queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct QueuedReceipt {
    /// The attempt, as `account-message-attempt`.
    pub attempt: AttemptRef,
    /// The message's task.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub task: Option<TaskId>,
    /// `sent`, `delivered`, `read` or `failed`.
    pub status: QueuedStatus,
    /// When it happened, in milliseconds since the epoch.
    pub at: i64,
    /// With `failed`: the class.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub class: Option<ErrorClass>,
    /// With `failed`: the code.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub code: Option<String>,
}

/// The status of a [`QueuedReceipt`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QueuedStatus {
    /// Passed on.
    Sent,
    /// Delivered.
    Delivered,
    /// Read.
    Read,
    /// Not delivered.
    Failed,
}

impl QueuedReceipt {
    /// The receipt that this stands for. `now` stands in for a time that is none.
    #[must_use]
    pub fn into_receipt(self, now: Time) -> ReceiptOf {
        let status = match self.status {
            QueuedStatus::Sent => ReceiptStatus::Sent,
            QueuedStatus::Delivered => ReceiptStatus::Delivered,
            QueuedStatus::Read => ReceiptStatus::Read,
            QueuedStatus::Failed => ReceiptStatus::Failed(ProviderError::new(
                self.class.unwrap_or(ErrorClass::Permanent),
                self.code.unwrap_or_else(|| "failed".to_owned()),
                "The provider reported non-delivery.",
            )),
        };
        let at = Time::from_timestamp_millis(self.at).unwrap_or(now);
        ReceiptOf {
            attempt: self.attempt,
            receipt: Receipt { status, at, provider_message_id: None, part_count: None },
        }
    }
}
