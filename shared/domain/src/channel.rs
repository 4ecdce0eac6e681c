//! The ten ways to reach a person.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// One way to reach a person. Written in lower case, read in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// Text message to a phone.
    Sms,
    /// E-mail.
    Email,
    /// Push notification to an app or a browser.
    Push,
    /// WhatsApp, by phone number.
    Whatsapp,
    /// Viber, by phone number.
    Viber,
    /// Telegram, by the user id that the bot knows.
    Telegram,
    /// VKontakte, by user id, or by phone number through a reseller.
    Vk,
    /// Odnoklassniki, by user or chat id, or by phone number through a reseller.
    Ok,
    /// MAX, by user id.
    Max,
    /// Baton's own chat sessions.
    Chat,
}

impl Channel {
    /// Every channel, in the order of the documentation.
    pub const ALL: [Channel; 10] = [
        Channel::Sms,
        Channel::Email,
        Channel::Push,
        Channel::Whatsapp,
        Channel::Viber,
        Channel::Telegram,
        Channel::Vk,
        Channel::Ok,
        Channel::Max,
        Channel::Chat,
    ];

    /// The name on the wire, in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Channel::Sms => "sms",
            Channel::Email => "email",
            Channel::Push => "push",
            Channel::Whatsapp => "whatsapp",
            Channel::Viber => "viber",
            Channel::Telegram => "telegram",
            Channel::Vk => "vk",
            Channel::Ok => "ok",
            Channel::Max => "max",
            Channel::Chat => "chat",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name is not one of the ten channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a channel: one of sms, email, push, whatsapp, viber, telegram, vk, ok, max, chat is expected")]
pub struct UnknownChannel;

impl FromStr for Channel {
    type Err = UnknownChannel;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Channel::ALL.into_iter().find(|channel| channel.name().eq_ignore_ascii_case(name)).ok_or(UnknownChannel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back_in_any_case() {
        for channel in Channel::ALL {
            assert_eq!(channel.name().parse(), Ok(channel));
            assert_eq!(channel.name().to_uppercase().parse(), Ok(channel));
        }
        assert_eq!("fax".parse::<Channel>(), Err(UnknownChannel));
    }
}
