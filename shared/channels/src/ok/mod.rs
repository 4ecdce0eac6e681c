//! Odnoklassniki: the messages of a group (`OK`), by phone over Devino Telecom (`DEVINO`, approved templates), and `SANDBOX`.

pub mod bot;
pub mod devino;

use crate::{
    Context, DocumentFault,
    registry::{self, Kind},
    sandbox,
};
use baton_pipeline::provider::Provider;

/// The providers of the channel.
pub const PROVIDERS: &[Kind] = &[bot::KIND, devino::KIND, sandbox::KIND];

/// The providers in the order of the document; see [`crate::document`] for its shape.
///
/// # Errors
/// The document has a fault.
pub fn providers(document: &str, context: &Context) -> Result<Vec<Box<dyn Provider>>, DocumentFault> {
    registry::build(PROVIDERS, document, context)
}
