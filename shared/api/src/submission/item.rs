//! One `messages[]` item.

use super::{DraftItem, Pricing, Rejected, Rules, Templates, callback, channels, recipient, render::Rendering};
use crate::{
    faults::{Faults, Path},
    fields::Fields,
    when,
};
use baton_domain::{Channel, GroupId, Recipient, Spec, Template};
use serde_json::Value;
use std::sync::Arc;

/// The fields of an item.
pub(crate) const FIELDS: [&str; 11] = [
    "groupId",
    "templateId",
    "channels",
    "destinations",
    "sendAt",
    "allowedTimeRanges",
    "timeZone",
    "useShortLinks",
    "validate",
    "callbackUrl",
    "callbackData",
];

/// Reads an item; `None` when it is no object. What is wrong with a destination alone is kept with the destination.
pub(super) fn read(value: &Value, path: &Path<'_>, rules: &Rules<'_>, faults: &mut Faults) -> Option<DraftItem> {
    let fields = Fields::of(value, path, faults)?;
    fields.only(&FIELDS, faults);
    let short_links = fields.boolean("useShortLinks", faults) == Some(true);
    let group = group(&fields, faults);
    let validate = fields.boolean("validate", faults).unwrap_or(false);
    let template = template(&fields, rules.templates, faults);
    let schedule = when::schedule(&fields, template, rules.now, faults);
    let before = faults.count();
    // What a template would have said is not missed besides when there is none.
    let unknown = template.is_none() && fields.has("templateId");
    let mut spec = if unknown { Spec::default() } else { channels::read(&fields, template, faults) };
    // Contents with faults are not rendered: what is wrong with them has been told.
    let sound = faults.count() == before;
    spec.short_links = short_links && spec.content(Channel::Sms).is_some();
    spec.callback = callback::read(&fields, rules.private_callbacks, faults);
    rules.pricing.check(&spec, path, faults);
    let rendering = sound.then(|| Rendering::of(&spec, path, rules.short_url));
    let destinations = destinations(&fields, &spec, rendering.as_ref(), rules.pricing, faults);
    let recipients = destinations.iter().map(|read| read.as_ref().unwrap_or_else(|rejected| &rejected.recipient));
    let rates = recipients.map(|recipient| rules.pricing.rates(&spec, recipient)).collect();
    Some(DraftItem { group, spec: Arc::new(spec), schedule, validate, destinations, rates })
}

/// The template that the item names.
fn template<'t>(fields: &Fields<'_>, templates: &'t Templates, faults: &mut Faults) -> Option<&'t Template> {
    let id = fields.uuid("templateId", faults)?;
    let template = templates.get(&id);
    if template.is_none() {
        faults.add(fields.path().field("templateId"), "unknown_template", "There is no such template.");
    }
    template
}

/// The most characters of a group's name.
pub(crate) const MOST_GROUP: usize = 255;

/// Reads `groupId`.
pub(super) fn group(fields: &Fields<'_>, faults: &mut Faults) -> Option<GroupId> {
    let text = fields.string("groupId", faults)?;
    let (path, count) = (fields.path().field("groupId"), text.chars().count());
    if count == 0 {
        faults.add(path, "empty", "groupId must not be empty.");
    } else if count > MOST_GROUP {
        faults.add(path, "too_long", format!("groupId has {count} characters; at most {MOST_GROUP} are allowed."));
    }
    Some(GroupId(text.to_owned()))
}

fn destinations(
    fields: &Fields<'_>,
    spec: &Spec,
    rendering: Option<&Rendering<'_>>,
    pricing: &Pricing,
    faults: &mut Faults,
) -> Vec<Result<Recipient, Box<Rejected>>> {
    fields.require("destinations", faults);
    let Some(values) = fields.array("destinations", faults) else { return Vec::new() };
    let path = fields.path().field("destinations");
    if values.is_empty() {
        faults.add(path, "empty", "At least one destination is expected.");
    }
    let read = |(index, value)| {
        let path = path.index(index);
        let mut own = Faults::default();
        let recipient = recipient::read(value, &path, faults, &mut own);
        if !spec.channels.is_empty() && own.is_empty() {
            check_reachable(&recipient, spec, &path, &mut own);
        }
        if let (Some(rendering), true) = (rendering, own.is_empty()) {
            rendering.check(&recipient, &path, &mut own);
            pricing.check_for(&recipient, spec, fields.path(), &mut own);
        }
        if own.is_empty() { Ok(recipient) } else { Err(Box::new(Rejected { recipient, faults: own.into_details() })) }
    };
    values.iter().enumerate().map(read).collect()
}

fn check_reachable(recipient: &Recipient, spec: &Spec, path: &Path<'_>, faults: &mut Faults) {
    if spec.channels.iter().any(|leg| recipient.address_for(leg.channel, &leg.content).is_some()) {
        return;
    }
    let wanted: Vec<_> = spec
        .channels
        .iter()
        .map(|leg| format!("{} for {}", Recipient::address_fields(leg.channel), leg.channel))
        .collect();
    faults.add(path, "no_address", format!("No channel has an address here; expected is {}.", wanted.join(", or ")));
}
