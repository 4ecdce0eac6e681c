//! Reading a content, with every fault named by its place.

use super::{
    Button, ButtonAction, Fault, Header, Location, Media, MediaKind, Parameter, Stage, Template,
    forms::{MOST_NAME, is_language, is_name, is_url},
    media,
};
use crate::ChannelContent;
use serde_json::{Map, Value};

/// The longest texts, in characters: a body's parameter (the whole body has 1024), a header's, what is appended to an
/// address (2000 with it), what a quick reply carries. From the pages on template components of Meta's Cloud API.
const MOST_BODY: usize = 1024;
const MOST_HEADER: usize = 60;
const MOST_SUFFIX: usize = 2000;
const MOST_PAYLOAD: usize = 256;
/// The longest address, in characters.
const MOST_URL: usize = 2048;
/// The most buttons of a template.
const MOST_BUTTONS: usize = 10;

/// Reads what a content says to WhatsApp; the template is `None` when it names none.
pub(super) fn read(content: &ChannelContent, stage: Stage) -> (Option<Template>, Vec<Fault>) {
    let mut reader = Reader { stage, faults: Vec::new() };
    let template = reader.content(content);
    (template, reader.faults)
}

struct Reader {
    stage: Stage,
    faults: Vec<Fault>,
}

/// An object and its place.
struct Object<'a> {
    map: &'a Map<String, Value>,
    place: &'a str,
}

impl<'a> Object<'a> {
    /// A field that is not null, with its place.
    fn get(&self, name: &str) -> Option<(&'a Value, String)> {
        let value = self.map.get(name).filter(|value| !value.is_null())?;
        Some((value, under(self.place, name)))
    }
}

/// The place of a field, as a JSON pointer. A caller's names stand in it; more of one than 100 characters helps nobody.
fn under(place: &str, name: &str) -> String {
    let name: String = name.chars().take(100).collect();
    format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"))
}

impl Reader {
    fn fault(&mut self, pointer: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.faults.push(Fault { pointer: pointer.into(), code, message: message.into() });
    }

    fn content(&mut self, content: &ChannelContent) -> Option<Template> {
        if content.image_url.is_some() && content.media_url.is_some() {
            self.fault("/mediaUrl", "invalid", "A message carries one medium: imageUrl or mediaUrl.");
        }
        let Some(name) = &content.template_name else {
            if content.template_data.is_some() {
                self.fault("/templateName", "required", "templateData fills a template: templateName is required.");
            }
            return None;
        };
        let mut template =
            Template { name: name.clone(), namespace: content.template_namespace.clone(), ..Template::default() };
        match &content.language {
            Some(language) if is_language(language) => template.language.clone_from(language),
            Some(_) => self.fault("/language", "invalid", "A language is expected, as ru or en_US."),
            None => self.fault("/language", "required", "A template is approved per language: language is required."),
        }
        if let Some(data) = &content.template_data {
            self.data(data, &mut template);
        }
        if let Some(media) = media(content) {
            if template.header.is_some() {
                let message = "The header is given twice: here, and as imageUrl or mediaUrl.";
                self.fault("/templateData/header", "invalid", message);
            }
            template.header = Some(Header::Media(media));
        }
        Some(template)
    }

    fn data(&mut self, data: &Value, template: &mut Template) {
        let place = "/templateData";
        match data {
            Value::Array(_) => template.body = self.body(data, place),
            Value::Object(map) => {
                let data = Object { map, place };
                self.only(&data, &["header", "body", "buttons"]);
                template.header = data.get("header").and_then(|(header, place)| self.header(header, &place));
                template.body = data.get("body").map(|(body, place)| self.body(body, &place)).unwrap_or_default();
                template.buttons =
                    data.get("buttons").map(|(buttons, place)| self.buttons(buttons, &place)).unwrap_or_default();
            }
            _ => {
                let message =
                    "The body's parameters as a list, or an object with header, body and buttons, are expected.";
                self.fault(place, "invalid", message);
            }
        }
    }

    fn only(&mut self, object: &Object<'_>, known: &[&str]) {
        for (name, _) in object.map.iter().filter(|(name, value)| !value.is_null() && !known.contains(&name.as_str())) {
            let message = format!("There is no such field; expected is one of {}.", known.join(", "));
            self.fault(under(object.place, name), "unknown_field", message);
        }
    }

    fn header(&mut self, value: &Value, place: &str) -> Option<Header> {
        let Value::Object(map) = value else {
            return Some(Header::Text(Parameter { name: None, text: self.text(value, place, MOST_HEADER)? }));
        };
        let header = Object { map, place };
        let kind = match header.map.get("type").and_then(Value::as_str) {
            Some("text") => {
                self.only(&header, &["type", "text", "name"]);
                let name = self.optional(&header, "name", MOST_NAME);
                let text = self.required(&header, "text", MOST_HEADER)?;
                return Some(Header::Text(Parameter { name, text }));
            }
            Some("location") => return self.location(&header).map(Header::Location),
            Some("image") => MediaKind::Image,
            Some("video") => MediaKind::Video,
            Some("document") => MediaKind::Document,
            _ => {
                let message = "text, image, video, document or location is expected.";
                self.fault(under(place, "type"), "invalid", message);
                return None;
            }
        };
        let is_document = kind == MediaKind::Document;
        self.only(&header, if is_document { &["type", "url", "filename"] } else { &["type", "url"] });
        let filename = if is_document { self.optional(&header, "filename", MOST_NAME) } else { None };
        let link = self.required(&header, "url", MOST_URL)?;
        if self.is_final(&link) && !is_url(&link) {
            self.fault(under(place, "url"), "invalid", "An http or https address is expected.");
        }
        Some(Header::Media(Media { kind, link, filename }))
    }

