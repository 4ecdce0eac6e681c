//! Who a message is for, and at which address a channel reaches them.

use crate::Channel;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// The kind of device that a push registration belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// Firebase Cloud Messaging.
    Android,
    /// Apple Push Notification service.
    Ios,
    /// Web Push.
    Web,
}

/// The value of a variable: a string, a number or a boolean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A truth value, rendered as `true` or `false`.
    Bool(bool),
    /// A number, rendered as it was written.
    Number(serde_json::Number),
    /// Text.
    Text(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(value) => value.fmt(f),
            Value::Number(value) => value.fmt(f),
            Value::Text(value) => f.write_str(value),
        }
    }
}

/// The values of a recipient's variables by name.
pub type Variables = BTreeMap<String, Value>;

/// The recipient of one message: the addresses they can be reached at, and their variables.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Recipient {
    /// Phone number in E.164 form with the leading `+`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The caller's own id of the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Anything of the caller's; given back as it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// A chat session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat_session_id: Option<String>,
    /// The person's id in the messenger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messenger_user_id: Option<String>,
    /// The token (or Web Push subscription) of a device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push_registration_id: Option<String>,
    /// Whose push service the token belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// The person's time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// What fills the variables of the texts.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: Variables,
}

impl Recipient {
    /// The address that a channel uses, `None` when the recipient has none for it.
    ///
    /// VK and Odnoklassniki prefer the messenger's own id and fall back on the phone, which resellers accept; a chat is
    /// found by its session, else by the messenger's or the caller's id of the person.
    #[must_use]
    pub fn address(&self, channel: Channel) -> Option<&str> {
        match channel {
            Channel::Sms | Channel::Whatsapp | Channel::Viber => self.phone.as_deref(),
            Channel::Email => self.email.as_deref(),
            Channel::Push => self.push_registration_id.as_deref(),
            Channel::Telegram | Channel::Max => self.messenger_user_id.as_deref(),
            Channel::Vk | Channel::Ok => self.messenger_user_id.as_deref().or(self.phone.as_deref()),
            Channel::Chat => self
                .chat_session_id
                .as_deref()
                .or(self.messenger_user_id.as_deref())
                .or(self.client_id.as_deref())
                .or(self.phone.as_deref()),
        }
    }

    /// The destination's fields that give a channel an address, for error texts.
    #[must_use]
    pub const fn address_fields(channel: Channel) -> &'static str {
        match channel {
            Channel::Sms | Channel::Whatsapp | Channel::Viber => "phone",
            Channel::Email => "email",
            Channel::Push => "pushRegistrationId",
            Channel::Telegram | Channel::Max => "messengerUserId",
            Channel::Vk | Channel::Ok => "messengerUserId or phone",
            Channel::Chat => "chatSessionId, messengerUserId, clientId or phone",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_channel_has_its_address() {
        let text = |value: &str| Some(value.to_owned());
        let recipient = Recipient {
            phone: text("+79990000001"),
            email: text("a@example.org"),
            client_id: text("c"),
            messenger_user_id: text("42"),
            push_registration_id: text("token"),
            ..Recipient::default()
        };
        let addresses: Vec<_> =
            Channel::ALL.iter().map(|channel| recipient.address(*channel).expect("an address")).collect();
        assert_eq!(
            addresses,
            ["+79990000001", "a@example.org", "token", "+79990000001", "+79990000001", "42", "42", "42", "42", "42"]
        );
        assert_eq!(Recipient { phone: text("+7"), ..Recipient::default() }.address(Channel::Telegram), None);
    }
}
