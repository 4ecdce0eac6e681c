use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    refusal::Refusal,
    routes::templates::of_path,
    wire::Template,
};
use baton_pipeline::ports::Clock;

/// One template.
#[utoipa::path(get, path = "/templates/{id}", tag = "templates", operation_id = "getTemplate",
    params(("id" = Uuid, Path, description = "The template's id."), ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent.")),
    responses((status = 200, description = "The template.", body = Template)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId"]], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    faults.check()?;
    Ok(Answer::json(&Template::from(&of_path(app, account, call).await?)))
}
