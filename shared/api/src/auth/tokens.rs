//! The two tokens that a user is given.

use super::{
    refresh_token::{self, RefreshToken},
    session_token::{self, Claims},
};
use crate::{
    caller::digest,
    faults::Faults,
    fields::Fields,
    ports::{AuthKeys, Role, Session, User},
    refusal::Refusal,
    wire::Tokens,
};
use baton_domain::{AccountId, Time};
use baton_pipeline::ports::PortError;
use chrono::TimeDelta;
use http::{HeaderValue, StatusCode, header};

/// How long a session token is good at most, in seconds: 30 days.
const LONGEST: i64 = 30 * 24 * 3600;
/// An hour, in seconds.
const DEFAULT_TTL: i64 = 3600;
/// A refresh token outlives the session token that it comes with by this.
const REFRESH: TimeDelta = TimeDelta::days(30);

/// The life of a session token as the body says, in seconds. Who asks for a longer one than there is gets the longest: clients that
/// were written for another service may ask for anything.
pub(crate) fn ttl(fields: &Fields<'_>, faults: &mut Faults) -> i64 {
    let given = fields.integer("ttl", 1..=u64::MAX, faults);
    given.map_or(DEFAULT_TTL, |seconds| i64::try_from(seconds).map_or(LONGEST, |seconds| seconds.min(LONGEST)))
}

/// Whether a user may act for an account.
pub(crate) fn may_act(user: &User, acting: AccountId) -> bool {
    acting == user.account || user.role == Role::Operator
}

/// A session, and the tokens that it is used with.
pub(crate) struct Issued {
    pub(crate) session: Session,
    pub(crate) tokens: Tokens,
}

/// Makes tokens for a user; `session` is the id of the session that goes on. Nothing is stored yet.
pub(crate) async fn issue<P: AuthKeys>(
    ports: &P,
    user: &User,
    acting: AccountId,
    session: Option<&str>,
    seconds: i64,
    now: Time,
) -> Result<Issued, Refusal> {
    let keys = ports.auth_keys(None).await?;
    let key = keys.first().ok_or_else(|| PortError::new("signing a token", "the deployment has no auth key"))?;
    let signed = session_token::sign(&Claims::new(user, acting, now, seconds), key);
    let token = signed.map_err(|error| PortError::new("signing a token", error))?;
    let (id, secret) = (session.map_or_else(refresh_token::session_id, str::to_owned), refresh_token::secret());
    let refresh_token = RefreshToken { account: user.account, session: &id, secret: &secret }.write();
    let session = Session {
        account: user.account,
        id,
        user: user.id,
        generation: user.generation,
        acting,
        hash: digest(&secret),
        expires_at: now + TimeDelta::seconds(seconds) + REFRESH,
    };
    Ok(Issued { session, tokens: Tokens { token, refresh_token } })
}

/// Clients log in again when they read this text.
pub(crate) fn expired() -> Refusal {
    unauthorized("token_expired", "Token is expired.")
}

/// A 401 with a code of its own.
pub(crate) fn unauthorized(code: &'static str, error: &str) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, code, error)
        .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}
