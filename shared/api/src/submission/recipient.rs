//! One destination.

use crate::{
    faults::{Faults, Path, WRONG_TYPE},
    fields::{Fields, has_control, wrong_type},
    mail, phone, when,
};
use baton_domain::{
    Platform, Recipient, Value,
    recipient::{MOST_VARIABLES, Variables},
};
use serde_json::Value as Json;

/// The fields of a destination.
pub(crate) const FIELDS: [&str; 10] = [
    "phone",
    "email",
    "clientId",
    "externalId",
    "chatSessionId",
    "messengerUserId",
    "pushRegistrationId",
    "platform",
    "timeZone",
    "variables",
];

/// The most bytes of an id.
const MOST_ID: usize = 1024;
/// The most bytes of a push registration: a Web Push subscription is JSON with an address and two keys.
const MOST_PUSH: usize = 4096;
/// The most bytes of what the caller keeps with a recipient.
const MOST_EXTERNAL: usize = 10_240;
/// The most characters of a variable's name.
pub(super) const MOST_NAME: usize = 64;
const MOST_VALUE: usize = 10_000;
/// The most bytes of all variables together, as JSON: a message is one item of the store, which holds 400 KB.
const MOST_BYTES: usize = 300_000;

/// Reads a destination. Wrong types and unknown fields are faults of the request; everything else is the
/// destination's own fault.
pub(super) fn read(value: &Json, path: &Path<'_>, request: &mut Faults, own: &mut Faults) -> Recipient {
    let mut found = Faults::default();
    let Some(fields) = Fields::of(value, path, request) else { return Recipient::default() };
    fields.only(&FIELDS, request);
    let id = |name: &'static str, found: &mut Faults| fields.bounded(name, MOST_ID, found);
    let recipient = Recipient {
        phone: phone(&fields, &mut found),
        email: email(&fields, &mut found),
        client_id: id("clientId", &mut found),
        external_id: fields.bounded("externalId", MOST_EXTERNAL, &mut found),
        chat_session_id: id("chatSessionId", &mut found),
        messenger_user_id: id("messengerUserId", &mut found),
        push_registration_id: fields.bounded("pushRegistrationId", MOST_PUSH, &mut found),
        platform: platform(&fields, &mut found),
        time_zone: when::time_zone(&fields, &mut found).map(|zone| zone.name().to_owned()),
        variables: variables(&fields, &mut found),
    };
    for detail in found.into_details() {
        if detail.code == WRONG_TYPE { request.push(detail) } else { own.push(detail) }
    }
    recipient
}

fn phone(fields: &Fields<'_>, faults: &mut Faults) -> Option<String> {
    let text = fields.string("phone", faults)?;
    match phone::normalise(text) {
        Ok(phone) => Some(phone),
        Err(why) => {
            faults.add(fields.path().field("phone"), "invalid", format!("{}; {why}.", phone::EXPECTED));
            None
        }
    }
}

fn email(fields: &Fields<'_>, faults: &mut Faults) -> Option<String> {
    let email = mail::normalise(fields.string("email", faults)?);
    if email.is_none() {
        faults.add(fields.path().field("email"), "invalid", "An e-mail address is expected, as name@example.org.");
    }
    email
}

fn platform(fields: &Fields<'_>, faults: &mut Faults) -> Option<Platform> {
    match fields.string("platform", faults)?.to_ascii_lowercase().as_str() {
        "android" => Some(Platform::Android),
        "ios" => Some(Platform::Ios),
        "web" => Some(Platform::Web),
        _ => {
            faults.add(fields.path().field("platform"), "invalid", "Expected is android, ios or web.");
            None
        }
    }
}

/// Reads `variables`.
pub(super) fn variables(fields: &Fields<'_>, faults: &mut Faults) -> Variables {
    let mut variables = Variables::new();
    let Some(value) = fields.get("variables") else { return variables };
    let path = fields.path().field("variables");
    let Some(given) = Fields::of(value, &path, faults) else { return variables };
    let count = given.entries().count();
    if count > MOST_VARIABLES {
        faults.add(path, "too_long", format!("{count} variables are too many; at most {MOST_VARIABLES} are allowed."));
        return variables;
    }
    let size = serde_json::to_vec(value).map_or(usize::MAX, |json| json.len());
    if size > MOST_BYTES {
        faults.add(path, "too_long", format!("The variables have {size} bytes; at most {MOST_BYTES} are allowed."));
        return variables;
    }
    for (name, value) in given.entries() {
        let place = path.field(name);
        if !is_variable(name) {
            let message = format!("A variable's name has 1 to {MOST_NAME} letters, digits, _, - and .");
            faults.add(place, "invalid", message);
        }
        if let Some(value) = variable(value, place, faults) {
            variables.insert(name.to_owned(), value);
        }
    }
    variables
}

/// Whether a variable may have this name.
pub(super) fn is_variable(name: &str) -> bool {
    let allowed = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.');
    (1..=MOST_NAME).contains(&name.chars().count()) && name.chars().all(allowed)
}

fn variable(value: &Json, path: Path<'_>, faults: &mut Faults) -> Option<Value> {
    match value {
        Json::Bool(value) => Some(Value::Bool(*value)),
        Json::Number(value) => Some(Value::Number(value.clone())),
        Json::String(text) if has_control(text) => {
            let message = "Control characters are not allowed, apart from line breaks and tabs.";
            faults.add(path, "control_character", message);
            None
        }
        Json::String(text) if text.chars().count() > MOST_VALUE => {
            faults.add(path, "too_long", format!("A variable's value has at most {MOST_VALUE} characters."));
            None
        }
        Json::String(text) => Some(Value::Text(text.clone())),
        other => {
            wrong_type(path, "A string, a number or a boolean", other, faults);
            None
        }
    }
}
