use super::{link, shown, start};
use crate::{
    App, Body, Ports,
    call::{Answer, Call},
    caller::Caller,
    export::{COLUMNS, Look, Rows, Writing},
    faults::Faults,
    ports::{Export, ExportFormat, ExportState, ReportOf},
    query::{Query, place},
    refusal::Refusal,
    routes::tasks,
    wire::{Export as Shown, stamp},
};
use baton_domain::{Task, TaskId, Time, task::Progress};
use baton_pipeline::ports::{Clock, PortError};
use baton_sheets::Language;
use chrono::TimeDelta;
use chrono_tz::Tz;
use http::{HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};
use std::{io::Cursor, str::FromStr};
use uuid::Uuid;

/// The most messages of a report that is made while the caller waits.
const MOST_AT_ONCE: u64 = 1000;
/// The most bytes of an answer: Lambda takes 6 MB, and a file goes in base 64.
const MOST_BYTES: usize = 4 << 20;
/// How old a report may be to be given again, while the task runs even when it has got on: whoever waited for it comes back for it
/// by then.
const FRESH: TimeDelta = TimeDelta::minutes(10);
/// How long a report that could not be made is told of, before the next try.
const FAILED: TimeDelta = TimeDelta::minutes(1);
/// After so long, a report that nobody has begun is put on the queue again.
const WAITED: TimeDelta = TimeDelta::minutes(1);
const RETRY_SECONDS: u64 = 3;

/// The messages of a task as a workbook.
///
/// That of a task with up to a thousand messages is the answer. A larger one is made meanwhile: the answer is 202 and says how far
/// it is; ask again after `Retry-After` seconds. When it is ready, the answer is 303 and leads to the file, by a link that is good
/// for an hour and needs no key. A report that was made in the last ten minutes is given again, while the task runs even when it has
/// got on; one that was asked for before the task was completed is made anew.
#[utoipa::path(get, path = "/tasks/{id}/report", tag = "tasks", operation_id = "getTaskReport",
    params(("id" = Uuid, Path, description = "The task's id."),
        ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent."),
        ("language" = Option<String>, Query, description = "Of the headers: `ru`, which is the default, or `en`."),
        ("timeZone" = Option<String>, Query, description = "That times are shown in; the task's own when absent, else UTC.")),
    responses(
        (status = 200, description = "The workbook.", body = String,
            content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 202, description = "It is being made.", body = Shown,
            headers(("Retry-After" = u64, description = "Seconds until it is worth asking again."))),
        (status = 303, description = "It is there.", body = Shown,
            headers(("Location" = String, description = "Where the file is.")))))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId", "language", "timeZone"]], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    let language: Option<Language> = named(&query, "language", "ru or en is expected.", &mut faults);
    let expected = "The name of a time zone of the IANA database is expected, as Europe/Moscow.";
    let zone: Option<Tz> = named(&query, "timeZone", expected, &mut faults);
    faults.check()?;
    let task = tasks::read(&app.ports, (account, tasks::id_of(call)?)).await?;
    let bulks = app.ports.bulks_of(account, task.id).await?;
    let progress = Progress::sum(bulks.into_iter().map(|bulk| bulk.progress));
    let zone = zone.or(task.zone).unwrap_or(Tz::UTC);
    let look = Look { format: ExportFormat::Xlsx, language: language.unwrap_or_default(), zone };
    if progress.total <= MOST_AT_ONCE
        && let Some(file) = at_once(app, &task, &look).await?
    {
        let name = format!("report-{}.xlsx", app.clock.now().format("%Y-%m-%d-%H%M%S"));
        return Ok(Answer::file(Body::Bytes(file.into()), look.format.content_type(), &name));
    }
    in_time(app, &task, progress, &look).await
}

/// A parameter that names something.
fn named<T: FromStr>(query: &Query, name: &str, expected: &str, faults: &mut Faults) -> Option<T> {
    let read = query.one(name, faults)?.parse().ok();
    if read.is_none() {
        faults.add(place(name), "invalid", expected);
    }
    read
}

