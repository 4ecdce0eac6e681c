//! The content of one channel.

use super::{
    recipient::{MOST_NAME, is_variable},
    shape,
};
use crate::{
    faults::{Faults, Path, WRONG_TYPE},
    fields::{self, Fields},
};
use baton_domain::{
    Channel, ChannelContent, SuccessStatus, render,
    whatsapp::{self, Stage},
};
use serde_json::Value;

use Channel::{Chat, Email, Ok as Odnoklassniki, Telegram, Vk, Whatsapp};

const ALL: &[Channel] = &Channel::ALL;
const TEMPLATES: &[Channel] = &[Whatsapp, Vk, Odnoklassniki];

/// The fields of contents, and the channels that take them.
pub(crate) const FIELDS: [(&str, &[Channel]); 27] = [
    ("provider", ALL),
    ("validityPeriod", ALL),
    ("required", ALL),
    ("successStatus", ALL),
    ("text", ALL),
    ("from", ALL),
    ("imageUrl", ALL),
    ("buttonUrl", ALL),
    ("buttonText", ALL),
    ("code", &[Telegram]),
    ("subject", &[Email]),
    ("fromEmail", &[Email]),
    ("fromName", &[Email]),
    ("replyTo", &[Email]),
    ("html", &[Email]),
    ("templateName", TEMPLATES),
    ("templateNamespace", TEMPLATES),
    ("templateData", TEMPLATES),
    ("language", TEMPLATES),
    ("mediaUrl", TEMPLATES),
    ("documentFilename", TEMPLATES),
    ("attachments", &[Vk]),
    ("chatId", &[Chat]),
    ("botId", &[Chat]),
    ("messengerType", &[Chat]),
    ("chatSessionName", &[Chat]),
    ("continueLastOrStartNewSession", &[Chat]),
];

/// The most minutes that a receipt is waited for: two days.
const MOST_MINUTES: u64 = 2880;
/// The most bytes of ids in the content of a chat, and of a template's name.
const MOST_ID: usize = 1024;
/// The most bytes of `templateData` as JSON.
const MOST_DATA: usize = 10_240;
const MOST_ATTACHMENTS: usize = 10;

/// Reads the content of a channel.
pub(super) fn read(channel: Channel, fields: &Fields<'_>, faults: &mut Faults) -> ChannelContent {
    check_names(channel, fields, faults);
    let text = |name: &'static str, faults: &mut Faults| fields.string(name, faults).map(str::to_owned);
    let id = |name: &'static str, faults: &mut Faults| fields.bounded(name, MOST_ID, faults);
    let mut content = ChannelContent {
        provider: provider(fields, faults),
        validity_period: fields.integer("validityPeriod", 1..=MOST_MINUTES, faults).and_then(|n| u16::try_from(n).ok()),
        required: fields.boolean("required", faults).unwrap_or(false),
        success_status: success_status(fields, faults),
        text: text("text", faults),
        from: text("from", faults),
        image_url: text("imageUrl", faults),
        button_url: text("buttonUrl", faults),
        button_text: text("buttonText", faults),
        code: text("code", faults),
        subject: text("subject", faults),
        from_email: text("fromEmail", faults),
        from_name: text("fromName", faults),
        reply_to: text("replyTo", faults),
        html: text("html", faults),
        template_name: id("templateName", faults),
        template_namespace: id("templateNamespace", faults),
        template_data: template_data(fields, faults),
        language: id("language", faults),
        media_url: text("mediaUrl", faults),
        document_filename: id("documentFilename", faults),
        attachments: attachments(fields, faults),
        chat_id: id("chatId", faults),
        bot_id: id("botId", faults),
        messenger_type: id("messengerType", faults),
        chat_session_name: id("chatSessionName", faults),
        continue_last_or_start_new_session: fields.boolean("continueLastOrStartNewSession", faults),
    };
    check_required(channel, fields, faults);
    check_texts(&mut content, fields.path(), faults);
    if channel == Whatsapp {
        check_whatsapp(&content, Stage::Written, fields.path(), faults);
    }
    content
}

