//! Who calls. Handlers get a [`Caller`], and the only way from there to an account is to say which one was named.

use crate::{
    ports::{Keys, Scope},
    refusal::Refusal,
};
use baton_domain::AccountId;
use http::{HeaderMap, header};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Who calls, as their key says.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    account: AccountId,
    key: String,
    scopes: Vec<Scope>,
}

impl Caller {
    /// The caller whose key stands in the headers.
    pub(crate) async fn of<P: Keys>(keys: &P, headers: &HeaderMap) -> Result<Caller, Refusal> {
        let token = Token::of(headers).ok_or_else(Refusal::unauthorized)?;
        let stored = keys.key(token.account, token.key).await?.ok_or_else(Refusal::unauthorized)?;
        let same = digest(token.secret).as_bytes().ct_eq(stored.hash.as_bytes());
        if !bool::from(same) || stored.revoked_at.is_some() {
            return Err(Refusal::unauthorized());
        }
        Ok(Caller { account: stored.account, key: stored.id, scopes: stored.scopes })
    }

    /// Refuses a caller whose key lacks a scope.
    pub(crate) fn require(&self, scope: Scope) -> Result<(), Refusal> {
        if self.scopes.contains(&scope) {
            return Ok(());
        }
        Err(Refusal::forbidden(format!("This key lacks the scope {}.", scope_name(scope))))
    }

    /// The account to act for: the caller's own, or the one that is named where the caller may name it.
    pub(crate) fn account(&self, named: Option<u64>) -> Result<AccountId, Refusal> {
        match named.map(AccountId) {
            Some(other) if other != self.account && !self.scopes.contains(&Scope::Operator) => {
                Err(Refusal::forbidden("companyId names another account than the key's own."))
            }
            named => Ok(named.unwrap_or(self.account)),
        }
    }

    /// For the log: the account and the id of the key.
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

impl Token<'_> {
    fn of(headers: &HeaderMap) -> Option<Token<'_>> {
        let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
        let mut parts = token.trim().split('_');
        let (prefix, account, key, secret) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let digits = account.bytes().all(|byte| byte.is_ascii_digit());
        let alphanumeric = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let whole = scheme.eq_ignore_ascii_case("bearer") && prefix == "bt" && parts.next().is_none();
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
            Token::of(&headers).map(|token| (token.account.0, token.key.to_owned(), token.secret.to_owned()))
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
