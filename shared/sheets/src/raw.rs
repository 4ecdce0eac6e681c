//! A row as it stands in the file, whichever format that has.

use crate::pattern::Pattern;

/// What the file says of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CellKind {
    Text,
    /// A number, as the file writes it, and how it is shown.
    Number(Option<Pattern>),
    /// A number that is shown as a date or a time: days since the epoch of the workbook.
    Date,
    /// `1` or `0`.
    Bool,
    /// An error of the program.
    Error,
}

impl CellKind {
    /// A number by which it is told from others.
    pub(crate) fn tag(self) -> u32 {
        match self {
            CellKind::Text => 0,
            CellKind::Number(None) => 1,
            CellKind::Date => 2,
            CellKind::Bool => 3,
            CellKind::Error => 4,
            CellKind::Number(Some(pattern)) => 8 + pattern.tag(),
        }
    }
}

/// A cell that is not empty.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawCell<'a> {
    /// From 0.
    pub(crate) column: usize,
    pub(crate) kind: CellKind,
    pub(crate) text: &'a str,
}

/// The cells of a row that are not empty. One is filled again and again, so that a row costs no allocation.
#[derive(Debug)]
pub(crate) struct RawRow {
    /// From 1.
    pub(crate) number: u32,
    /// The column of the cell whose text was one too many, if there is one. Neither it nor what follows it is kept.
    pub(crate) full_at: Option<usize>,
    /// How many bytes of texts are kept.
    most: usize,
    text: String,
    cells: Vec<(usize, CellKind, usize, usize)>,
}

impl RawRow {
    /// One that keeps at most so many bytes of texts.
    pub(crate) fn new(most: usize) -> RawRow {
        RawRow { number: 0, full_at: None, most, text: String::new(), cells: Vec::new() }
    }

    pub(crate) fn clear(&mut self, number: u32) {
        self.number = number;
        self.full_at = None;
        self.text.clear();
        self.cells.clear();
    }

    /// Adds a cell, unless it is blank or the row is full.
    pub(crate) fn push(&mut self, column: usize, kind: CellKind, text: &str) {
        if self.is_full() || text.trim().is_empty() {
            return;
        }
        let start = self.text.len();
        if start + text.len() > self.most {
            self.full_at = Some(column);
            return;
        }
        self.text.push_str(text);
        self.cells.push((column, kind, start, self.text.len()));
    }

    /// How many bytes of texts are kept.
    pub(crate) const fn most(&self) -> usize {
        self.most
    }

    pub(crate) const fn is_full(&self) -> bool {
        self.full_at.is_some()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.cells.is_empty() && !self.is_full()
    }

    pub(crate) fn cells(&self) -> impl Iterator<Item = RawCell<'_>> {
        self.cells.iter().map(|&(column, kind, start, end)| RawCell { column, kind, text: &self.text[start..end] })
    }
}

/// The letters of a column, from 0: `A`, `Z`, `AA`.
pub(crate) fn letters(column: usize) -> String {
    let mut left = column + 1;
    let mut letters = Vec::new();
    while left > 0 {
        left -= 1;
        letters.push(char::from(b'A' + u8::try_from(left % 26).unwrap_or_default()));
        left /= 26;
    }
    letters.iter().rev().collect()
}

/// The address of a cell: `B7`.
pub(crate) fn address(column: usize, row: u32) -> String {
    format!("{}{row}", letters(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        let pairs =
            [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")];
        for (column, expected) in pairs {
            assert_eq!(letters(column), expected);
        }
        assert_eq!(address(1, 7), "B7");
    }

    #[test]
    fn blank_cells_are_no_cells() {
        let mut row = RawRow::new(100);
        row.clear(2);
        row.push(0, CellKind::Text, " \u{a0}\n");
        assert!(row.is_empty());
        row.push(3, CellKind::Text, " a ");
        assert_eq!(row.cells().map(|cell| (cell.column, cell.text)).collect::<Vec<_>>(), [(3, " a ")]);
    }

    #[test]
    fn a_row_keeps_no_more_texts_than_it_may_and_begins_anew() {
        let mut row = RawRow::new(4);
        row.clear(2);
        row.push(0, CellKind::Text, "abcde");
        assert!(row.is_full() && !row.is_empty());
        row.clear(3);
        for (column, text) in ["ab", "cd", " ", "e", "f"].into_iter().enumerate() {
            row.push(column, CellKind::Text, text);
        }
        assert_eq!((row.full_at, row.cells().map(|cell| cell.text).collect::<String>()), (Some(3), "abcd".to_owned()));
    }
}
