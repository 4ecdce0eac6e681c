use super::{file_of, result};
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::{Faults, Path},
    idempotency::{Before, Once},
    multipart::Parts,
    refusal::Refusal,
    routes::files,
    wire::{BulkFile, PostBulk},
};
use baton_domain::{AccountId, Task, TaskId, task::TaskState};
use baton_pipeline::{ports::Clock, tasks::file::FileState};
use http::StatusCode;
use std::time::Duration;

/// How often is looked whether the sheet has been read.
const LOOK: Duration = Duration::from_millis(250);

/// Sends messages from a sheet, XLSX or CSV, at once.
///
/// With `async` the answer is the id, and `GET /messages/bulk/{id}` gives the result. Without, the answer is the result, a CSV of row,
/// message id, status and error; a sheet that can not be read within some 20 seconds is answered as with `async`, with 202.
#[utoipa::path(post, path = "/messages/bulk", tag = "messages", operation_id = "postBulk",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible characters; the same sheet with the same key is sent once.")),
    request_body(content = PostBulk, content_type = "multipart/form-data"),
    responses((status = 200, description = "With async the id; else the result, as text/csv.", body = BulkFile,
            headers(("Idempotency-Replayed" = String, description = "true when this is the answer to an earlier request."))),
        (status = 202, description = "The sheet is still being read.", body = BulkFile),
        (status = 303, description = "The result is long: it is at this address, for an hour.", body = crate::wire::FileLink)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let mut parts = Parts::read(call, &["companyId", "async"]).await?;
    let mut faults = Faults::default();
    let account = caller.account(parts.company(&mut faults))?;
    let is_async = parts.flag("async", &mut faults);
    if parts.files.len() > 1 {
        faults.add(Path::Root.field("messages"), "too_long", "One sheet is taken at once.");
    }
    faults.check()?;
    let once = Once::begin_with(app, call, account, &parts.said()).await?;
    let task = task(app, account, &once);
    let done = once.before == Before::Done;
    if !done {
        app.ports.add_task(&task).await?;
        let work = files::works(account, task.id, &once, &app.clock, 1)[0];
        files::store(app, work, parts.files.remove(0)).await?;
        once.finish(&app.ports).await?;
    }
    let made = BulkFile { id: task.id.0 };
    if is_async {
        return Ok(Answer::json(&made).replayed(done));
    }
    let answer = waited(app, &task).await?;
    Ok(answer.unwrap_or_else(|| Answer::json(&made).status(StatusCode::ACCEPTED)).replayed(done))
}

/// The task of a bulk: without a name, and started.
fn task<P, C: Clock>(app: &App<P, C>, account: AccountId, once: &Once) -> Task {
    let made = once.made_at(&app.clock);
    Task {
        account,
        id: TaskId(once.id),
        name: String::new(),
        state: TaskState::Running,
        ranges: Vec::new(),
        zone: None,
        created_at: made,
        updated_at: made,
        walked: true,
        version: 1,
    }
}

/// The result, when it is there before a caller would give up.
async fn waited<P: Ports, C: Clock>(app: &App<P, C>, task: &Task) -> Result<Option<Answer>, Refusal> {
    let until = app.clock.now() + app.patience;
    loop {
        if let Some(file) = file_of(app, task).await?.filter(|file| file.state != FileState::Importing) {
            return result(app, &file).await.map(Some);
        }
        if app.clock.now() >= until {
            return Ok(None);
        }
        app.clock.sleep(LOOK).await;
    }
}
