use super::{answer, named, read};
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    idempotency::{Before, Once},
    refusal::Refusal,
    wire::Task,
};
use baton_pipeline::{ports::Clock, tasks::start::start};

/// Starts a task: its messages go out, and those that are added later as well. Starting it again is no error.
#[utoipa::path(post, path = "/startedTasks/{id}", tag = "tasks", operation_id = "startTask",
    params(("id" = Uuid, Path, description = "The task's id."), ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent."),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible characters; the same request with the same key is done once.")),
    responses((status = 200, description = "The task as it is now.", body = Task)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let of = named(app, caller, call)?;
    let once = Once::begin(app, call, of.0).await?;
    if once.before == Before::Done {
        return Ok(answer(app, read(&app.ports, of).await?).await?.replayed(true));
    }
    let task = start(&app.ports, &app.ports, &app.clock, of).await?;
    once.finish(&app.ports).await?;
    answer(app, task).await
}
