//! Writing reports and exports, a row at a time.
//!
//! What a recipient or a caller wrote never becomes a formula: in a workbook it is a cell of text; in CSV, a text that begins
//! with one of the signs of the OWASP page "CSV Injection" gets an apostrophe in front, phones apart.

mod csv;
mod xlsx;

pub use self::{
    csv::{CsvReport, plain},
    xlsx::{MOST_ROWS, XlsxReport},
};

/// A value of a report's cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// Text as it is.
    Text(&'a str),
    /// A number.
    Number(f64),
    /// A moment, shown in UTC.
    Time(baton_domain::Time),
    /// A moment, shown in a time zone: as the local time in a workbook, which knows of no zones, with its offset in CSV.
    Local(chrono::DateTime<chrono_tz::Tz>),
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Cell<'a> {
        if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
    }
}

impl<'a> From<Option<&'a str>> for Cell<'a> {
    fn from(text: Option<&'a str>) -> Cell<'a> {
        text.map_or(Cell::Empty, Cell::from)
    }
}

/// A report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// To a CSV file.
    #[error("the report could not be written: {0}")]
    Csv(#[from] ::csv::Error),
    /// To a workbook.
    #[error("the report could not be written: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// To where the file goes.
    #[error("the report could not be written: {0}")]
    Io(#[from] std::io::Error),
    /// A sheet of a workbook has no room for more rows.
    #[error("a sheet has at most 1,048,576 rows")]
    TooManyRows,
}

#[cfg(test)]
mod tests;
