//! Telegram: the Bot API (`TELEGRAM`, also written `BOT`), the Gateway for codes (`TELEGRAM_GATEWAY`) and `SANDBOX`.

pub mod bot;
pub mod gateway;

use crate::{
    Context, DocumentFault,
    registry::{self, Kind},
    sandbox,
};
use baton_pipeline::provider::Provider;

/// The providers of the channel.
pub const PROVIDERS: &[Kind] = &[bot::KIND, gateway::KIND, sandbox::KIND];

/// The providers in the order of the document; see [`crate::document`] for its shape.
///
/// # Errors
/// The document has a fault.
pub fn providers(document: &str, context: &Context) -> Result<Vec<Box<dyn Provider>>, DocumentFault> {
    registry::build(PROVIDERS, document, context)
}
