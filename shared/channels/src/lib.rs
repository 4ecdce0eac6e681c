//! The providers of every channel: build the request, read the answer, read its webhooks. One module per channel, one file
//! per provider.
//!
//! A sender calls the `providers` function of its channel alone, so that its binary holds nothing of the others.

mod acts;
mod aws;
pub mod base_url;
pub mod callback;
pub mod capabilities;
pub mod chat;
pub mod codes;
pub mod context;
mod devino;
pub mod document;
pub mod email;
pub mod inspect;
pub mod lookups;
pub mod max;
pub mod ok;
pub mod outcomes;
pub mod push;
mod rapporto;
pub mod receiver;
pub mod registry;
pub mod sandbox;
pub mod secret;
mod signature;
pub mod sms;
pub mod sns;
pub mod telegram;
#[cfg(test)]
mod testing;
mod tracking;
pub mod transport;
pub mod viber;
pub mod vk;
pub mod vonage;
pub mod webhooks;
pub mod whatsapp;

pub use capabilities::Capabilities;
pub use context::Context;
pub use document::DocumentFault;
