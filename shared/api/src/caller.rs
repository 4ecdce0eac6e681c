//! Who calls. Handlers get a [`Caller`], and the only way from there to an account is to say which one was named.

use crate::{
    auth::{session_token, tokens},
    ports::{AuthKeys, Keys, Role, Scope, Users},
    refusal::Refusal,
};
use baton_domain::{AccountId, Time};
use http::{HeaderMap, header};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Who calls, as their key or their session says.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    account: AccountId,
    /// The id of the key, or of the user whose session it is.
    key: String,
    scopes: Vec<Scope>,
}

impl Caller {
    /// The caller whose key or session token stands in the headers.
    pub(crate) async fn of<P: Keys + Users + AuthKeys>(
        ports: &P,
        headers: &HeaderMap,
        now: Time,
    ) -> Result<Caller, Refusal> {
        let token = bearer(headers).ok_or_else(Refusal::unauthorized)?;
        if session_token::is_like_one(token) {
            return Caller::of_session(ports, token, now).await;
        }
        let token = Token::read(token).ok_or_else(Refusal::unauthorized)?;
        let stored = ports.key(token.account, token.key).await?.ok_or_else(Refusal::unauthorized)?;
        let same = digest(token.secret).as_bytes().ct_eq(stored.hash.as_bytes());
        if !bool::from(same) || stored.revoked_at.is_some() {
            return Err(Refusal::unauthorized());
        }
        Ok(Caller { account: stored.account, key: stored.id, scopes: stored.scopes })
    }

    /// The caller of a session. The user is read with every request, as a key is: a role that is taken away, a new password
    /// or a removal acts at once.
    async fn of_session<P: Users + AuthKeys>(ports: &P, token: &str, now: Time) -> Result<Caller, Refusal> {
        let id = session_token::key_id(token).ok_or_else(Refusal::unauthorized)?;
        let keys = ports.auth_keys(Some(&id)).await?;
        let claims = session_token::read(token, &keys).ok_or_else(Refusal::unauthorized)?;
        if claims.is_over(now) {
            return Err(tokens::expired());
        }
        let user = ports.user(AccountId(claims.acc), claims.sub).await?.ok_or_else(Refusal::unauthorized)?;
        let acting = AccountId(claims.act);
        if user.generation != claims.r#gen || !tokens::may_act(&user, acting) {
            return Err(Refusal::unauthorized());
        }
        Ok(Caller { account: acting, key: user.id.to_string(), scopes: user.role.scopes().to_vec() })
    }

    /// The highest role whose scopes the caller has, in effect.
    pub(crate) fn role(&self) -> Role {
        let has = |scope| self.scopes.contains(&scope);
        match () {
            () if has(Scope::Operator) => Role::Operator,
            () if has(Scope::Admin) => Role::Admin,
            () if has(Scope::Send) => Role::Editor,
            () => Role::Viewer,
        }
    }

    /// Refuses a caller whose key or role lacks a scope.
    pub(crate) fn require(&self, scope: Scope) -> Result<(), Refusal> {
        if self.scopes.contains(&scope) {
            return Ok(());
        }
        Err(Refusal::forbidden(format!("The key or the user lacks the scope {}.", scope_name(scope))))
    }

    /// The account to act for: the caller's own, or the one that is named where the caller may name it.
    pub(crate) fn account(&self, named: Option<u64>) -> Result<AccountId, Refusal> {
        match named.map(AccountId) {
            Some(other) if other != self.account && !self.scopes.contains(&Scope::Operator) => {
                Err(Refusal::forbidden("companyId names another account than the caller's own."))
            }
            named => Ok(named.unwrap_or(self.account)),
        }
    }

    /// For the log: the account, and the id of the key or the user.
    pub(crate) fn seen(&self) -> (AccountId, &str) {
        (self.account, &self.key)
    }
}

/// The name of a scope on the wire.
pub(crate) fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Send => "send",
        Scope::Read => "read",
        Scope::Admin => "admin",
        Scope::Operator => "operator",
    }
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// A token, `bt_<account>_<key>_<secret>`.
struct Token<'a> {
    account: AccountId,
    key: &'a str,
    secret: &'a str,
}

/// What stands behind `Bearer`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

impl Token<'_> {
    fn read(token: &str) -> Option<Token<'_>> {
        let mut parts = token.split('_');
        let (prefix, account, key, secret) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let digits = account.bytes().all(|byte| byte.is_ascii_digit());
        let alphanumeric = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let whole = prefix == "bt" && parts.next().is_none();
        if !whole || !digits || !alphanumeric(key) || key.len() > 64 || !alphanumeric(secret) {
            return None;
        }
        Some(Token { account: AccountId(account.parse().ok()?), key, secret })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_read_strictly() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().expect("a header"));
            let token = bearer(&headers).and_then(Token::read);
            token.map(|token| (token.account.0, token.key.to_owned(), token.secret.to_owned()))
        };
        let whole = Some((1, "abc".to_owned(), "S3cret".to_owned()));
        assert_eq!(read("Bearer bt_1_abc_S3cret"), whole);
        assert_eq!(read("bearer bt_1_abc_S3cret"), whole);
        for bad in [
            "bt_1_abc_S3cret",
            "Basic bt_1_abc_S3cret",
            "Bearer",
            "Bearer ",
            "Bearer bt_1_abc",
            "Bearer bt_x_abc_S3cret",
            "Bearer bt_1_abc_S3cret_x",
            "Bearer bt_1__S3cret",
            "Bearer xx_1_abc_S3cret",
            "Bearer bt_+1_abc_S3cret",
            "Bearer bt_1_abc_",
            "Bearer bt__abc_S3cret",
            "Bearer bt_99999999999999999999_abc_S3cret",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
