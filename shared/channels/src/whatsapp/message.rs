//! A message as WhatsApp knows it, whoever carries it, and as an object of Meta's Cloud API
//! (<https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages>).

use crate::outcomes::{fits, refused, text};
use baton_domain::{
    ErrorClass, Outcome,
    whatsapp::{self, Button, ButtonAction, Header, Location, Media, Parameter, Template},
};
use baton_pipeline::provider::SendRequest;
use serde_json::{Value, json};

/// The longest text, in characters.
const TEXT_LIMIT: usize = 4096;
/// The longest text under a medium or above a button, in characters.
const CAPTION_LIMIT: usize = 1024;
/// The longest text of a button, in characters.
const BUTTON_LIMIT: usize = 20;

/// What a message is.
#[derive(Debug)]
pub(super) enum Content<'a> {
    /// A text.
    Text(&'a str),
    /// A medium with the text under it.
    Media { media: Media, caption: Option<&'a str> },
    /// A text with a button that leads somewhere, and a medium above it.
    Button { text: &'a str, url: &'a str, label: &'a str, header: Option<Media> },
    /// An approved template.
    Template(Template),
}

/// An object of the Cloud API: `{"type": kind, kind: value}`.
pub(super) struct Object {
    /// Its kind.
    pub kind: &'static str,
    /// What it holds.
    pub value: Value,
}

/// What a request's content is on WhatsApp.
///
/// # Errors
/// It is nothing that WhatsApp would take.
pub(super) fn content(request: &SendRequest) -> Result<Content<'_>, Outcome> {
    let content = &request.content;
    if let Some(template) = whatsapp::template(content).map_err(|faults| bad_template(&faults))? {
        return Ok(Content::Template(template));
    }
    let header = whatsapp::media(content);
    if let Some(url) = &content.button_url {
        // A button needs a label; without one the address itself is shown, when it is short enough.
        let label = fits(content.button_text.as_ref().unwrap_or(url), BUTTON_LIMIT)?;
        return Ok(Content::Button { text: text(request, CAPTION_LIMIT)?, url, label, header });
    }
    match header {
        None => Ok(Content::Text(text(request, TEXT_LIMIT)?)),
        Some(media) => {
            let caption = fits(content.text.as_deref().unwrap_or_default(), CAPTION_LIMIT)?;
            Ok(Content::Media { media, caption: Some(caption).filter(|caption| !caption.is_empty()) })
        }
    }
}

/// Requests are looked at when they are accepted, so this is rare: a message of an older version, say.
fn bad_template(faults: &[whatsapp::Fault]) -> Outcome {
    let message = faults.first().map(whatsapp::Fault::to_string).unwrap_or_default();
    refused(ErrorClass::Permanent, "bad_content", format!("WhatsApp would not take the content. {message}"))
}

impl Content<'_> {
    /// The object of the Cloud API.
    pub(super) fn object(&self) -> Object {
        match self {
            // No `preview_url`: for a preview Meta opens the link before the recipient does, and a link may open once
            // only.
            Content::Text(text) => Object { kind: "text", value: json!({ "body": text }) },
            Content::Media { media, caption } => {
                let mut value = medium(media);
                if let Some(caption) = caption {
                    value["caption"] = (*caption).into();
                }
                Object { kind: media.kind.name(), value }
            }
            Content::Button { text, url, label, header } => {
                let mut value = json!({
                    "type": "cta_url",
                    "body": { "text": text },
                    "action": { "name": "cta_url", "parameters": { "display_text": label, "url": url } },
                });
                if let Some(media) = header {
                    value["header"] = typed(media.kind.name(), medium(media));
                }
                Object { kind: "interactive", value }
            }
            Content::Template(template) => Object { kind: "template", value: filled(template) },
        }
    }
}

/// `{"type": kind, kind: value}`.
fn typed(kind: &str, value: Value) -> Value {
    json!({ "type": kind, kind: value })
}

fn medium(media: &Media) -> Value {
    let mut value = json!({ "link": media.link });
    if let Some(filename) = &media.filename {
        value["filename"] = filename.as_str().into();
    }
    value
}

/// A template with its components
/// (<https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-message-templates>).
fn filled(template: &Template) -> Value {
    let mut components = Vec::new();
    if let Some(header) = &template.header {
        components.push(json!({ "type": "header", "parameters": [header_parameter(header)] }));
    }
    if !template.body.is_empty() {
        let parameters: Vec<_> = template.body.iter().map(text_parameter).collect();
        components.push(json!({ "type": "body", "parameters": parameters }));
    }
    components.extend(template.buttons.iter().map(button));
    let language = json!({ "policy": "deterministic", "code": template.language });
    let mut value = json!({ "name": template.name, "language": language });
    if !components.is_empty() {
        value["components"] = components.into();
    }
    value
}

fn header_parameter(header: &Header) -> Value {
    match header {
        Header::Text(parameter) => text_parameter(parameter),
        Header::Media(media) => typed(media.kind.name(), medium(media)),
        Header::Location(location) => typed("location", place(location)),
    }
}

fn text_parameter(parameter: &Parameter) -> Value {
    let mut value = typed("text", parameter.text.as_str().into());
    if let Some(name) = &parameter.name {
        value["parameter_name"] = name.as_str().into();
    }
    value
}

fn place(location: &Location) -> Value {
    let mut value = json!({ "latitude": location.latitude, "longitude": location.longitude });
    for (name, text) in [("name", &location.name), ("address", &location.address)] {
        if let Some(text) = text {
            value[name] = text.as_str().into();
        }
    }
    value
}

fn button(button: &Button) -> Value {
    let (kind, parameter) = match &button.action {
        ButtonAction::Url(suffix) => ("url", typed("text", suffix.as_str().into())),
        ButtonAction::QuickReply(payload) => ("quick_reply", typed("payload", payload.as_str().into())),
    };
    json!({ "type": "button", "sub_type": kind, "index": button.index.to_string(), "parameters": [parameter] })
}
