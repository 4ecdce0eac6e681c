use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    lists::page::{PARAMETERS, Page},
    query::place,
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
    users.sort_by(|a, b| page.sort.apply((a.created_at, a.id).cmp(&(b.created_at, b.id))));
    // An account has few users: they are read whole, and a cursor is the id of the last one shown.
    let first = match &page.cursor {
        None => usize::try_from(page.skip).unwrap_or(usize::MAX),
        Some(last) => match users.iter().position(|user| user.id.to_string() == *last) {
            Some(index) => index + 1,
            None => {
                let mut faults = Faults::default();
                faults.add(place("cursor"), "invalid", "A cursor that an earlier answer gave is expected.");
                return Err(faults.into_refusal());
            }
        },
    };
    let shown: Vec<User> = users.iter().skip(first).take(page.wanted()).map(User::from).collect();
    let more = !page.without_items && first.saturating_add(shown.len()) < users.len();
    let next = shown.last().filter(|_| more).map(|user| user.id.clone());
    Ok(page.answer(Some(users.len() as u64), shown, next))
}
