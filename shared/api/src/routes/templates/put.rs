use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    refusal::Refusal,
    routes::templates::{contended, of_path},
    submission,
    wire::{PutTemplate, Template},
};
use baton_pipeline::ports::{Clock, Stored};

const TRIES: usize = 10;

/// Replaces a template by a new version. What would change nothing makes none.
#[utoipa::path(put, path = "/templates/{id}", tag = "templates", operation_id = "putTemplate",
    params(("id" = Uuid, Path, description = "The template's id.")),
    request_body = PutTemplate,
    responses((status = 200, description = "The template as it is now.", body = Template)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body = call.json()?;
    let account = caller.account(submission::company(&body))?;
    let checked = submission::read_template(&body)?;
    for _ in 0..TRIES {
        let old = of_path(app, account, call).await?;
        let new = baton_domain::Template {
            name: checked.name.clone(),
            spec: checked.spec.clone(),
            ranges: checked.ranges.clone(),
            zone: checked.zone,
            version: old.version + 1,
            // Versions come one after the other, whatever the clocks say.
            updated_at: app.clock.now().max(old.updated_at),
            ..old.clone()
        };
        if new.says_the_same(&old) {
            return Ok(Answer::json(&Template::from(&old)));
        }
        if app.ports.replace_template(&old, &new).await? == Stored::Done {
            return Ok(Answer::json(&Template::from(&new)));
        }
    }
    Err(contended())
}
