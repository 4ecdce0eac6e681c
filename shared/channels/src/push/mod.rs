//! Push notifications: `FCM`, `APNS`, `WEBPUSH`, `RUSTORE`, `SANDBOX`.
//!
//! A recipient's `pushRegistrationId` belongs to one push service, and each provider takes its own alone: a Web Push
//! subscription is known by its form, the tokens of the others by the recipient's `platform`.

pub mod apns;
mod device;
pub mod fcm;
mod fcm_message;
mod notification;
pub mod rustore;
pub mod webpush;

use crate::{
    Context, DocumentFault,
    registry::{self, Kind},
    sandbox,
};
use baton_pipeline::provider::Provider;

/// The providers of the channel.
pub const PROVIDERS: &[Kind] = &[apns::KIND, fcm::KIND, rustore::KIND, webpush::KIND, sandbox::KIND];

/// The providers in the order of the document; see [`crate::document`] for its shape.
///
/// # Errors
/// The document has a fault.
pub fn providers(document: &str, context: &Context) -> Result<Vec<Box<dyn Provider>>, DocumentFault> {
    registry::build(PROVIDERS, document, context)
}
