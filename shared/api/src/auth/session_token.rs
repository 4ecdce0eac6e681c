//! Session tokens: JSON web tokens (RFC 7519) signed with HMAC-SHA256, with the key's id in the header (`kid`).

use crate::ports::{AuthKey, User};
use baton_domain::{AccountId, Time};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a session token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// The user.
    pub(crate) sub: Uuid,
    /// The user's account.
    pub(crate) acc: u64,
    /// The account that the user acts for.
    pub(crate) act: u64,
    /// The generation of the user's password.
    pub(crate) r#gen: u32,
    /// When it was made, in seconds since 1970.
    pub(crate) iat: i64,
    /// When it ends, in seconds since 1970.
    pub(crate) exp: i64,
}

impl Claims {
    pub(crate) fn new(user: &User, acting: AccountId, now: Time, seconds: i64) -> Claims {
        let iat = now.timestamp();
        Claims { sub: user.id, acc: user.account.0, act: acting.0, r#gen: user.generation, iat, exp: iat + seconds }
    }

    pub(crate) fn is_over(&self, now: Time) -> bool {
        self.exp <= now.timestamp()
    }
}

/// The token of these claims.
pub(crate) fn sign(claims: &Claims, key: &AuthKey) -> Result<String, jsonwebtoken::errors::Error> {
    let header = Header { kid: Some(key.id.clone()), ..Header::new(Algorithm::HS256) };
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(&key.secret))
}

/// Whether a token may be one of these at all: three parts, each in base64url.
pub(crate) fn is_like_one(token: &str) -> bool {
    let alphabet = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    token.len() <= 2048
        && token.split('.').count() == 3
        && token.split('.').all(|part| !part.is_empty() && alphabet(part))
}

/// The id of the key that a token says that it is signed with. Not to be trusted.
pub(crate) fn key_id(token: &str) -> Option<String> {
    jsonwebtoken::decode_header(token).ok()?.kid
}

/// What a token says that one of the keys has signed, be it over or not.
pub(crate) fn read(token: &str, keys: &[AuthKey]) -> Option<Claims> {
    let id = key_id(token)?;
    let key = keys.iter().find(|key| key.id == id)?;
    // The algorithm is ours to say, never the token's; its end is compared by the caller, with the caller's clock.
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let read = jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(&key.secret), &validation);
    read.ok().map(|data| data.claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

    fn key(id: &str, byte: u8) -> AuthKey {
        AuthKey { id: id.to_owned(), secret: vec![byte; 32] }
    }

    fn claims() -> Claims {
        Claims { sub: Uuid::nil(), acc: 1, act: 2, r#gen: 3, iat: 100, exp: 160 }
    }

    #[test]
    fn a_token_is_read_with_the_key_that_signed_it() {
        let (old, new) = (key("a", 1), key("b", 2));
        let token = sign(&claims(), &old).expect("signed");
        assert!(is_like_one(&token));
        assert_eq!(read(&token, &[new.clone(), old.clone()]), Some(claims()), "either of two live keys");
        assert_eq!(read(&token, std::slice::from_ref(&new)), None, "its key is gone");
        assert_eq!(read(&token, &[key("a", 2)]), None, "another secret under the same id");
        assert_eq!(read(&token, &[]), None);
        let at = |seconds| Time::from_timestamp(seconds, 0).expect("a time");
        assert_eq!((claims().is_over(at(159)), claims().is_over(at(160))), (false, true));
    }

    /// RFC 8725, section 2.1: neither no algorithm nor another one is taken.
    #[test]
    fn a_token_that_was_tampered_with_is_none() {
        let keys = [key("a", 1)];
        let token = sign(&claims(), &keys[0]).expect("signed");
        let parts: Vec<_> = token.split('.').collect();
        let encode = |json: serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
        let raised =
            encode(serde_json::json!({"sub": Uuid::nil(), "acc": 1, "act": 9, "gen": 3, "iat": 100, "exp": 160}));
        let none = encode(serde_json::json!({"alg": "none", "kid": "a"}));
        let other = encode(serde_json::json!({"alg": "HS512", "kid": "a"}));
        for bad in [
            format!("{}.{raised}.{}", parts[0], parts[2]),
            format!("{none}.{}.", parts[1]),
            format!("{none}.{}.{}", parts[1], parts[2]),
            format!("{other}.{}.{}", parts[1], parts[2]),
            format!("{}.{}", parts[0], parts[1]),
            "a.b.c".to_owned(),
        ] {
            assert_eq!(read(&bad, &keys), None, "{bad}");
        }
        for bad in ["", "a.b", "a.b.", "a.b.c.d", "a b.c.d", "bt_1_a_b"] {
            assert!(!is_like_one(bad), "{bad}");
        }
    }
}
