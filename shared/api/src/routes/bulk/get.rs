use super::{file_of, result, running};
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    refusal::Refusal,
};
use baton_domain::TaskId;
use baton_pipeline::ports::Clock;
use uuid::Uuid;

/// The result of a sheet that was sent: a CSV of row, message id, status and error.
#[utoipa::path(get, path = "/messages/bulk/{id}", tag = "messages", operation_id = "getBulk",
    params(("id" = Uuid, Path, description = "The id that POST /messages/bulk gave."),
        ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent.")),
    responses((status = 200, description = "The result.", body = String, content_type = "text/csv"),
        (status = 303, description = "The result is long: it is at this address, for an hour.", body = crate::wire::FileLink)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId"]], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    faults.check()?;
    let missing = || Refusal::not_found("bulk");
    let id = Uuid::try_parse(call.parameter(0)).map_err(|_| missing())?;
    let task = app.ports.task(account, TaskId(id)).await?.filter(|task| task.is_hidden()).ok_or_else(missing)?;
    let file = file_of(app, &task).await?.ok_or_else(running)?;
    result(app, &file).await
}
