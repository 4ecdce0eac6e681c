use super::shown;
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    refusal::Refusal,
    wire::Export,
};
use baton_pipeline::ports::Clock;
use uuid::Uuid;

/// One export, and a fresh link to its file.
#[utoipa::path(get, path = "/exports/{id}", tag = "exports", operation_id = "getExport",
    params(("id" = Uuid, Path, description = "The export's id."),
        ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent.")),
    responses((status = 200, description = "The export.", body = Export)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId"]], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    faults.check()?;
    let none = || Refusal::not_found("export");
    let id = Uuid::try_parse(call.parameter(0)).map_err(|_| none())?;
    let export = app.ports.export(account, id).await?.ok_or_else(none)?;
    Ok(Answer::json(&shown(&app.ports, &export)?))
}
