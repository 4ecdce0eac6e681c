//! Refresh tokens, `rt_<account>_<session>_<secret>`: random, of which a hash is stored.

use baton_domain::AccountId;
use rand::{RngExt, distr::Alphanumeric};

/// Letters and digits of a session's id: 130 bits.
const ID: usize = 22;
/// Letters and digits of a secret: 238 bits.
const SECRET: usize = 40;

/// A refresh token's parts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct RefreshToken<'a> {
    pub(crate) account: AccountId,
    pub(crate) session: &'a str,
    pub(crate) secret: &'a str,
}

impl<'a> RefreshToken<'a> {
    /// `None` when it can be no refresh token.
    pub(crate) fn read(text: &'a str) -> Option<RefreshToken<'a>> {
        let mut parts = text.split('_');
        let (prefix, account, session, secret) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let whole = prefix == "rt" && parts.next().is_none();
        let digits = account.bytes().all(|byte| byte.is_ascii_digit());
        let random = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !whole || !digits || !random(session, ID) || !random(secret, SECRET) {
            return None;
        }
        Some(RefreshToken { account: AccountId(account.parse().ok()?), session, secret })
    }

    pub(crate) fn write(&self) -> String {
        format!("rt_{}_{}_{}", self.account, self.session, self.secret)
    }
}

/// A new session's id.
pub(crate) fn session_id() -> String {
    random(ID)
}

/// A new token's secret.
pub(crate) fn secret() -> String {
    random(SECRET)
}

fn random(length: usize) -> String {
    rand::rng().sample_iter(Alphanumeric).take(length).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_written_and_nothing_else_is() {
        let (session, secret) = (session_id(), secret());
        let token = RefreshToken { account: AccountId(7), session: &session, secret: &secret };
        let text = token.write();
        assert!(RefreshToken::read(&text) == Some(token));
        let other = text.replace("rt_", "bt_");
        for bad in ["", "rt", "rt_7", &text[..text.len() - 1], &format!("{text}x"), &format!("{text}_"), &other] {
            assert!(RefreshToken::read(bad).is_none(), "{bad}");
        }
        assert!(RefreshToken::read(&text.replace("rt_7", "rt_x")).is_none());
    }
}
