use super::{answer, id_of};
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::{Faults, Path},
    fields::Fields,
    refusal::Refusal,
    submission, when,
    wire::{ChangeTask, Task},
};
use baton_pipeline::{
    ports::Clock,
    tasks::change::{TaskChange, change},
};
use serde_json::Value;

/// Changes the name or the windows of a task. What goes out from then on keeps to the new windows; messages with windows of
/// their own keep to those.
#[utoipa::path(put, path = "/tasks/{id}", tag = "tasks", operation_id = "changeTask",
    params(("id" = Uuid, Path, description = "The task's id.")),
    request_body = ChangeTask,
    responses((status = 200, description = "The task as it is now.", body = Task)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body = call.json()?;
    let account = caller.account(submission::company(&body))?;
    let wanted = read(&body)?;
    let task = change(&app.ports, &app.ports, &app.clock, (account, id_of(call)?), &wanted).await?;
    answer(app, task).await
}

fn read(body: &Value) -> Result<TaskChange, Refusal> {
    let mut faults = Faults::default();
    let Some(fields) = Fields::of(body, &Path::Root, &mut faults) else { return Err(faults.into_refusal()) };
    fields.only(&super::make::FIELDS, &mut faults);
    fields.integer("companyId", 0..=u64::MAX, &mut faults);
    let change = TaskChange {
        name: fields.has("name").then(|| submission::name(&fields, &mut faults)),
        ranges: fields.has("allowedTimeRanges").then(|| when::ranges(&fields, &mut faults)),
        zone: when::time_zone(&fields, &mut faults),
    };
    faults.check()?;
    Ok(change)
}
