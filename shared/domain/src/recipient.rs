//! Who a message is for, and at which address a channel reaches them.

use crate::{Channel, ChannelContent};
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

/// The most variables of a recipient.
pub const MOST_VARIABLES: usize = 100;

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

    /// The address that a channel uses for a content, `None` when no provider of the channel could bring it to the recipient.
    ///
    /// Telegram takes texts and pictures for people whose id there is known, and codes for phones; a content that has both
    /// can go either way, by the id first.
    #[must_use]
    pub fn address_for(&self, channel: Channel, content: &ChannelContent) -> Option<&str> {
        let by_channel = self.address(channel);
        if channel != Channel::Telegram || content.code.is_none() {
            return by_channel;
        }
        let for_id = content.text.is_some() || content.image_url.is_some();
        by_channel.filter(|_| for_id).or(self.phone.as_deref())
    }

    /// The destination's fields that give a channel an address, for error texts.
    #[must_use]
    pub const fn address_fields(channel: Channel) -> &'static str {
        match channel {
            Channel::Sms | Channel::Whatsapp | Channel::Viber => "phone",
            Channel::Email => "email",
            Channel::Push => "pushRegistrationId",
            Channel::Telegram => "messengerUserId (phone for a code)",
            Channel::Max => "messengerUserId",
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

    #[test]
    fn a_code_goes_by_phone_and_a_text_by_the_id_in_telegram() {
        let text = |value: &str| Some(value.to_owned());
        let content = |body: &str, code: &str| ChannelContent {
            text: text(body).filter(|body| !body.is_empty()),
            code: text(code).filter(|code| !code.is_empty()),
            ..ChannelContent::default()
        };
        let recipient = |phone: bool, id: bool| Recipient {
            phone: text("+79990000001").filter(|_| phone),
            messenger_user_id: text("42").filter(|_| id),
            ..Recipient::default()
        };
        for (phone, id, body, code, address) in [
            (true, true, "Hello", "", Some("42")),
            (true, true, "Hello", "1234", Some("42")),
            (true, true, "", "1234", Some("+79990000001")),
            (true, false, "Hello", "1234", Some("+79990000001")),
            (true, false, "Hello", "", None),
            (false, true, "", "1234", None),
        ] {
            let found = recipient(phone, id);
            assert_eq!(
                found.address_for(Channel::Telegram, &content(body, code)),
                address,
                "{phone} {id} {body} {code}"
            );
        }
        assert_eq!(recipient(true, true).address_for(Channel::Max, &content("", "1234")), Some("42"));
    }
}
