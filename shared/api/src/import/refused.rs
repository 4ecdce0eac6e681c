//! The refused rows of a chunk, kept as a part of the CSV that `GET /tasks/{id}/errors` gives.

use super::{chunk::Chunk, judge::RefusedRows, work::Work};
use baton_domain::{AccountId, TaskId};
use baton_pipeline::{
    objects::Objects,
    ports::{PortError, PortResult},
    tasks::file::TaskFile,
};
use baton_sheets::report::{Cell, CsvReport, ReportError};
use std::collections::BTreeMap;

/// Where the parts are.
const KIND: &str = "refused";

/// One thing that is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// The header of the column; empty when it is no column's fault.
    pub(super) column: String,
    /// What is wrong, in the sheet's language.
    pub(super) reason: String,
}

/// What comes before the parts of a task's files.
pub(crate) fn prefix(account: AccountId, task: TaskId) -> String {
    format!("{KIND}/{account}/{task}/")
}

/// Keeps the refused rows of a chunk, when it has some. `again`: another run may have kept some, which are taken now.
pub(super) async fn store<O: Objects>(
    objects: &O,
    work: Work,
    (file, chunk): (&TaskFile, &Chunk),
    refused: &RefusedRows,
    again: bool,
) -> PortResult<()> {
    let key = work.chunk_key(KIND, chunk.id);
    match refused.is_empty() {
        true if again => return objects.remove(&key).await,
        true => return Ok(()),
        false => {}
    }
    let part = part(&file.name, chunk, refused).map_err(|error| PortError::new("writing refused rows", error))?;
    objects.put(&key, "text/csv; charset=utf-8", &BTreeMap::new(), part).await
}

/// A line for everything that is wrong: the file's name, the row's number, the column and the reason.
fn part(name: &str, chunk: &Chunk, refused: &RefusedRows) -> Result<Vec<u8>, ReportError> {
    let mut part = CsvReport::part(Vec::new());
    for (place, faults) in refused {
        let number = chunk.rows.get(usize::from(*place)).map_or(0, |row| row.number);
        for fault in faults {
            part.row(&[
                Cell::from(name),
                Cell::Number(number.into()),
                Cell::from(fault.column.as_str()),
                Cell::from(fault.reason.as_str()),
            ])?;
        }
    }
    part.finish()
}
