//! Callbacks of providers that sign nothing: a secret of ours stands in the query of the address that they call.
//!
//! `https://…/webhooks/sms/acme?secret=…&ref=…`: the secret says that the call is theirs, `ref` names the attempt. The setting
//! is `webhookSecret` for every such provider. Without it no receipts are asked for, since anybody could write them.

use crate::{
    document::{DocumentFault, Entry},
    secret::Secret,
};
use baton_domain::AttemptRef;
use baton_pipeline::provider::WebhookRequest;
use std::borrow::Cow;

/// The shortest secret, in characters. It is all that a call is known by, so it must not be guessable.
pub const SHORTEST: usize = 16;

/// The setting `webhookSecret` as a provider takes it; `None` where it is not set.
///
/// # Errors
/// It is shorter than [`SHORTEST`].
pub fn secret(entry: &Entry, given: Option<Secret>) -> Result<Option<Secret>, DocumentFault> {
    match given {
        Some(secret) if secret.expose().chars().count() < SHORTEST => {
            Err(entry.fault("webhookSecret", format!("at least {SHORTEST} characters are expected")))
        }
        given => Ok(given),
    }
}

/// The setting `webhookSecret` as a webhook needs it.
///
/// # Errors
/// It is missing, or shorter than [`SHORTEST`].
pub fn required_secret(entry: &Entry, given: Option<Secret>) -> Result<Secret, DocumentFault> {
    let missing = || entry.fault("webhookSecret", "required for webhooks: without it anybody could write receipts");
    secret(entry, given)?.ok_or_else(missing)
}

/// The address that a provider is asked to call about an attempt. `webhook` is the address without a query, as
/// [`crate::Context::webhook_url`] gives it.
#[must_use]
pub fn address(webhook: &str, secret: &Secret, attempt: AttemptRef) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("secret", secret.expose()).append_pair("ref", &attempt.to_string());
    format!("{webhook}?{}", query.finish())
}

/// Whether a call carries the secret, in a time that does not tell how much of it is right.
#[must_use]
pub fn authentic(request: &WebhookRequest, secret: &Secret) -> bool {
    parameter(request, "secret").is_some_and(|given| secret.matches(&given))
}

/// The attempt that the address names.
#[must_use]
pub fn attempt(request: &WebhookRequest) -> Option<AttemptRef> {
    parameter(request, "ref")?.parse().ok()
}

/// The first value of a parameter of the query.
fn parameter<'r>(request: &'r WebhookRequest, name: &str) -> Option<Cow<'r, str>> {
    url::form_urlencoded::parse(request.query.as_bytes()).find(|(known, _)| known == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::attempt as an_attempt;

    fn call(query: &str) -> WebhookRequest {
        WebhookRequest { query: query.to_owned(), ..WebhookRequest::default() }
    }

    #[test]
    fn an_address_comes_back_with_the_secret_and_the_attempt() {
        let secret = Secret::new("s & = + ? # ы 0123456789");
        let address = address("https://baton.example.org/webhooks/sms/acme", &secret, an_attempt());
        let (place, query) = address.split_once('?').expect("a query");
        assert_eq!(place, "https://baton.example.org/webhooks/sms/acme");
        assert!(authentic(&call(query), &secret));
        assert_eq!(attempt(&call(query)), Some(an_attempt()));
    }

    #[test]
    fn only_the_secret_itself_is_authentic() {
        let secret = Secret::new("0123456789abcdef");
        for query in
            ["", "secret", "secret=", "secret=0123456789abcde", "secret=0123456789abcdeF", "x=0123456789abcdef"]
        {
            assert!(!authentic(&call(query), &secret), "{query}");
        }
        // The first one counts, so nothing can be appended to a wrong one.
        assert!(!authentic(&call("secret=x&secret=0123456789abcdef"), &secret));
        for query in ["", "ref=", "ref=42", "ref=%FF", "secret=0123456789abcdef"] {
            assert_eq!(attempt(&call(query)), None, "{query}");
        }
    }

    #[test]
    fn a_short_secret_is_a_fault_and_is_not_shown() {
        let entry = crate::document::parse(r#"[{"name": "ACME"}]"#).expect("a document").remove(0);
        assert!(matches!(secret(&entry, None), Ok(None)));
        assert!(matches!(secret(&entry, Some(Secret::new("0123456789abcdef"))), Ok(Some(_))));
        for given in [None, Some(Secret::new("")), Some(Secret::new("0123456789abcde"))] {
            let fault = required_secret(&entry, given).expect_err("a fault").to_string();
            assert!(fault.contains("/0/webhookSecret") && !fault.contains("0123"), "{fault}");
        }
    }
}
