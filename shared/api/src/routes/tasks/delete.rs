use super::named;
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    refusal::Refusal,
    wire::NamedTask,
};
use baton_pipeline::{ports::Clock, tasks::delete::delete};

/// Deletes a task, and cancels what of it has not gone out. Its messages stay to be looked at. Deleting it again is no error.
#[utoipa::path(delete, path = "/tasks/{id}", tag = "tasks", operation_id = "deleteTask",
    params(("id" = Uuid, Path, description = "The task's id."), ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent.")),
    responses((status = 200, description = "Its id.", body = NamedTask)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let of = named(app, caller, call)?;
    delete(&app.ports, &app.ports, &app.clock, of).await?;
    Ok(Answer::json(&NamedTask { id: of.1 }))
}
