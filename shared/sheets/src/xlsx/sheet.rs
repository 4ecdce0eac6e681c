//! The XML of a sheet, cell by cell.

use super::{
    strings::{Odd, Strings},
    xml::{Xml, push_entity, unescape},
};
use crate::{
    error::SheetError,
    limits::Limits,
    raw::{CellKind, RawRow, address},
    reader::too_long,
};
use quick_xml::events::{BytesStart, Event};
use std::io::Read;

/// The most columns of a workbook.
const MOST_COLUMNS: usize = 16_384;

/// What a cell's tag says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tag {
    column: usize,
    form: Form,
    style: usize,
}

/// How a cell's value is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Number,
    /// The number of a text.
    Shared,
    Text,
    Bool,
    Error,
}

/// Where in a sheet one is.
#[derive(Debug)]
pub(super) struct Sheet<R: Read> {
    xml: Xml<R>,
    limits: Limits,
    /// The last row; 0 before the first.
    row: u32,
    inside: bool,
    ended: bool,
    value: String,
}

impl<R: Read> Sheet<R> {
    pub(super) fn new(xml: Xml<R>, limits: Limits) -> Sheet<R> {
        Sheet { xml, limits, row: 0, inside: false, ended: false, value: String::new() }
    }

    pub(super) fn into_inner(self) -> R {
        self.xml.into_inner()
    }

    /// The next row that is not empty. Values of rows that are not `wanted` are left out: their cells hold something or
    /// nothing.
    pub(super) fn next(
        &mut self,
        raw: &mut RawRow,
        wanted: impl Fn(u32) -> bool,
        strings: &mut Strings,
        kinds: &[CellKind],
    ) -> Result<bool, SheetError> {
        if self.ended {
            return Ok(false);
        }
        let mut column = 0;
        loop {
            let (tag, empty) = match self.xml.next()? {
                Event::Start(tag) => match (self.inside, tag.local_name().as_ref()) {
                    (false, "sheetData") => {
                        self.inside = true;
                        continue;
                    }
                    (true, "row") => {
                        self.row = row(&tag, self.row)?;
                        raw.clear(self.row);
                        column = 0;
                        continue;
                    }
                    (true, "c") => (cell(&tag, column)?, false),
                    _ => continue,
                },
                Event::Empty(tag) => match (self.inside, tag.local_name().as_ref()) {
                    (false, "sheetData") => return self.end(),
                    (true, "row") => {
                        self.row = row(&tag, self.row)?;
                        continue;
                    }
                    (true, "c") => (cell(&tag, column)?, true),
                    _ => continue,
                },
                Event::End(tag) => match (self.inside, tag.local_name().as_ref()) {
                    (true, "row") if !raw.is_empty() => return Ok(true),
                    (true, "sheetData") => return self.end(),
                    _ => continue,
                },
                Event::Eof => return Err(SheetError::Broken("xml")),
                _ => continue,
            };
            column = tag.column + 1;
            if !empty {
                self.read_value(tag.column)?;
                let wanted = wanted(self.row);
                self.push(tag, raw, wanted, strings, kinds)?;
            }
        }
    }

    fn end(&mut self) -> Result<bool, SheetError> {
        self.ended = true;
        self.xml.drain()?;
        Ok(false)
    }

