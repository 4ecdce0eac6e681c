//! Reads a file row by row.

use crate::{
    compose::Composer,
    csv,
    dates::Epoch,
    error::SheetError,
    fault::RowFault,
    header::Layout,
    kinds::{Language, SheetType},
    limits::Limits,
    message::{RowMessage, VALUE, bytes_of},
    raw::{RawRow, address},
    xlsx,
};
use chrono_tz::Tz;
use std::io::{Read, Seek, SeekFrom};

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The sheet that it must be; `None` takes any and tells which it is by its columns.
    pub sheet: Option<SheetType>,
    /// What the dates and times of a row without a time zone are in.
    pub zone: Tz,
    /// How much is read.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Options {
        Options { sheet: None, zone: Tz::UTC, limits: Limits::default() }
    }
}

/// What [`Reader::check`] has found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// How many rows there are, not counting the header, the line of help and empty ones.
    pub rows: u32,
    /// The number of the last of them; 0 when there is none.
    pub last: u32,
}

/// A row that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its number, as the program that shows the sheet counts: the header is in row 1. Numbers only rise.
    pub number: u32,
    /// What it says, or everything that is wrong with it.
    pub message: Result<RowMessage, Vec<RowFault>>,
}

impl Row {
    /// About how many bytes it takes in memory, without the content, which rows may share. The same row always comes to the
    /// same.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match &self.message {
            Ok(message) => VALUE + message.group.as_ref().map_or(0, String::len) + bytes_of(&message.destination),
            Err(faults) => VALUE + faults.iter().map(|fault| VALUE + fault.column.len()).sum::<usize>(),
        }
    }
}

/// Reads one file, of which it keeps no more than a row and a bounded cache.
///
/// The format is told by the file's first bytes. Of a workbook, the first visible sheet is read and the others are not; rows
/// and columns that are hidden, filtered out or merged are read like all others (of merged cells, the first holds the value).
///
/// As an iterator it gives the rows; after an error it gives nothing more.
#[derive(Debug)]
pub struct Reader<R: Read + Seek> {
    rows: Rows<R>,
    raw: RawRow,
    composer: Composer,
    limits: Limits,
    /// The row of headers.
    header: u32,
    /// Rows before this one are passed over.
    from: u32,
    /// The last row that was looked at.
    at: u32,
    count: u32,
    failed: bool,
}

#[derive(Debug)]
enum Rows<R: Read + Seek> {
    Csv(Box<csv::Rows<R>>),
    Xlsx(Box<xlsx::Rows<R>>),
}

impl<R: Read + Seek> Rows<R> {
    fn open(mut file: R, limits: &Limits) -> Result<Rows<R>, SheetError> {
        let size = file.seek(SeekFrom::End(0)).map_err(unreadable)?;
        if size > limits.file_bytes {
            return Err(SheetError::FileTooLarge(limits.file_bytes));
        }
        file.rewind().map_err(unreadable)?;
        let mut start = Vec::with_capacity(8);
        file.by_ref().take(8).read_to_end(&mut start).map_err(unreadable)?;
        file.rewind().map_err(unreadable)?;
        match start.as_slice() {
            [] => Err(SheetError::Empty),
            // A compound file: an encrypted .xlsx, or an .xls.
            [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1] => Err(SheetError::EncryptedOrOld),
            [b'P', b'K', 3, 4, ..] => Ok(Rows::Xlsx(Box::new(xlsx::Rows::open(file, *limits)?))),
            [b'P', b'K', ..] => Err(SheetError::Broken("zip")),
            [b'%', b'P', b'D', b'F', ..] | [b'{', b'\\', b'r', b't', ..] | [b'<', ..] => Err(SheetError::UnknownFormat),
            _ => Ok(Rows::Csv(Box::new(csv::Rows::open(file, *limits)?))),
        }
    }

    /// The next row that is not empty. Of rows that are not `wanted` the cells may be left out.
    fn next(&mut self, raw: &mut RawRow, wanted: impl Fn(u32) -> bool) -> Result<bool, SheetError> {
        match self {
            Rows::Csv(rows) => rows.next(raw),
            Rows::Xlsx(rows) => rows.next(raw, wanted),
        }
    }

    fn rewind(&mut self) -> Result<(), SheetError> {
        match self {
            Rows::Csv(rows) => rows.rewind(),
            Rows::Xlsx(rows) => rows.rewind(),
        }
    }
}

