use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    refusal::Refusal,
    routes::templates::{contended, of_path},
    wire::Template,
};
use baton_pipeline::ports::{Clock, Stored};

const TRIES: usize = 10;

/// Deletes a template. Messages that were accepted with it keep their content.
#[utoipa::path(delete, path = "/templates/{id}", tag = "templates", operation_id = "deleteTemplate",
    params(("id" = Uuid, Path, description = "The template's id."), ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent.")),
    responses((status = 200, description = "The template as it was.", body = Template)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId"]], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    faults.check()?;
    for _ in 0..TRIES {
        let template = of_path(app, account, call).await?;
        if app.ports.delete_template(&template, app.clock.now()).await? == Stored::Done {
            return Ok(Answer::json(&Template::from(&template)));
        }
    }
    Err(contended())
}
