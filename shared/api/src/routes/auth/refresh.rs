use crate::{
    App, Ports,
    auth::{
        refresh_token::RefreshToken,
        tokens::{expired, issue, may_act, ttl, unauthorized},
    },
    call::{Answer, Call},
    caller::digest,
    faults::{Faults, Path},
    fields::Fields,
    ports::{Rotated, Session},
    refusal::Refusal,
};
use baton_pipeline::ports::Clock;
use serde_json::Value;
use subtle::ConstantTimeEq;

/// The fields of the body.
pub(crate) const FIELDS: [&str; 2] = ["refreshToken", "ttl"];

const MOST_TOKEN: usize = 200;

/// Gives a new session token and a new refresh token. A refresh token is good once: when it comes a second time, one of the
/// two was not the user's, and the session ends. `Authorization` is not looked at. An `Idempotency-Key` changes nothing.
#[utoipa::path(post, path = "/auth/refresh", tag = "auth", operation_id = "refresh",
    request_body = crate::wire::Refresh,
    responses((status = 200, description = "The tokens.", body = crate::wire::Tokens)))]
pub(crate) async fn handle<P: Ports, C: Clock>(app: &App<P, C>, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (text, ttl) = read(&call.json()?)?;
    let token = RefreshToken::read(&text).ok_or_else(invalid)?;
    let session = app.ports.session(token.account, token.session).await?.ok_or_else(invalid)?;
    let now = app.clock.now();
    if session.expires_at <= now {
        return Err(expired());
    }
    let used = digest(token.secret);
    if !bool::from(used.as_bytes().ct_eq(session.hash.as_bytes())) {
        return Err(reused(&app.ports, &session).await);
    }
    let user = app.ports.user(session.account, session.user).await?;
    let user = user.filter(|user| user.generation == session.generation && may_act(user, session.acting));
    let Some(user) = user else {
        app.ports.end_session(session.account, &session.id).await?;
        return Err(invalid());
    };
    let issued = issue(&app.ports, &user, session.acting, Some(&session.id), ttl, now).await?;
    match app.ports.rotate_session(&issued.session, &used).await? {
        Rotated::Done => Ok(Answer::json(&issued.tokens)),
        Rotated::Used => Err(reused(&app.ports, &session).await),
    }
}

/// Ends a session whose token came a second time.
async fn reused<P: Ports>(ports: &P, session: &Session) -> Refusal {
    tracing::warn!(account = session.account.0, user = %session.user, "a refresh token came twice: its session ends");
    match ports.end_session(session.account, &session.id).await {
        Ok(()) => invalid(),
        Err(failed) => failed.into(),
    }
}

fn invalid() -> Refusal {
    unauthorized("invalid_refresh_token", "The refresh token is not good, or not any more; log in again.")
}

fn read(body: &Value) -> Result<(String, i64), Refusal> {
    let mut faults = Faults::default();
    let Some(fields) = Fields::of(body, &Path::Root, &mut faults) else { return Err(faults.into_refusal()) };
    fields.only(&FIELDS, &mut faults);
    fields.require("refreshToken", &mut faults);
    let token = fields.bounded("refreshToken", MOST_TOKEN, &mut faults).unwrap_or_default();
    let ttl = ttl(&fields, &mut faults);
    faults.check()?;
    Ok((token, ttl))
}
