//! The files of a task: sheets that are read into messages.

use baton_domain::{AccountId, TaskId, Time};
use uuid::Uuid;

/// How far a file has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileState {
    /// It waits, or is being read.
    Importing,
    /// All of its rows have been read.
    Done,
    /// It was refused as a whole.
    Refused {
        /// The code, as `unknown_header`.
        code: String,
        /// What is wrong, as a sentence in the sheet's language.
        message: String,
    },
}

/// A file of a task. Its rows are read in order; each thousand of them, or fewer that have very long texts, is a bulk, whether rows of
/// it are refused or not, so that a row always comes to the same message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskFile {
    /// Whose it is.
    pub account: AccountId,
    /// The task.
    pub task: TaskId,
    /// Which it is. A UUID of version 7: its time is when it was given to us.
    pub id: Uuid,
    /// What the caller calls it.
    pub name: String,
    /// How far it has been read.
    pub state: FileState,
    /// How many rows it has; 0 until it has been looked through.
    pub rows: u32,
    /// How many of them have been read.
    pub read: u32,
    /// How many of these were refused.
    pub refused: u32,
    /// The number of the row, as the program that shows the sheet counts, from which reading goes on.
    pub next_row: u32,
    /// When it was given to us.
    pub created_at: Time,
    /// Counts the changes; the store refuses a change of an older version.
    pub version: u64,
}
