//! What a valid request would do, told instead of done.

use super::{
    Draft, Rules, numbered,
    render::{Rendering, Sized},
};
use crate::{
    faults::{Faults, Path},
    refusal::Refusal,
    room::{MOST_BYTES, escaped},
    wire::{ChannelPreview, Validated, stamp},
};
use baton_domain::{AccountId, BulkId, Channel, Message, Rates, Recipient, Time, segments::segments};
use baton_pipeline::accept;
use std::collections::BTreeMap;

impl Draft {
    /// What would become of each recipient when the request came now.
    ///
    /// # Errors
    /// The answer would be too large.
    pub(crate) fn validated(&self, account: AccountId, rules: &Rules<'_>) -> Result<Vec<Validated>, Refusal> {
        let now = rules.now;
        // No bulk is made: the id only serves to count the messages.
        let submission = self.submission(account, BulkId::new(now, [0; 8]).0, "");
        let opened = accept::opened(&submission, now).into_iter();
        let opened: BTreeMap<_, _> = opened.filter_map(|message| Some((message.id.index()?, message))).collect();
        let (root, mut next, mut size, mut told) = (Path::Root, 0, 0, Vec::new());
        let messages = root.field("messages");
        for (number, item) in self.items.iter().enumerate() {
            let place = messages.index(number);
            let destinations = place.field("destinations");
            let rendering = Rendering::of(&item.spec, &place, rules.short_url);
            for (nth, (index, read)) in numbered(item, &mut next).enumerate() {
                let path = destinations.index(nth);
                let recipient = read.as_ref().unwrap_or_else(|rejected| &rejected.recipient);
                let element = Validated {
                    path: path.to_string(),
                    faults: read.as_ref().err().map(|rejected| rejected.faults.clone()).unwrap_or_default(),
                    template_id: item.spec.template.as_ref().map(|template| template.id),
                    template_version: item.spec.template.as_ref().map(|template| template.version),
                    channels: channels(&rendering, recipient, item.rates.get(nth).and_then(Option::as_ref), &path),
                    ..would_be(opened.get(&index), now)
                };
                size += serde_json::to_string(&element).map_or(usize::MAX / 2, |json| escaped(&json));
                if size > MOST_BYTES {
                    let error = format!(
                        "The answer would have more than {MOST_BYTES} bytes; ask for fewer recipients at once."
                    );
                    return Err(Refusal::unprocessable("too_large", error));
                }
                told.push(element);
            }
        }
        Ok(told)
    }
}

/// What of an answer's element follows from the message that would be accepted.
fn would_be(message: Option<&Message>, now: Time) -> Validated {
    Validated {
        path: String::new(),
        status: message.map(|message| message.status),
        channel: message.and_then(Message::current_channel).map(|channel| channel.name().to_owned()),
        send_at: message.map(|message| stamp(message.schedule.permit(now).from)),
        faults: Vec::new(),
        template_id: None,
        template_version: None,
        channels: Vec::new(),
    }
}

fn channels(
    rendering: &Rendering<'_>,
    recipient: &Recipient,
    rates: Option<&Rates>,
    path: &Path<'_>,
) -> Vec<ChannelPreview> {
    let legs = (0..).zip(rendering.show(recipient, path));
    let show = |(index, (leg, content, faults)): (u8, (&baton_domain::content::ChannelSpec, _, _))| {
        let reachable = recipient.address_for(leg.channel, &leg.content).is_some();
        priced(shown(leg.channel, Some(reachable), content, faults), index, rates)
    };
    legs.map(show).collect()
}

/// The same, with what it would cost.
fn priced(shown: ChannelPreview, leg: u8, rates: Option<&Rates>) -> ChannelPreview {
    let parts = shown.message.is_some().then(|| u16::try_from(shown.part_count.unwrap_or(1)).ok()).flatten();
    let price = rates.zip(parts).and_then(|(rates, parts)| Some((rates.of(leg, None)?.times(parts), rates.currency)));
    ChannelPreview {
        price: price.map(|(price, _)| price.to_string()),
        currency: price.map(|(_, currency)| currency.to_string()),
        ..shown
    }
}

/// One channel of an answer.
pub(super) fn shown(channel: Channel, reachable: Option<bool>, sized: Option<Sized>, faults: Faults) -> ChannelPreview {
    let (content, short_links) = sized.map(|sized| (sized.content, sized.links)).unzip();
    let text = content.as_ref().filter(|_| channel == Channel::Sms).and_then(|content| content.text.as_deref());
    let sms = text.map(segments);
    ChannelPreview {
        channel: channel.name().to_owned(),
        reachable,
        message: content,
        encoding: sms.map(|sms| sms.encoding.name().to_owned()),
        part_count: sms.and_then(|sms| u32::try_from(sms.parts).ok()),
        short_links: short_links.unwrap_or_default(),
        price: None,
        currency: None,
        faults: faults.into_details(),
    }
}
