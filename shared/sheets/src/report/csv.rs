//! Reports as CSV.

use super::{Cell, ReportError};
use baton_domain::Time;
use chrono::SecondsFormat;
use std::{borrow::Cow, io::Write};

/// A CSV file that is written a row at a time: UTF-8, commas, the line ends and quotes of RFC 4180.
#[derive(Debug)]
pub struct CsvReport<W: Write> {
    writer: csv::Writer<W>,
}

impl<W: Write> CsvReport<W> {
    /// Begins a file with its headers. With `mark`, UTF-8's mark goes first, by which Excel knows the encoding.
    ///
    /// # Errors
    /// When it can not be written.
    pub fn new(mut to: W, mark: bool, headers: &[&str]) -> Result<CsvReport<W>, ReportError> {
        if mark {
            to.write_all("\u{feff}".as_bytes())?;
        }
        let mut report = CsvReport::part(to);
        report.writer.write_record(headers)?;
        Ok(report)
    }

    /// A part of a file, without headers, to be put after others.
    #[must_use]
    pub fn part(to: W) -> CsvReport<W> {
        CsvReport { writer: csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to) }
    }

    /// Writes a row, with as many cells as there are headers.
    ///
    /// # Errors
    /// When it can not be written, or has more or fewer cells.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ReportError> {
        for cell in cells {
            match cell {
                Cell::Empty => self.writer.write_field("")?,
                Cell::Text(text) => self.writer.write_field(safe(text).as_ref())?,
                Cell::Number(number) => self.writer.write_field(number.to_string())?,
                Cell::Time(time) => self.writer.write_field(stamp(*time))?,
                Cell::Local(time) => {
                    self.writer.write_field(time.to_rfc3339_opts(SecondsFormat::Millis, true))?;
                }
            }
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When the last of it can not be written.
    pub fn finish(self) -> Result<W, ReportError> {
        self.writer.into_inner().map_err(|error| ReportError::Io(error.into_error()))
    }
}

fn stamp(time: Time) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// What a program may take for the beginning of a formula.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// A text as it was before [`safe`].
#[must_use]
pub fn plain(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA)).unwrap_or(cell)
}

/// A text that no program takes for a formula. What a recipient or a caller wrote goes through it wherever it becomes a cell of CSV.
///
/// Phones keep their `+`: `+` and digits alone are no formula that does anything.
pub(super) fn safe(text: &str) -> Cow<'_, str> {
    let is_phone = |text: &str| {
        text.strip_prefix('+').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if text.starts_with(FORMULA) && !is_phone(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}
