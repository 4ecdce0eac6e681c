//! The providers of the SMS channel, and what they share.
//!
//! An SMS is text alone: pictures and buttons are no part of it and are not sent.

pub mod eum;
pub mod twilio;
pub mod vonage;

use crate::{
    Context, DocumentFault,
    document::{self, Entry},
    sandbox::{self, Sandbox},
};
use baton_domain::{ErrorClass, Outcome, ProviderError};
use baton_pipeline::provider::{Provider, SendRequest};

/// The providers of a channel's document, in its order: `TWILIO`, `VONAGE`, `AWS` (also written `EUM`), `SANDBOX`.
///
/// # Errors
/// The first fault of the document.
pub fn providers(document: &str, context: &Context) -> Result<Vec<Box<dyn Provider>>, DocumentFault> {
    document::parse(document)?.iter().map(|entry| provider(entry, context)).collect()
}

fn provider(entry: &Entry, context: &Context) -> Result<Box<dyn Provider>, DocumentFault> {
    Ok(match entry.name.as_str() {
        twilio::NAME => Box::new(twilio::Twilio::new(entry, context)?),
        vonage::NAME => Box::new(vonage::Vonage::new(entry, context)?),
        eum::NAME | eum::ALIAS => Box::new(eum::Eum::new(entry, context)?),
        sandbox::NAME => Sandbox::new(context, entry)?,
        _ => {
            let known = [twilio::NAME, vonage::NAME, eum::NAME, sandbox::NAME];
            return Err(document::unknown_provider(entry, &known));
        }
    })
}

/// What a provider's codes mean: the code, its class, and a sentence of ours (a provider's own may hold the address).
pub(crate) type Codes = [(&'static str, ErrorClass, &'static str)];

/// The error of a code, `None` when the table does not have it.
pub(crate) fn known(codes: &Codes, code: &str) -> Option<ProviderError> {
    let (code, class, message) = codes.iter().find(|(known, ..)| *known == code)?;
    Some(ProviderError::new(*class, *code, *message))
}

/// The text of an SMS, refused before the call when the provider would not take it. `limit` is in UTF-16 units, which is
/// never fewer than the characters that the provider counts.
pub(crate) fn text(request: &SendRequest, limit: usize) -> Result<&str, Outcome> {
    let text = request.content.text.as_deref().unwrap_or_default();
    let actual = text.encode_utf16().count();
    let (code, message) = match actual {
        0 => ("text_missing", "An SMS needs a text.".to_owned()),
        _ if actual > limit => {
            ("text_too_long", format!("The text has {actual} characters; the provider takes at most {limit}."))
        }
        _ => return Ok(text),
    };
    Err(Outcome::Refused(ProviderError::new(ErrorClass::Permanent, code, message)))
}

/// The outcome of a message that has no sender, neither its own nor the provider's.
pub(crate) fn no_sender() -> Outcome {
    let message = "The message names no sender and the provider has none set.";
    Outcome::Refused(ProviderError::new(ErrorClass::Misconfigured, "no_sender", message))
}

#[cfg(test)]
mod tests;
