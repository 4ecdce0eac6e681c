//! An account's registered senders and its prices of SMS: who may be named as the sender, and what a message costs.

use crate::{Channel, ChannelContent, Price, rates::Rate};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A name, number or e-mail address that an account may send from, and what a message of it costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredSender {
    /// What stands in `from` (of an e-mail: its address).
    #[serde(rename = "f")]
    pub from: String,
    /// The channel; every channel when absent.
    #[serde(rename = "c", skip_serializing_if = "Option::is_none", default)]
    pub channel: Option<Channel>,
    /// The provider in capital letters; every provider when absent.
    #[serde(rename = "v", skip_serializing_if = "Option::is_none", default)]
    pub provider: Option<String>,
    /// What a message (of SMS: a part) costs.
    #[serde(rename = "p", skip_serializing_if = "Option::is_none", default)]
    pub price: Option<Price>,
}

/// What a part of an SMS costs: everywhere, in a country, or in a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tariff {
    /// The caller's own number of the network.
    #[serde(rename = "i", skip_serializing_if = "Option::is_none", default)]
    pub mcc_mnc_id: Option<u64>,
    /// The network: the mobile country code and the mobile network code (ITU-T E.212), 5 or 6 digits.
    #[serde(rename = "m", skip_serializing_if = "Option::is_none", default)]
    pub mcc_mnc: Option<String>,
    /// The country by its two letters of ISO 3166-1, in capitals.
    #[serde(rename = "s", skip_serializing_if = "Option::is_none", default)]
    pub iso: Option<String>,
    /// The country's name, for people.
    #[serde(rename = "c", skip_serializing_if = "Option::is_none", default)]
    pub country: Option<String>,
    /// The network's name.
    #[serde(rename = "n", skip_serializing_if = "Option::is_none", default)]
    pub network: Option<String>,
    /// What a part costs.
    #[serde(rename = "p")]
    pub price: Price,
}

impl Tariff {
    /// What it holds for: two tariffs of one list may not hold for the same.
    #[must_use]
    pub fn scope(&self) -> Scope<'_> {
        let (id, country, network) = (self.mcc_mnc_id, self.country.as_deref(), self.network.as_deref());
        match (self.mcc_mnc.as_deref(), self.iso.as_deref(), network) {
            (Some(code), ..) => Scope::Network(code),
            (None, Some(iso), Some(name)) => Scope::Named(iso, name),
            (None, Some(iso), None) => Scope::Country(iso),
            (None, None, None) if id.is_none() && country.is_none() => Scope::Everywhere,
            (None, None, _) => Scope::Own { id, country, network },
        }
    }
}

/// What a tariff holds for, the most specific first; what holds nowhere is the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope<'a> {
    /// A network by its codes.
    Network(&'a str),
    /// A network by its country and name.
    Named(&'a str, &'a str),
    /// A country.
    Country(&'a str),
    /// Where no other tariff holds.
    Everywhere,
    /// A place that only the caller's own names or number tell. Nobody knows where that is, so it holds nowhere.
    Own {
        /// The caller's own number of the network.
        id: Option<u64>,
        /// The country's name.
        country: Option<&'a str>,
        /// The network's name.
        network: Option<&'a str>,
    },
}

/// Where an SMS goes, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place<'a> {
    /// The country's two letters.
    pub iso: Option<&'a str>,
    /// The network's codes, as in [`Tariff::mcc_mnc`]. A number does not tell its network: people take it along when they
    /// change it.
    pub mcc_mnc: Option<&'a str>,
    /// The network's name.
    pub network: Option<&'a str>,
}

/// The senders and prices of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceList {
    senders: Vec<RegisteredSender>,
    tariffs: Vec<Tariff>,
    /// The tariffs of whole countries.
    countries: HashMap<String, Price>,
}

impl PriceList {
    /// The list of these.
    #[must_use]
    pub fn new(senders: Vec<RegisteredSender>, tariffs: Vec<Tariff>) -> PriceList {
        let countries = tariffs.iter().filter_map(|tariff| match tariff.scope() {
            Scope::Country(iso) => Some((iso.to_owned(), tariff.price)),
            _ => None,
        });
        let countries = countries.collect();
        PriceList { senders, tariffs, countries }
    }

