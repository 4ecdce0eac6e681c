//! The bodies of templates and of their previews.

use super::{channels, recipient, render::Rendering, validated::shown};
use crate::{
    faults::{Faults, Path},
    fields::Fields,
    refusal::Refusal,
    when,
    wire::{ChannelPreview, TemplateVariable},
};
use baton_domain::{Recipient, Spec, Template, window::Range};
use chrono_tz::Tz;
use serde_json::Value;

/// The fields of a template's body.
pub(crate) const FIELDS: [&str; 5] = ["companyId", "name", "channels", "allowedTimeRanges", "timeZone"];
/// The fields of a preview's body.
pub(crate) const PREVIEW_FIELDS: [&str; 2] = ["companyId", "variables"];

/// Whether links are shortened is said by an item, never by a template.
const NO_LINKS: &str = "";

/// The most characters of a name.
const MOST_NAME: usize = 255;

/// What a caller says that a template is to be.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) name: String,
    pub(crate) spec: Spec,
    pub(crate) ranges: Vec<Range>,
    pub(crate) zone: Option<Tz>,
}

/// Reads a template, which is checked as the content of an item is. How long its texts are is only known when they are
/// rendered; what no variables can make short enough is refused here.
///
/// # Errors
/// Every fault.
pub(crate) fn read(body: &Value) -> Result<Checked, Refusal> {
    let mut faults = Faults::default();
    let Some(fields) = Fields::of(body, &Path::Root, &mut faults) else { return Err(faults.into_refusal()) };
    fields.only(&FIELDS, &mut faults);
    fields.integer("companyId", 0..=u64::MAX, &mut faults);
    let name = name(&fields, &mut faults);
    let ranges = when::ranges(&fields, &mut faults);
    let zone = when::time_zone(&fields, &mut faults);
    let before = faults.count();
    let spec = channels::read(&fields, None, &mut faults);
    if faults.count() == before {
        Rendering::of(&spec, &Path::Root, NO_LINKS).check_shortest(&mut faults);
    }
    faults.check()?;
    Ok(Checked { name, spec, ranges, zone })
}

/// Reads `name`, 1 to 255 characters.
pub(crate) fn name(fields: &Fields<'_>, faults: &mut Faults) -> String {
    fields.require("name", faults);
    let Some(name) = fields.string("name", faults) else { return String::new() };
    let (path, count) = (fields.path().field("name"), name.chars().count());
    if name.trim().is_empty() {
        faults.add(path, "empty", "name must not be empty.");
    } else if count > MOST_NAME {
        faults.add(path, "too_long", format!("name has {count} characters; at most {MOST_NAME} are allowed."));
    }
    name.to_owned()
}

/// The variables of a template over all of its channels, by name.
pub(crate) fn variables_of(spec: &Spec) -> Vec<TemplateVariable> {
    let variables = Rendering::of(spec, &Path::Root, NO_LINKS).variables();
    variables.into_iter().map(|(name, required)| TemplateVariable { name, required }).collect()
}

/// What a template's channels would say with the variables of a preview's body.
///
/// # Errors
/// Every fault of the body; those of the contents stand in the preview.
pub(crate) fn preview(template: &Template, body: &Value) -> Result<Vec<ChannelPreview>, Refusal> {
    let mut faults = Faults::default();
    let Some(fields) = Fields::of(body, &Path::Root, &mut faults) else { return Err(faults.into_refusal()) };
    fields.only(&PREVIEW_FIELDS, &mut faults);
    fields.integer("companyId", 0..=u64::MAX, &mut faults);
    let variables = recipient::variables(&fields, &mut faults);
    faults.check()?;
    let recipient = Recipient { variables, ..Recipient::default() };
    let rendering = Rendering::of(&template.spec, &Path::Root, NO_LINKS);
    let previews = rendering.show(&recipient, &Path::Root);
    Ok(previews.map(|(leg, sized, faults)| shown(leg.channel, None, sized, faults)).collect())
}