    /// Reads the value inside of a cell, up to the cell's end. A formula is refused, whatever it last came to.
    fn read_value(&mut self, column: usize) -> Result<(), SheetError> {
        self.value.clear();
        let (mut within, mut spoken) = (false, 0_u32);
        loop {
            match self.xml.next()? {
                Event::Text(part) if within => self.value.push_str(&part),
                Event::CData(part) if within => self.value.push_str(&part),
                Event::GeneralRef(entity) if within => push_entity(&entity, &mut self.value)?,
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "v" | "t" => within = spoken == 0,
                    "f" => return Err(SheetError::Formula(address(column, self.row))),
                    "rPh" => spoken += 1,
                    _ => {}
                },
                Event::Empty(tag) if tag.local_name().as_ref() == "f" => {
                    return Err(SheetError::Formula(address(column, self.row)));
                }
                Event::End(tag) => match tag.local_name().as_ref() {
                    "v" | "t" => within = false,
                    "rPh" => spoken = spoken.saturating_sub(1),
                    "c" => return Ok(()),
                    _ => {}
                },
                Event::Eof => return Err(SheetError::Broken("xml")),
                _ => {}
            }
            if self.value.len() > 8 * self.limits.cell_chars {
                return Err(too_long(column, self.row, &self.limits));
            }
        }
    }

    /// Adds the cell whose value was read to the row.
    fn push(
        &mut self,
        tag: Tag,
        raw: &mut RawRow,
        wanted: bool,
        strings: &mut Strings,
        kinds: &[CellKind],
    ) -> Result<(), SheetError> {
        if self.value.trim().is_empty() {
            return Ok(());
        }
        let shared = match tag.form {
            Form::Shared => Some(self.value.trim().parse().map_err(|_| SheetError::Broken("texts"))?),
            _ => None,
        };
        match shared.map_or(Ok(None), |number| strings.odd(number))? {
            Some(Odd::Blank) => return Ok(()),
            Some(Odd::TooLong) => return Err(too_long(tag.column, self.row, &self.limits)),
            None => {}
        }
        if tag.column >= self.limits.columns as usize {
            return Err(SheetError::TooManyColumns(self.limits.columns));
        }
        if tag.form == Form::Text {
            unescape(&mut self.value);
            if self.value.len() > self.limits.cell_chars && self.value.chars().count() > self.limits.cell_chars {
                return Err(too_long(tag.column, self.row, &self.limits));
            }
        }
        let kind = match tag.form {
            Form::Number => kinds.get(tag.style).copied().unwrap_or(CellKind::Number(None)),
            Form::Shared | Form::Text => CellKind::Text,
            Form::Bool => CellKind::Bool,
            Form::Error => CellKind::Error,
        };
        match shared {
            Some(number) if wanted && !raw.is_full() => raw.push(tag.column, kind, strings.get(number)?),
            Some(_) => raw.push(tag.column, kind, "?"),
            None if kind == CellKind::Text => raw.push(tag.column, kind, &self.value),
            None => raw.push(tag.column, kind, self.value.trim()),
        }
        Ok(())
    }
}

/// The number of a row; rows only rise.
fn row(tag: &BytesStart<'_>, last: u32) -> Result<u32, SheetError> {
    let broken = SheetError::Broken("rows");
    let mut number = last.checked_add(1).ok_or(broken.clone())?;
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| broken.clone())?;
        if attribute.key.as_ref() == "r" {
            number = attribute.value.parse().map_err(|_| broken.clone())?;
        }
    }
    if number > last { Ok(number) } else { Err(broken) }
}

/// What a cell's tag says; columns only rise.
fn cell(tag: &BytesStart<'_>, next: usize) -> Result<Tag, SheetError> {
    let broken = || SheetError::Broken("cells");
    let mut read = Tag { column: next, form: Form::Number, style: 0 };
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| broken())?;
        match attribute.key.as_ref() {
            "r" => read.column = column(&attribute.value).ok_or_else(broken)?,
            "s" => read.style = attribute.value.parse().map_err(|_| broken())?,
            "t" => {
                read.form = match attribute.value.as_ref() {
                    "n" => Form::Number,
                    "s" => Form::Shared,
                    // "d" is a date as ISO 8601 writes it, which is read as text is.
                    "str" | "inlineStr" | "d" => Form::Text,
                    "b" => Form::Bool,
                    "e" => Form::Error,
                    _ => return Err(broken()),
                }
            }
            _ => {}
        }
    }
    if read.column < next || read.column >= MOST_COLUMNS { Err(broken()) } else { Ok(read) }
}

/// The column of an address, from 0.
fn column(address: &str) -> Option<usize> {
    let letters = address.bytes().take_while(u8::is_ascii_alphabetic).take(4);
    letters.fold(0, |sum, letter| sum * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1).checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read() {
        for (address, expected) in [("A1", 0), ("z9", 25), ("AA10", 26), ("XFD1048576", 16_383)] {
            assert_eq!(column(address), Some(expected), "{address}");
        }
        assert_eq!(column("12"), None);
        assert_eq!(column(""), None);
    }
}
