use super::{shown_ranges, stamp};
use baton_domain::{
    Task as Stored, TaskId,
    task::{Progress, TaskStatus},
};
use baton_pipeline::tasks::file::{FileState, TaskFile as StoredFile};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A task to make.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "name": "Autumn sale", "allowedTimeRanges": [["09:00", "21:00"]], "timeZone": "Europe/Moscow"
}))]
pub struct MakeTask {
    /// The account; the caller's own when absent.
    #[schema(nullable)]
    pub company_id: Option<u64>,
    /// What people call it, 1 to 255 characters. Two tasks may have the same name.
    #[schema(min_length = 1, max_length = 255)]
    pub name: String,
    /// When its messages may go, unless they have windows of their own.
    #[schema(schema_with = super::request::time_ranges)]
    pub allowed_time_ranges: Option<Vec<[String; 2]>>,
    /// The IANA time zone of the windows; UTC when absent.
    #[schema(nullable, default = "UTC", example = "Europe/Moscow")]
    pub time_zone: Option<String>,
}

/// What to change of a task. What is absent stays; no windows (`[]`) mean always.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"allowedTimeRanges": [["10:00", "20:00"]]}))]
pub struct ChangeTask {
    /// The account; the caller's own when absent.
    #[schema(nullable)]
    pub company_id: Option<u64>,
    /// What people call it, 1 to 255 characters.
    #[schema(nullable, min_length = 1, max_length = 255)]
    pub name: Option<String>,
    /// When its messages may go, unless they have windows of their own.
    #[schema(schema_with = super::request::time_ranges)]
    pub allowed_time_ranges: Option<Vec<[String; 2]>>,
    /// The IANA time zone of the windows.
    #[schema(nullable, example = "Europe/Moscow")]
    pub time_zone: Option<String>,
}

/// The id of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NamedTask {
    /// Its id.
    #[schema(value_type = Uuid)]
    pub id: TaskId,
}

/// The status of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatusOfTask {
    /// CREATED, IMPORTING, RUNNING, PAUSED, COMPLETED or FAILED.
    #[schema(example = "RUNNING")]
    pub status: String,
}

/// A task: a set of messages that is started, paused and resumed as a whole. Its counts follow its messages within seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// Its id.
    #[schema(value_type = Uuid)]
    pub id: TaskId,
    /// The account.
    pub company_id: u64,
    /// What people call it.
    pub name: String,
    /// CREATED, IMPORTING (a file is being read), RUNNING, PAUSED, COMPLETED or FAILED (none of its files could be read).
    #[schema(example = "RUNNING")]
    pub status: String,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it was last changed, started, paused or resumed.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// When its messages may go, unless they have windows of their own; null means always.
    #[schema(schema_with = super::request::time_ranges)]
    pub allowed_time_ranges: Option<Vec<[String; 2]>>,
    /// The time zone of the windows.
    pub time_zone: Option<String>,
    /// How many messages it has.
    pub total_message_count: u64,
    /// How many of them have gone out, or have come to their end without.
    pub total_processed_message_count: u64,
    /// How many are with a provider.
    pub in_progress_message_count: u64,
    /// How many have come to their end.
    pub completed_message_count: u64,
    /// What part has come to its end, 0 to 100; 100 only when all have.
    #[schema(maximum = 100)]
    pub progress: u8,
    /// Its files, oldest first; only where one task is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub files: Option<Vec<TaskFile>>,
}

impl Task {
    /// A stored task with what is known of it.
    #[must_use]
    pub fn of(stored: &Stored, status: TaskStatus, progress: Progress) -> Task {
        Task {
            id: stored.id,
            company_id: stored.account.0,
            name: stored.name.clone(),
            status: status.name().to_owned(),
            created_at: stamp(stored.created_at),
            updated_at: stamp(stored.updated_at),
            allowed_time_ranges: shown_ranges(&stored.ranges),
            time_zone: stored.zone.map(|zone| zone.name().to_owned()),
            total_message_count: progress.total,
            total_processed_message_count: progress.processed,
            in_progress_message_count: progress.in_progress(),
            completed_message_count: progress.completed,
            progress: progress.percent(),
            files: None,
        }
    }

    /// The same, with its files.
    #[must_use]
    pub fn with_files(self, files: &[StoredFile]) -> Task {
        Task { files: Some(files.iter().map(TaskFile::from).collect()), ..self }
    }
}

/// A file of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskFile {
    /// Its id.
    pub id: Uuid,
    /// What the caller calls it.
    pub name: String,
    /// IMPORTING, DONE, or REFUSED as a whole.
    #[schema(example = "DONE")]
    pub state: String,
    /// How many rows it has; 0 until it has been looked through.
    pub rows: u32,
    /// How many of them have been read.
    pub read: u32,
    /// How many of these were refused.
    pub refused: u32,
    /// Why the file was refused as a whole.
    pub error: Option<TaskFileError>,
}

/// Why a file was refused as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskFileError {
    /// For programs.
    #[schema(example = "unknown_header")]
    pub code: String,
    /// For people.
    pub message: String,
}

impl From<&StoredFile> for TaskFile {
    fn from(stored: &StoredFile) -> TaskFile {
        let (state, error) = match &stored.state {
            FileState::Importing => ("IMPORTING", None),
            FileState::Done => ("DONE", None),
            FileState::Refused { code, message } => {
                ("REFUSED", Some(TaskFileError { code: code.clone(), message: message.clone() }))
            }
        };
        TaskFile {
            id: stored.id,
            name: stored.name.clone(),
            state: state.to_owned(),
            rows: stored.rows,
            read: stored.read,
            refused: stored.refused,
            error,
        }
    }
}

/// The tasks of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskList {
    /// How many there are; null when the caller did not want to know.
    pub count: Option<u64>,
    /// The tasks.
    pub items: Vec<Task>,
    /// Where the next part begins; null at the end.
    pub next_cursor: Option<String>,
}