/// Which messages are meant.
fn filters(task: TaskId, now: Time) -> String {
    format!("taskId={task}&to={}", stamp(now))
}

/// The file; `None` when it is too large for an answer.
async fn at_once<P: Ports, C: Clock>(app: &App<P, C>, task: &Task, look: &Look) -> Result<Option<Vec<u8>>, Refusal> {
    let failed = |error| PortError::new("writing a report", error);
    let columns: Vec<_> = COLUMNS.iter().collect();
    let mut writing = Writing::new(Cursor::new(Vec::new()), look, &columns).map_err(failed)?;
    let from = (usize::try_from(MOST_AT_ONCE).unwrap_or(usize::MAX), None);
    let mut rows = Rows::new(app.reading(), task.account, &filters(task.id, app.clock.now()), columns, from).await?;
    while !rows.has_ended() {
        for row in rows.next().await? {
            writing.row(&row).map_err(failed)?;
        }
    }
    let file = writing.finish().map_err(failed)?.into_inner();
    Ok(Some(file).filter(|file| file.len() <= MOST_BYTES))
}

/// The export that the report is, which is begun unless there is one.
async fn in_time<P: Ports, C: Clock>(
    app: &App<P, C>,
    task: &Task,
    progress: Progress,
    look: &Look,
) -> Result<Answer, Refusal> {
    let now = app.clock.now();
    let state = format!("{} {} {} {}", task.version, progress.total, progress.processed, progress.completed);
    let same = |export: &Export| {
        let of = export.report.as_ref().is_some_and(|report| report.task == task.id);
        of && (export.language, export.zone) == (look.language, look.zone)
    };
    let reports = app.ports.exports(task.account).await?.into_iter().filter(same);
    let latest = reports.max_by_key(|export| (export.created_at, export.id));
    let export = match latest {
        Some(latest) if serves(&latest, (&state, progress), now) => {
            if latest.state == ExportState::Waiting && now >= latest.updated_at + WAITED {
                start(&app.ports, &latest).await?;
            }
            latest
        }
        latest => {
            let report = begun(task, &state, look, (latest.map(|latest| latest.id), now));
            start(&app.ports, &report).await?;
            report
        }
    };
    answer(&app.ports, &export)
}

/// Whether a report is the one that is asked for now.
fn serves(export: &Export, (state, progress): (&str, Progress), now: Time) -> bool {
    match export.state {
        ExportState::Waiting | ExportState::Running => true,
        ExportState::Completed(_) => {
            let same = export.report.as_ref().is_some_and(|report| report.state == state);
            (same || !progress.is_complete()) && now < export.updated_at + FRESH
        }
        ExportState::Failed(_) => now < export.updated_at + FAILED,
    }
}

/// A new report. Its id follows from what is asked for and what was there before, so that two calls at the same time begin one.
fn begun(task: &Task, state: &str, look: &Look, (latest, now): (Option<Uuid>, Time)) -> Export {
    let asked = format!("report {} {} {state} {} {} {latest:?}", task.account, task.id, look.language, look.zone);
    let digest: [u8; 32] = Sha256::digest(asked).into();
    let id = uuid::Builder::from_custom_bytes(std::array::from_fn(|index| digest[index])).into_uuid();
    let look = (look.format, look.language, look.zone);
    let export = Export::new((task.account, id), look, filters(task.id, now), Vec::new(), now);
    Export { report: Some(ReportOf { task: task.id, state: state.to_owned() }), ..export }
}

fn answer<P: Ports>(ports: &P, export: &Export) -> Result<Answer, Refusal> {
    let shown = shown(ports, export)?;
    if let Some(link) = link(ports, export)? {
        return Ok(Answer::see_other(&link, &shown));
    }
    if let Some(error) = shown.error {
        return Err(Refusal::unprocessable("report_failed", error));
    }
    let mut answer = Answer::json(&shown).status(StatusCode::ACCEPTED);
    answer.headers.push((header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS)));
    Ok(answer)
}
