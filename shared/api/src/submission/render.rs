//! What a recipient's variables make of the contents: checked for every channel that can reach them.

use super::{content, shape};
use crate::faults::{Faults, Path};
use baton_domain::{
    Channel, ChannelContent, Recipient, Spec, Value as Variable,
    content::ChannelSpec,
    limits::{self, TooLong},
    render,
    whatsapp::Stage,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The contents of an item, looked at once for all of its recipients.
pub(super) struct Rendering<'a> {
    item: &'a Path<'a>,
    legs: Vec<Leg<'a>>,
}

struct Leg<'a> {
    spec: &'a ChannelSpec,
    channel: Channel,
    content: &'a ChannelContent,
    /// The variables that have no default, each with the field that needs it first.
    needed: Vec<(String, &'static str)>,
    /// All variables.
    names: BTreeSet<String>,
    /// How often variables stand in it; 0 means that it is the same for everybody.
    uses: usize,
    /// The bytes of all of its texts.
    size: usize,
    /// What is too long in it whoever it goes to; looked at when nothing varies.
    too_long: Vec<TooLong>,
}

/// The most bytes that a content may have when rendered. No channel takes as much (see [`limits`]), and a few letters of
/// variables repeated in a long text must not fill the memory.
const MOST_RENDERED: usize = 2_000_000;

impl<'a> Rendering<'a> {
    /// `spec` is without faults.
    pub(super) fn of(spec: &'a Spec, item: &'a Path<'a>) -> Rendering<'a> {
        let legs = spec.channels.iter().map(|leg| {
            let mut seen = Leg {
                spec: leg,
                channel: leg.channel,
                content: &leg.content,
                needed: Vec::new(),
                names: BTreeSet::new(),
                uses: 0,
                size: 0,
                too_long: Vec::new(),
            };
            let mut content = leg.content.clone();
            if let Some(html) = &content.html {
                seen.look("html", html);
            }
            if let Some(data) = &content.template_data {
                seen.look_into(data);
            }
            content.texts_mut().for_each(|(field, text)| seen.look(field, text));
            if seen.uses == 0 {
                seen.too_long = limits::check(leg.channel, &leg.content).err().unwrap_or_default();
            }
            seen
        });
        Rendering { item, legs: legs.collect() }
    }

    /// Checks one recipient, whose place is `path`.
    pub(super) fn check(&self, recipient: &Recipient, path: &Path<'_>, faults: &mut Faults) {
        let reachable = |leg: &&Leg<'_>| recipient.address_for(leg.channel, leg.content).is_some();
        for leg in self.legs.iter().filter(reachable) {
            let before = faults.count();
            leg.check_variables(recipient, path, faults);
            if faults.count() == before {
                leg.check_rendered(recipient, self.item, faults);
            }
        }
    }

    /// What a recipient, whose place is `path`, would get over each channel, whether it reaches them or not, and what is
    /// wrong with that.
    pub(super) fn show<'r>(
        &'r self,
        recipient: &'r Recipient,
        path: &'r Path<'r>,
    ) -> impl Iterator<Item = (&'r ChannelSpec, Option<ChannelContent>, Faults)> {
        self.legs.iter().map(move |leg| {
            let mut faults = Faults::default();
            leg.check_variables(recipient, path, &mut faults);
            let content = faults.is_empty().then(|| leg.check_rendered(recipient, self.item, &mut faults)).flatten();
            (leg.spec, content, faults)
        })
    }

    /// Checks what is too long whatever the variables are: a text is shortest when all of them are empty.
    pub(super) fn check_shortest(&self, faults: &mut Faults) {
        let channels = self.item.field("channels");
        for leg in &self.legs {
            let empty = |name: &String| (name.clone(), Variable::Text(String::new()));
            let nobody = Recipient { variables: leg.names.iter().map(empty).collect(), ..Recipient::default() };
            let Ok(shortest) = leg.content.render(&nobody) else { continue };
            let place = channels.field(leg.channel.name());
            for fault in limits::check(leg.channel, &shortest).err().unwrap_or_default() {
                tell(&fault, &place, faults);
            }
        }
    }

    /// The variables of all channels, and whether each needs a value somewhere.
    pub(super) fn variables(&self) -> BTreeMap<String, bool> {
        let mut variables = BTreeMap::new();
        for leg in &self.legs {
            for name in &leg.names {
                let needed = leg.needed.iter().any(|(known, _)| known == name);
                *variables.entry(name.clone()).or_default() |= needed;
            }
        }
        variables
    }
}

impl Leg<'_> {
    fn look(&mut self, field: &'static str, text: &str) {
        self.size += text.len();
        self.uses += text.matches("{{").count();
        for (name, has_default) in render::variables(text).unwrap_or_default() {
            self.names.insert(name.to_owned());
            if !has_default && !self.needed.iter().any(|(known, _)| known == name) {
                self.needed.push((name.to_owned(), field));
            }
        }
    }

    fn look_into(&mut self, data: &Value) {
        match data {
            Value::String(text) => self.look("templateData", text),
            Value::Array(values) => values.iter().for_each(|value| self.look_into(value)),
            Value::Object(fields) => fields.values().for_each(|value| self.look_into(value)),
            _ => {}
        }
    }

    fn check_variables(&self, recipient: &Recipient, path: &Path<'_>, faults: &mut Faults) {
        let missing = self.needed.iter().filter(|(name, _)| !recipient.variables.contains_key(name));
        for (name, field) in missing {
            let message =
                format!("{field} of {} needs the variable {name}, which has neither value nor default.", self.channel);
            faults.add(path.field("variables").field(name), "missing_variable", message);
        }
    }

    /// The rendered content, unless it can not be rendered; it may be given with faults.
    fn check_rendered(&self, recipient: &Recipient, item: &Path<'_>, faults: &mut Faults) -> Option<ChannelContent> {
        let channels = item.field("channels");
        let place = channels.field(self.channel.name());
        if self.uses == 0 {
            self.too_long.iter().for_each(|fault| tell(fault, &place, faults));
            return Some(self.content.clone());
        }
        // Escaping makes a character of HTML six at most.
        let longest = recipient.variables.values().map(|value| value.to_string().len() * 6).max().unwrap_or_default();
        if self.size + self.uses * longest > MOST_RENDERED {
            let message = format!("The content of {} is too long with these variables.", self.channel);
            faults.add(place, "too_long", message);
            return None;
        }
        let mut rendered = match self.content.render(recipient) {
            Ok(rendered) => rendered,
            Err(fault) => {
                faults.add(place.field(fault.field), "invalid", format!("{}.", fault.error));
                return None;
            }
        };
        for fault in limits::check(self.channel, &rendered).err().unwrap_or_default() {
            tell(&fault, &place, faults);
        }
        if self.channel == Channel::Whatsapp {
            content::check_whatsapp(&rendered, Stage::Rendered, &place, faults);
        }
        for (field, text) in rendered.texts_mut() {
            if let Err(fault) = shape::check(field, text) {
                faults.add(place.field(field), fault.code, fault.message);
            }
        }
        Some(rendered)
    }
}

fn tell(fault: &TooLong, channel: &Path<'_>, faults: &mut Faults) {
    faults.add(channel.field(fault.field), "too_long", format!("{fault}."));
}
