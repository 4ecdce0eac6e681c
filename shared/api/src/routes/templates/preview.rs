use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    refusal::Refusal,
    routes::templates::of_path,
    submission,
    wire::{PreviewTemplate, TemplatePreview},
};
use baton_pipeline::ports::Clock;
use serde_json::json;

/// Shows what a template says with some variables, channel by channel, and what is wrong with it. Nothing is stored.
#[utoipa::path(post, path = "/templates/{id}/preview", tag = "templates", operation_id = "previewTemplate",
    params(("id" = Uuid, Path, description = "The template's id.")),
    request_body = PreviewTemplate,
    responses((status = 200, description = "The rendered contents.", body = TemplatePreview)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    // No body means no variables.
    let body = call.optional_json()?.unwrap_or_else(|| json!({}));
    let account = caller.account(submission::company(&body))?;
    let template = of_path(app, account, call).await?;
    let channels = submission::preview(&template, &body)?;
    Ok(Answer::json(&TemplatePreview { id: template.id, version: template.version, channels }))
}
