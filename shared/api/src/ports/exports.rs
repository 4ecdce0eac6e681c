//! Exports of messages into files: what is stored of them, and their queue.

use baton_domain::{AccountId, TaskId, Time};
use baton_pipeline::ports::{PortResult, Stored};
use baton_sheets::Language;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::{fmt, future::Future, str::FromStr};
use uuid::Uuid;

/// How long an export and its file are kept, in days. The bucket removes its files by the same number.
pub const EXPORT_DAYS: i64 = 7;

/// What kind of file an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// CSV in UTF-8 with its mark.
    Csv,
    /// A workbook of one sheet.
    Xlsx,
}

impl ExportFormat {
    /// The name on the wire, which is also how the file's name ends.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            ExportFormat::Csv => "csv",
            ExportFormat::Xlsx => "xlsx",
        }
    }

    /// The media type of the file.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            ExportFormat::Csv => "text/csv; charset=utf-8",
            ExportFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

impl fmt::Display for ExportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name is neither `csv` nor `xlsx`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a format of exports: csv or xlsx is expected")]
pub struct UnknownFormat;

impl FromStr for ExportFormat {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let formats = [ExportFormat::Csv, ExportFormat::Xlsx];
        formats.into_iter().find(|format| format.name().eq_ignore_ascii_case(name)).ok_or(UnknownFormat)
    }
}

/// How far an export has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportState {
    /// It waits for the function.
    Waiting,
    /// The function is at it, or goes on with it soon.
    Running,
    /// The file is there, under this key.
    Completed(String),
    /// There is no file, and there will be none: why, as a sentence.
    Failed(String),
}

impl ExportState {
    /// The name on the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            ExportState::Waiting => "WAITING",
            ExportState::Running => "RUNNING",
            ExportState::Completed(_) => "COMPLETED",
            ExportState::Failed(_) => "FAILED",
        }
    }

    /// Whether nothing more is done for it.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(self, ExportState::Completed(_) | ExportState::Failed(_))
    }
}

/// The report of a task that an export is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportOf {
    /// The task.
    pub task: TaskId,
    /// How far the task had come when the report was asked for: reports of the same state are the same.
    pub state: String,
}

/// An export: the messages of an account that a question means, as a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// Whose it is.
    pub account: AccountId,
    /// Which it is.
    pub id: Uuid,
    /// The kind of file.
    pub format: ExportFormat,
    /// The language of the headers.
    #[serde(with = "by_name")]
    pub language: Language,
    /// The time zone that times are shown in.
    #[serde(with = "by_name")]
    pub zone: Tz,
    /// The filters, as the query of `GET /messages` has them. Always with `to`, so that what is accepted later changes nothing.
    pub query: String,
    /// The columns, in order; none means all.
    pub columns: Vec<String>,
    /// The task that it is the report of; `None` for an export.
    pub report: Option<ReportOf>,
    /// How far it has come.
    pub state: ExportState,
    /// The same in percent; 100 only when the file is there.
    pub progress: u8,
    /// How many messages have been written.
    pub rows: u64,
    /// The keys of its parts, in order: what the runs so far have written.
    pub parts: Vec<String>,
    /// How many messages stand in them: fewer than `rows` while the next part is being written.
    pub part_rows: u64,
    /// Their size in bytes.
    pub bytes: u64,
    /// Where the next part begins; `None` at the beginning.
    pub next: Option<String>,
    /// Whether all messages stand in the parts.
    pub walked: bool,
    /// When it was asked for.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
    /// Counts the changes; the store refuses a change of an older version.
    pub version: u64,
}

impl Export {
    /// A new export: whose and which, its format, the language of its headers and its time zone, the filters with `to`, and the
    /// columns, none of which means all.
    #[must_use]
    pub fn new(
        (account, id): (AccountId, Uuid),
        (format, language, zone): (ExportFormat, Language, Tz),
        query: String,
        columns: Vec<String>,
        now: Time,
    ) -> Export {
        Export {
            account,
            id,
            format,
            language,
            zone,
            query,
            columns,
            report: None,
            state: ExportState::Waiting,
            progress: 0,
            rows: 0,
            parts: Vec::new(),
            part_rows: 0,
            bytes: 0,
            next: None,
            walked: false,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }
}

/// The exports of accounts.
pub trait Exports: Send + Sync {
    /// The export, as of every write before; `None` when there is none.
    fn export(&self, account: AccountId, id: Uuid) -> impl Future<Output = PortResult<Option<Export>>> + Send;

    /// The exports of an account, in no order.
    fn exports(&self, account: AccountId) -> impl Future<Output = PortResult<Vec<Export>>> + Send;

    /// Stores a new export. An existing one of the same id is left alone.
    fn add_export(&self, export: &Export) -> impl Future<Output = PortResult<()>> + Send;

    /// Stores an export if its stored version is still `read`; the stored version becomes `export.version`.
    fn store_export(&self, export: &Export, read: u64) -> impl Future<Output = PortResult<Stored>> + Send;
}

/// "Make this export, or go on with it."
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportPointer {
    /// Whose it is.
    pub account: AccountId,
    /// Which it is.
    pub export: Uuid,
}

/// The queue of exports.
pub trait ExportQueue: Send + Sync {
    /// Puts a pointer on the queue; answers when it is durable.
    fn push_export(&self, pointer: ExportPointer) -> impl Future<Output = PortResult<()>> + Send;
}

/// What is stored by the name that it is shown and read by.
mod by_name {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::{borrow::Cow, fmt::Display, str::FromStr};

    pub fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        let name = Cow::<'de, str>::deserialize(deserializer)?;
        name.parse().map_err(|_| D::Error::custom("an unknown name"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_is_read_back() {
        let at = Time::from_timestamp_millis(1_790_000_000_123).expect("a time");
        let (of, look) =
            ((AccountId(7), Uuid::from_u128(5)), (ExportFormat::Xlsx, Language::English, Tz::Europe__Moscow));
        let export = Export {
            report: Some(ReportOf { task: TaskId(Uuid::from_u128(6)), state: "1".to_owned() }),
            state: ExportState::Failed("Why.".to_owned()),
            ..Export::new(of, look, "status=READ".to_owned(), vec!["id".to_owned()], at)
        };
        let json = serde_json::to_string(&export).expect("JSON");
        assert_eq!(serde_json::from_str::<Export>(&json).expect("an export"), export);
    }
}
