//! What the white list of an account does not permit.

use super::{Draft, DraftItem};
use crate::faults::{Faults, Path};
use baton_domain::{
    Recipient,
    content::ChannelSpec,
    white_list::{Entity, Permitted, is_limited, permits},
};

/// The code of what the white list refuses.
pub(super) const CODE: &str = "not_permitted";

impl Draft {
    /// Refuses recipients with an address that is not permitted, and gives the faults of contents with such a sender.
    pub(crate) fn refuse_unlisted(&mut self, list: &[Permitted]) -> Faults {
        let (root, mut senders) = (Path::Root, Faults::default());
        let messages = root.field("messages");
        for (number, item) in self.items.iter().enumerate() {
            check_senders(item, list, &messages.index(number), &mut senders);
        }
        self.refuse(|_, spec, recipient, path, faults| {
            spec.channels.iter().for_each(|leg| check_address(leg, recipient, list, path, faults));
        });
        senders
    }
}

/// A sender that is made from variables is known for each recipient alone, so where senders are limited it must be written out.
pub(super) fn check_senders(item: &DraftItem, list: &[Permitted], place: &Path<'_>, faults: &mut Faults) {
    let channels = place.field("channels");
    for leg in &item.spec.channels {
        let of = (leg.channel, leg.content.provider.as_deref());
        let path = channels.field(leg.channel.name());
        for (entity, value) in [(Entity::From, &leg.content.from), (Entity::FromEmail, &leg.content.from_email)] {
            let Some(value) = value else { continue };
            let written_out = !value.contains("{{");
            if is_limited(list, entity, of) && !(written_out && permits(list, entity, of, value)) {
                let (name, channel) = (entity.name(), leg.channel);
                faults.add(path.field(name), CODE, format!("The account may not use this {name} for {channel}."));
            }
        }
    }
}

fn check_address(leg: &ChannelSpec, recipient: &Recipient, list: &[Permitted], path: &Path<'_>, faults: &mut Faults) {
    let Some(used) = recipient.address_for(leg.channel, &leg.content) else { return };
    let fields = [
        (Entity::ChatSessionId, &recipient.chat_session_id),
        (Entity::MessengerUserId, &recipient.messenger_user_id),
        (Entity::ClientId, &recipient.client_id),
        (Entity::Phone, &recipient.phone),
        (Entity::Email, &recipient.email),
        (Entity::PushRegistrationId, &recipient.push_registration_id),
    ];
    let entity = fields.into_iter().find(|(_, value)| value.as_deref().is_some_and(|value| std::ptr::eq(value, used)));
    let Some((entity, _)) = entity else { return };
    if !permits(list, entity, (leg.channel, leg.content.provider.as_deref()), used) {
        let (name, channel) = (entity.name(), leg.channel);
        faults.add(path.field(name), CODE, format!("The account may not reach this {name} by {channel}."));
    }
}
