use super::{permit, post};
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    refusal::Refusal,
    routes::{prices, templates},
    submission,
    wire::{PostMessages, Validated},
};
use baton_pipeline::ports::Clock;

/// Says what would become of messages, and sends and stores nothing.
///
/// The body is that of `POST /messages`. What would refuse the whole request is an error here too; what would refuse a
/// destination stands in its element.
#[utoipa::path(post, path = "/messages/validate", tag = "messages", operation_id = "validateMessages",
    request_body = PostMessages,
    responses((status = 200, description = "An element per recipient, in order.", body = [Validated])))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body = call.json()?;
    let account = caller.account(submission::company(&body))?;
    let templates = templates::named(app, call, account, &body).await?;
    let pricing = prices::pricing(app, call, account, &body).await?;
    let rules = post::rules(app, &templates, &pricing);
    let (mut draft, mut faults) = submission::read(&body, &rules)?;
    permit::check(app, call, (account, &body), &mut draft, (&pricing, &mut faults)).await?;
    faults.check()?;
    Ok(Answer::json(&draft.validated(account, &rules)?))
}
