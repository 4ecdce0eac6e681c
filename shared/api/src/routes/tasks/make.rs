use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::{Faults, Path},
    fields::Fields,
    idempotency::{Before, Once},
    refusal::Refusal,
    submission, when,
    wire::{MakeTask, NamedTask},
};
use baton_domain::{AccountId, TaskId};
use baton_pipeline::{
    ports::Clock,
    tasks::make::{NewTask, make},
};
use serde_json::Value;
use uuid::Uuid;

/// The fields of the body.
pub(crate) const FIELDS: [&str; 4] = ["companyId", "name", "allowedTimeRanges", "timeZone"];

/// Makes a task. Nothing of it goes out before it is started.
#[utoipa::path(post, path = "/tasks", tag = "tasks", operation_id = "makeTask",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible characters; the same request with the same key makes one task.")),
    request_body = MakeTask,
    responses((status = 200, description = "Its id.", body = NamedTask,
        headers(("Idempotency-Replayed" = String, description = "true when this is the answer to an earlier request.")))))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body = call.json()?;
    let account = caller.account(submission::company(&body))?;
    let new = read(&body, account)?;
    let once = Once::begin(app, call, account).await?;
    let id = TaskId(once.id);
    if once.before == Before::Done {
        return Ok(Answer::json(&NamedTask { id }).replayed(true));
    }
    make(&app.ports, NewTask { id, ..new }, app.clock.now()).await?;
    once.finish(&app.ports).await?;
    Ok(Answer::json(&NamedTask { id }))
}

/// Reads the body; the task's id is still to come.
fn read(body: &Value, account: AccountId) -> Result<NewTask, Refusal> {
    let mut faults = Faults::default();
    let Some(fields) = Fields::of(body, &Path::Root, &mut faults) else { return Err(faults.into_refusal()) };
    fields.only(&FIELDS, &mut faults);
    fields.integer("companyId", 0..=u64::MAX, &mut faults);
    let new = NewTask {
        account,
        id: TaskId(Uuid::nil()),
        name: submission::name(&fields, &mut faults),
        ranges: when::ranges(&fields, &mut faults),
        zone: when::time_zone(&fields, &mut faults),
    };
    faults.check()?;
    Ok(new)
}
