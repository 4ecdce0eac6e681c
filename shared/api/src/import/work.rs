//! What is to be imported, and the names that follow from it.

use baton_domain::{AccountId, BulkId, TaskId, Time};
use baton_pipeline::tasks::file::{FileState, TaskFile};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use uuid::Uuid;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is nothing left to do.
    Done,
    /// The time is over; the rest of the file is still to be read.
    Continue,
}

/// A file of a task, as it stands on the import queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    /// Whose it is.
    pub account: AccountId,
    /// The task.
    pub task: TaskId,
    /// The file.
    pub file: Uuid,
}

/// Which chunk of a file: names and ids follow from it.
///
/// A file is cut at every thousand of its rows, and between where these have very long texts. The first chunk of a thousand is
/// known by the number of the thousand alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChunkId {
    thousand: u32,
    /// How many rows of the thousand come before.
    before: u16,
}

impl ChunkId {
    /// The chunk that comes after so many rows of a file, where `rows` stands for a thousand.
    pub(crate) fn after(read: u32, rows: u16) -> ChunkId {
        let before = u16::try_from(read % u32::from(rows)).unwrap_or_default();
        ChunkId { thousand: read / u32::from(rows), before }
    }

    /// How many rows it may have, up to the end of its thousand.
    pub(super) fn room(self, rows: u16) -> usize {
        usize::from(rows - self.before)
    }
}

impl fmt::Display for ChunkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.before {
            0 => write!(f, "{}", self.thousand),
            before => write!(f, "{}-{before}", self.thousand),
        }
    }
}

/// Where files are that are to be imported.
const IMPORTS: &str = "imports";

impl Work {
    /// The file that an object of the bucket is; `None` when it is none.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Work> {
        let mut parts = key.split('/');
        let (kind, account, task, file) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let work = Work {
            account: AccountId(account.parse().ok()?),
            task: TaskId(task.parse().ok()?),
            file: file.parse().ok()?,
        };
        (kind == IMPORTS && parts.next().is_none() && work.key() == key).then_some(work)
    }

    /// The object that the file is.
    #[must_use]
    pub fn key(&self) -> String {
        self.path(IMPORTS)
    }

    /// The record of the file before anything of it has been read. It was given to us at the time that its id tells.
    pub(crate) fn record(&self, name: String) -> TaskFile {
        TaskFile {
            account: self.account,
            task: self.task,
            id: self.file,
            name,
            state: FileState::Importing,
            rows: 0,
            read: 0,
            refused: 0,
            next_row: 0,
            created_at: BulkId(self.file).time().unwrap_or_default(),
            version: 1,
        }
    }

    /// The bulk of a chunk.
    pub(crate) fn bulk(&self, given_at: Time, chunk: ChunkId) -> BulkId {
        let mut random = [0; 8];
        random.copy_from_slice(&Sha256::digest(self.chunk(chunk))[..8]);
        BulkId::new(given_at, random)
    }

    /// By which the bulk of a chunk is known again.
    pub(crate) fn digest(&self, chunk: ChunkId) -> String {
        hex::encode(Sha256::digest(self.chunk(chunk)))
    }

    /// The object of this kind that belongs to a chunk. Objects of later chunks come later in a list.
    pub(crate) fn chunk_key(&self, kind: &str, chunk: ChunkId) -> String {
        let ChunkId { thousand, before } = chunk;
        let place = if before == 0 { String::new() } else { format!("-{before:03}") };
        format!("{}/{thousand:05}{place}", self.path(kind))
    }

    fn path(&self, kind: &str) -> String {
        let Work { account, task, file } = self;
        format!("{kind}/{account}/{task}/{file}")
    }

    fn chunk(&self, chunk: ChunkId) -> String {
        format!("{}/{chunk}", self.path(IMPORTS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_and_no_other_is_taken() {
        let work = Work { account: AccountId(7), task: TaskId(Uuid::from_u128(1)), file: Uuid::from_u128(2) };
        assert_eq!(Work::of_key(&work.key()), Some(work));
        for bad in [
            "imports/7",
            "exports/7/00000000-0000-0000-0000-000000000001/00000000-0000-0000-0000-000000000002",
            "imports/7/00000000-0000-0000-0000-000000000001/00000000-0000-0000-0000-000000000002/x",
            "imports/07/00000000-0000-0000-0000-000000000001/00000000-0000-0000-0000-000000000002",
        ] {
            assert_eq!(Work::of_key(bad), None, "{bad}");
        }
    }

    #[test]
    fn each_chunk_has_a_bulk_of_its_own_that_tells_when_the_file_came() {
        let work = Work { account: AccountId(7), task: TaskId(Uuid::from_u128(1)), file: Uuid::from_u128(2) };
        let at = Time::from_timestamp_millis(1_790_000_000_000).expect("a time");
        let chunks = [0, 1, 20, 999, 1000, 1001, 9000, 9500, 10_000].map(|read| ChunkId::after(read, 1000));
        for (nth, one) in chunks.iter().enumerate() {
            assert_eq!(work.bulk(at, *one).time(), Some(at));
            for other in &chunks[nth + 1..] {
                assert_ne!(work.bulk(at, *one), work.bulk(at, *other));
                assert_ne!(work.digest(*one), work.digest(*other));
                assert!(work.chunk_key("refused", *one) < work.chunk_key("refused", *other), "{one} {other}");
            }
        }
    }

    #[test]
    fn a_chunk_ends_with_its_thousand() {
        assert_eq!(ChunkId::after(0, 1000).room(1000), 1000);
        assert_eq!(ChunkId::after(2000, 1000).room(1000), 1000);
        assert_eq!(ChunkId::after(2999, 1000).room(1000), 1);
        // What is stored of files that were begun before chunks could end early is found again.
        assert_eq!(ChunkId::after(2000, 1000).to_string(), "2");
        assert_eq!(ChunkId::after(2999, 1000).to_string(), "2-999");
    }
}
