//! Files of the local disk as bodies of requests and answers, a piece at a time.

use baton_pipeline::ports::{PortError, PortResult};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
    pin::Pin,
    task::{Context, Poll},
};

/// How much of a file is in memory.
const PIECE: usize = 64 * 1024;

/// A file that is sent. The disk of a function is local: reading a piece takes no longer than copying it.
pub(super) struct FileBody {
    file: File,
    left: u64,
}

impl FileBody {
    /// The file, of this many bytes.
    pub(super) fn open(path: &Path) -> io::Result<FileBody> {
        let file = File::open(path)?;
        let left = file.metadata()?.len();
        Ok(FileBody { file, left })
    }
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let mut piece = vec![0; PIECE];
        Poll::Ready(Some(self.file.read(&mut piece).and_then(|read| {
            piece.truncate(read.min(usize::try_from(self.left).unwrap_or(usize::MAX)));
            if piece.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.left -= piece.len() as u64;
            Ok(Frame::data(piece.into()))
        })))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// The SHA-256 of a file, as S3 checks what it gets.
pub(super) fn digest(path: &Path) -> io::Result<String> {
    let (mut file, mut digest, mut piece) = (File::open(path)?, Sha256::new(), vec![0; PIECE]);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hex::encode(digest.finalize())),
            read => digest.update(&piece[..read]),
        }
    }
}

/// Writes the body of an answer to a file.
pub(super) async fn write(mut answer: reqwest::Response, path: &Path) -> PortResult<()> {
    let disk = |error: io::Error| PortError::new("writing a file", error);
    let mut file = File::create(path).map_err(disk)?;
    while let Some(piece) = answer.chunk().await.map_err(|error| PortError::new("S3 GetObject", error.without_url()))? {
        file.write_all(&piece).map_err(disk)?;
    }
    file.flush().map_err(disk)
}
