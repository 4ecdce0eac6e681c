//! The part of an export that one run writes: a local file with a row on each line, as JSON.

use super::value::Value;
use baton_pipeline::ports::{PortError, PortResult};
use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::Path,
};
use tempfile::NamedTempFile;

pub(super) fn failed(error: std::io::Error) -> PortError {
    PortError::new("a local file", error)
}

/// A part that is being written.
pub(super) struct Part {
    writer: BufWriter<NamedTempFile>,
    rows: u64,
    bytes: u64,
}

impl Part {
    pub(super) fn new() -> PortResult<Part> {
        let file = NamedTempFile::new().map_err(failed)?;
        Ok(Part { writer: BufWriter::new(file), rows: 0, bytes: 0 })
    }

    pub(super) fn add(&mut self, row: &[Value]) -> PortResult<()> {
        let mut line = serde_json::to_vec(row).map_err(|error| PortError::new("writing a row", error))?;
        line.push(b'\n');
        self.writer.write_all(&line).map_err(failed)?;
        self.rows += 1;
        self.bytes += line.len() as u64;
        Ok(())
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The file, whole.
    pub(super) fn finish(self) -> PortResult<NamedTempFile> {
        self.writer.into_inner().map_err(|error| failed(error.into_error()))
    }
}

/// Reads the rows of a part, one after the other.
pub(super) fn each<E: From<PortError>>(
    file: &Path,
    mut take: impl FnMut(Vec<Value>) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = BufReader::new(File::open(file).map_err(failed)?);
    let mut line = String::new();
    while reader.read_line(&mut line).map_err(failed)? > 0 {
        let row = serde_json::from_str(&line).map_err(|error| PortError::new("reading a row", error))?;
        take(row)?;
        line.clear();
    }
    Ok(())
}
