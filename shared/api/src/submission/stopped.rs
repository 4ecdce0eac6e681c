//! Destinations that are on the stop list.

use super::{Draft, DraftItem};
use baton_domain::{
    Recipient, Spec, Time,
    stop::{Listed, is_stopped, stop_addresses},
};
use baton_pipeline::stops::CODE;
use std::collections::{BTreeMap, BTreeSet};

impl Draft {
    /// The addresses under which its valid recipients may be on the list.
    pub(crate) fn stop_addresses(&self) -> BTreeSet<String> {
        let of_item = |item: &DraftItem| {
            let spec = item.spec.clone();
            let valid = item.destinations.iter().filter_map(|read| read.as_ref().ok());
            valid.flat_map(move |recipient| of_recipient(&spec, recipient)).collect::<Vec<_>>()
        };
        self.items.iter().flat_map(of_item).collect()
    }

    /// Refuses every recipient all of whose channels are stopped, or were at that time. Where one is left, the others are passed
    /// over when their turn comes.
    pub(crate) fn refuse_stopped(&mut self, listed: &[Listed], as_of: Option<Time>) {
        let mut by_address: ByAddress<'_> = BTreeMap::new();
        listed.iter().for_each(|listed| by_address.entry(&listed.address).or_default().push(listed));
        self.refuse(|_, spec, recipient, path, faults| {
            if all_stopped(spec, recipient, &by_address, as_of) {
                faults.add(path, CODE, "The recipient is on the stop list for every channel of the message.");
            }
        });
    }
}

fn of_recipient(spec: &Spec, recipient: &Recipient) -> BTreeSet<String> {
    let used = |leg: &baton_domain::content::ChannelSpec| {
        stop_addresses(recipient, recipient.address_for(leg.channel, &leg.content))
    };
    spec.channels.iter().flat_map(used).collect()
}

/// What lists know of each address.
type ByAddress<'l> = BTreeMap<&'l str, Vec<&'l Listed>>;

fn all_stopped(spec: &Spec, recipient: &Recipient, listed: &ByAddress<'_>, as_of: Option<Time>) -> bool {
    let own = of_recipient(spec, recipient);
    let listed: Vec<&Listed> =
        own.iter().filter_map(|address| listed.get(address.as_str())).flatten().copied().collect();
    let mut reachable =
        spec.channels.iter().filter_map(|leg| Some((leg.channel, recipient.address_for(leg.channel, &leg.content)?)));
    !listed.is_empty()
        && reachable.all(|(channel, used)| is_stopped(listed.iter().copied(), recipient, (channel, Some(used)), as_of))
}
