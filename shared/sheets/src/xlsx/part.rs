//! One part of a workbook, inflated as it is read, and watched: what a file says of its sizes is not relied on.

use crate::limits::Limits;
use flate2::{Crc, read::DeflateDecoder};
use std::{
    fmt,
    io::{self, Read, Seek, SeekFrom, Take},
};

/// Where a part lies in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) start: u64,
    pub(super) packed: u64,
    pub(super) size: u64,
    pub(super) crc: u32,
    pub(super) stored: bool,
}

/// Until it has unpacked to this, no part is suspicious: sheets of repetitions are packed very well.
const UNSUSPICIOUS: u64 = 16 << 20;

/// Why reading a part ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Stop {
    #[error("it unpacks to more than it may")]
    Bomb,
    #[error("one element is too long")]
    TooLong,
    #[error("its checksum or its size is wrong")]
    Checksum,
}

/// Reads a part.
pub(super) struct PartReader<R> {
    source: Source<R>,
    part: Part,
    crc: Crc,
    most: u64,
    ratio: u64,
    /// How many more bytes may be read before `allow` is called again.
    allowed: u64,
}

enum Source<R> {
    Stored(Take<R>),
    Deflated(Box<DeflateDecoder<Take<R>>>),
}

impl<R> fmt::Debug for PartReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartReader").field("part", &self.part).finish_non_exhaustive()
    }
}

impl<R: Read + Seek> PartReader<R> {
    /// Begins to read a part that unpacks to at most so many bytes.
    pub(super) fn new(mut file: R, part: Part, most: u64, limits: &Limits) -> io::Result<PartReader<R>> {
        file.seek(SeekFrom::Start(part.start))?;
        let packed = file.take(part.packed);
        let source =
            if part.stored { Source::Stored(packed) } else { Source::Deflated(Box::new(DeflateDecoder::new(packed))) };
        Ok(PartReader { source, part, crc: Crc::new(), most, ratio: limits.ratio, allowed: u64::MAX })
    }
}

impl<R: Read> PartReader<R> {
    pub(super) fn into_inner(self) -> R {
        match self.source {
            Source::Stored(packed) => packed.into_inner(),
            Source::Deflated(decoder) => decoder.into_inner().into_inner(),
        }
    }

    /// So many bytes may be read from now on.
    pub(super) const fn allow(&mut self, bytes: u64) {
        self.allowed = bytes;
    }

    fn fault(&self, read: usize) -> Option<Stop> {
        let size = self.unpacked();
        let packed = match &self.source {
            Source::Stored(_) => size,
            Source::Deflated(decoder) => decoder.total_in(),
        };
        if size > self.most || size > UNSUSPICIOUS && size > packed.saturating_mul(self.ratio) {
            Some(Stop::Bomb)
        } else if read == 0 && (self.crc.sum() != self.part.crc || size != self.part.size) {
            Some(Stop::Checksum)
        } else {
            None
        }
    }

    fn unpacked(&self) -> u64 {
        match &self.source {
            Source::Stored(packed) => self.part.packed - packed.limit(),
            Source::Deflated(decoder) => decoder.total_out(),
        }
    }
}

impl<R: Read> Read for PartReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.allowed == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, Stop::TooLong));
        }
        let read = match &mut self.source {
            Source::Stored(packed) => packed.read(out)?,
            Source::Deflated(decoder) => decoder.read(out)?,
        };
        self.crc.update(&out[..read]);
        self.allowed = self.allowed.saturating_sub(read as u64);
        match self.fault(read) {
            Some(stop) => Err(io::Error::new(io::ErrorKind::InvalidData, stop)),
            None => Ok(read),
        }
    }
}
