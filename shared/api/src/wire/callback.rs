use super::stamp;
use baton_domain::{MessageId, Status, Time};
use baton_pipeline::callbacks::{self, CallbackRecord, Standing, ports};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a caller is told of one change of a message's status, and how that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallbackEntry {
    /// Its id, the `webhook-id` of every try.
    #[schema(example = "019eb1f2-8a6c-7001-a1b2-c3d4e5f60718-2")]
    pub id: String,
    /// The message.
    #[schema(value_type = uuid::Uuid)]
    pub message_id: MessageId,
    /// Whose it is.
    pub company_id: u64,
    /// The status before.
    #[schema(value_type = String, example = "CREATED")]
    pub old_status: Status,
    /// The status after.
    #[schema(value_type = String, example = "PENDING")]
    pub new_status: Status,
    /// When the status changed.
    #[schema(format = DateTime)]
    pub at: Option<String>,
    /// waiting (for the next try), delivered (2xx), gone (410) or failed (every try has failed).
    #[schema(example = "delivered")]
    pub standing: String,
    /// When the next try is due; null when there is none to come.
    #[schema(format = DateTime)]
    pub next_try_at: Option<String>,
    /// All tries so far.
    pub try_count: u32,
    /// The latest tries, at most 20, the oldest first.
    pub tries: Vec<CallbackTry>,
}

/// One call of the receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallbackTry {
    /// When.
    #[schema(format = DateTime)]
    pub at: Option<String>,
    /// How long it took, in milliseconds.
    pub duration: u64,
    /// The HTTP status; null when there was no answer.
    pub status_code: Option<u16>,
    /// Why there was none: timeout, no_connection, connection_lost, private_address or invalid_url.
    pub error: Option<String>,
    /// Whether it was asked for with `POST /callbacks/{id}/retry`.
    pub by_hand: bool,
}

fn moment(millis: i64) -> Option<String> {
    Time::from_timestamp_millis(millis).map(stamp)
}

impl From<&callbacks::CallbackTry> for CallbackTry {
    fn from(line: &callbacks::CallbackTry) -> CallbackTry {
        CallbackTry {
            at: moment(line.at),
            duration: line.took,
            status_code: line.status,
            error: line.error.clone(),
            by_hand: line.by_hand,
        }
    }
}

impl From<&CallbackRecord> for CallbackEntry {
    fn from(record: &CallbackRecord) -> CallbackEntry {
        let standing = match record.standing {
            Standing::Waiting => "waiting",
            Standing::Delivered => "delivered",
            Standing::Gone => "gone",
            Standing::Failed => "failed",
        };
        CallbackEntry {
            id: record.transition.id().to_string(),
            message_id: record.transition.message,
            company_id: record.account.0,
            old_status: record.transition.from,
            new_status: record.transition.to,
            at: moment(record.transition.at),
            standing: standing.to_owned(),
            next_try_at: record.due().map(stamp),
            try_count: record.count,
            tries: record.tries.iter().map(CallbackTry::from).collect(),
        }
    }
}

/// Callbacks of messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallbackList {
    /// How many there are; null when the caller did not want to know.
    pub count: Option<u64>,
    /// The callbacks, newest first.
    pub items: Vec<CallbackEntry>,
    /// Where the next part begins; null at the end.
    pub next_cursor: Option<String>,
}

/// A secret that callbacks are signed with, without its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallbackSecret {
    /// Its id.
    pub id: String,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
}

impl From<&ports::CallbackSecret> for CallbackSecret {
    fn from(secret: &ports::CallbackSecret) -> CallbackSecret {
        CallbackSecret { id: secret.id.clone(), created_at: stamp(secret.created_at) }
    }
}

/// A secret that has just been made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewCallbackSecret {
    /// Its id.
    pub id: String,
    /// `whsec_` and the base64 of 32 bytes: shown this once, and null when the request is replayed.
    pub secret: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
}

impl NewCallbackSecret {
    /// The stored secret, with its text where it may be shown.
    #[must_use]
    pub fn new(stored: &ports::CallbackSecret, shown: bool) -> NewCallbackSecret {
        let CallbackSecret { id, created_at } = CallbackSecret::from(stored);
        NewCallbackSecret { id, secret: shown.then(|| stored.secret.clone()), created_at }
    }
}

/// The secrets of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallbackSecretList {
    /// How many there are; null when the caller did not want to know.
    pub count: Option<u64>,
    /// The secrets.
    pub items: Vec<CallbackSecret>,
    /// Where the next part begins; null at the end.
    pub next_cursor: Option<String>,
}
