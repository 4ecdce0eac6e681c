//! Channels that have no provider of their own yet: push, WhatsApp, Viber, VK, Odnoklassniki, MAX and chat take `SANDBOX`.

use crate::{
    context::Context,
    document::{DocumentFault, parse, unknown_provider},
    sandbox::{self, Sandbox},
};
use baton_domain::Channel;
use baton_pipeline::provider::Provider;

/// The providers of a channel in the order of its document; see [`crate::document`] for its shape.
///
/// # Errors
/// The document has a fault, or names a provider other than `SANDBOX`.
pub fn providers(channel: Channel, document: &str, context: &Context) -> Result<Vec<Box<dyn Provider>>, DocumentFault> {
    parse(document)?
        .iter()
        .map(|entry| match entry.name.as_str() {
            sandbox::NAME => Sandbox::new(context, entry),
            _ => {
                tracing::error!(%channel, "the providers document names a provider that this channel does not have");
                Err(unknown_provider(entry, &[sandbox::NAME]))
            }
        })
        .collect()
}
