//! The channels of an item, in the order of their keys.

use super::content;
use crate::{faults::Faults, fields::Fields};
use baton_domain::{
    Channel, ChannelContent, Spec, Template,
    channel::UnknownChannel,
    content::ChannelSpec,
    template::{fields, overlay},
};
use serde_json::{Map, Value};

/// The most bytes of an item's contents as JSON: they are stored together in one item, of at most 400 KB.
const MOST_BYTES: usize = 380_000;

/// Reads `channels`.
///
/// Over a template, the item's channels are the ones that are tried, each with what the template says of it and the item does
/// not; an item that names none takes the template's.
pub(super) fn read(item: &Fields<'_>, template: Option<&Template>, faults: &mut Faults) -> Spec {
    let whole;
    let of_template = template.filter(|_| item.get("channels").is_none_or(names_none));
    let value = if let Some(template) = of_template {
        whole = Value::Object(template.spec.channels.iter().map(written).collect());
        Some(&whole)
    } else {
        item.require("channels", faults);
        item.get("channels")
    };
    let used = template.map(Template::used);
    let mut spec = Spec { template: used, ..Spec::default() };
    let Some(value) = value else { return spec };
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
        let below = template.and_then(|template| template.spec.content(channel));
        let laid = laid_over(below, value);
        let value = laid.as_ref().unwrap_or(value);
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

/// Whether an item's `channels` leave the choice to its template.
fn names_none(channels: &Value) -> bool {
    channels.as_object().is_some_and(|channels| channels.values().all(Value::is_null))
}

/// A channel of a template, as a request would write it.
fn written(leg: &ChannelSpec) -> (String, Value) {
    (leg.channel.name().to_owned(), Value::Object(fields(&leg.content)))
}

/// What an item says of a channel, over what its template says of it; `None` when the item's word stands as it is.
fn laid_over(below: Option<&ChannelContent>, item: &Value) -> Option<Value> {
    let own: &Map<String, Value> = item.as_object()?;
    below.map(|below| Value::Object(overlay(Some(below), own)))
}
