use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    lists::{
        page::{PARAMETERS, Page},
        whole,
    },
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
    let part = whole::part(&page, &mut secrets, |secret| (secret.created_at, secret.id.clone()))?;
    let shown = part.items.iter().map(CallbackSecret::from);
    Ok(part.answer(&page, shown))
}
