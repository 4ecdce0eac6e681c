//! Workbooks: one visible sheet of them, streamed.

use crate::{dates::Epoch, error::SheetError, limits::Limits, raw::RawRow};
use std::io::{Read, Seek};

/// The rows of a workbook's first visible sheet.
#[derive(Debug)]
pub(crate) struct Rows<R: Read + Seek> {
    file: R,
}

impl<R: Read + Seek> Rows<R> {
    pub(crate) fn open(_file: R, _limits: Limits) -> Result<Rows<R>, SheetError> {
        Err(SheetError::UnknownFormat)
    }

    pub(crate) fn epoch(&self) -> Epoch {
        Epoch::default()
    }

    pub(crate) fn next(&mut self, _raw: &mut RawRow, _wanted: impl Fn(u32) -> bool) -> Result<bool, SheetError> {
        Ok(false)
    }

    pub(crate) fn rewind(&mut self) -> Result<(), SheetError> {
        self.file.rewind().map_err(|error| SheetError::Unreadable(error.kind()))
    }
}
