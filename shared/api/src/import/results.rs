//! Which row became which message, kept for the result of `POST /messages/bulk`. Tasks that have a name need it not: their rows are
//! known by their report.

use super::{
    chunk::Chunk,
    judge::RefusedRows,
    work::{ChunkId, Work},
};
use baton_pipeline::{
    objects::Objects,
    ports::{PortError, PortResult},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where they are.
const KIND: &str = "results";

/// A row of a chunk, at the index of its message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ResultRow {
    /// Its number, as the program that shows the sheet counts.
    pub(crate) row: u32,
    /// Why it is refused; `None` when there is a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
}

/// Keeps what became of a chunk's rows.
pub(super) async fn store<O: Objects>(objects: &O, work: Work, chunk: &Chunk, refused: &RefusedRows) -> PortResult<()> {
    let rows: Vec<_> = chunk
        .rows
        .iter()
        .zip(0..)
        .map(|(row, place)| ResultRow {
            row: row.number,
            error: refused.get(&place).map(|faults| {
                let told = faults.iter().map(|fault| match fault.column.as_str() {
                    "" => fault.reason.clone(),
                    column => format!("{column}: {}", fault.reason),
                });
                told.collect::<Vec<_>>().join(" ")
            }),
        })
        .collect();
    let json = serde_json::to_vec(&rows).map_err(|error| PortError::new("writing results", error))?;
    objects.put(&work.chunk_key(KIND, chunk.id), "application/json", &BTreeMap::new(), json).await
}

/// What became of a chunk's rows; `None` when it has not been read.
pub(crate) async fn load<O: Objects>(objects: &O, work: Work, chunk: ChunkId) -> PortResult<Option<Vec<ResultRow>>> {
    let Some(json) = objects.get(&work.chunk_key(KIND, chunk)).await? else { return Ok(None) };
    serde_json::from_slice(&json).map(Some).map_err(|error| PortError::new("reading results", error))
}
