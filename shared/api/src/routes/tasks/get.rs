use super::{answer, named, read};
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    refusal::Refusal,
    wire::Task,
};
use baton_pipeline::ports::Clock;

/// One task, with its files.
#[utoipa::path(get, path = "/tasks/{id}", tag = "tasks", operation_id = "getTask",
    params(("id" = Uuid, Path, description = "The task's id."), ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent.")),
    responses((status = 200, description = "The task.", body = Task)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let of = named(app, caller, call)?;
    answer(app, read(&app.ports, of).await?).await
}
