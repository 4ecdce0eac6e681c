//! Viber: Vonage (`VONAGE`), Rapporto (`RAPPORTO`) and `SANDBOX`.

pub mod rapporto;
pub mod vonage;

use crate::{
    Context, DocumentFault,
    registry::{self, Kind},
    sandbox,
};
use baton_pipeline::provider::Provider;

/// The providers of the channel.
pub const PROVIDERS: &[Kind] = &[vonage::KIND, rapporto::KIND, sandbox::KIND];

/// The providers in the order of the document; see [`crate::document`] for its shape.
///
/// # Errors
/// The document has a fault.
pub fn providers(document: &str, context: &Context) -> Result<Vec<Box<dyn Provider>>, DocumentFault> {
    registry::build(PROVIDERS, document, context)
}
