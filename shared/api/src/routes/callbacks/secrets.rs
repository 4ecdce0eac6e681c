use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    lists::page::{PARAMETERS, Page},
    refusal::Refusal,
    wire::{CallbackSecret, CallbackSecretList},
};
use baton_pipeline::ports::Clock;

/// The fields of an item.
pub(crate) const FIELDS: [&str; 2] = ["id", "createdAt"];

/// Lists the secrets that callbacks are signed with, one or two; never their text.
#[utoipa::path(get, path = "/callbacks/secrets", tag = "callbacks", operation_id = "listCallbackSecrets",
    params(("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent.")),
    responses((status = 200, description = "The secrets, the newest first.", body = CallbackSecretList)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId"], &PARAMETERS], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    let page = Page::read(&query, &FIELDS, &mut faults);
    faults.check()?;
    let mut secrets = app.ports.secrets(account).await?;
    secrets.sort_by(|a, b| page.sort.apply((a.created_at, &a.id).cmp(&(b.created_at, &b.id))));
    // There are two at most: they are one part.
    let first = usize::try_from(page.skip).unwrap_or(usize::MAX);
    let shown = secrets.iter().skip(first).map(CallbackSecret::from);
    Ok(page.answer(Some(secrets.len() as u64), shown, |_| None))
}
