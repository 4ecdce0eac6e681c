//! E-mail: Amazon SES (`SES`), any mail server (`SMTP`) and `SANDBOX`.

mod letter;
pub mod ses;
pub mod ses_events;
pub mod smtp;
mod smtp_replies;
mod smtp_session;

use crate::{
    context::Context,
    document::{DocumentFault, parse, unknown_provider},
    sandbox::{self, Sandbox},
};
use baton_pipeline::provider::Provider;

/// The providers in the order of the document; see [`crate::document`] for its shape, [`ses::Settings`] and
/// [`smtp::Settings`] for the settings.
///
/// # Errors
/// The document has a fault.
pub fn providers(document: &str, context: &Context) -> Result<Vec<Box<dyn Provider>>, DocumentFault> {
    parse(document)?
        .iter()
        .map(|entry| match entry.name.as_str() {
            ses::NAME => Ok(Box::new(ses::Ses::new(entry, context)?) as Box<dyn Provider>),
            smtp::NAME => Ok(Box::new(smtp::Smtp::new(entry, context)?) as Box<dyn Provider>),
            sandbox::NAME => Sandbox::new(context, entry),
            _ => Err(unknown_provider(entry, &[ses::NAME, smtp::NAME, sandbox::NAME])),
        })
        .collect()
}
