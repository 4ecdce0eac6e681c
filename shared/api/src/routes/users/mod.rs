pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod make;
pub(crate) mod put;
pub(crate) mod remove;

use crate::{
    Ports,
    auth::{self, password},
    call::Call,
    caller::Caller,
    faults::Faults,
    fields::Fields,
    ports::{Role, User, UserChange},
    refusal::Refusal,
};
use baton_domain::AccountId;
use http::StatusCode;
use uuid::Uuid;

const MOST_NAME: usize = 100;

/// How often a change is tried while others change the same user.
const TRIES: usize = 5;

/// What a body says of a user.
struct Said {
    email: String,
    name: String,
    role: Role,
    password: Option<String>,
}

fn read(fields: &Fields<'_>, faults: &mut Faults) -> Option<Said> {
    fields.integer("companyId", 0..=u64::MAX, faults);
    let email = auth::email(fields, faults);
    fields.require("name", faults);
    let name = fields.bounded("name", MOST_NAME * 4, faults);
    let count = name.as_ref().map_or(0, |name| name.chars().count());
    if count > MOST_NAME {
        let message = format!("name has {count} characters; at most {MOST_NAME} are allowed.");
        faults.add(fields.path().field("name"), "too_long", message);
    }
    fields.require("role", faults);
    let role = fields.string("role", faults).map(Role::of_name);
    if role == Some(None) {
        faults.add(fields.path().field("role"), "invalid", "Expected is viewer, editor, admin or operator.");
    }
    let password = password::chosen(fields, faults);
    Some(Said { email: email?, name: name?, role: role??, password })
}

/// Nobody gives a role above their own, or touches a user who has one: a new password would be as good as the role.
fn check_role(caller: &Caller, role: Role) -> Result<(), Refusal> {
    if role <= caller.role() {
        return Ok(());
    }
    Err(Refusal::forbidden(format!("The role {} is above the caller's own.", role.name())))
}

/// The user that the path names.
async fn named<P: Ports>(ports: &P, account: AccountId, call: &Call<'_>) -> Result<User, Refusal> {
    let missing = || Refusal::not_found("user");
    let id = Uuid::try_parse(call.parameter(0)).map_err(|_| missing())?;
    ports.user(account, id).await?.ok_or_else(missing)
}

/// Why a change was not made; `Ok` when it was.
fn settle(change: UserChange) -> Result<(), Refusal> {
    let conflict = |code, error: &str| Err(Refusal::new(StatusCode::CONFLICT, code, error));
    match change {
        UserChange::Done => Ok(()),
        UserChange::EmailTaken => conflict("email_taken", "Another user has this e-mail."),
        UserChange::LastAdmin => {
            conflict("last_admin", "The account would be left with no admin; give the role to another user first.")
        }
        UserChange::Conflict => conflict("conflict", "The user is being changed by others; try again."),
    }
}
