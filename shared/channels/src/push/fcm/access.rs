//! Access to Google's APIs by a service account: a signed assertion is exchanged for a token
//! (<https://developers.google.com/identity/protocols/oauth2/service-account#httprest>, RFC 7523).

use super::codes::TOKEN_CODES;
use crate::{
    Context, DocumentFault,
    document::Entry,
    outcomes::check_failed,
    secret::Secret,
    transport::{self, Answer},
};
use baton_domain::ErrorClass::{self, Misconfigured, Temporary};
use baton_domain::{Outcome, ProviderError, Time};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Deserialize;
use serde_json::json;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use tokio::sync::Mutex;

/// Where tokens are when the key file does not say.
const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";

/// What a token is for.
const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";

/// How long an assertion is good, in seconds: the longest that Google takes.
const ASSERTION_LIFE: i64 = 3600;

/// A token is fetched anew this long before its end.
const MARGIN: TimeDelta = TimeDelta::minutes(5);

/// The longest that a token is waited for, so that there is time left for the call that it is for.
const TOKEN_TIMEOUT: Duration = Duration::from_secs(4);

/// The key file of a service account, as far as it is read. Google adds fields to it, so unknown ones are passed over.
#[derive(Clone, Debug, Deserialize)]
pub struct ServiceAccount {
    /// Who asks: `name@project.iam.gserviceaccount.com`.
    pub client_email: String,
    /// The RSA key as PEM.
    pub private_key: Secret,
    /// The key's id.
    pub private_key_id: Option<String>,
    /// The project that messages go out in.
    pub project_id: String,
    /// Where tokens are.
    pub token_uri: Option<String>,
}

impl ServiceAccount {
    /// The project's id, which is a part of the address.
    pub(super) fn project_id(&self, entry: &Entry) -> Result<&str, DocumentFault> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':' | '_');
        if self.project_id.is_empty() || !self.project_id.chars().all(plain) {
            return Err(entry.fault("serviceAccount/project_id", "letters, digits, `-`, `.`, `:` and `_` are expected"));
        }
        Ok(&self.project_id)
    }

    fn key(&self, entry: &Entry) -> Result<EncodingKey, DocumentFault> {
        let fault = || entry.fault("serviceAccount/private_key", "an RSA key as PEM is expected");
        let key = EncodingKey::from_rsa_pem(self.private_key.expose().as_bytes()).map_err(|_| fault())?;
        // The key itself is only read when it signs.
        jsonwebtoken::encode(&Header::new(Algorithm::RS256), &json!({}), &key).map_err(|_| fault())?;
        Ok(key)
    }
}

/// A token and the end of its use.
struct Token {
    secret: Secret,
    good_until: Time,
}

/// What the last fetch brought.
#[derive(Default)]
struct Last {
    token: Option<Token>,
    error: Option<ProviderError>,
}

/// The access tokens of a service account: one is kept until shortly before its end.
pub(super) struct AccessTokens {
    http: reqwest::Client,
    url: String,
    audience: String,
    email: String,
    key: EncodingKey,
    key_id: Option<String>,
    /// How many fetches have come to an end.
    fetches: AtomicU64,
    last: Mutex<Last>,
}

impl AccessTokens {
    pub(super) fn new(
        entry: &Entry,
        context: &Context,
        account: ServiceAccount,
        token_uri: Option<String>,
    ) -> Result<AccessTokens, DocumentFault> {
        let key = account.key(entry)?;
        let audience = account.token_uri.unwrap_or_else(|| TOKEN_URI.to_owned());
        let url = token_uri.unwrap_or_else(|| audience.clone());
        if !url::Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
            return Err(entry.fault("tokenUri", "an http(s) address is expected"));
        }
        Ok(AccessTokens {
            http: context.http.clone(),
            url,
            audience,
            email: account.client_email,
            key,
            key_id: account.private_key_id,
            fetches: AtomicU64::new(0),
            last: Mutex::default(),
        })
    }

    /// A token that is good now and is not the one that was `refused`. Calls at the same time share one fetch, also when it
    /// fails.
    ///
    /// # Errors
    /// Google gave none. Nothing was sent, so the error is never [`ErrorClass::Unknown`].
    pub(super) async fn get(&self, now: Time, refused: Option<&Secret>) -> Result<Secret, ProviderError> {
        let before = self.fetches.load(Ordering::Acquire);
        let mut last = self.last.lock().await;
        let fits = |token: &&Token| {
            token.good_until > now && refused.is_none_or(|refused| !refused.matches(token.secret.expose()))
        };
        if let Some(token) = last.token.as_ref().filter(fits) {
            return Ok(token.secret.clone());
        }
        if let Some(error) = last.error.as_ref().filter(|_| self.fetches.load(Ordering::Acquire) != before) {
            return Err(error.clone());
        }
        let fetched = tokio::time::timeout(TOKEN_TIMEOUT, self.fetch(now)).await.unwrap_or_else(|_| {
            let message = "Google's token endpoint did not answer in time.";
            Err(ProviderError::new(Temporary, "token_timeout", message).provider_wide())
        });
        self.fetches.fetch_add(1, Ordering::Release);
        match fetched {
            Ok(token) => {
                let secret = token.secret.clone();
                *last = Last { token: Some(token), error: None };
                Ok(secret)
            }
            Err(error) => {
                *last = Last { token: None, error: Some(error.clone()) };
                Err(error)
            }
        }
    }

    async fn fetch(&self, now: Time) -> Result<Token, ProviderError> {
        let assertion = self.assertion(now)?;
        let form = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion.as_str())];
        let answer = transport::call(self.http.post(&self.url).form(&form)).await.map_err(nothing_sent)?;
        token(&answer, now)
    }

    fn assertion(&self, now: Time) -> Result<String, ProviderError> {
        let header = Header { kid: self.key_id.clone(), ..Header::new(Algorithm::RS256) };
        let issued = now.timestamp();
        let claims = json!({
            "iss": self.email, "scope": SCOPE, "aud": self.audience, "iat": issued, "exp": issued + ASSERTION_LIFE,
        });
        jsonwebtoken::encode(&header, &claims, &self.key).map_err(|_| {
            let message = "The request for an access token could not be signed; check private_key.";
            ProviderError::new(Misconfigured, "bad_private_key", message).provider_wide()
        })
    }
}

/// The error of a call that brought no token, whatever it was: without one nothing can be sent at all.
fn nothing_sent(outcome: Outcome) -> ProviderError {
    check_failed(outcome).provider_wide()
}

fn token(answer: &Answer, now: Time) -> Result<Token, ProviderError> {
    let body = answer.json();
    if !answer.status.is_success() {
        let Some(code) = body["error"].as_str() else { return Err(nothing_sent(answer.outcome_by_status(now))) };
        let class = match answer.class_by_status() {
            ErrorClass::Unknown => Temporary,
            class => class,
        };
        let error = TOKEN_CODES.error("Google's token endpoint", code, class);
        return Err(error.retry_after(answer.retry_after(now)).provider_wide());
    }
    let (Some(token), Some(seconds)) = (body["access_token"].as_str(), body["expires_in"].as_i64()) else {
        let message = "The answer of Google's token endpoint has no access token.";
        return Err(ProviderError::new(Temporary, "token_missing", message).provider_wide());
    };
    // One that is as good as over serves the call that it was fetched for.
    let life = TimeDelta::try_seconds(seconds.clamp(0, 86_400)).unwrap_or_default();
    Ok(Token { secret: Secret::new(token), good_until: now + life - MARGIN })
}

#[cfg(test)]
mod tests;
