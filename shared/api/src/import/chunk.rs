//! The rows that become a bulk.

use super::sheet::Sheet;
use baton_pipeline::tasks::file::TaskFile;
use baton_sheets::{Row, SheetError};

/// The rows of a bulk, in order; a row's place among them is its message's index.
#[derive(Debug)]
pub(super) struct Chunk {
    /// How many chunks of the file come before.
    pub(super) number: u32,
    /// At most as many as a bulk may have.
    pub(super) rows: Vec<Row>,
    /// From which row on the next chunk is read.
    pub(super) next_row: u32,
    /// Whether there is no other.
    pub(super) is_last: bool,
}

impl Chunk {
    /// Reads the next chunk, of at most so many rows.
    pub(super) fn read(sheet: &mut Sheet, file: &TaskFile, most: u16) -> Result<Chunk, SheetError> {
        let full = usize::from(most);
        let mut rows = Vec::with_capacity(full);
        while rows.len() < full
            && let Some(row) = sheet.reader.next_row()?
        {
            rows.push(row);
        }
        let next_row = rows.last().map_or(file.next_row, |row| row.number + 1);
        let read = file.read as usize + rows.len();
        Ok(Chunk {
            // Each chunk but the last is full.
            number: file.read / u32::from(most),
            next_row,
            is_last: rows.len() < full || read >= file.rows as usize,
            rows,
        })
    }

    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }
}
