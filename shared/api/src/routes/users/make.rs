use super::{Said, check_role, read, settle};
use crate::{
    App, Ports,
    auth::password,
    call::{Answer, Call},
    caller::Caller,
    faults::{Faults, Path},
    fields::Fields,
    idempotency::{Before, Once, mismatch},
    ports::{self, UserChange},
    refusal::Refusal,
    wire::{MakeUser, User},
};
use baton_domain::{AccountId, Time};
use baton_pipeline::ports::Clock;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// The fields of the body.
pub(crate) const FIELDS: [&str; 5] = ["companyId", "email", "name", "role", "password"];

/// Makes a user, who can log in at once.
#[utoipa::path(post, path = "/users", tag = "users", operation_id = "makeUser",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible characters; the same request with the same key makes one user.")),
    request_body = MakeUser,
    responses((status = 200, description = "The user.", body = User,
        headers(("Idempotency-Replayed" = String, description = "true when this is the answer to an earlier request.")))))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body = call.json()?;
    let account = caller.account(body.get("companyId").and_then(Value::as_u64))?;
    let (said, password) = whole(&body)?;
    check_role(caller, said.role)?;
    let once = Once::begin_with(app, call, account, &without_password(&body)).await?;
    let id = user_id(once.id);
    if once.before != Before::Nothing
        && let Some(stored) = app.ports.user(account, id).await?
    {
        once.finish(&app.ports).await?;
        return replay(&stored, &password);
    }
    let mut user = made(account, id, said, once.made_at(&app.clock));
    if once.before == Before::Done {
        // The user was removed since.
        return Ok(Answer::json(&User::from(&user)).replayed(true));
    }
    user.password = password::hash(&password)?;
    let change = app.ports.add_user(&user).await?;
    let user = match change {
        // Another try of the same request was quicker.
        UserChange::Conflict => app.ports.user(account, id).await?.unwrap_or(user),
        _ => settle(change).map(|()| user)?,
    };
    once.finish(&app.ports).await?;
    Ok(Answer::json(&User::from(&user)))
}

/// The user, still without a password.
fn made(account: AccountId, id: Uuid, said: Said, now: Time) -> ports::User {
    let Said { email, name, role, .. } = said;
    ports::User {
        account,
        id,
        email,
        name,
        role,
        password: String::new(),
        generation: 0,
        version: 0,
        created_at: now,
        updated_at: now,
    }
}

/// The answer to an earlier request. Its password is not in the digest of the request, so it is compared here, unless it
/// has been changed since.
fn replay(stored: &ports::User, password: &str) -> Result<Answer, Refusal> {
    if stored.generation == 0 && !password::fits(password, Some(&stored.password))? {
        return Err(mismatch());
    }
    Ok(Answer::json(&User::from(stored)).replayed(true))
}

/// The body without the password: a digest of it would be a quick way to try passwords out.
fn without_password(body: &Value) -> Vec<u8> {
    let mut body = body.clone();
    if let Value::Object(fields) = &mut body {
        fields.shift_remove("password");
    }
    body.to_string().into_bytes()
}

/// The user's id follows from the request's, so that a repeated request finds the user that it made.
fn user_id(request: Uuid) -> Uuid {
    let digest = Sha256::digest(request.as_bytes());
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest.iter()).for_each(|(byte, of)| *byte = *of);
    Builder::from_random_bytes(bytes).into_uuid()
}

fn whole(body: &Value) -> Result<(Said, String), Refusal> {
    let mut faults = Faults::default();
    let Some(fields) = Fields::of(body, &Path::Root, &mut faults) else { return Err(faults.into_refusal()) };
    fields.only(&FIELDS, &mut faults);
    fields.require("password", &mut faults);
    let said = read(&fields, &mut faults);
    match said {
        Some(mut said) if faults.is_empty() => {
            let password = said.password.take().unwrap_or_default();
            Ok((said, password))
        }
        _ => Err(faults.into_refusal()),
    }
}
