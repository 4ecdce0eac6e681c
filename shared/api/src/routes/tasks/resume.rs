use super::{answer, named};
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    refusal::Refusal,
    wire::Task,
};
use baton_pipeline::{ports::Clock, tasks::resume::resume};

/// Resumes a task that was paused. Resuming it again is no error.
#[utoipa::path(delete, path = "/pausedTasks/{id}", tag = "tasks", operation_id = "resumeTask",
    params(("id" = Uuid, Path, description = "The task's id."), ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent.")),
    responses((status = 200, description = "The task as it is now.", body = Task)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let of = named(app, caller, call)?;
    let task = resume(&app.ports, &app.ports, &app.clock, of).await?;
    answer(app, task).await
}
