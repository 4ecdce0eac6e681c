use super::{Known, named, read};
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    refusal::Refusal,
    wire::StatusOfTask,
};
use baton_pipeline::ports::Clock;

/// The status of a task.
#[utoipa::path(get, path = "/tasks/{id}/statuses", tag = "tasks", operation_id = "getTaskStatus",
    params(("id" = Uuid, Path, description = "The task's id."), ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent.")),
    responses((status = 200, description = "Its status.", body = StatusOfTask)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let task = read(&app.ports, named(app, caller, call)?).await?;
    let known = Known::of(&app.ports, task).await?;
    Ok(Answer::json(&StatusOfTask { status: known.status.name().to_owned() }))
}
