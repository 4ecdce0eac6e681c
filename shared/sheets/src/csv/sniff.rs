//! What a CSV file is like: it does not say.

use super::decode::Decoder;
use crate::error::SheetError;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251};
use std::io::{Read, Seek};

/// How a CSV file is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    pub(super) encoding: &'static Encoding,
    pub(super) separator: u8,
    /// Where the rows begin, in bytes.
    pub(super) start: u64,
    /// Rows before that: the line `sep=;`.
    pub(super) rows_before: u32,
}

/// How much of the file the separator is looked for in.
const START: u64 = 64 << 10;

/// Looks at the whole file once, for its encoding.
pub(super) fn sniff<R: Read + Seek>(file: &mut R) -> Result<Dialect, SheetError> {
    let (encoding, mut start) = encoding(file)?;
    let mut text = text(file, encoding, start)?;
    let mut rows_before = 0;
    let first = text.lines().next().unwrap_or_default();
    let mut separator = None;
    if let Some([sign]) = first.strip_prefix("sep=").or_else(|| first.strip_prefix("SEP=")).map(str::as_bytes) {
        separator = Some(*sign);
        rows_before = 1;
        let line = text.find('\n').map_or(text.len(), |end| end + 1);
        // All of its characters are of one byte, or two.
        let wide = encoding == UTF_16LE || encoding == UTF_16BE;
        start += line as u64 * if wide { 2 } else { 1 };
        text.drain(..line);
    }
    let separator = separator.unwrap_or_else(|| most_likely(&text));
    Ok(Dialect { encoding, separator, start, rows_before })
}

/// The beginning of the file.
fn text<R: Read + Seek>(file: &mut R, encoding: &'static Encoding, start: u64) -> Result<String, SheetError> {
    file.seek(std::io::SeekFrom::Start(start)).map_err(unreadable)?;
    let mut bytes = Vec::new();
    // What is malformed is found when it is read: here, it is only cut off.
    let mut decoder = Decoder::new(file.take(START), encoding);
    let mut chunk = [0; 4096];
    while let Ok(read @ 1..) = decoder.read(&mut chunk) {
        bytes.extend_from_slice(&chunk[..read]);
    }
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

fn unreadable(error: std::io::Error) -> SheetError {
    SheetError::Unreadable(error.kind())
}

/// The separator that the first line has most of outside of quotes. Commas stand in headers too, the others do not.
fn most_likely(text: &str) -> u8 {
    let (mut semicolons, mut tabs, mut commas) = (0_u32, 0_u32, 0_u32);
    let mut quoted = false;
    for byte in text.trim_start().bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            b';' if !quoted => semicolons += 1,
            b'\t' if !quoted => tabs += 1,
            b',' if !quoted => commas += 1,
            _ => {}
        }
    }
    let most = semicolons.max(tabs).max(commas);
    match most {
        0 => b',',
        _ if most == semicolons => b';',
        _ if most == tabs => b'\t',
        _ => b',',
    }
}

/// The encoding and the length of its mark.
fn encoding<R: Read + Seek>(file: &mut R) -> Result<(&'static Encoding, u64), SheetError> {
    file.rewind().map_err(unreadable)?;
    let mut start = Vec::with_capacity(3);
    file.by_ref().take(3).read_to_end(&mut start).map_err(unreadable)?;
    match start.as_slice() {
        [0xff, 0xfe, ..] => return Ok((UTF_16LE, 2)),
        [0xfe, 0xff, ..] => return Ok((UTF_16BE, 2)),
        _ => {}
    }
    let marked = start == [0xef, 0xbb, 0xbf];
    file.rewind().map_err(unreadable)?;
    let seen = Seen::of(file)?;
    match seen.invalid_at {
        None => Ok((UTF_8, if marked { 3 } else { 0 })),
        // In Windows-1251, hardly any two letters together look like one of UTF-8: where most do, it is damaged UTF-8.
        Some(line) if marked || seen.wide > seen.invalid => Err(SheetError::Encoding(line)),
        Some(_) => seen.unknown_at.map_or(Ok((WINDOWS_1251, 0)), |line| Err(SheetError::Encoding(line))),
    }
}

/// What the bytes of a file would be as UTF-8.
#[derive(Debug, Default)]
struct Seen {
    /// Characters of more than one byte.
    wide: u64,
    /// Places that are no character.
    invalid: u64,
    /// The line of the first of them.
    invalid_at: Option<u64>,
    /// The line of the first byte that is nothing in Windows-1251.
    unknown_at: Option<u64>,
}

impl Seen {
    fn of(file: &mut impl Read) -> Result<Seen, SheetError> {
        let mut seen = Seen::default();
        let mut chunk = vec![0; 64 << 10];
        let (mut kept, mut line) = (0, 1);
        loop {
            let read = file.read(&mut chunk[kept..]).map_err(unreadable)?;
            let end = kept + read;
            let left = seen.look(&chunk[..end], read == 0, &mut line)?;
            if read == 0 {
                return Ok(seen);
            }
            chunk.copy_within(end - left..end, 0);
            kept = left;
        }
    }

    /// Looks at some bytes; how many of them belong to a character that is not whole yet.
    fn look(&mut self, mut bytes: &[u8], last: bool, line: &mut u64) -> Result<usize, SheetError> {
        loop {
            let (sound, bad) = match std::str::from_utf8(bytes) {
                Ok(_) => (bytes.len(), None),
                Err(error) => (error.valid_up_to(), Some(error.error_len())),
            };
            self.sound(&bytes[..sound], line)?;
            bytes = &bytes[sound..];
            let length = match bad {
                None => return Ok(0),
                Some(None) if !last => return Ok(bytes.len()),
                Some(length) => length.unwrap_or(bytes.len()),
            };
            self.invalid += 1;
            self.invalid_at.get_or_insert(*line);
            if bytes[..length].contains(&0x98) {
                self.unknown_at.get_or_insert(*line);
            }
            bytes = &bytes[length..];
        }
    }

    fn sound(&mut self, bytes: &[u8], line: &mut u64) -> Result<(), SheetError> {
        for byte in bytes {
            match byte {
                b'\n' => *line += 1,
                // No text has these: it is a picture, a program, a text without its mark.
                0..=8 => return Err(SheetError::UnknownFormat),
                0xc0.. => self.wide += 1,
                0x98 => drop(self.unknown_at.get_or_insert(*line)),
                _ => {}
            }
        }
        Ok(())
    }
}
