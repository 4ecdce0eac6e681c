//! Telegram: the Bot API (`TELEGRAM`, also written `BOT`) and `SANDBOX`.

pub mod bot;

use crate::{
    context::Context,
    document::{DocumentFault, parse, unknown_provider},
    sandbox::{self, Sandbox},
};
use baton_pipeline::provider::Provider;

/// The providers in the order of the document; see [`crate::document`] for its shape and [`bot::Settings`] for the settings.
///
/// # Errors
/// The document has a fault.
pub fn providers(document: &str, context: &Context) -> Result<Vec<Box<dyn Provider>>, DocumentFault> {
    parse(document)?
        .iter()
        .map(|entry| match entry.name.as_str() {
            bot::NAME | bot::ALIAS => Ok(Box::new(bot::Bot::new(entry, context)?) as Box<dyn Provider>),
            sandbox::NAME => Sandbox::new(context, entry),
            _ => Err(unknown_provider(entry, &[bot::NAME, sandbox::NAME])),
        })
        .collect()
}
