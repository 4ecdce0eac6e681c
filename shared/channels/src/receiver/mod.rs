//! The receivers of callbacks: signed posts to addresses of callers, which must not lead into networks of ours.
//!
//! The address is looked at twice: when a message is accepted, and here, on what its name resolves to. The resolver gives
//! the client nothing but addresses it has looked at, so a name that resolves to something else a moment later does not help.

mod guard;
mod signature;

pub use signature::sign;

use crate::transport::retry_after;
use baton_pipeline::callbacks::{
    address::{UrlFault, check_url},
    ports::{Called, Delivery, Receiver},
};
use reqwest::header::CONTENT_TYPE;
use std::{sync::Arc, time::Duration};

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(3);

/// Receivers over HTTP.
#[derive(Clone, Debug)]
pub struct HttpReceiver {
    client: reqwest::Client,
    private: bool,
}

impl HttpReceiver {
    /// Calls take at most `limit`. With `private`, networks of one's own may be called too.
    ///
    /// # Errors
    /// The TLS back end could not be set up.
    pub fn new(limit: Duration, private: bool) -> Result<HttpReceiver, reqwest::Error> {
        let builder = reqwest::Client::builder()
            .connect_timeout(CONNECT.min(limit))
            .timeout(limit)
            .redirect(reqwest::redirect::Policy::none())
            // A proxy would resolve names by itself.
            .no_proxy()
            .user_agent(concat!("baton/", env!("CARGO_PKG_VERSION")));
        let builder = if private { builder } else { builder.dns_resolver(Arc::new(guard::PublicNames)) };
        Ok(HttpReceiver { client: builder.build()?, private })
    }
}

impl Receiver for HttpReceiver {
    async fn post(&self, delivery: &Delivery<'_>) -> Called {
        let failed = |error| Called { error: Some(error), ..Called::default() };
        // The client asks no resolver for what is an address already.
        match check_url(delivery.url, self.private) {
            Ok(()) => {}
            Err(UrlFault::Private) => return failed("private_address"),
            Err(UrlFault::Invalid) => return failed("invalid_url"),
        }
        let mut request = self
            .client
            .post(delivery.url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", delivery.id.to_string())
            .header("webhook-timestamp", delivery.timestamp);
        let signatures = sign(delivery);
        if !signatures.is_empty() {
            request = request.header("webhook-signature", signatures);
        }
        // What the receiver says in its body is not read.
        match request.body(delivery.body.clone()).send().await {
            Ok(answer) => Called {
                status: Some(answer.status().as_u16()),
                error: None,
                retry_after: retry_after(answer.headers(), chrono::Utc::now()),
            },
            Err(error) => failed(reason(&error)),
        }
    }
}

/// Why there is no answer. The error's own text is not kept: it holds the address, and that may hold a secret.
fn reason(error: &reqwest::Error) -> &'static str {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if inner.is::<guard::NoPublicAddress>() {
            return "private_address";
        }
        cause = inner.source();
    }
    match error {
        error if error.is_builder() => "invalid_url",
        error if error.is_connect() => "no_connection",
        error if error.is_timeout() => "timeout",
        _ => "connection_lost",
    }
}

/// The longest time limit of a call.
pub const LONGEST_CALL: Duration = Duration::from_secs(10);

/// The time limit of a call in a function with this time-out: there must be time to write down what came of it.
#[must_use]
pub fn limit(function_timeout: Duration) -> Duration {
    LONGEST_CALL.min(function_timeout * 3 / 5)
}

/// The time limit of a call in the fast lane, which is `wanted` where the function's time-out has room for two such calls, one
/// after the other.
#[must_use]
pub fn quick_limit(wanted: Duration, function_timeout: Duration) -> Duration {
    wanted.min(limit(function_timeout) / 2)
}

#[cfg(test)]
mod tests;