/// What WhatsApp does not take: in `templateData`, in the template's language, in the media.
pub(super) fn check_whatsapp(content: &ChannelContent, stage: Stage, path: &Path<'_>, faults: &mut Faults) {
    for fault in whatsapp::faults(content, stage) {
        faults.add(format!("{path}{}", fault.pointer), fault.code, fault.message);
    }
}

fn check_names(channel: Channel, fields: &Fields<'_>, faults: &mut Faults) {
    for (name, _) in fields.entries() {
        let message = match FIELDS.iter().find(|(known, _)| *known == name) {
            Some((_, channels)) if channels.contains(&channel) => continue,
            Some((_, channels)) => {
                let names: Vec<_> = channels.iter().map(|channel| channel.name()).collect();
                format!("{channel} has no field {name}; it belongs to {}.", names.join(", "))
            }
            None => {
                let own = FIELDS.iter().filter(|(_, channels)| channels.contains(&channel)).map(|(name, _)| *name);
                format!("There is no such field; {channel} takes {}.", own.collect::<Vec<_>>().join(", "))
            }
        };
        faults.add(fields.path().field(name), "unknown_field", message);
    }
}

/// Reads the name of a provider.
pub(crate) fn provider(fields: &Fields<'_>, faults: &mut Faults) -> Option<String> {
    let name = fields.string("provider", faults)?;
    let fits = (1..=40).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !fits {
        let message = "A provider's name has 1 to 40 letters, digits and _.";
        faults.add(fields.path().field("provider"), "invalid", message);
    }
    Some(name.to_owned())
}

fn success_status(fields: &Fields<'_>, faults: &mut Faults) -> Option<SuccessStatus> {
    let name = fields.string("successStatus", faults)?.to_ascii_lowercase();
    let status = match name.as_str() {
        "sent" => SuccessStatus::Sent,
        "delivered" => SuccessStatus::Delivered,
        "read" => SuccessStatus::Read,
        _ => {
            faults.add(fields.path().field("successStatus"), "invalid", "Expected is sent, delivered or read.");
            return None;
        }
    };
    Some(status)
}

/// What a provider's template is filled with: any JSON that is small, with sound strings.
fn template_data(fields: &Fields<'_>, faults: &mut Faults) -> Option<Value> {
    let data = fields.get("templateData")?;
    let path = fields.path().field("templateData");
    let size = serde_json::to_vec(data).map_or(usize::MAX, |json| json.len());
    if size > MOST_DATA {
        faults.add(
            path,
            "too_long",
            format!("templateData has {size} bytes of JSON; at most {MOST_DATA} are allowed."),
        );
        return None;
    }
    check_strings(data, &path, faults);
    Some(data.clone())
}

fn check_strings(value: &Value, path: &Path<'_>, faults: &mut Faults) {
    match value {
        Value::String(text) if fields::string(value, *path, faults).is_some() => {
            check_template(text, *path, faults);
        }
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(index, value)| check_strings(value, &path.index(index), faults));
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| check_strings(value, &path.field(name), faults));
        }
        _ => {}
    }
}

fn attachments(fields: &Fields<'_>, faults: &mut Faults) -> Vec<String> {
    let Some(values) = fields.array("attachments", faults) else { return Vec::new() };
    let path = fields.path().field("attachments");
    if values.len() > MOST_ATTACHMENTS {
        let message = format!("{} attachments are too many; at most {MOST_ATTACHMENTS} are allowed.", values.len());
        faults.add(path, "too_long", message);
        return Vec::new();
    }
    let mut read = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let path = path.index(index);
        match value.as_str() {
            Some(text) if is_attachment(text) => read.push(text.to_owned()),
            Some(_) => faults.add(path, "invalid", "An attachment is <type><owner>_<media>, as photo-1_2."),
            None => faults.add(path, WRONG_TYPE, "A string is expected here."),
        }
    }
    read
}

