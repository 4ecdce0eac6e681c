//! How calls are authorised: by an application's signed token, or by the account's key and secret
//! (<https://developer.vonage.com/en/getting-started/concepts/authentication>).

use super::Settings;
use crate::{DocumentFault, document::Entry, outcomes::refused, secret::Secret};
use baton_domain::{ErrorClass::Misconfigured, Outcome, Time};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::RequestBuilder;
use serde_json::json;

/// How long a token for a call is good, in seconds.
const TOKEN_LIFE: i64 = 15 * 60;

/// How a call is authorised.
pub(super) enum Authority {
    Application { id: String, key: Box<EncodingKey> },
    Account { key: String, secret: Secret },
}

/// The authority of an entry.
pub(super) fn authority(entry: &Entry, settings: &Settings) -> Result<Authority, DocumentFault> {
    match (&settings.application_id, &settings.private_key, &settings.api_key, &settings.api_secret) {
        (Some(id), Some(pem), ..) => {
            let fault = || entry.fault("privateKey", "an RSA key as PEM is expected, its lines separated by \\n");
            let key = EncodingKey::from_rsa_pem(pem.expose().as_bytes()).map_err(|_| fault())?;
            // The key itself is only read when it signs.
            jsonwebtoken::encode(&Header::new(Algorithm::RS256), &json!({}), &key).map_err(|_| fault())?;
            Ok(Authority::Application { id: id.clone(), key: Box::new(key) })
        }
        (None, None, Some(key), Some(secret)) => Ok(Authority::Account { key: key.clone(), secret: secret.clone() }),
        (Some(_), None, ..) => Err(entry.fault("privateKey", "applicationId and privateKey go together")),
        (None, Some(_), ..) => Err(entry.fault("applicationId", "applicationId and privateKey go together")),
        (None, None, Some(_), None) => Err(entry.fault("apiSecret", "apiKey and apiSecret go together")),
        (None, None, None, _) => {
            Err(entry.fault("applicationId", "applicationId with privateKey, or apiKey with apiSecret, is required"))
        }
    }
}

impl Authority {
    /// The call with its authorisation.
    ///
    /// # Errors
    /// The token could not be signed.
    pub(super) fn authorise(&self, call: RequestBuilder, now: Time) -> Result<RequestBuilder, Outcome> {
        match self {
            Authority::Account { key, secret } => Ok(call.basic_auth(key, Some(secret.expose()))),
            Authority::Application { id, key } => {
                let now = now.timestamp();
                let claims =
                    json!({"application_id": id, "iat": now, "exp": now + TOKEN_LIFE, "jti": uuid::Uuid::new_v4()});
                let token = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, key).map_err(|_| {
                    let message = "The token for the call could not be signed; check privateKey.";
                    refused(Misconfigured, "bad_private_key", message)
                })?;
                Ok(call.bearer_auth(token))
            }
        }
    }
}
