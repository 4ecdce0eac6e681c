//! A file on the local disk, opened to be read.

use baton_domain::Task;
use baton_pipeline::{
    objects::Objects,
    ports::{PortError, PortResult},
    tasks::file::{FileState, TaskFile},
};
use baton_sheets::{Language, Options, Reader, SheetError};
use chrono_tz::Tz;
use std::fs::File;
use tempfile::NamedTempFile;

/// A file that is read.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) reader: Reader<File>,
    /// Whether it is kept which row became which message.
    pub(super) with_results: bool,
    /// Goes away with this.
    _disk: NamedTempFile,
}

impl Sheet {
    /// Copies an object to the disk and opens it: the inner error says why it is refused. `None` when there is no such object.
    pub(super) async fn open<O: Objects>(
        objects: &O,
        key: &str,
        task: &Task,
    ) -> PortResult<Option<Result<Sheet, SheetError>>> {
        let disk = NamedTempFile::new().map_err(|error| PortError::new("making a file", error))?;
        if !objects.get_file(key, disk.path()).await? {
            return Ok(None);
        }
        // Opened by its name: the object may have been put in the place of what was made.
        let file = File::open(disk.path()).map_err(|error| PortError::new("opening a file", error))?;
        let zone = task.zone.unwrap_or(Tz::UTC);
        let reader = Reader::open(file, Options { zone, ..Options::default() });
        Ok(Some(reader.map(|reader| Sheet { reader, with_results: task.is_hidden(), _disk: disk })))
    }

    /// The next row is where reading of the file goes on.
    pub(super) fn go_to(&mut self, file: &TaskFile) -> PortResult<()> {
        let gone = self.reader.skip_to(file.next_row);
        gone.map_err(|error| PortError::new("reading a sheet", error))
    }
}

/// How a file is left that can not be read, in this language.
///
/// # Errors
/// It is not the file's fault.
pub(super) fn refusal(error: &SheetError, language: Language) -> PortResult<FileState> {
    if error.is_of_the_file() {
        return Ok(FileState::Refused { code: error.code().to_owned(), message: error.message(language) });
    }
    Err(PortError::new("reading a sheet", error.clone()))
}

/// The language of a file whose headers could not be read: that of the header which is to blame, where it is told.
pub(super) fn language_of(error: &SheetError) -> Language {
    match error {
        SheetError::UnknownHeader(header, _) | SheetError::DuplicateHeader(header, _)
            if header.chars().any(char::is_alphabetic) && header.is_ascii() =>
        {
            Language::English
        }
        _ => Language::default(),
    }
}
