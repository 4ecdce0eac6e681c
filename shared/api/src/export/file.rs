//! The file that an export becomes.

use super::{columns::Column, value::Value};
use crate::ports::ExportFormat;
use baton_sheets::{
    Language, Text,
    report::{Cell, CsvReport, ReportError, XlsxReport},
};
use chrono_tz::Tz;
use std::io::{Seek, Write};

const SHEET: Text = Text { russian: "Сообщения", english: "Messages" };

/// What a file looks like.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    pub(crate) format: ExportFormat,
    pub(crate) language: Language,
    /// The time zone that times are shown in.
    pub(crate) zone: Tz,
}

/// A file that is written a row at a time.
pub(crate) struct Writing<W: Write> {
    zone: Tz,
    kind: Kind<W>,
}

enum Kind<W: Write> {
    Csv(Box<CsvReport<W>>),
    Xlsx(Box<XlsxReport>, W),
}

impl<W: Write + Seek + Send> Writing<W> {
    /// Begins a file with its headers.
    pub(crate) fn new(to: W, look: &Look, columns: &[&Column]) -> Result<Writing<W>, ReportError> {
        let zone = (look.format == ExportFormat::Xlsx).then_some(look.zone);
        let headers: Vec<String> = columns.iter().map(|column| column.header(look.language, zone)).collect();
        let kind = match look.format {
            ExportFormat::Csv => {
                let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
                Kind::Csv(Box::new(CsvReport::new(to, true, &headers)?))
            }
            ExportFormat::Xlsx => {
                let widths = columns.iter().map(|column| column.width);
                let headers: Vec<_> = headers.iter().map(String::as_str).zip(widths).collect();
                Kind::Xlsx(Box::new(XlsxReport::new(SHEET.of(look.language), &headers)?), to)
            }
        };
        Ok(Writing { zone: look.zone, kind })
    }

    pub(crate) fn row(&mut self, row: &[Value]) -> Result<(), ReportError> {
        let cells: Vec<Cell<'_>> = row.iter().map(|value| value.cell(self.zone)).collect();
        match &mut self.kind {
            Kind::Csv(report) => report.row(&cells),
            Kind::Xlsx(report, _) => report.row(&cells),
        }
    }

    /// Ends the file, and gives back what it was written to.
    pub(crate) fn finish(self) -> Result<W, ReportError> {
        match self.kind {
            Kind::Csv(report) => report.finish(),
            Kind::Xlsx(report, mut to) => {
                report.finish(&mut to)?;
                Ok(to)
            }
        }
    }
}
