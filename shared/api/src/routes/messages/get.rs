use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    lists::{contents, held, links},
    refusal::Refusal,
    wire::Message,
};
use baton_domain::MessageId;
use baton_pipeline::ports::{Clock, Messages};
use uuid::Uuid;

/// One message, with its attempts and its history.
#[utoipa::path(get, path = "/messages/{id}", tag = "messages", operation_id = "getMessage",
    params(("id" = Uuid, Path, description = "The message's id."),
        ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent.")),
    responses((status = 200, description = "The message.", body = Message)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId"]], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    faults.check()?;
    let missing = || Refusal::not_found("message");
    let id = MessageId(Uuid::try_parse(call.parameter(0)).map_err(|_| missing())?);
    if id.index().is_none() {
        return Err(missing());
    }
    let stored = Messages::load(&app.ports, account, id).await?.ok_or_else(missing)?;
    let stored = &held::show(&app.ports, (account, app.clock.now()), vec![stored]).await?[..];
    let mut shown = contents::rendered(&app.ports, stored).await?;
    let links = links::of(&app.ports, stored, &shown).await?.concat();
    let shown = shown.pop().unwrap_or_default();
    let message = Message::of(&stored[0], shown.content, true).made_from(shown.template);
    Ok(Answer::json(&message.linked(&links, &app.short_url)))
}
