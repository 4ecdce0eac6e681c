//! How much of a file is read.

/// What a file may have at most. Whatever has more is refused as a whole, but for rows with too much text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub file_bytes: u64,
    /// Rows that are not empty, below the header.
    pub rows: u32,
    /// Columns up to the last that has anything in it.
    pub columns: u32,
    /// Characters of a cell. Excel's own limit is 32,767.
    pub cell_chars: usize,
    /// Bytes of a row's texts together. A row with more is refused alone: a message is one item of the store, which holds
    /// 400 KB.
    pub row_bytes: usize,
    /// Bytes that a part of a workbook unpacks to, as they are unpacked, whatever the file says of itself. The texts of a
    /// workbook are unpacked into a temporary file, of at most a quarter of this.
    pub unpacked_bytes: u64,
    /// How many times as large as in the file a part may become, beyond its first 16 MB.
    pub ratio: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            file_bytes: 200 << 20,
            rows: 500_000,
            columns: 300,
            cell_chars: 32_767,
            row_bytes: 400_000,
            unpacked_bytes: 1 << 30,
            ratio: 300,
        }
    }
}
