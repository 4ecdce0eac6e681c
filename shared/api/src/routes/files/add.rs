use super::{of_path, store, works};
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    idempotency::{Before, Once},
    multipart::Parts,
    refusal::Refusal,
    wire::{AddedFile, AddedFiles, PostFiles},
};
use baton_pipeline::ports::Clock;

/// Adds messages to a task: sheets as XLSX or CSV, which are then read.
///
/// What is wrong with a sheet as a whole, and with its rows, shows in `GET /tasks/{id}/errors` when it has been read.
#[utoipa::path(post, path = "/tasks/{id}", tag = "tasks", operation_id = "addTaskFiles",
    params(("id" = Uuid, Path, description = "The task's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible characters; the same files with the same key are added once.")),
    request_body(content = PostFiles, content_type = "multipart/form-data"),
    responses((status = 200, description = "The files that were taken.", body = AddedFiles,
        headers(("Idempotency-Replayed" = String, description = "true when this is the answer to an earlier request.")))))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let parts = Parts::read(call, &["companyId"]).await?;
    let mut faults = Faults::default();
    let account = caller.account(parts.company(&mut faults))?;
    faults.check()?;
    let task = of_path(app, account, call).await?;
    let once = Once::begin_with(app, call, account, &parts.said()).await?;
    let works = works(account, task.id, &once, &app.clock, parts.files.len());
    let named = works.iter().zip(&parts.files);
    let files = named.map(|(work, file)| AddedFile { id: work.file, name: file.name.clone() }).collect();
    let done = once.before == Before::Done;
    if !done {
        for (work, part) in works.into_iter().zip(parts.files) {
            store(app, work, part).await?;
        }
        once.finish(&app.ports).await?;
    }
    Ok(Answer::json(&AddedFiles { id: task.id.0, files }).replayed(done))
}
