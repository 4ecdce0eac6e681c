use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    lists::{
        page::{PARAMETERS, Page},
        whole,
    },
    ports::Keys,
    refusal::Refusal,
    wire::{Key, KeyList},
};
use baton_pipeline::ports::Clock;

/// The fields of an item.
pub(crate) const FIELDS: [&str; 5] = ["id", "name", "scopes", "createdAt", "revokedAt"];

/// Lists API keys, revoked ones too; never their secrets.
#[utoipa::path(get, path = "/keys", tag = "keys", operation_id = "listKeys",
    params(("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent.")),
    responses((status = 200, description = "A part of the list.", body = KeyList)))]
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
    let mut keys = Keys::keys(&app.ports, account).await?;
    let part = whole::part(&page, &mut keys, |key| (key.created_at, key.id.clone()))?;
    let shown = part.items.iter().map(Key::from);
    Ok(part.answer(&page, shown))
}
