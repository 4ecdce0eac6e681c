use super::{TRIES, check_role, named, settle};
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    ports::UserChange,
    refusal::Refusal,
    wire::User,
};
use baton_pipeline::ports::Clock;

/// Removes a user, at once and for good. The last admin of an account stays.
#[utoipa::path(delete, path = "/users/{id}", tag = "users", operation_id = "removeUser",
    params(("id" = String, Path, description = "The user's id."),
        ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent.")),
    responses((status = 200, description = "The user as it was.", body = User)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId"]], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    faults.check()?;
    let mut change = UserChange::Conflict;
    for _ in 0..TRIES {
        let read = named(&app.ports, account, call).await?;
        check_role(caller, read.role)?;
        change = app.ports.remove_user(&read).await?;
        match change {
            UserChange::Conflict => {}
            UserChange::Done => return Ok(Answer::json(&User::from(&read))),
            UserChange::EmailTaken | UserChange::LastAdmin => break,
        }
    }
    settle(change)?;
    Err(Refusal::internal())
}
