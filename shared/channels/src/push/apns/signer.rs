//! The tokens that calls to Apple are authorised by
//! (<https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns>).

use crate::{DocumentFault, document::Entry, secret::Secret};
use baton_domain::{ErrorClass, ProviderError, Time};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;
use std::sync::{Mutex, PoisonError};

/// A token is used for this long. Apple refuses one that is older than an hour.
const LIFE: TimeDelta = TimeDelta::minutes(50);

/// A younger token is not replaced: Apple refuses a change more often than every 20 minutes.
const SHORTEST_LIFE: TimeDelta = TimeDelta::minutes(20);

struct Token {
    secret: Secret,
    issued: Time,
}

/// Signs the tokens, and keeps the last one.
pub(super) struct Signer {
    key_id: String,
    team_id: String,
    key: EncodingKey,
    last: Mutex<Option<Token>>,
}

impl Signer {
    pub(super) fn new(entry: &Entry, key_id: String, team_id: String, pem: &Secret) -> Result<Signer, DocumentFault> {
        for (setting, id) in [("keyId", &key_id), ("teamId", &team_id)] {
            if id.len() != 10 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return Err(entry.fault(setting, "ten letters and digits are expected"));
            }
        }
        let fault = || entry.fault("privateKey", "the text of a .p8 file is expected, its lines separated by \\n");
        let key = EncodingKey::from_ec_pem(pem.expose().as_bytes()).map_err(|_| fault())?;
        // The key itself is only read when it signs.
        jsonwebtoken::encode(&Header::new(Algorithm::ES256), &json!({}), &key).map_err(|_| fault())?;
        Ok(Signer { key_id, team_id, key, last: Mutex::new(None) })
    }

    /// A token that is good now.
    ///
    /// # Errors
    /// It could not be signed.
    pub(super) fn token(&self, now: Time) -> Result<Secret, ProviderError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let good = |token: &&Token| (TimeDelta::zero()..LIFE).contains(&(now - token.issued));
        match last.as_ref().filter(good) {
            Some(token) => Ok(token.secret.clone()),
            None => Ok(last.insert(self.sign(now)?).secret.clone()),
        }
    }

    /// A token instead of one that Apple calls expired; `None` when that one is too young to be replaced (our clock is wrong
    /// then, and a new one would be refused as well).
    ///
    /// # Errors
    /// It could not be signed.
    pub(super) fn instead_of(&self, expired: &Secret, now: Time) -> Result<Option<Secret>, ProviderError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match last.as_ref() {
            // Another call was quicker.
            Some(token) if !token.secret.matches(expired.expose()) => Ok(Some(token.secret.clone())),
            Some(token) if now - token.issued < SHORTEST_LIFE => Ok(None),
            _ => Ok(Some(last.insert(self.sign(now)?).secret.clone())),
        }
    }

    fn sign(&self, now: Time) -> Result<Token, ProviderError> {
        let header = Header { kid: Some(self.key_id.clone()), ..Header::new(Algorithm::ES256) };
        let claims = json!({"iss": self.team_id, "iat": now.timestamp()});
        let token = jsonwebtoken::encode(&header, &claims, &self.key).map_err(|_| {
            let message = "The token for the call could not be signed; check privateKey.";
            ProviderError::new(ErrorClass::Misconfigured, "bad_private_key", message).provider_wide()
        })?;
        Ok(Token { secret: Secret::new(token), issued: now })
    }
}

#[cfg(test)]
mod tests;
