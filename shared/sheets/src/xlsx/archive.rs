//! The directory of a workbook's file.

use super::part::{Part, PartReader};
use crate::{error::SheetError, limits::Limits};
use std::{
    collections::HashMap,
    io::{Read, Seek, SeekFrom},
};
use zip::{CompressionMethod, ZipArchive};

/// The most parts of a workbook: Excel's own have some tens.
const MOST_PARTS: u64 = 10_000;

/// What the end of a directory begins with, and that of a large one.
const END: &[u8] = b"PK\x05\x06";
const LARGE_END: &[u8] = b"PK\x06\x06";

/// A file with its directory.
#[derive(Debug)]
pub(super) struct Archive<R> {
    file: R,
    /// By their names in lower case; some programs do not keep to one case.
    parts: HashMap<String, Entry>,
    limits: Limits,
}

/// What the directory says of a part.
#[derive(Clone, Copy, Debug)]
struct Entry {
    part: Part,
    encrypted: bool,
    /// Whether it is packed as parts of workbooks are.
    known: bool,
}

fn unreadable(error: std::io::Error) -> SheetError {
    SheetError::Unreadable(error.kind())
}

fn broken(_: zip::result::ZipError) -> SheetError {
    SheetError::Broken("zip")
}

impl<R: Read + Seek> Archive<R> {
    pub(super) fn open(mut file: R, limits: Limits) -> Result<Archive<R>, SheetError> {
        if parts(&mut file)?.is_none_or(|parts| parts > MOST_PARTS) {
            return Err(SheetError::Broken("zip"));
        }
        let mut zip = ZipArchive::new(file).map_err(broken)?;
        let mut parts = HashMap::new();
        for index in 0..zip.len() {
            let file = zip.by_index_raw(index).map_err(broken)?;
            let name = String::from_utf8_lossy(file.name_raw()).replace('\\', "/").to_lowercase();
            let start = file.data_start().ok_or(SheetError::Broken("zip"))?;
            let known = matches!(file.compression(), CompressionMethod::Stored | CompressionMethod::Deflated);
            let stored = file.compression() == CompressionMethod::Stored;
            let part = Part { start, packed: file.compressed_size(), size: file.size(), crc: file.crc32(), stored };
            parts.insert(name, Entry { part, encrypted: file.encrypted(), known });
        }
        Ok(Archive { file: zip.into_inner(), parts, limits })
    }

    /// Where a part lies, whatever the case of its name.
    pub(super) fn part(&self, name: &str) -> Result<Option<Part>, SheetError> {
        match self.parts.get(&name.to_lowercase()) {
            Some(entry) if entry.encrypted => Err(SheetError::EncryptedOrOld),
            Some(entry) if !entry.known => Err(SheetError::UnknownFormat),
            entry => Ok(entry.map(|entry| entry.part)),
        }
    }

    /// Begins to read a part that unpacks to at most so many bytes.
    pub(super) fn read(&mut self, part: Part, most: u64) -> Result<PartReader<&mut R>, SheetError> {
        PartReader::new(&mut self.file, part, most, &self.limits).map_err(unreadable)
    }

    pub(super) fn into_inner(self) -> R {
        self.file
    }
}

/// How many parts the directory says it has, before it is read into memory. `None` when there is no directory.
fn parts<R: Read + Seek>(file: &mut R) -> Result<Option<u64>, SheetError> {
    let size = file.seek(SeekFrom::End(0)).map_err(unreadable)?;
    // The end has 22 bytes and a comment of at most 64 KB; the large one, 56 bytes, and 20 that lead to it, stand before it.
    let from = size.saturating_sub((64 << 10) + 22 + 76);
    file.seek(SeekFrom::Start(from)).map_err(unreadable)?;
    let mut tail = Vec::new();
    file.take(size - from).read_to_end(&mut tail).map_err(unreadable)?;
    let last = |sign: &[u8]| tail.windows(4).rposition(|window| window == sign);
    let number = |at: usize, length: usize| {
        let bytes = tail.get(at..at + length)?;
        Some(bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    };
    let small = last(END).and_then(|at| number(at + 10, 2));
    Ok(match small {
        Some(0xffff) => last(LARGE_END).and_then(|at| number(at + 32, 8)),
        other => other,
    })
}
