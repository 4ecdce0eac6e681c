//! What a recipient's variables make of the contents: checked for every channel that can reach them.

use super::{content, shape};
use crate::faults::{Faults, Path};
use baton_domain::{
    Channel, ChannelContent, Recipient, Spec, Value as Variable,
    content::ChannelSpec,
    limits::{self, TooLong},
    render,
    short_link::{LinkFault, MOST_LINK, MOST_LINKS, SAMPLE_CODE, long_links, with_codes},
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
    /// What stands before the codes of its short links, where it has some.
    short_url: Option<&'a str>,
    /// The content whoever it goes to, when nothing varies.
    same: Option<Sized>,
}

/// A rendered content as it would go out, but for the codes of its short links.
#[derive(Clone)]
pub(super) struct Sized {
    pub(super) content: ChannelContent,
    /// The links that short ones stand for.
    pub(super) links: Vec<String>,
    /// What is too long or too many: field, code and message.
    faults: Vec<(&'static str, &'static str, String)>,
}

/// The most bytes that a content may have when rendered. No channel takes as much (see [`limits`]), and a few letters of
/// variables repeated in a long text must not fill the memory.
const MOST_RENDERED: usize = 2_000_000;

impl<'a> Rendering<'a> {
    /// `spec` is without faults. `short_url`: what stands before the codes of short links.
    pub(super) fn of(spec: &'a Spec, item: &'a Path<'a>, short_url: &'a str) -> Rendering<'a> {
        let legs = spec.channels.iter().map(|leg| {
            let mut seen = Leg {
                spec: leg,
                channel: leg.channel,
                content: &leg.content,
                needed: Vec::new(),
                names: BTreeSet::new(),
                uses: 0,
                size: 0,
                short_url: (spec.short_links && leg.channel == Channel::Sms).then_some(short_url),
                same: None,
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
                seen.same = Some(seen.sized(content));
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
    ) -> impl Iterator<Item = (&'r ChannelSpec, Option<Sized>, Faults)> {
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

    /// A rendered content with sample codes in its links, and what is too long in it then.
    fn sized(&self, mut content: ChannelContent) -> Sized {
        let (mut links, mut faults) = (Vec::new(), Vec::new());
        // What is too long whatever its links come to is not searched.
        let most = limits::text_limit(self.channel, false) + MOST_LINKS * MOST_LINK;
        if let (Some(base), Some(text)) = (self.short_url, content.text.as_mut().filter(|text| text.len() <= 4 * most))
        {
            match long_links(text, base) {
                Ok(found) => links.extend(found.into_iter().map(str::to_owned)),
                Err(fault) => {
                    let code = if matches!(fault, LinkFault::TooMany(_)) { "too_many_links" } else { "too_long" };
                    faults.push(("text", code, format!("text of {} {fault}.", self.channel)));
                    return Sized { content, links, faults };
                }
            }
            *text = with_codes(text, base, |url| links.iter().any(|link| link == url).then_some(SAMPLE_CODE));
        }
        let too_long = limits::check(self.channel, &content).err().unwrap_or_default();
        faults.extend(too_long.into_iter().map(|fault: TooLong| (fault.field, "too_long", format!("{fault}."))));
        Sized { content, links, faults }
    }

    /// The rendered content, unless it can not be rendered; it may be given with faults.
    fn check_rendered(&self, recipient: &Recipient, item: &Path<'_>, faults: &mut Faults) -> Option<Sized> {
        let channels = item.field("channels");
        let place = channels.field(self.channel.name());
        if let Some(same) = &self.same {
            same.tell(&place, faults);
            return Some(same.clone());
        }
        // Escaping makes a character of HTML six at most.
        let longest = recipient.variables.values().map(|value| value.to_string().len() * 6).max().unwrap_or_default();
        if self.size + self.uses * longest > MOST_RENDERED {
            let message = format!("The content of {} is too long with these variables.", self.channel);
            faults.add(place, "too_long", message);
            return None;
        }
        let rendered = match self.content.render(recipient) {
            Ok(rendered) => rendered,
            Err(fault) => {
                faults.add(place.field(fault.field), "invalid", format!("{}.", fault.error));
                return None;
            }
        };
        let mut sized = self.sized(rendered);
        sized.tell(&place, faults);
        if self.channel == Channel::Whatsapp {
            content::check_whatsapp(&sized.content, Stage::Rendered, &place, faults);
        }
        for (field, text) in sized.content.texts_mut() {
            if let Err(fault) = shape::check(field, text) {
                faults.add(place.field(field), fault.code, fault.message);
            }
        }
        Some(sized)
    }
}

impl Sized {
    fn tell(&self, channel: &Path<'_>, faults: &mut Faults) {
        for (field, code, message) in &self.faults {
            faults.add(channel.field(field), code, message.clone());
        }
    }
}

fn tell(fault: &TooLong, channel: &Path<'_>, faults: &mut Faults) {
    faults.add(channel.field(fault.field), "too_long", format!("{fault}."));
}
