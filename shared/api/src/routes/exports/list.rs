use super::shown;
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    lists::{
        page::{PARAMETERS, Page},
        whole,
    },
    refusal::Refusal,
    wire::ExportList,
};
use baton_pipeline::ports::Clock;

/// The fields of an item.
pub(crate) const FIELDS: [&str; 9] =
    ["id", "status", "progress", "rows", "format", "createdAt", "updatedAt", "url", "error"];

/// Lists the exports of the last week, the newest first. Reports of tasks are among them.
#[utoipa::path(get, path = "/exports", tag = "exports", operation_id = "listExports",
    params(("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent.")),
    responses((status = 200, description = "A part of the list.", body = ExportList)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId"], &PARAMETERS], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    let page = Page::read(&query, &FIELDS, &mut faults);
    faults.check()?;
    let mut found = app.ports.exports(account).await?;
    let part = whole::part(&page, &mut found, |export| (export.created_at, export.id))?;
    let items = part.items.iter().map(|export| shown(&app.ports, export)).collect::<Result<Vec<_>, _>>()?;
    Ok(part.answer(&page, items))
}
