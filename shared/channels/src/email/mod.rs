//! E-mail: Amazon SES (`SES`), any mail server (`SMTP`) and `SANDBOX`.

mod letter;
pub mod ses;
pub mod ses_events;
pub mod smtp;
mod smtp_replies;
mod smtp_session;

use crate::{
    Context, DocumentFault,
    registry::{self, Kind},
    sandbox,
};
use baton_pipeline::provider::Provider;

/// The providers of the channel.
pub const PROVIDERS: &[Kind] = &[ses::KIND, smtp::KIND, sandbox::KIND];

/// The providers in the order of the document; see [`crate::document`] for its shape.
///
/// # Errors
/// The document has a fault.
pub fn providers(document: &str, context: &Context) -> Result<Vec<Box<dyn Provider>>, DocumentFault> {
    registry::build(PROVIDERS, document, context)
}
