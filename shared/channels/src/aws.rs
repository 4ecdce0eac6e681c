//! What the providers that are AWS services share: how their clients are set up, and what their failures mean.

use aws_sdk_pinpointsmsvoicev2::error::SdkError;
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use baton_domain::{ErrorClass, Outcome, ProviderError};
use baton_pipeline::provider::CALL_TIMEOUT;
use std::{error::Error, time::Duration};

/// No retries by the SDK: the services know no key against duplicates, so a second request could be a second message.
#[must_use]
pub fn retries() -> RetryConfig {
    RetryConfig::disabled()
}

/// The time-outs of a call: as those of [`crate::transport`].
#[must_use]
pub fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(Duration::from_secs(3)).operation_timeout(CALL_TIMEOUT).build()
}

/// The outcome of a call to which the service gave no answer that the SDK can read: it never left, or nobody knows. `None`
/// when the service answered with an error of its own.
#[must_use]
pub fn no_answer<E, R>(error: &SdkError<E, R>) -> Option<Outcome> {
    let refused =
        |class, code, message| Some(Outcome::Refused(ProviderError::new(class, code, message).provider_wide()));
    let unknown =
        |code, message| Some(Outcome::Unknown(ProviderError::new(ErrorClass::Unknown, code, message).provider_wide()));
    match error {
        SdkError::ServiceError(_) => None,
        SdkError::ConstructionFailure(_) => {
            let message =
                "The request could not be built; check region, baseUrl and the sender in the providers document.";
            refused(ErrorClass::Misconfigured, "bad_request", message)
        }
        SdkError::DispatchFailure(failure) => {
            let cause = failure.as_connector_error().map(|error| error as &(dyn Error + 'static));
            // The types of these causes are not public, their texts are all there is. An unknown text is no loss: the
            // outcome then is unknown, and nothing is sent twice.
            let says = |text: &str| causes(cause).any(|cause| cause.to_string().contains(text));
            if says("client error (Connect)") {
                refused(ErrorClass::Temporary, "no_connection", "No connection to the provider.")
            } else if failure.is_other() && says("credential") {
                let message = "There are no AWS credentials, or they could not be loaded.";
                refused(ErrorClass::Misconfigured, "no_credentials", message)
            } else if failure.is_timeout() {
                unknown("timeout", "The provider did not answer in time; it may have taken the message.")
            } else {
                let message = "The connection broke before the provider answered; it may have taken the message.";
                unknown("connection_lost", message)
            }
        }
        SdkError::TimeoutError(_) => {
            unknown("timeout", "The provider did not answer in time; it may have taken the message.")
        }
        _ => unknown("bad_answer", "The provider's answer could not be read; it may have taken the message."),
    }
}

/// An error and everything that caused it.
fn causes<'a>(error: Option<&'a (dyn Error + 'static)>) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error, |&error| error.source())
}
