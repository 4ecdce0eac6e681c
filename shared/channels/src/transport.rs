//! One HTTP call to a provider, and what its failures mean.

use baton_domain::{ErrorClass, Outcome, ProviderError, Time};
use baton_pipeline::provider::CALL_TIMEOUT;
use reqwest::{RequestBuilder, StatusCode, header::HeaderMap};
use std::time::Duration;

/// An answer of a provider.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, at most [`MAX_ANSWER`] bytes of it, as text.
    pub body: String,
}

/// More of an answer than this is not read.
pub const MAX_ANSWER: usize = 256 * 1024;

/// How long a call may take, and how many bytes of its answer are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Until the last byte has come.
    pub timeout: Duration,
    /// The most bytes.
    pub answer: usize,
}

/// Those of a message.
const MESSAGE: Bounds = Bounds { timeout: CALL_TIMEOUT, answer: MAX_ANSWER };

impl Answer {
    /// The body as JSON, `Null` when it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The pause that a `Retry-After` header asks for: seconds, or a date (RFC 9110, section 10.2.3).
    #[must_use]
    pub fn retry_after(&self, now: Time) -> Option<Duration> {
        retry_after(&self.headers, now)
    }

    /// The class that an HTTP status alone stands for, when the body says nothing: 401 and 403 are our credentials, 408, 425
    /// and 429 pass, an answer of 500 and more leaves open whether the message was taken, any other one is our request.
    #[must_use]
    pub fn class_by_status(&self) -> ErrorClass {
        match self.status.as_u16() {
            408 | 425 | 429 => ErrorClass::Temporary,
            // A gateway that says 503 has not passed the request on.
            503 => ErrorClass::Temporary,
            500.. => ErrorClass::Unknown,
            _ => ErrorClass::Misconfigured,
        }
    }

    /// The error by HTTP status alone. Our credentials (401, 402, 403) and what a server says of itself (500 and more) are about
    /// the provider as a whole.
    #[must_use]
    pub fn error_by_status(&self, now: Time) -> ProviderError {
        let status = self.status.as_u16();
        let message = format!("The provider answered with HTTP status {status}.");
        let error = ProviderError::new(self.class_by_status(), format!("http_{status}"), message);
        let error = error.retry_after(self.retry_after(now));
        if matches!(status, 401..=403 | 500..) { error.provider_wide() } else { error }
    }

    /// The outcome by HTTP status alone.
    #[must_use]
    pub fn outcome_by_status(&self, now: Time) -> Outcome {
        Outcome::from_error(self.error_by_status(now))
    }
}

/// See [`Answer::retry_after`].
pub(crate) fn retry_after(headers: &HeaderMap, now: Time) -> Option<Duration> {
    let value = headers.get("retry-after")?.to_str().ok()?;
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = chrono_date(value)?;
    (date - now).to_std().ok()
}

fn chrono_date(value: &str) -> Option<Time> {
    Some(Time::from_naive_utc_and_offset(
        chrono::NaiveDateTime::parse_from_str(value.trim(), "%a, %d %b %Y %H:%M:%S GMT").ok()?,
        chrono::Utc,
    ))
}

/// Makes a call for a message and reads its answer.
///
/// # Errors
/// No answer came. When the connection could not even be made the provider has nothing ([`Outcome::Refused`], temporary);
/// in every other case it may have the message ([`Outcome::Unknown`]).
pub async fn call(request: RequestBuilder) -> Result<Answer, Outcome> {
    call_within(request, MESSAGE).await
}

/// Makes a call and reads its answer, within bounds.
///
/// # Errors
/// As of [`call`].
pub async fn call_within(request: RequestBuilder, bounds: Bounds) -> Result<Answer, Outcome> {
    let mut response = request.timeout(bounds.timeout).send().await.map_err(|error| failure(&error))?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
        body.extend_from_slice(&chunk[..chunk.len().min(bounds.answer - body.len())]);
        if body.len() == bounds.answer {
            break;
        }
    }
    Ok(Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() })
}

/// The usual course of a send: a request that could be built is made, and its answer read; what was refused before the call is
/// refused.
pub async fn exchange(built: Result<RequestBuilder, Outcome>, read: impl FnOnce(&Answer) -> Outcome) -> Outcome {
    let answered = async { call(built?).await };
    answered.await.map_or_else(|refused| refused, |answer| read(&answer))
}

/// What a failed call means. The error's own text is not kept: it holds the address, and that may hold a token.
fn failure(error: &reqwest::Error) -> Outcome {
    if error.is_builder() {
        let message = "The request could not be built; check baseUrl in the providers document.";
        return Outcome::Refused(ProviderError::new(ErrorClass::Misconfigured, "bad_request", message));
    }
    if error.is_connect() {
        let message = "No connection to the provider.";
        return Outcome::Refused(ProviderError::new(ErrorClass::Temporary, "no_connection", message).provider_wide());
    }
    let (code, message) = if error.is_timeout() {
        ("timeout", "The provider did not answer in time; it may have taken the message.")
    } else {
        ("connection_lost", "The connection broke before the provider answered; it may have taken the message.")
    };
    Outcome::Unknown(ProviderError::new(ErrorClass::Unknown, code, message).provider_wide())
}

/// The HTTP client of a process: connections are kept open between invocations, redirects are not followed.
///
/// # Errors
/// The TLS back end could not be set up.
pub fn client() -> Result<reqwest::Client, reqwest::Error> {
    builder().build()
}

/// A client like [`client`] for a provider whose certificate hangs on another root than those of the system: it trusts the
/// certificates of `pem` beside them. `None` when `pem` holds no certificate that can be read.
pub(crate) fn client_trusting(pem: &str) -> Option<reqwest::Client> {
    let roots = reqwest::Certificate::from_pem_bundle(pem.as_bytes()).ok().filter(|roots| !roots.is_empty())?;
    builder().tls_certs_merge(roots).build().ok()
}

/// A client like [`client`] that speaks HTTP/2 alone: over TLS it offers nothing else (ALPN), and over a plain connection it
/// begins with HTTP/2 at once.
///
/// # Errors
/// The TLS back end could not be set up.
pub(crate) fn http2_client() -> Result<reqwest::Client, reqwest::Error> {
    builder().http2_prior_knowledge().build()
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(3))
        .timeout(CALL_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("baton/", env!("CARGO_PKG_VERSION")))
}