fn unreadable(error: std::io::Error) -> SheetError {
    SheetError::Unreadable(error.kind())
}

impl<R: Read + Seek> Reader<R> {
    /// Opens a file and reads its headers.
    ///
    /// # Errors
    /// Why it is refused. What is wrong further down shows in [`Reader::check`], or when the row is read.
    pub fn open(file: R, options: Options) -> Result<Reader<R>, SheetError> {
        let limits = options.limits;
        let mut rows = Rows::open(file, &limits)?;
        let mut raw = RawRow::new(limits.row_bytes);
        if !rows.next(&mut raw, |_| true)? {
            return Err(SheetError::Empty);
        }
        if let Some(column) = raw.full_at {
            return Err(SheetError::HeadersTooLong(address(column, raw.number), limits.row_bytes));
        }
        let (epoch, named) = match &rows {
            Rows::Csv(_) => (Epoch::default(), None),
            Rows::Xlsx(rows) => (rows.epoch(), rows.name().parse().ok()),
        };
        let layout = Layout::read(&raw, options.sheet, named)?;
        let header = raw.number;
        let composer = Composer::new(layout, options.zone, epoch);
        Ok(Reader { rows, raw, composer, limits, header, from: 0, at: header, count: 0, failed: false })
    }

    /// Which sheet it is.
    pub fn sheet(&self) -> SheetType {
        self.composer.layout().sheet
    }

    /// The language of the sheet: Russian when any header is.
    pub fn language(&self) -> Language {
        self.composer.layout().language
    }

    /// The header, as it stands in the file, of the column that fills a field.
    ///
    /// `pointer` is a path of `POST /messages`, as its errors have it: `/messages/0/channels/sms/text`,
    /// `/destinations/0/phone`, `/sendAt`. `None` when no column fills it.
    pub fn column_of(&self, pointer: &str) -> Option<String> {
        self.composer.layout().column_of(pointer)
    }

    /// Reads the whole file once, so that nothing is begun with one that can not be read to its end, and goes back to where
    /// the rows begin. What the rows say is not looked at.
    ///
    /// # Errors
    /// Why the file is refused.
    pub fn check(&mut self) -> Result<Inspection, SheetError> {
        self.restart()?;
        let mut found = Inspection::default();
        while self.advance(false)? {
            found = Inspection { rows: found.rows + 1, last: self.raw.number };
        }
        self.restart()?;
        Ok(found)
    }

    /// The next row is the first that has this number or a higher one. Going forward is much quicker than reading; going back
    /// starts at the beginning.
    ///
    /// # Errors
    /// When the file can not be read from its beginning.
    pub fn skip_to(&mut self, row: u32) -> Result<(), SheetError> {
        if row <= self.at {
            self.restart()?;
        }
        self.from = row;
        Ok(())
    }

    /// The next row; `None` after the last.
    ///
    /// # Errors
    /// Why the file is refused from here on.
    pub fn next_row(&mut self) -> Result<Option<Row>, SheetError> {
        while self.advance(true)? {
            if self.raw.number >= self.from {
                let message = self.composer.compose(&self.raw);
                return Ok(Some(Row { number: self.raw.number, message }));
            }
        }
        Ok(None)
    }

    fn restart(&mut self) -> Result<(), SheetError> {
        self.rows.rewind()?;
        (self.from, self.at, self.count, self.failed) = (0, 0, 0, false);
        Ok(())
    }

    /// Goes to the next row of messages.
    fn advance(&mut self, values: bool) -> Result<bool, SheetError> {
        let (header, from) = (self.header, self.from);
        loop {
            // The line of help is at once below the header.
            if !self.rows.next(&mut self.raw, |row| values && row >= from || row <= header + 1)? {
                return Ok(false);
            }
            self.at = self.raw.number;
            if self.raw.number <= header || self.raw.number == header + 1 && self.composer.is_help(&self.raw) {
                continue;
            }
            self.count += 1;
            if self.count > self.limits.rows {
                return Err(SheetError::TooManyRows(self.limits.rows));
            }
            return Ok(true);
        }
    }
}

/// The column's letters and the row, for errors of the file.
pub(crate) fn too_long(column: usize, row: u32, limits: &Limits) -> SheetError {
    SheetError::CellTooLong(address(column, row), limits.cell_chars)
}

impl<R: Read + Seek> Iterator for Reader<R> {
    type Item = Result<Row, SheetError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.next_row();
        self.failed = next.is_err();
        next.transpose()
    }
}
