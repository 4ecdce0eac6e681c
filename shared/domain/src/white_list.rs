//! The white list of an account: the only values that its messages may have, for a test account the only phones that it may reach.

use crate::Channel;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, str::FromStr};

/// What values are limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Entity {
    /// The recipient's phone.
    Phone,
    /// The recipient's e-mail.
    Email,
    /// The recipient's id in a messenger.
    MessengerUserId,
    /// The recipient's push registration.
    PushRegistrationId,
    /// The recipient's chat session.
    ChatSessionId,
    /// The caller's own id of the recipient, where a chat is found by it.
    ClientId,
    /// The sender.
    From,
    /// The sender's e-mail.
    FromEmail,
}

impl Entity {
    /// Every entity.
    pub const ALL: [Entity; 8] = [
        Entity::Phone,
        Entity::Email,
        Entity::MessengerUserId,
        Entity::PushRegistrationId,
        Entity::ChatSessionId,
        Entity::ClientId,
        Entity::From,
        Entity::FromEmail,
    ];

    /// The name on the wire: that of the field.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Entity::Phone => "phone",
            Entity::Email => "email",
            Entity::MessengerUserId => "messengerUserId",
            Entity::PushRegistrationId => "pushRegistrationId",
            Entity::ChatSessionId => "chatSessionId",
            Entity::ClientId => "clientId",
            Entity::From => "from",
            Entity::FromEmail => "fromEmail",
        }
    }

    /// A value as values are compared: e-mails in lower case, everything else as it is.
    #[must_use]
    pub fn compared(self, value: &str) -> String {
        match self {
            Entity::Email | Entity::FromEmail => value.to_lowercase(),
            _ => value.to_owned(),
        }
    }
}

/// The name is none of an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an entity: one of phone, email, messengerUserId, pushRegistrationId, chatSessionId, clientId, from, fromEmail is expected"
)]
pub struct UnknownEntity;

impl FromStr for Entity {
    type Err = UnknownEntity;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Entity::ALL.into_iter().find(|entity| entity.name().eq_ignore_ascii_case(name)).ok_or(UnknownEntity)
    }
}

/// The values that are permitted for an entity, on a channel and through a provider, or on all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permitted {
    /// What is limited.
    pub entity: Entity,
    /// The channel; `None` for all.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub channel: Option<Channel>,
    /// The provider's name in upper case; `None` for all.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub provider: Option<String>,
    /// The values, as [`Entity::compared`] writes them.
    pub values: BTreeSet<String>,
}

impl Permitted {
    /// Whether it is about an entity on a channel. A content that names no provider may go through any of them.
    #[must_use]
    pub fn fits(&self, entity: Entity, channel: Channel, provider: Option<&str>) -> bool {
        let same = |own: &str| provider.is_none_or(|named| named.eq_ignore_ascii_case(own));
        self.entity == entity
            && self.channel.is_none_or(|own| own == channel)
            && self.provider.as_deref().is_none_or(same)
    }
}

/// Whether a list says anything about an entity on a channel.
#[must_use]
pub fn is_limited(list: &[Permitted], entity: Entity, (channel, provider): (Channel, Option<&str>)) -> bool {
    list.iter().any(|line| line.fits(entity, channel, provider))
}

/// Whether a list permits a value: one of the lines that fit has it, or none fits.
#[must_use]
pub fn permits(list: &[Permitted], entity: Entity, of: (Channel, Option<&str>), value: &str) -> bool {
    let (channel, provider) = of;
    let value = entity.compared(value);
    let mut fitting = list.iter().filter(|line| line.fits(entity, channel, provider)).peekable();
    fitting.peek().is_none() || fitting.any(|line| line.values.contains(&value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(entity: Entity, channel: Option<Channel>, provider: Option<&str>, values: &[&str]) -> Permitted {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        Permitted { entity, channel, provider: provider.map(str::to_owned), values }
    }

    #[test]
    fn a_value_is_permitted_by_any_line_that_fits_or_where_none_does() {
        let list = [
            line(Entity::Phone, Some(Channel::Sms), None, &["+79990000001"]),
            line(Entity::Phone, None, Some("TWILIO"), &["+79990000002"]),
            line(Entity::FromEmail, None, None, &["shop@example.org"]),
        ];
        let phone = |channel, provider, value| permits(&list, Entity::Phone, (channel, provider), value);
        let (sms, viber) = (Channel::Sms, Channel::Viber);
        for (channel, provider, value, expected) in [
            (sms, None, "+79990000001", true),
            (sms, None, "+79990000002", true),
            (sms, None, "+79990000003", false),
            (sms, Some("VONAGE"), "+79990000002", false),
            (sms, Some("twilio"), "+79990000002", true),
            (viber, None, "+79990000001", false),
            (viber, Some("VONAGE"), "+79990000003", true),
        ] {
            assert_eq!(phone(channel, provider, value), expected, "{channel} {provider:?} {value}");
        }
        assert!(permits(&list, Entity::FromEmail, (Channel::Email, None), "Shop@Example.org"));
        assert!(permits(&list, Entity::From, (Channel::Sms, None), "anything"));
        assert!(
            !is_limited(&list, Entity::From, (Channel::Sms, None)) && is_limited(&list, Entity::Phone, (sms, None))
        );
        assert!(!permits(&[line(Entity::Phone, None, None, &[])], Entity::Phone, (sms, None), "+79990000001"));
    }

    #[test]
    fn every_entity_is_read_back_and_kept_under_its_name() {
        for entity in Entity::ALL {
            assert_eq!(entity.name().to_uppercase().parse(), Ok(entity));
            assert_eq!(serde_json::to_value(entity).expect("JSON"), entity.name());
        }
        assert_eq!("fax".parse::<Entity>(), Err(UnknownEntity));
    }
}