/// `<type><owner>_<media>`, with an access key of the media's at most: letters, a number that may be negative, a number.
fn is_attachment(text: &str) -> bool {
    let kind = text.find(|character: char| !character.is_ascii_lowercase()).unwrap_or(text.len());
    let (kind, ids) = text.split_at(kind);
    let mut parts = ids.split('_');
    let number = |text: &str| (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let owner = parts.next().is_some_and(|owner| number(owner.strip_prefix('-').unwrap_or(owner)));
    let media = parts.next().is_some_and(number);
    let key =
        parts.next().is_none_or(|key| (1..=64).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric()));
    (1..=20).contains(&kind.len()) && owner && media && key && parts.next().is_none()
}

/// What the channel can not do without.
fn check_required(channel: Channel, fields: &Fields<'_>, faults: &mut Faults) {
    let any_of: &[&[&str]] = match channel {
        Email => &[&["subject"], &["text", "html"]],
        Whatsapp => &[&["text", "templateName", "mediaUrl", "imageUrl"]],
        Telegram => &[&["text", "code"]],
        Vk | Odnoklassniki => &[&["text", "templateName"]],
        _ => &[&["text"]],
    };
    for names in any_of {
        let given: Vec<_> = names.iter().filter(|name| fields.has(name)).collect();
        let blank = |name: &&&str| fields.get(name).and_then(Value::as_str).is_some_and(|text| text.trim().is_empty());
        let path = fields.path().field(given.first().map_or(names[0], |name| name));
        if given.is_empty() {
            faults.add(path, "required", format!("{channel} needs {}.", names.join(" or ")));
        } else if given.iter().all(blank) {
            faults.add(path, "empty", format!("{channel} needs {} that is not empty.", names.join(" or ")));
        }
    }
    for (one, other) in [("buttonUrl", "buttonText"), ("buttonText", "buttonUrl")] {
        if fields.has(one) && !fields.has(other) {
            faults.add(fields.path().field(other), "required", format!("{one} and {other} go together."));
        }
    }
}

/// The syntax of variables, and the shape of texts that hold none; the others are looked at when rendered.
fn check_texts(content: &mut ChannelContent, path: &Path<'_>, faults: &mut Faults) {
    let html = content.html.clone();
    if let Some(html) = &html {
        check_template(html, path.field("html"), faults);
    }
    for (name, text) in content.texts_mut() {
        let place = path.field(name);
        if check_template(text, place, faults)
            && let Err(fault) = shape::check(name, text)
        {
            faults.add(place, fault.code, fault.message);
        }
    }
}

/// The most variables in one text: far above what anybody writes, and low enough to be compared with each other.
const MOST_USES: usize = 1000;

/// Whether a text is well formed and holds no variables.
fn check_template(text: &str, path: Path<'_>, faults: &mut Faults) -> bool {
    if text.matches("{{").count() > MOST_USES {
        faults.add(path, "too_long", format!("At most {MOST_USES} variables are allowed in one text."));
        return false;
    }
    match render::variables(text) {
        Ok(names) if names.iter().all(|(name, _)| is_variable(name)) => names.is_empty(),
        Ok(_) => {
            faults.add(path, "invalid", format!("A variable's name has 1 to {MOST_NAME} letters, digits, _, - and ."));
            false
        }
        Err(error) => {
            faults.add(path, "invalid", format!("The text is not well formed: {error}."));
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attachments_have_their_form() {
        for good in ["photo-1_2", "photo1_2", "video-12345_67890", "doc1_2_abcdef"] {
            assert!(is_attachment(good), "{good}");
        }
        for bad in
            ["", "photo", "1_2", "photo1", "photo_2", "photo--1_2", "photo1_", "photo1_2_", "photo1_2_a_b", "photo1_x"]
        {
            assert!(!is_attachment(bad), "{bad}");
        }
    }
}
