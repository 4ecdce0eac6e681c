//! The beginning of a run: the file's record, and the file, looked through before anything of it is taken.

use super::{
    ImportPorts, Importer,
    sheet::{self, Sheet},
    work::{ChunkId, Work},
};
use baton_domain::{Task, task::TaskState};
use baton_pipeline::{
    ports::{Clock, PortResult, Stored},
    tasks::file::{FileState, TaskFile},
};
use baton_sheets::{Language, SheetError};

/// What a file is called that nobody has named.
const NAMELESS: &str = "messages";
/// Where the name of a file is kept with its object.
pub(crate) const NAME: &str = "name";

impl<P: ImportPorts, C: Clock> Importer<P, C> {
    /// The file and its sheet, at the row from which reading goes on; `None` when there is nothing to read.
    pub(super) async fn begin(&self, work: Work) -> PortResult<Option<(TaskFile, Sheet)>> {
        let Some(task) = self.task(work).await? else { return Ok(None) };
        let Some(file) = self.record(work).await?.filter(|file| file.state == FileState::Importing) else {
            return Ok(None);
        };
        let opened = match Sheet::open(&self.ports, &work.key(), &task).await? {
            Some(opened) => opened,
            None => {
                self.settle(work, &file, gone()).await?;
                return Ok(None);
            }
        };
        let mut sheet = match opened {
            Ok(sheet) => sheet,
            Err(error) => {
                self.settle(work, &file, sheet::refusal(&error, sheet::language_of(&error))?).await?;
                return Ok(None);
            }
        };
        let file = if file.rows == 0 { self.look_through(work, file, &mut sheet).await? } else { Some(file) };
        let Some(file) = file else { return Ok(None) };
        sheet.go_to(&file)?;
        Ok(Some((file, sheet)))
    }

    /// The task, unless it was deleted.
    async fn task(&self, work: Work) -> PortResult<Option<Task>> {
        let task = self.ports.task(work.account, work.task).await?;
        Ok(task.filter(|task| task.state != TaskState::Deleted))
    }

    /// Whether nobody wants the file's messages any more.
    pub(super) async fn is_deleted(&self, work: Work) -> PortResult<bool> {
        Ok(self.task(work).await?.is_none())
    }

    /// Gives a file up whose runs have failed or died too often: its task says so. `false` when it has come to its end after all,
    /// or goes on.
    ///
    /// # Errors
    /// A port failed.
    pub async fn give_up(&self, work: Work) -> PortResult<bool> {
        let file = self.record(work).await?.filter(|file| file.state == FileState::Importing);
        let Some(file) = file else { return Ok(false) };
        // What a run has stored of the next chunk is accepted, whether it came to tell the task of it or not.
        let bulk = work.bulk(file.created_at, ChunkId::after(file.read, self.limits.rows));
        let stored = self.ports.messages(work.account, bulk).await?.len();
        self.tell(work, bulk, stored).await?;
        self.settle(work, &file, given_up(&file)).await
    }

    /// The record of a file. One that was posted by a form has none at first.
    async fn record(&self, work: Work) -> PortResult<Option<TaskFile>> {
        let Work { account, task, file: id } = work;
        if let Some(file) = self.ports.file(account, task, id).await? {
            return Ok(Some(file));
        }
        let Some(info) = self.ports.info(&work.key()).await? else { return Ok(None) };
        let name = info.metadata.get(NAME).filter(|name| !name.is_empty()).cloned();
        let name = name.unwrap_or_else(|| NAMELESS.to_owned());
        self.ports.add_file(&work.record(name)).await?;
        self.ports.file(account, task, id).await
    }

    /// Reads the whole file once: nothing is begun with one that can not be read to its end. `None` when it is refused, or somebody
    /// else is ahead of us and has finished.
    async fn look_through(&self, work: Work, file: TaskFile, sheet: &mut Sheet) -> PortResult<Option<TaskFile>> {
        let found =
            sheet.reader.check().and_then(|found| if found.rows == 0 { Err(SheetError::Empty) } else { Ok(found) });
        let rows = match found {
            Ok(found) => found.rows,
            Err(error) => {
                let refusal = sheet::refusal(&error, sheet.reader.language())?;
                self.settle(work, &file, refusal).await?;
                return Ok(None);
            }
        };
        let looked = TaskFile { rows, version: file.version + 1, ..file.clone() };
        if self.ports.store_file(&looked, file.version).await? == Stored::Done {
            return Ok(Some(looked));
        }
        let stored = self.ports.file(work.account, work.task, work.file).await?;
        Ok(stored.filter(|file| file.state == FileState::Importing))
    }

    /// Ends a file in this state; `false` when somebody else has been quicker.
    async fn settle(&self, work: Work, file: &TaskFile, state: FileState) -> PortResult<bool> {
        if let FileState::Refused { code, .. } = &state {
            tracing::info!(account = work.account.0, task = %work.task, file = %work.file, code, "a file was refused");
        }
        let settled = TaskFile { state, version: file.version + 1, ..file.clone() };
        Ok(self.ports.store_file(&settled, file.version).await? == Stored::Done)
    }
}

/// The object has expired before it was read.
fn gone() -> FileState {
    let message = match Language::default() {
        Language::Russian => "Файл больше не хранится; загрузите его ещё раз.",
        Language::English => "The file is no longer kept; upload it again.",
    };
    FileState::Refused { code: "file_gone".to_owned(), message: message.to_owned() }
}

/// The file can not be read to its end, for a reason that is not in what it says.
fn given_up(file: &TaskFile) -> FileState {
    let from = file.next_row;
    let message = match Language::default() {
        Language::Russian => format!(
            "Файл не удалось прочитать до конца: строк от {from} и дальше может не хватать. Сверьте их с отчётом, прежде чем загружать \
             их отдельным файлом."
        ),
        Language::English => format!(
            "The file could not be read to its end: rows from {from} on may be missing. Compare them with the report before you upload \
             them as a file of their own."
        ),
    };
    FileState::Refused { code: "import_failed".to_owned(), message }
}
