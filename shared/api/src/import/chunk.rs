//! The rows that become a bulk.

use super::{sheet::Sheet, work::ChunkId};
use baton_pipeline::tasks::file::TaskFile;
use baton_sheets::{Content, Row, SheetError};
use std::{collections::HashSet, sync::Arc};

/// How much of a file becomes a bulk. A file that is begun with one is to be ended with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkLimits {
    /// Rows, at most as many as a bulk may have.
    pub rows: u16,
    /// Bytes in memory, as [`Row::bytes`] and [`Content::bytes`] tell them. The row with which there are as many is the last.
    pub bytes: usize,
}

impl Default for ChunkLimits {
    fn default() -> ChunkLimits {
        ChunkLimits { rows: super::ROWS, bytes: 16 << 20 }
    }
}

/// The rows of a bulk, in order; a row's place among them is its message's index.
#[derive(Debug)]
pub(super) struct Chunk {
    /// Which chunk of the file it is.
    pub(super) id: ChunkId,
    /// At most as many as a bulk may have.
    pub(super) rows: Vec<Row>,
    /// From which row on the next chunk is read.
    pub(super) next_row: u32,
    /// Whether there is no other.
    pub(super) is_last: bool,
}

impl Chunk {
    /// Reads the next chunk. Where it ends follows from the rows alone, so it is the same whenever it is read.
    pub(super) fn read(sheet: &mut Sheet, file: &TaskFile, most: ChunkLimits) -> Result<Chunk, SheetError> {
        let id = ChunkId::after(file.read, most.rows);
        let full = id.room(most.rows);
        let mut rows = Vec::with_capacity(full);
        let mut contents = HashSet::new();
        let (mut bytes, mut ended) = (0, false);
        while !ended && rows.len() < full && bytes < most.bytes {
            match sheet.reader.next_row()? {
                Some(mut row) => {
                    bytes += row.bytes() + share(&mut row, &mut contents);
                    rows.push(row);
                }
                None => ended = true,
            }
        }
        let next_row = rows.last().map_or(file.next_row, |row| row.number + 1);
        let is_last = ended || file.read as usize + rows.len() >= file.rows as usize;
        Ok(Chunk { id, rows, next_row, is_last })
    }

    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }
}

/// Puts the content that the chunk has already in the place of a row's equal one; how many bytes a new one has.
fn share(row: &mut Row, contents: &mut HashSet<Arc<Content>>) -> usize {
    let Ok(message) = &mut row.message else { return 0 };
    if let Some(known) = contents.get(&message.content) {
        message.content = known.clone();
        return 0;
    }
    contents.insert(message.content.clone());
    message.content.bytes()
}