    /// Whether there is nothing in it: everybody may be named, and nothing has a price.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.senders.is_empty() && self.tariffs.is_empty()
    }

    /// Whether any sender is registered.
    #[must_use]
    pub fn has_senders(&self) -> bool {
        !self.senders.is_empty()
    }

    /// Whether senders of a channel must be registered.
    #[must_use]
    pub fn is_closed(&self, channel: Channel) -> bool {
        self.senders.iter().any(|sender| holds_for(sender, channel))
    }

    /// Whether a message may name this sender. A sender that is registered for some providers alone is good for a content that
    /// names none: which one takes it is not known then.
    #[must_use]
    pub fn permits(&self, channel: Channel, from: &str, provider: Option<&str>) -> bool {
        let fits = |sender: &RegisteredSender| {
            let through = provider.is_none() || sender.provider.is_none() || same(provider, sender.provider.as_deref());
            through && is_from(sender, channel, from)
        };
        !self.is_closed(channel) || self.senders.iter().any(fits)
    }

    /// What the senders' prices make of a leg: one rate for any provider, and one for each provider that has a price of its own.
    /// A sender for the channel goes before one for every channel. A content that names its provider has one rate at most.
    #[must_use]
    pub fn sender_rates(&self, leg: u8, channel: Channel, from: &str, pinned: Option<&str>) -> Vec<Rate> {
        let mut found: Vec<&RegisteredSender> =
            self.senders.iter().filter(|sender| is_from(sender, channel, from) && sender.price.is_some()).collect();
        found.sort_by_key(|sender| sender.channel.is_none());
        let mut rates: Vec<Rate> = Vec::new();
        for sender in found {
            if rates.iter().all(|rate| rate.provider != sender.provider) {
                let price = sender.price.unwrap_or_default();
                rates.push(Rate { leg, provider: sender.provider.clone(), price });
            }
        }
        let Some(pinned) = pinned else { return rates };
        let own = rates.iter().position(|rate| same(Some(pinned), rate.provider.as_deref()));
        let one = own.or_else(|| rates.iter().position(|rate| rate.provider.is_none()));
        one.map(|index| Rate { provider: None, ..rates.swap_remove(index) }).into_iter().collect()
    }

    /// The price of a part of an SMS by the most specific tariff: of the network by its codes, of the network by its name, of the
    /// country, of everywhere.
    #[must_use]
    pub fn tariff(&self, to: Place<'_>) -> Option<Price> {
        let find = |fits: &dyn Fn(Scope<'_>) -> bool| {
            self.tariffs.iter().find(|tariff| fits(tariff.scope())).map(|tariff| tariff.price)
        };
        let by_codes = to.mcc_mnc.and_then(|code| find(&|scope| scope == Scope::Network(code)));
        let by_name = || {
            let (iso, network) = (to.iso?, to.network?);
            find(&|scope| matches!(scope, Scope::Named(of, name) if of == iso && name.eq_ignore_ascii_case(network)))
        };
        let of_country = || self.countries.get(to.iso?).copied();
        by_codes.or_else(by_name).or_else(of_country).or_else(|| find(&|scope| scope == Scope::Everywhere))
    }
}

/// Whom a content names as its sender. An e-mail is from its address.
#[must_use]
pub fn named_sender(channel: Channel, content: &ChannelContent) -> Option<(&'static str, &str)> {
    let from = || content.from.as_deref().map(|from| ("from", from));
    match channel {
        Channel::Email => content.from_email.as_deref().map(|from| ("fromEmail", from)).or_else(from),
        _ => from(),
    }
}

fn holds_for(sender: &RegisteredSender, channel: Channel) -> bool {
    sender.channel.is_none_or(|of| of == channel)
}

/// Whether it is the sender of this name; e-mail addresses are compared in any case.
fn is_from(sender: &RegisteredSender, channel: Channel, from: &str) -> bool {
    let named = match channel {
        Channel::Email => sender.from.eq_ignore_ascii_case(from),
        _ => sender.from == from,
    };
    named && holds_for(sender, channel)
}

fn same(one: Option<&str>, other: Option<&str>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
}

#[cfg(test)]
mod tests;
