use super::stamp;
use baton_domain::{MessageId, ShortLink as Stored};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A short link in the SMS of one message, and its clicks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShortLink {
    /// Its id.
    pub id: Uuid,
    /// The message.
    #[schema(value_type = Uuid)]
    pub message_id: MessageId,
    /// The task that the message belongs to; null when it belongs to none.
    pub task_id: Option<Uuid>,
    /// Whose it is.
    pub company_id: u64,
    /// Where it leads, as it stood in the text.
    #[schema(example = "https://shop.example.org/orders/42?from=sms")]
    pub content: String,
    /// What stands in the SMS instead.
    #[schema(example = "https://go.example.org/9DPtDOq")]
    pub shortcut: String,
    /// How often people followed it; previews by programs are not counted.
    pub clicks: u64,
    /// When it was made: just before the message went out.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it changed last, by a click or by its making.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// When somebody followed it first; null when nobody has.
    #[schema(format = DateTime)]
    pub first_visited_at: Option<String>,
    /// When somebody followed it last.
    #[schema(format = DateTime)]
    pub last_visited_at: Option<String>,
}

impl ShortLink {
    /// A stored link; `short_url` stands before its code.
    #[must_use]
    pub fn of(link: &Stored, short_url: &str) -> ShortLink {
        ShortLink {
            id: link.id(),
            message_id: link.message,
            task_id: link.task,
            company_id: link.account.0,
            content: link.url.clone(),
            shortcut: format!("{short_url}/{}", link.code),
            clicks: link.clicks,
            created_at: stamp(link.created_at),
            updated_at: stamp(link.last_visited_at.unwrap_or(link.created_at)),
            first_visited_at: link.first_visited_at.map(stamp),
            last_visited_at: link.last_visited_at.map(stamp),
        }
    }
}

/// Short links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShortLinkList {
    /// How many there are; null when the caller did not want to know.
    pub count: Option<u64>,
    /// The links.
    pub items: Vec<ShortLink>,
    /// Where the next part begins; null at the end.
    pub next_cursor: Option<String>,
}
