//! A sheet whose messages go at once: a task that is started when it is made, and shows in no list of tasks.

pub(crate) mod get;
pub(crate) mod post;

use super::files;
use crate::{
    App, Ports,
    call::Answer,
    describe::describe,
    import::{
        self, ChunkId, Work,
        results::{self, ResultRow},
    },
    refusal::Refusal,
};
use baton_domain::{Message, Status, Task};
use baton_pipeline::{
    ports::{Bulks, Clock, PortError, PortResult},
    tasks::file::{FileState, TaskFile},
};
use baton_sheets::report::{Cell, CsvReport, ReportError};
use http::{HeaderValue, StatusCode, header};
use std::{collections::BTreeMap, fs::File};
use tempfile::NamedTempFile;

const HEADERS: [&str; 4] = ["row", "messageId", "status", "error"];
/// After how many seconds a caller may ask again.
const ASK_AGAIN: u64 = 2;

/// The only file of such a task; `None` before it is known.
async fn file_of<P: Ports, C: Clock>(app: &App<P, C>, task: &Task) -> PortResult<Option<TaskFile>> {
    Ok(app.ports.files_of(task.account, task.id).await?.into_iter().next())
}

/// The result of a file: a line per row.
async fn result<P: Ports, C: Clock>(app: &App<P, C>, file: &TaskFile) -> Result<Answer, Refusal> {
    match &file.state {
        FileState::Importing => Err(running()),
        FileState::Refused { message, .. } => Err(Refusal::unprocessable("sheet_refused", message.clone())),
        FileState::Done => {
            let gone = || Refusal::not_found("result any more");
            let list = lines(app, file).await?.ok_or_else(gone)?;
            files::csv(app, list, &format!("exports/{}/results/{}.csv", file.account, file.task), "result.csv").await
        }
    }
}

fn running() -> Refusal {
    let error = "The sheet is still being read.";
    Refusal::new(StatusCode::CONFLICT, "still_running", error).header(header::RETRY_AFTER, HeaderValue::from(ASK_AGAIN))
}

/// `None` when it is kept no longer.
async fn lines<P: Ports, C: Clock>(app: &App<P, C>, file: &TaskFile) -> PortResult<Option<NamedTempFile>> {
    let list = NamedTempFile::new().map_err(|error| PortError::new("writing a result", error))?;
    let mut report = CsvReport::new(list.as_file(), false, &HEADERS).map_err(failed)?;
    let work = Work { account: file.account, task: file.task, file: file.id };
    let mut read: u32 = 0;
    while read < file.read {
        let chunk = ChunkId::after(read, import::ROWS);
        let rows = results::load(&app.ports, work, chunk).await?.filter(|rows| !rows.is_empty());
        let Some(rows) = rows else { return Ok(None) };
        chunk_lines(app, work, (file, chunk), &rows, &mut report).await?;
        read = read.saturating_add(u32::try_from(rows.len()).unwrap_or(u32::MAX));
    }
    report.finish().map_err(failed)?;
    Ok(Some(list))
}

/// Writes the lines of a chunk.
async fn chunk_lines<P: Ports, C: Clock>(
    app: &App<P, C>,
    work: Work,
    (file, chunk): (&TaskFile, ChunkId),
    rows: &[ResultRow],
    report: &mut CsvReport<&File>,
) -> PortResult<()> {
    let messages = Bulks::messages(&app.ports, file.account, work.bulk(file.created_at, chunk).key()).await?;
    let messages: BTreeMap<_, _> = messages.iter().map(|message| (message.id.index(), message)).collect();
    for (row, place) in rows.iter().zip(0..) {
        let number = Cell::Number(row.row.into());
        let written = match (messages.get(&Some(place)), &row.error) {
            (Some(message), None) => of_message(report, number, message),
            (_, error) => report.row(&[number, Cell::Empty, Cell::Empty, Cell::from(error.as_deref())]),
        };
        written.map_err(failed)?;
    }
    Ok(())
}

fn of_message(report: &mut CsvReport<&File>, number: Cell<'_>, message: &Message) -> Result<(), ReportError> {
    let (id, said) = (message.id.to_string(), describe(message));
    let error = if message.status.is_final() && !matches!(message.status, Status::Delivered | Status::Read) {
        said.as_str()
    } else {
        ""
    };
    report.row(&[number, Cell::from(id.as_str()), Cell::from(message.status.name()), Cell::from(error)])
}

fn failed(error: ReportError) -> PortError {
    PortError::new("writing a result", error)
}
