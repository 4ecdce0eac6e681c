//! Chat sessions, which live in messengers: Facebook Messenger (`MESSENGER`), the bots of Telegram (`TELEGRAM`), Viber
//! (`VIBERBOT`), VKontakte (`VK`), Odnoklassniki (`OK`) and MAX (`MAX`), and `SANDBOX`.
//!
//! A messenger that has a channel of its own is the same provider here; [`session`] sees to what differs.

pub mod messenger;
pub mod session;
pub mod viber_bot;

use crate::{
    Context, DocumentFault, max, ok,
    registry::{self, Kind},
    sandbox,
    telegram::bot,
    vk,
};
use baton_pipeline::provider::Provider;

/// The providers of the channel.
pub const PROVIDERS: &[Kind] = &[
    messenger::KIND,
    session::kind!(bot::KIND, &["telegram"]),
    viber_bot::KIND,
    session::kind!(vk::bot::KIND, &["vk", "vkontakte"]),
    session::kind!(ok::bot::KIND, &["ok", "odnoklassniki"]),
    session::kind!(max::bot::KIND, &["max"]),
    sandbox::KIND,
];

/// The providers in the order of the document; see [`crate::document`] for its shape.
///
/// # Errors
/// The document has a fault.
pub fn providers(document: &str, context: &Context) -> Result<Vec<Box<dyn Provider>>, DocumentFault> {
    registry::build(PROVIDERS, document, context)
}

#[cfg(test)]
mod tests;
