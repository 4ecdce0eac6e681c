use super::stamp;
use crate::ports::OutboxItem;
use baton_domain::MessageId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One provider call of the sandbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutboxEntry {
    /// Unique.
    pub id: String,
    /// The message.
    #[schema(value_type = uuid::Uuid)]
    pub message_id: MessageId,
    /// Whose it is.
    pub company_id: u64,
    /// The channel.
    #[schema(example = "sms")]
    pub channel: String,
    /// The address.
    #[schema(example = "+79990000001")]
    pub to: String,
    /// The rendered content.
    #[schema(value_type = Object)]
    pub content: serde_json::Value,
    /// What the sandbox did.
    pub outcome: String,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
}

impl From<OutboxItem> for OutboxEntry {
    fn from(item: OutboxItem) -> OutboxEntry {
        OutboxEntry {
            id: item.id,
            message_id: item.message,
            company_id: item.account.0,
            channel: item.channel.name().to_owned(),
            to: item.to,
            content: item.content,
            outcome: item.outcome,
            at: stamp(item.at),
        }
    }
}

/// What the sandbox "sent".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutboxList {
    /// How many records match; null when that is not cheap to know, or was not wanted.
    pub count: Option<u64>,
    /// The records, newest messages first.
    pub items: Vec<OutboxEntry>,
    /// Where the next part begins; null at the end.
    pub next_cursor: Option<String>,
}
