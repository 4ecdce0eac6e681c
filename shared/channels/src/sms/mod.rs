//! SMS: Twilio (`TWILIO`), Vonage (`VONAGE`), AWS End User Messaging (`AWS`, also written `EUM`), Rapporto (`RAPPORTO`),
//! SMSC.ru (`SMSC`) and `SANDBOX`.
//!
//! An SMS is text alone: pictures and buttons are no part of it and are not sent.

pub mod eum;
pub mod rapporto;
pub mod smsc;
pub mod twilio;
pub mod vonage;

use crate::{
    Context, DocumentFault,
    registry::{self, Kind},
    sandbox,
};
use baton_pipeline::{inbound::Act, provider::Provider};

/// The providers of the channel.
pub const PROVIDERS: &[Kind] = &[twilio::KIND, vonage::KIND, eum::KIND, rapporto::KIND, smsc::KIND, sandbox::KIND];

/// The providers in the order of the document; see [`crate::document`] for its shape.
///
/// # Errors
/// The document has a fault.
pub fn providers(document: &str, context: &Context) -> Result<Vec<Box<dyn Provider>>, DocumentFault> {
    registry::build(PROVIDERS, document, context)
}

/// Words that begin a subscription again when they are all of an SMS: those that carriers in the USA require.
const START_WORDS: &[&str] = &["start", "unstop"];

/// What somebody wrote by SMS: it may end or begin a subscription.
pub(crate) fn wrote(text: &str) -> Act {
    let word = text.trim_matches(|c: char| c.is_whitespace() || c.is_ascii_punctuation());
    match START_WORDS.iter().any(|start| word.eq_ignore_ascii_case(start)) {
        true => Act::Allowed,
        false => Act::wrote(text),
    }
}

#[cfg(test)]
mod tests;
