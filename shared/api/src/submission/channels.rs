//! The channels of an item, in the order of their keys.

use super::content;
use crate::{faults::Faults, fields::Fields};
use baton_domain::{Channel, Spec, channel::UnknownChannel, content::ChannelSpec};

/// The most bytes of an item's contents as JSON: they are stored together in one item, of at most 400 KB.
const MOST_BYTES: usize = 380_000;

/// Reads `channels`.
pub(super) fn read(item: &Fields<'_>, faults: &mut Faults) -> Spec {
    item.require("channels", faults);
    let mut spec = Spec::default();
    let Some(value) = item.get("channels") else { return spec };
    let path = item.path().field("channels");
    let Some(channels) = Fields::of(value, &path, faults) else { return spec };
    if channels.entries().next().is_none() {
        faults.add(path, "empty", "At least one channel is expected.");
    }
    for (name, value) in channels.entries() {
        let place = path.field(name);
        let channel = match name.parse::<Channel>() {
            Ok(channel) => channel,
            Err(UnknownChannel) => {
                let known = Channel::ALL.map(Channel::name).join(", ");
                faults.add(place, "unknown_channel", format!("There is no such channel; expected is one of {known}."));
                continue;
            }
        };
        if spec.content(channel).is_some() {
            faults.add(place, "invalid", format!("{channel} is given more than once."));
            continue;
        }
        let content = Fields::of(value, &place, faults).map(|fields| content::read(channel, &fields, faults));
        spec.channels.push(ChannelSpec { channel, content: content.unwrap_or_default() });
    }
    let size = serde_json::to_vec(&spec).map_or(usize::MAX, |json| json.len());
    if size > MOST_BYTES {
        let message = format!("The contents of an item have at most {MOST_BYTES} bytes together; these have {size}.");
        faults.add(path, "too_long", message);
    }
    spec
}
