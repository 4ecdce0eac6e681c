//! Reports as workbooks.

use super::{Cell, ReportError};
use chrono::NaiveDateTime;
use rust_xlsxwriter::{Format, FormatAlign, Workbook};
use std::io::{Seek, Write};

/// The most rows of a sheet, the headers among them.
pub const MOST_ROWS: u32 = 1_048_576;
/// The most characters of a cell; the rest of a longer text is left out.
const MOST_CHARS: usize = 32_767;

/// A workbook of one sheet that is written a row at a time, and kept in a temporary file until it is finished: memory does not
/// grow with its rows.
pub struct XlsxReport {
    book: Workbook,
    time: Format,
    next: u32,
}

impl std::fmt::Debug for XlsxReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("XlsxReport").field("next", &self.next).finish_non_exhaustive()
    }
}

impl XlsxReport {
    /// Begins a workbook with the name of its sheet and the headers, each with the width of its column in characters.
    ///
    /// # Errors
    /// When a name is none that Excel takes, or there is no temporary file to be had.
    pub fn new(name: &str, headers: &[(&str, u16)]) -> Result<XlsxReport, ReportError> {
        let mut book = Workbook::new();
        let bold = Format::new().set_bold().set_align(FormatAlign::Top);
        let sheet = book.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        sheet.set_freeze_panes(1, 0)?;
        for ((header, width), column) in headers.iter().zip(0_u16..) {
            sheet.set_column_width(column, f64::from(*width))?;
            sheet.write_string_with_format(0, column, *header, &bold)?;
        }
        let time = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
        Ok(XlsxReport { book, time, next: 1 })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// When the sheet is full, or can not be written.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ReportError> {
        if self.next >= MOST_ROWS {
            return Err(ReportError::TooManyRows);
        }
        let sheet = self.book.worksheet_from_index(0)?;
        for (cell, column) in cells.iter().zip(0_u16..) {
            match cell {
                Cell::Empty => {}
                Cell::Text(text) => drop(sheet.write_string(self.next, column, fitting(text))?),
                Cell::Number(number) => drop(sheet.write_number(self.next, column, *number)?),
                Cell::Time(time) => {
                    sheet.write_number_with_format(self.next, column, days(time.naive_utc()), &self.time)?;
                }
                Cell::Local(time) => {
                    sheet.write_number_with_format(self.next, column, days(time.naive_local()), &self.time)?;
                }
            }
        }
        self.next += 1;
        Ok(())
    }

    /// Ends the workbook and writes it out.
    ///
    /// # Errors
    /// When it can not be written.
    pub fn finish(mut self, to: impl Write + Seek + Send) -> Result<(), ReportError> {
        Ok(self.book.save_to_writer(to)?)
    }
}

/// A moment as Excel counts: days since 1899-12-30, in no time zone.
fn days(time: NaiveDateTime) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this millennium are exact")]
    let millis = time.and_utc().timestamp_millis() as f64;
    millis / 86_400_000.0 + 25_569.0
}

fn fitting(text: &str) -> &str {
    // Excel counts UTF-16 units; bytes of UTF-8 are never fewer.
    if text.len() <= MOST_CHARS {
        return text;
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, letter)| {
        units += letter.len_utf16();
        units > MOST_CHARS
    });
    end.map_or(text, |(end, _)| &text[..end])
}
