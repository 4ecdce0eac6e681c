//! Text of any of the encodings as UTF-8, as it is read.

use encoding_rs::{DecoderResult, Encoding};
use std::{
    fmt,
    io::{self, Read},
};

const CHUNK: usize = 32 << 10;

/// Reads a file as UTF-8 that ends with a line break.
pub(super) struct Decoder<R> {
    file: R,
    decoder: encoding_rs::Decoder,
    bytes: Vec<u8>,
    /// What of `bytes` is not decoded yet.
    from: usize,
    to: usize,
    ended: bool,
    finished: bool,
    last: u8,
    /// Whether the last line ended with `\r\n`.
    returned: bool,
    line: u64,
    /// How many more bytes may be read before `allow` is called again.
    allowed: u64,
}

impl<R> fmt::Debug for Decoder<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").field("encoding", &self.decoder.encoding().name()).finish_non_exhaustive()
    }
}

/// Why decoding ends.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum Stop {
    #[error("line {0} is malformed")]
    Malformed(u64),
    #[error("a row is too long")]
    TooLong,
}

/// The line that is malformed, if that is what the error says.
pub(super) fn line_of(error: &io::Error) -> Option<u64> {
    match error.get_ref()?.downcast_ref::<Stop>()? {
        Stop::Malformed(line) => Some(*line),
        Stop::TooLong => None,
    }
}

/// Whether the error says that a row is too long.
pub(super) fn is_too_long(error: &io::Error) -> bool {
    matches!(error.get_ref().and_then(|inner| inner.downcast_ref::<Stop>()), Some(Stop::TooLong))
}

fn stopped(stop: Stop) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, stop)
}

impl<R: Read> Decoder<R> {
    pub(super) fn new(file: R, encoding: &'static Encoding) -> Decoder<R> {
        Decoder {
            file,
            decoder: encoding.new_decoder_without_bom_handling(),
            bytes: vec![0; CHUNK],
            from: 0,
            to: 0,
            ended: false,
            finished: false,
            last: b'\n',
            returned: false,
            line: 1,
            allowed: u64::MAX,
        }
    }

    pub(super) fn into_inner(self) -> R {
        self.file
    }

    /// So many bytes may be read from now on.
    pub(super) const fn allow(&mut self, bytes: u64) {
        self.allowed = bytes;
    }

    /// Counts the lines of what is given out.
    fn see(&mut self, text: &[u8]) {
        let Some(last) = text.last() else { return };
        self.line += text.iter().filter(|byte| **byte == b'\n').count() as u64;
        match text.iter().rposition(|byte| *byte == b'\n') {
            Some(0) => self.returned = self.last == b'\r',
            Some(end) => self.returned = text[end - 1] == b'\r',
            None => {}
        }
        self.last = *last;
    }

    fn fill(&mut self) -> io::Result<()> {
        self.bytes.copy_within(self.from..self.to, 0);
        self.to -= self.from;
        self.from = 0;
        let read = self.file.read(&mut self.bytes[self.to..])?;
        self.to += read;
        self.ended = read == 0;
        Ok(())
    }
}

impl<R: Read> Read for Decoder<R> {
    /// Needs room for a character, which the buffer of the CSV reader has.
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.allowed == 0 {
            return Err(stopped(Stop::TooLong));
        }
        loop {
            if self.finished {
                return Ok(0);
            }
            if self.from == self.to && !self.ended {
                self.fill()?;
            }
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(&self.bytes[self.from..self.to], out, self.ended);
            self.from += read;
            self.see(&out[..written]);
            if matches!(result, DecoderResult::Malformed(..)) {
                return Err(stopped(Stop::Malformed(self.line)));
            }
            if written > 0 {
                self.allowed = self.allowed.saturating_sub(written as u64);
                return Ok(written);
            }
            if self.ended && result == DecoderResult::InputEmpty {
                self.finished = true;
                if self.last != b'\n' {
                    // A reader of CSV counts a line at the end of `\r\n`, when it comes to the next record.
                    out[0] = if self.returned { b'\r' } else { b'\n' };
                    return Ok(1);
                }
            } else if result == DecoderResult::OutputFull {
                return Err(io::Error::from(io::ErrorKind::InvalidInput));
            } else {
                self.fill()?;
            }
        }
    }
}
