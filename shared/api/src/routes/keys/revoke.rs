use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    refusal::Refusal,
    wire::Key,
};
use baton_pipeline::ports::Clock;

/// Revokes an API key, at once and for good. Revoking it again changes nothing.
#[utoipa::path(delete, path = "/keys/{id}", tag = "keys", operation_id = "revokeKey",
    params(("id" = String, Path, description = "The key's id."),
        ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent.")),
    responses((status = 200, description = "The key, revoked.", body = Key)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId"]], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    faults.check()?;
    let missing = || Refusal::not_found("key");
    let id = call.parameter(0);
    // What can not be an id is not asked for.
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) || id.len() > 64 {
        return Err(missing());
    }
    if !app.ports.revoke(account, id, app.clock.now()).await? {
        return Err(missing());
    }
    let key = app.ports.key(account, id).await?.ok_or_else(missing)?;
    Ok(Answer::json(&Key::from(&key)))
}
