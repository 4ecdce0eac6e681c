use super::{csv, of_path, sheet};
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    import::refused,
    refusal::Refusal,
    wire::FileLink,
};
use baton_domain::Task;
use baton_pipeline::{
    objects::Objects,
    ports::{Clock, PortError, PortResult},
    tasks::file::FileState,
};
use baton_sheets::{
    Language,
    report::{Cell, CsvReport, ReportError},
};
use futures::{StreamExt, TryStreamExt, stream};
use std::io::Write;
use tempfile::NamedTempFile;

/// How many parts are read at once.
const AT_ONCE: usize = 8;

/// What of a task's sheets was refused, as CSV: the file, the row as the program that shows the sheet counts, the column and the
/// reason, in the sheet's language. A sheet that was refused as a whole has a line without a row.
#[utoipa::path(get, path = "/tasks/{id}/errors", tag = "tasks", operation_id = "getTaskErrors",
    params(("id" = Uuid, Path, description = "The task's id."),
        ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent."),
        ("language" = Option<String>, Query, description = "ru or en, of the headers; ru when absent.")),
    responses((status = 200, description = "The list.", body = String, content_type = "text/csv"),
        (status = 303, description = "The list is long: it is at this address, for an hour.", body = FileLink)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId", "language"]], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    let language = sheet::language(&query, &mut faults);
    faults.check()?;
    let task = of_path(app, account, call).await?;
    let list = list(app, &task, language).await?;
    csv(app, list, &format!("exports/{account}/errors/{}.csv", task.id), "errors.csv").await
}

/// Puts the parts of the list together, on the disk.
async fn list<P: Ports, C: Clock>(app: &App<P, C>, task: &Task, language: Language) -> PortResult<NamedTempFile> {
    let failed = |error: ReportError| PortError::new("writing a list of refused rows", error);
    let disk = |error: std::io::Error| PortError::new("writing a list of refused rows", error);
    let mut file = NamedTempFile::new().map_err(disk)?;
    let mut report = CsvReport::new(file.as_file_mut(), true, headers(language)).map_err(failed)?;
    for refused in app.ports.files_of(task.account, task.id).await? {
        if let FileState::Refused { message, .. } = &refused.state {
            let cells = [Cell::from(refused.name.as_str()), Cell::Empty, Cell::Empty, Cell::from(message.as_str())];
            report.row(&cells).map_err(failed)?;
        }
    }
    report.finish().map_err(failed)?;
    let keys = Objects::keys(&app.ports, &refused::prefix(task.account, task.id)).await?;
    let parts = keys.into_iter().map(|key| async move { Objects::get(&app.ports, &key).await });
    let mut parts = stream::iter(parts).buffered(AT_ONCE);
    while let Some(part) = parts.try_next().await? {
        file.write_all(&part.unwrap_or_default()).map_err(disk)?;
    }
    file.flush().map_err(disk)?;
    Ok(file)
}

fn headers(language: Language) -> &'static [&'static str] {
    match language {
        Language::Russian => &["Файл", "Строка", "Столбец", "Причина"],
        Language::English => &["File", "Row", "Column", "Reason"],
    }
}
