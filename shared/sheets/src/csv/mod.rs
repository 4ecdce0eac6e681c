//! CSV: whatever separates its columns, whatever encoding it is in.

mod decode;
mod sniff;

use crate::{
    error::SheetError,
    limits::Limits,
    raw::{CellKind, RawRow},
    reader::too_long,
};
use decode::Decoder;
use sniff::Dialect;
use std::{
    borrow::Cow,
    io::{Read, Seek},
};

/// The most bytes of a row, which an open quote would otherwise make as long as the file.
const MOST_ROW: u64 = 4 << 20;

/// The rows of a CSV file.
#[derive(Debug)]
pub(crate) struct Rows<R: Read + Seek> {
    /// `None` only while it is being made anew.
    reader: Option<csv::Reader<Decoder<R>>>,
    dialect: Dialect,
    limits: Limits,
    record: csv::StringRecord,
    /// The number of the last row.
    number: u32,
    /// How many lines the reader had read by then.
    lines: u64,
}

impl<R: Read + Seek> Rows<R> {
    pub(crate) fn open(mut file: R, limits: Limits) -> Result<Rows<R>, SheetError> {
        let dialect = sniff::sniff(&mut file)?;
        let mut rows = Rows { reader: None, dialect, limits, record: csv::StringRecord::new(), number: 0, lines: 1 };
        rows.start(file)?;
        Ok(rows)
    }

    fn start(&mut self, mut file: R) -> Result<(), SheetError> {
        file.seek(std::io::SeekFrom::Start(self.dialect.start))
            .map_err(|error| SheetError::Unreadable(error.kind()))?;
        let decoder = Decoder::new(file, self.dialect.encoding);
        let mut builder = csv::ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(self.dialect.separator);
        self.reader = Some(builder.from_reader(decoder));
        (self.number, self.lines) = (self.dialect.rows_before, 1);
        Ok(())
    }

    pub(crate) fn rewind(&mut self) -> Result<(), SheetError> {
        match self.reader.take() {
            Some(reader) => self.start(reader.into_inner().into_inner()),
            None => Err(SheetError::Broken("csv")),
        }
    }

    /// The next row that is not empty.
    pub(crate) fn next(&mut self, raw: &mut RawRow) -> Result<bool, SheetError> {
        let reader = self.reader.as_mut().ok_or(SheetError::Broken("csv"))?;
        loop {
            reader.get_mut().allow(MOST_ROW);
            match reader.read_record(&mut self.record) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(error) => return Err(refusal(error, self.number + 1, &self.limits)),
            }
            self.number += passed(&self.record, reader.position().line() - self.lines);
            self.lines = reader.position().line();
            raw.clear(self.number);
            for (column, text) in self.record.iter().enumerate() {
                if text.len() > self.limits.cell_chars && text.chars().count() > self.limits.cell_chars {
                    return Err(too_long(column, self.number, &self.limits));
                }
                if column >= self.limits.columns as usize && !text.trim().is_empty() {
                    return Err(SheetError::TooManyColumns(self.limits.columns));
                }
                // Line ends inside of a cell are one character, as in a workbook.
                let text =
                    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) };
                raw.push(column, CellKind::Text, &text);
            }
            if !raw.is_empty() {
                return Ok(true);
            }
        }
    }
}

/// How many rows of the sheet a record and the blank lines before it make. Of the lines that were read, those inside of the
/// record's cells make none.
fn passed(record: &csv::StringRecord, lines: u64) -> u32 {
    let inside: usize = record.iter().map(|cell| cell.bytes().filter(|byte| *byte == b'\n').count()).sum();
    u32::try_from(lines.saturating_sub(inside as u64)).unwrap_or(u32::MAX).max(1)
}

fn refusal(error: csv::Error, row: u32, limits: &Limits) -> SheetError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) if decode::is_too_long(&error) => too_long(0, row, limits),
        csv::ErrorKind::Io(error) => match decode::line_of(&error) {
            Some(line) => SheetError::Encoding(line),
            None => SheetError::Unreadable(error.kind()),
        },
        csv::ErrorKind::Utf8 { .. } => SheetError::Encoding(u64::from(row)),
        _ => SheetError::Broken("csv"),
    }
}
