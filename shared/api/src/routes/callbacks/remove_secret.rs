use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    refusal::Refusal,
    wire::CallbackSecret,
};
use baton_pipeline::ports::Clock;

/// Removes a secret: callbacks are not signed with it any more.
#[utoipa::path(delete, path = "/callbacks/secrets/{id}", tag = "callbacks", operation_id = "removeCallbackSecret",
    params(("id" = String, Path, description = "The secret's id."),
        ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent.")),
    responses((status = 200, description = "The secret that was removed.", body = CallbackSecret)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId"]], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    faults.check()?;
    let missing = || Refusal::not_found("secret");
    let id = call.parameter(0);
    // What can not be an id is not asked for.
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) || id.len() > 64 {
        return Err(missing());
    }
    let removed = app.ports.remove_secret(account, id).await?.ok_or_else(missing)?;
    Ok(Answer::json(&CallbackSecret::from(&removed)))
}
