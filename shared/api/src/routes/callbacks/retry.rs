use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    idempotency::{Before, Once},
    refusal::Refusal,
    wire::CallbackEntry,
};
use baton_domain::CallbackId;
use baton_pipeline::{callbacks, ports::Clock};

/// Sends a callback once more, at once and whatever came of it before. The receiver sees the same `webhook-id`. The answer is
/// the callback as it stands before that.
#[utoipa::path(post, path = "/callbacks/{id}/retry", tag = "callbacks", operation_id = "retryCallback",
    params(("id" = String, Path, description = "The callback's id, the webhook-id."),
        ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent."),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible characters; the same request with the same key sends once.")),
    responses((status = 200, description = "The callback.", body = CallbackEntry,
        headers(("Idempotency-Replayed" = String, description = "true when this is the answer to an earlier request.")))))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId"]], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    faults.check()?;
    let missing = || Refusal::not_found("callback");
    let id: CallbackId = call.parameter(0).parse().map_err(|_| missing())?;
    let known = app.ports.record(account, id).await?.ok_or_else(missing)?;
    let once = Once::begin(app, call, account).await?;
    if once.before == Before::Done {
        return Ok(Answer::json(&CallbackEntry::from(&known)).replayed(true));
    }
    let record = callbacks::retry(&app.ports, account, id).await?.ok_or_else(missing)?;
    once.finish(&app.ports).await?;
    Ok(Answer::json(&CallbackEntry::from(&record)))
}
