//! VKontakte: the messages of a community (`VK`), by phone over Rapporto (`RAPPORTO`, texts) and Devino Telecom (`DEVINO`,
//! approved templates), and `SANDBOX`.

pub mod bot;
pub mod devino;
pub mod rapporto;

use crate::{
    Context, DocumentFault,
    registry::{self, Kind},
    sandbox,
};
use baton_pipeline::provider::Provider;

/// The providers of the channel.
pub const PROVIDERS: &[Kind] = &[bot::KIND, devino::KIND, rapporto::KIND, sandbox::KIND];

/// The providers in the order of the document; see [`crate::document`] for its shape.
///
/// # Errors
/// The document has a fault.
pub fn providers(document: &str, context: &Context) -> Result<Vec<Box<dyn Provider>>, DocumentFault> {
    registry::build(PROVIDERS, document, context)
}
