//! The providers that a channel has, as a table in the channel's module; and a document read by it.

use crate::{
    Capabilities, Context,
    document::{self, DocumentFault, Entry},
};
use baton_domain::Channel;
use baton_pipeline::provider::Provider;

/// One provider that a document may name.
pub struct Kind {
    /// Its name in upper case.
    pub name: &'static str,
    /// Other names that a document may use, in upper case.
    pub aliases: &'static [&'static str],
    /// What its adapter can do.
    pub capabilities: Capabilities,
    /// Builds it from an entry of the document.
    pub new: fn(&Entry, &Context) -> Result<Box<dyn Provider>, DocumentFault>,
}

impl Kind {
    /// Whether a document means this provider by a name (in upper case).
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }
}

/// Builds the providers of a document, in its order.
///
/// # Errors
/// The first fault of the document.
pub fn build(kinds: &[Kind], document: &str, context: &Context) -> Result<Vec<Box<dyn Provider>>, DocumentFault> {
    let provider = |entry: &Entry| match kinds.iter().find(|kind| kind.is(&entry.name)) {
        Some(kind) => (kind.new)(entry, context),
        None => {
            let known: Vec<_> = kinds.iter().map(|kind| kind.name).collect();
            Err(document::unknown_provider(entry, &known))
        }
    };
    document::parse(document)?.iter().map(provider).collect()
}

/// The providers that a channel has. A sender names its channel's own table instead, so that its binary holds no other.
#[must_use]
pub const fn kinds(channel: Channel) -> &'static [Kind] {
    match channel {
        Channel::Sms => crate::sms::PROVIDERS,
        Channel::Email => crate::email::PROVIDERS,
        Channel::Push => crate::push::PROVIDERS,
        Channel::Whatsapp => crate::whatsapp::PROVIDERS,
        Channel::Viber => crate::viber::PROVIDERS,
        Channel::Telegram => crate::telegram::PROVIDERS,
        Channel::Vk => crate::vk::PROVIDERS,
        Channel::Ok => crate::ok::PROVIDERS,
        Channel::Max => crate::max::PROVIDERS,
        Channel::Chat => crate::chat::PROVIDERS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_a_channel_stands_once() {
        for channel in Channel::ALL {
            let names: Vec<_> = kinds(channel).iter().flat_map(|kind| [&[kind.name], kind.aliases].concat()).collect();
            for (index, name) in names.iter().enumerate() {
                assert_eq!(*name, name.to_ascii_uppercase());
                assert!(!names[..index].contains(name), "{channel}: {name} stands twice");
            }
        }
    }
}