    fn location(&mut self, header: &Object<'_>) -> Option<Location> {
        self.only(header, &["type", "latitude", "longitude", "name", "address"]);
        let latitude = self.degrees(header, "latitude", 90.0);
        let longitude = self.degrees(header, "longitude", 180.0);
        let name = self.optional(header, "name", MOST_NAME);
        let address = self.optional(header, "address", MOST_NAME);
        Some(Location { latitude: latitude?, longitude: longitude?, name, address })
    }

    fn degrees(&mut self, header: &Object<'_>, name: &str, most: f64) -> Option<f64> {
        let text = self.required(header, name, 30)?;
        if !self.is_final(&text) {
            return Some(0.0);
        }
        let degrees = text.trim().parse().ok().filter(|degrees| (-most..=most).contains(degrees));
        if degrees.is_none() {
            self.fault(under(header.place, name), "invalid", format!("Degrees from -{most} to {most} are expected."));
        }
        degrees
    }

    fn body(&mut self, value: &Value, place: &str) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        match value {
            Value::Array(values) => {
                for (index, value) in values.iter().enumerate() {
                    let text = self.text(value, &format!("{place}/{index}"), MOST_BODY);
                    parameters.extend(text.map(|text| Parameter { name: None, text }));
                }
            }
            Value::Object(values) => {
                for (name, value) in values {
                    let place = under(place, name);
                    if !is_name(name) {
                        self.fault(&*place, "invalid", "A parameter's name has 1 to 255 letters, digits and _.");
                    }
                    let text = self.text(value, &place, MOST_BODY);
                    parameters.extend(text.map(|text| Parameter { name: Some(name.clone()), text }));
                }
            }
            _ => self.fault(place, "invalid", "The parameters are expected as a list, or by their names as an object."),
        }
        parameters
    }

    fn buttons(&mut self, value: &Value, place: &str) -> Vec<Button> {
        let Value::Array(values) = value else {
            self.fault(place, "invalid", "A list of buttons is expected.");
            return Vec::new();
        };
        if values.len() > MOST_BUTTONS {
            self.fault(place, "too_long", format!("A template has at most {MOST_BUTTONS} buttons."));
            return Vec::new();
        }
        let mut buttons: Vec<Button> = Vec::new();
        for (position, value) in values.iter().enumerate() {
            let place = format!("{place}/{position}");
            let Some(button) = self.button(value, &place, position) else { continue };
            if buttons.iter().any(|other| other.index == button.index) {
                self.fault(under(&place, "index"), "invalid", "Two buttons have the same index.");
            }
            buttons.push(button);
        }
        buttons
    }

    fn button(&mut self, value: &Value, place: &str, position: usize) -> Option<Button> {
        let Value::Object(map) = value else {
            self.fault(
                place,
                "invalid",
                "A button is an object: {\"type\": \"url\", \"text\"} or {\"type\": \"quickReply\", \"payload\"}.",
            );
            return None;
        };
        let button = Object { map, place };
        let index = self.index(&button, position);
        let action = match button.map.get("type").and_then(Value::as_str) {
            Some("url") => {
                self.only(&button, &["type", "text", "index"]);
                self.required(&button, "text", MOST_SUFFIX).map(ButtonAction::Url)
            }
            Some("quickReply") => {
                self.only(&button, &["type", "payload", "index"]);
                self.required(&button, "payload", MOST_PAYLOAD).map(ButtonAction::QuickReply)
            }
            _ => {
                self.fault(under(place, "type"), "invalid", "url or quickReply is expected.");
                None
            }
        };
        Some(Button { index: index?, action: action? })
    }

    fn index(&mut self, button: &Object<'_>, position: usize) -> Option<u8> {
        let Some((value, place)) = button.get("index") else { return u8::try_from(position).ok() };
        let index = value.as_u64().and_then(|index| u8::try_from(index).ok()).filter(|index| *index < 10);
        if index.is_none() {
            self.fault(place, "invalid", "The button's place in the template is expected, from 0 to 9.");
        }
        index
    }

    fn required(&mut self, object: &Object<'_>, name: &str, most: usize) -> Option<String> {
        let Some((value, place)) = object.get(name) else {
            self.fault(under(object.place, name), "required", format!("{name} is required."));
            return None;
        };
        self.text(value, &place, most)
    }

    fn optional(&mut self, object: &Object<'_>, name: &str, most: usize) -> Option<String> {
        let (value, place) = object.get(name)?;
        self.text(value, &place, most)
    }

    /// A value as text. By Meta's rules for parameters it is not empty, and has no line break, no tab and no four
    /// spaces in a row.
    fn text(&mut self, value: &Value, place: &str, most: usize) -> Option<String> {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            _ => {
                self.fault(place, "invalid", "A string, a number or a boolean is expected.");
                return None;
            }
        };
        if !self.is_final(&text) {
            return Some(text);
        }
        let count = text.chars().count();
        if text.trim().is_empty() {
            self.fault(place, "empty", "WhatsApp takes no empty value.");
        } else if count > most {
            self.fault(place, "too_long", format!("The value has {count} characters; at most {most} are allowed."));
        } else if text.contains(['\n', '\r', '\t']) || text.contains("    ") {
            self.fault(place, "invalid", "WhatsApp takes no line break, no tab and no four spaces in a row here.");
        }
        Some(text)
    }

    /// Whether a text is as it will be sent.
    fn is_final(&self, text: &str) -> bool {
        self.stage == Stage::Rendered || !text.contains("{{")
    }
}
