//! Whom a content may name as its sender, and what its messages cost.

use crate::{
    faults::{Faults, Path},
    phone,
};
use baton_domain::{
    Channel, Currency, Rate, Rates, Recipient, Spec,
    content::ChannelSpec,
    ids::MAX_BULK,
    price_list::{Place, PriceList, named_sender},
    render,
};
use serde_json::Value;
use std::sync::Arc;

/// What messages are judged and priced by.
#[derive(Clone, Debug)]
pub(crate) struct Pricing {
    /// The account's senders and prices.
    pub(crate) list: Arc<PriceList>,
    /// What prices are in.
    pub(crate) currency: Currency,
    /// Whether contents that name senders which are not registered are refused. Those that variables name always are.
    pub(crate) judges: bool,
}

/// The code of a sender that is not registered.
pub(super) const CODE: &str = "unknown_sender";

/// Whether the messages of a body may name a sender or have a price: of a template that is not known yet.
pub(crate) fn needs_prices(body: &Value) -> bool {
    let items = body.get("messages").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let given = |value: &Value, name: &str| value.get(name).is_some_and(|value| !value.is_null());
    // More items than this are refused unread.
    items.iter().take(MAX_BULK).any(|item| {
        let channels = item.get("channels").and_then(Value::as_object).into_iter().flatten();
        let named = |(name, content): (&String, &Value)| {
            name.eq_ignore_ascii_case("sms") || given(content, "from") || given(content, "fromEmail")
        };
        given(item, "templateId") || channels.into_iter().any(named)
    })
}

impl Pricing {
    /// Checks the senders that an item names for all of its recipients.
    pub(super) fn check(&self, spec: &Spec, item: &Path<'_>, faults: &mut Faults) {
        for leg in &spec.channels {
            if let Some((field, from)) = named_sender(leg.channel, &leg.content)
                && self.judges
                && !varies(from)
            {
                self.check_one(leg, field, from, item, faults);
            }
        }
    }

    /// Checks the senders that variables make of an item's contents for one recipient.
    pub(super) fn check_for(&self, recipient: &Recipient, spec: &Spec, item: &Path<'_>, faults: &mut Faults) {
        let reachable = |leg: &&ChannelSpec| recipient.address_for(leg.channel, &leg.content).is_some();
        for leg in spec.channels.iter().filter(reachable) {
            if let Some((field, from)) = named_sender(leg.channel, &leg.content)
                && varies(from)
                && let Ok(from) = render::plain(from, &recipient.variables)
            {
                self.check_one(leg, field, &from, item, faults);
            }
        }
    }

    fn check_one(&self, leg: &ChannelSpec, field: &str, from: &str, item: &Path<'_>, faults: &mut Faults) {
        if !self.list.permits(leg.channel, from, leg.content.provider.as_deref()) {
            let channels = item.field("channels");
            let place = channels.field(leg.channel.name());
            let message = format!("This sender is not registered for {}; see GET /senders.", leg.channel);
            faults.add(place.field(field), CODE, message);
        }
    }

    /// What a message to a recipient costs over each channel that reaches them; `None` when nothing has a price.
    pub(super) fn rates(&self, spec: &Spec, recipient: &Recipient) -> Option<Rates> {
        if self.list.is_empty() {
            return None;
        }
        let reachable = |(_, leg): &(u8, &ChannelSpec)| recipient.address_for(leg.channel, &leg.content).is_some();
        let legs = (0..).zip(&spec.channels).filter(reachable);
        let rates: Vec<Rate> = legs.flat_map(|(index, leg)| self.of_leg(index, leg, recipient)).collect();
        (!rates.is_empty()).then_some(Rates { currency: self.currency, rates })
    }

    /// By the sender, and for an SMS whose sender has no price by where it goes.
    fn of_leg(&self, index: u8, leg: &ChannelSpec, recipient: &Recipient) -> Vec<Rate> {
        let from = named_sender(leg.channel, &leg.content);
        let from = from.and_then(|(_, from)| render::plain(from, &recipient.variables).ok());
        let by_sender =
            |from: String| self.list.sender_rates(index, leg.channel, &from, leg.content.provider.as_deref());
        let mut rates = from.map(by_sender).unwrap_or_default();
        if leg.channel == Channel::Sms && rates.iter().all(|rate| rate.provider.is_some()) {
            // The network is not known: a number does not tell it.
            let place = Place { iso: recipient.phone.as_deref().and_then(phone::country), ..Place::default() };
            rates.extend(self.list.tariff(place).map(|price| Rate { leg: index, provider: None, price }));
        }
        rates
    }
}

/// Whether variables stand in a text, or what only rendering makes of it.
fn varies(text: &str) -> bool {
    text.contains("{{")
}
