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
    wire::{User, UserList},
};
use baton_pipeline::ports::Clock;

/// The fields of an item.
pub(crate) const FIELDS: [&str; 7] = ["id", "companyId", "email", "name", "role", "createdAt", "updatedAt"];

/// Lists the users of an account.
#[utoipa::path(get, path = "/users", tag = "users", operation_id = "listUsers",
    params(("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent.")),
    responses((status = 200, description = "A part of the list.", body = UserList)))]
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
    let mut users = app.ports.users(account).await?;
    let part = whole::part(&page, &mut users, |user| (user.created_at, user.id))?;
    let shown = part.items.iter().map(User::from);
    Ok(part.answer(&page, shown))
}
