use super::{Names, stamp};
use crate::ports::{Export as Stored, ExportFormat, ExportState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Which messages go into a file, and how. The filters are those of `GET /messages`; all of them must fit.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"format": "xlsx", "from": "2026-11-01T00:00:00+03:00", "status": "DELIVERED,READ"}))]
pub struct MakeExport {
    /// The account; the caller's own when absent.
    #[schema(nullable)]
    pub company_id: Option<u64>,
    /// `csv` (UTF-8 with its mark, commas), or `xlsx`, which holds up to 1,048,575 messages.
    pub format: ExportFormat,
    /// The language of the headers: `ru`, which is the default, or `en`.
    #[schema(nullable, example = "en")]
    pub language: Option<String>,
    /// The time zone that times are shown in, by its IANA name; UTC when absent.
    #[schema(nullable, example = "Europe/Moscow")]
    pub time_zone: Option<String>,
    /// The columns, in order; all of them when absent: id, bulkId, groupId, taskId, externalId, recipient, channel, provider, status,
    /// statusDescription, text, partCount, price, currency, createdAt, sendAt, sentAt, deliveredAt, readAt, error, attempts, clicks.
    #[schema(nullable)]
    pub fields: Option<Names>,
    /// Accepted at this time or later, RFC 3339.
    #[schema(nullable, format = DateTime)]
    pub from: Option<String>,
    /// Accepted at this time or earlier, RFC 3339; at most the time of the request.
    #[schema(nullable, format = DateTime)]
    pub to: Option<String>,
    /// Statuses.
    #[schema(nullable)]
    pub status: Option<Names>,
    /// Channels: of the attempt that delivered, else of the latest.
    #[schema(nullable)]
    pub channel: Option<Names>,
    /// Messages, by UUID.
    #[schema(nullable)]
    pub id: Option<Names>,
    /// Bulks, by UUID.
    #[schema(nullable)]
    pub bulk_id: Option<Names>,
    /// Groups.
    #[schema(nullable)]
    pub group_id: Option<Names>,
    /// The same as `id`.
    #[schema(nullable)]
    pub flow_id: Option<Names>,
    /// Tasks, by UUID.
    #[schema(nullable)]
    pub task_id: Option<Names>,
    /// Phones or e-mail addresses, exact.
    #[schema(nullable)]
    pub recipient: Option<Names>,
}

/// A new export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewExport {
    /// Its id.
    pub id: Uuid,
}

/// An export: messages as a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    /// Its id.
    pub id: Uuid,
    /// WAITING, RUNNING, COMPLETED or FAILED.
    #[schema(example = "COMPLETED")]
    pub status: String,
    /// How far it has come, 0 to 100.
    #[schema(example = 100)]
    pub progress: u8,
    /// How many messages have been written.
    #[schema(example = 48_211)]
    pub rows: u64,
    /// The kind of file.
    pub format: ExportFormat,
    /// When it was asked for.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it last got on.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// Where the file is, for an hour from now and without a key; null until it is made. It is kept for a week.
    pub url: Option<String>,
    /// Why there is no file; null when all is well.
    pub error: Option<String>,
}

impl Export {
    /// An export, with the link to its file where there is one.
    #[must_use]
    pub fn of(stored: &Stored, url: Option<String>) -> Export {
        let error = if let ExportState::Failed(why) = &stored.state { Some(why.clone()) } else { None };
        Export {
            id: stored.id,
            status: stored.state.name().to_owned(),
            progress: stored.progress,
            rows: stored.rows,
            format: stored.format,
            created_at: stamp(stored.created_at),
            updated_at: stamp(stored.updated_at),
            url,
            error,
        }
    }
}

/// Exports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportList {
    /// How many there are in all; null with `withoutCount`.
    pub count: Option<u64>,
    /// The exports.
    pub items: Vec<Export>,
    /// Where the next part begins; null at the end.
    pub next_cursor: Option<String>,
}
