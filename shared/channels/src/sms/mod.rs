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
use baton_pipeline::provider::Provider;

/// The providers of the channel.
pub const PROVIDERS: &[Kind] = &[twilio::KIND, vonage::KIND, eum::KIND, rapporto::KIND, smsc::KIND, sandbox::KIND];

/// The providers in the order of the document; see [`crate::document`] for its shape.
///
/// # Errors
/// The document has a fault.
pub fn providers(document: &str, context: &Context) -> Result<Vec<Box<dyn Provider>>, DocumentFault> {
    registry::build(PROVIDERS, document, context)
}

#[cfg(test)]
mod tests;
