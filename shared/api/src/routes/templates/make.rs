use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    idempotency::{Before, Once},
    refusal::Refusal,
    submission,
    wire::{NewTemplate, PutTemplate},
};
use baton_pipeline::ports::Clock;

/// Stores a template.
#[utoipa::path(post, path = "/templates", tag = "templates", operation_id = "makeTemplate",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible characters; the same request with the same key makes one template.")),
    request_body = PutTemplate,
    responses((status = 200, description = "Its id.", body = NewTemplate,
        headers(("Idempotency-Replayed" = String, description = "true when this is the answer to an earlier request.")))))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body = call.json()?;
    let account = caller.account(submission::company(&body))?;
    let checked = submission::read_template(&body)?;
    let once = Once::begin(app, call, account).await?;
    let made = NewTemplate { id: once.id };
    if once.before == Before::Done {
        return Ok(Answer::json(&made).replayed(true));
    }
    // The id follows from the request: a retry leaves what a died try has stored alone.
    let stored = once.before == Before::Died && app.ports.template(account, once.id).await?.is_some();
    if !stored {
        let now = app.clock.now();
        let template = baton_domain::Template {
            account,
            id: once.id,
            name: checked.name,
            version: 1,
            spec: checked.spec,
            ranges: checked.ranges,
            zone: checked.zone,
            created_at: now,
            updated_at: now,
        };
        app.ports.add_template(&template).await?;
    }
    once.finish(&app.ports).await?;
    Ok(Answer::json(&made).replayed(stored))
}
