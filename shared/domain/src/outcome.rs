//! What providers tell us: at once about a call, and later in receipts.

use crate::{Time, stop::StopReason, tracks::TrackEvent};
use serde::{Deserialize, Serialize};
use std::{fmt, time::Duration};

/// What an error means for the message. Every adapter maps its provider's codes to one of these and keeps the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorClass {
    /// The recipient can not be reached over this channel: next channel now.
    Permanent,
    /// It may work later: the same provider again, with back-off.
    Temporary,
    /// Nobody knows whether the provider took it: never sent again, the receipt or the end of the validity period settles it.
    Unknown,
    /// Our credentials, sender, template or balance: next channel now, and an alarm.
    Misconfigured,
}

impl ErrorClass {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            ErrorClass::Permanent => "permanent",
            ErrorClass::Temporary => "temporary",
            ErrorClass::Unknown => "unknown",
            ErrorClass::Misconfigured => "misconfigured",
        }
    }
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An error of a provider, with the provider's own code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderError {
    /// What it means for the message.
    pub class: ErrorClass,
    /// The provider's code, as `21211` or `Throttling`; for faults of the transport one of ours, as `timeout`.
    pub code: String,
    /// A sentence for people. Never holds a credential or an address.
    pub message: String,
    /// How long the provider asks us to wait before the next try.
    pub retry_after: Option<Duration>,
    /// Whether it is about the provider as a whole and not about this message: refused credentials, no balance, an outage.
    /// Such errors open the provider's breaker.
    pub provider_wide: bool,
    /// Why the recipient is not to be written to again on this channel, when it says so: they do not exist there, or want no
    /// messages. It puts them on the stop list.
    pub stop: Option<StopReason>,
}

impl ProviderError {
    /// An error about this message alone, with no wish for a pause.
    #[must_use]
    pub fn new(class: ErrorClass, code: impl Into<String>, message: impl Into<String>) -> ProviderError {
        ProviderError {
            class,
            code: code.into(),
            message: message.into(),
            retry_after: None,
            provider_wide: false,
            stop: None,
        }
    }

    /// The same error, with the pause that the provider asks for.
    #[must_use]
    pub fn retry_after(self, pause: Option<Duration>) -> ProviderError {
        ProviderError { retry_after: pause, ..self }
    }

    /// The same error, which puts the recipient on the stop list.
    #[must_use]
    pub fn stop(self, reason: StopReason) -> ProviderError {
        ProviderError { stop: Some(reason), ..self }
    }

    /// The same error, said of the provider as a whole.
    #[must_use]
    pub fn provider_wide(self) -> ProviderError {
        ProviderError { provider_wide: true, ..self }
    }
}

/// What one provider call came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The provider took the message.
    Accepted(Accepted),
    /// The provider did not take it, for certain. The class is never [`ErrorClass::Unknown`].
    Refused(ProviderError),
    /// Nobody knows whether the provider took it.
    Unknown(ProviderError),
}

impl Outcome {
    /// The outcome that an error stands for, by its class.
    #[must_use]
    pub fn from_error(error: ProviderError) -> Outcome {
        match error.class {
            ErrorClass::Unknown => Outcome::Unknown(error),
            _ => Outcome::Refused(error),
        }
    }
}

/// What a provider says when it takes a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The provider's id of the message.
    pub provider_message_id: Option<String>,
    /// Whether delivery receipts will follow. Without them, taken counts as delivered.
    pub receipts: bool,
    /// The number of SMS parts, where the provider tells.
    pub part_count: Option<u16>,
}

/// How far an attempt has come, as a provider reports it later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptStatus {
    /// On its way: the provider has passed it on.
    Sent,
    /// On the recipient's device or in their mailbox.
    Delivered,
    /// Read.
    Read,
    /// Opened, or a link in it followed: so it has been read.
    Tracked(TrackEvent),
    /// It will not arrive.
    Failed(ProviderError),
}

/// A receipt about one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// What is reported.
    pub status: ReceiptStatus,
    /// When it happened, by the provider's clock; the time of arrival where the provider does not say.
    pub at: Time,
    /// The provider's id of the message, for when the call's own answer was lost.
    pub provider_message_id: Option<String>,
    /// The number of SMS parts, where the provider tells.
    pub part_count: Option<u16>,
}
