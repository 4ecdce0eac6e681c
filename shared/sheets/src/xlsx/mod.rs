//! Workbooks: one visible sheet of them, streamed.
//!
//! calamine, which reads workbooks too, keeps all their texts in memory, does not say how much a part has unpacked to, and
//! holds the file while a sheet is read; what memory it takes grows with the file. So the parts are read here, with the
//! libraries that it is built on, and calamine is what the tests compare with.

mod archive;
mod book;
mod part;
mod sheet;
mod strings;
mod styles;
mod xml;

use crate::{
    dates::Epoch,
    error::SheetError,
    limits::Limits,
    raw::{CellKind, RawRow},
};
use archive::Archive;
use book::Book;
use part::{Part, PartReader};
use sheet::Sheet;
use std::io::{Read, Seek};
use strings::Strings;
use xml::Xml;

/// The rows of a workbook's first visible sheet.
#[derive(Debug)]
pub(crate) struct Rows<R: Read + Seek> {
    /// `None` only while it is being made anew.
    sheet: Option<Sheet<R>>,
    part: Part,
    strings: Strings,
    /// What numbers are, by their styles.
    kinds: Vec<CellKind>,
    epoch: Epoch,
    name: String,
    limits: Limits,
}

impl<R: Read + Seek> Rows<R> {
    pub(crate) fn open(file: R, limits: Limits) -> Result<Rows<R>, SheetError> {
        let mut archive = Archive::open(file, limits)?;
        let book = Book::read(&mut archive)?;
        let kinds = book.styles.map_or(Ok(Vec::new()), |part| styles::kinds(&mut archive, part))?;
        let strings = match book.strings {
            Some(part) => Strings::read(archive.read(part, limits.unpacked_bytes / 4)?, &limits)?,
            None => Strings::default(),
        };
        let mut rows =
            Rows { sheet: None, part: book.sheet, strings, kinds, epoch: book.epoch, name: book.name, limits };
        rows.start(archive.into_inner())?;
        Ok(rows)
    }

    fn start(&mut self, file: R) -> Result<(), SheetError> {
        let part = PartReader::new(file, self.part, self.limits.unpacked_bytes, &self.limits);
        let part = part.map_err(|error| SheetError::Unreadable(error.kind()))?;
        self.sheet = Some(Sheet::new(Xml::new(part), self.limits));
        Ok(())
    }

    pub(crate) fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// What the sheet is called.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The next row that is not empty. Values of rows that are not `wanted` are left out.
    pub(crate) fn next(&mut self, raw: &mut RawRow, wanted: impl Fn(u32) -> bool) -> Result<bool, SheetError> {
        let sheet = self.sheet.as_mut().ok_or(SheetError::Broken("sheet"))?;
        sheet.next(raw, wanted, &mut self.strings, &self.kinds)
    }

    pub(crate) fn rewind(&mut self) -> Result<(), SheetError> {
        match self.sheet.take() {
            Some(sheet) => self.start(sheet.into_inner()),
            None => Err(SheetError::Broken("sheet")),
        }
    }
}
