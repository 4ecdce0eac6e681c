use super::{Said, TRIES, check_role, named, read, settle};
use crate::{
    App, Ports,
    auth::password,
    call::{Answer, Call},
    caller::Caller,
    faults::{Faults, Path},
    fields::Fields,
    ports::{self, UserChange},
    refusal::Refusal,
    wire::{SetUser, User},
};
use baton_domain::Time;
use baton_pipeline::ports::Clock;
use serde_json::Value;

/// The fields of the body.
pub(crate) const FIELDS: [&str; 5] = ["companyId", "email", "name", "role", "password"];

/// Changes a user. A new role acts at once; a new password ends every session of the user.
#[utoipa::path(put, path = "/users/{id}", tag = "users", operation_id = "putUser",
    params(("id" = String, Path, description = "The user's id.")),
    request_body = SetUser,
    responses((status = 200, description = "The user as it is now.", body = User)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body = call.json()?;
    let account = caller.account(body.get("companyId").and_then(Value::as_u64))?;
    let said = whole(&body)?;
    check_role(caller, said.role)?;
    let hash = said.password.as_deref().map(password::hash).transpose()?;
    let mut change = UserChange::Conflict;
    for _ in 0..TRIES {
        let read = named(&app.ports, account, call).await?;
        check_role(caller, read.role)?;
        let user = changed(&read, &said, hash.as_deref(), app.clock.now());
        change = app.ports.change_user(&read, &user).await?;
        match change {
            UserChange::Conflict => {}
            UserChange::Done => return Ok(Answer::json(&User::from(&user))),
            UserChange::EmailTaken | UserChange::LastAdmin => break,
        }
    }
    settle(change)?;
    Err(Refusal::internal())
}

fn changed(read: &ports::User, said: &Said, hash: Option<&str>, now: Time) -> ports::User {
    ports::User {
        email: said.email.clone(),
        name: said.name.clone(),
        role: said.role,
        password: hash.unwrap_or(&read.password).to_owned(),
        generation: read.generation + u32::from(hash.is_some()),
        version: read.version + 1,
        updated_at: now,
        ..read.clone()
    }
}

fn whole(body: &Value) -> Result<Said, Refusal> {
    let mut faults = Faults::default();
    let Some(fields) = Fields::of(body, &Path::Root, &mut faults) else { return Err(faults.into_refusal()) };
    fields.only(&FIELDS, &mut faults);
    match read(&fields, &mut faults) {
        Some(said) if faults.is_empty() => Ok(said),
        _ => Err(faults.into_refusal()),
    }
}
