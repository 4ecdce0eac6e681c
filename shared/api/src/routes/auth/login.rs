use crate::{
    App, Ports, SourceAddress,
    auth::{
        self,
        attempts::Attempt,
        password::{self, LONGEST},
        tokens::{issue, may_act, ttl, unauthorized},
    },
    call::{Answer, Call},
    faults::{Faults, Path},
    fields::Fields,
    ports::User,
    refusal::Refusal,
};
use baton_domain::AccountId;
use baton_pipeline::ports::Clock;
use serde_json::Value;
use uuid::Uuid;

/// The fields of the body.
pub(crate) const FIELDS: [&str; 5] = ["email", "password", "ttl", "companyId", "extra"];

struct Login {
    email: String,
    password: String,
    ttl: i64,
    company: Option<u64>,
}

/// Logs a user in: gives a session token for `Authorization: Bearer`, and a refresh token for the next one. At most 10
/// failed attempts per e-mail and 50 per address in a quarter of an hour. An `Idempotency-Key` changes nothing here: every
/// login makes a session of its own.
#[utoipa::path(post, path = "/auth/login", tag = "auth", operation_id = "login",
    request_body = crate::wire::Login,
    responses((status = 200, description = "The tokens.", body = crate::wire::Tokens)))]
pub(crate) async fn handle<P: Ports, C: Clock>(app: &App<P, C>, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (login, now) = (read(&call.json()?)?, app.clock.now());
    let from = call.request.extensions().get::<SourceAddress>().copied();
    let attempt = Attempt::count(&app.ports, &login.email, from, now).await?;
    let user = authentic(&app.ports, &login).await?;
    attempt.forgive(&app.ports).await?;
    let acting = login.company.map_or(user.account, AccountId);
    if !may_act(&user, acting) {
        return Err(Refusal::forbidden("companyId names another account than the user's own."));
    }
    let issued = issue(&app.ports, &user, acting, None, login.ttl, now).await?;
    app.ports.add_session(&issued.session).await?;
    Ok(Answer::json(&issued.tokens))
}

/// The user with this e-mail and password. Without one, the same is read and the same is computed as with one, so that the
/// time of an answer does not tell which e-mails there are.
async fn authentic<P: Ports>(ports: &P, login: &Login) -> Result<User, Refusal> {
    let owner = ports.email_owner(&login.email).await?;
    let (account, id) = owner.unwrap_or((AccountId(0), Uuid::nil()));
    let user = ports.user(account, id).await?.filter(|user| owner.is_some() && user.email == login.email);
    let fits = password::fits(&login.password, user.as_ref().map(|user| user.password.as_str()))?;
    user.filter(|_| fits)
        .ok_or_else(|| unauthorized("invalid_credentials", "There is no user with this e-mail and password."))
}

fn read(body: &Value) -> Result<Login, Refusal> {
    let mut faults = Faults::default();
    let Some(fields) = Fields::of(body, &Path::Root, &mut faults) else { return Err(faults.into_refusal()) };
    fields.only(&FIELDS, &mut faults);
    let email = auth::email(&fields, &mut faults);
    fields.require("password", &mut faults);
    let password = fields.bounded("password", LONGEST, &mut faults);
    let (ttl, company) = (ttl(&fields, &mut faults), fields.integer("companyId", 0..=u64::MAX, &mut faults));
    match (email, password) {
        (Some(email), Some(password)) if faults.is_empty() => Ok(Login { email, password, ttl, company }),
        _ => Err(faults.into_refusal()),
    }
}
