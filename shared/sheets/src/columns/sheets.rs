//! Which sheet has which columns.

use super::{ALL, Column, by_key};
use crate::kinds::SheetType;
use std::sync::LazyLock;

const SMS: &[&str] =
    &["phone", "text", "from", "useShortLinks", "sendDate", "sendTime", "timeFrom", "timeTo", "timeZone", "externalId"];

const ADVERTISING: &[&str] = &[
    "channel",
    "phone",
    "messengerUserId",
    "text",
    "from",
    "imageUrl",
    "buttonText",
    "buttonUrl",
    "useShortLinks",
    "sendDate",
    "sendTime",
    "timeFrom",
    "timeTo",
    "timeZone",
    "externalId",
];

const CHAT: &[&str] = &[
    "chatId",
    "phone",
    "clientId",
    "messengerUserId",
    "chatSessionId",
    "messengerType",
    "text",
    "botId",
    "chatSessionName",
    "continueLastOrStartNewSession",
    "imageUrl",
    "buttonText",
    "buttonUrl",
    "sendDate",
    "sendTime",
    "timeFrom",
    "timeTo",
    "timeZone",
    "externalId",
];

const CHAT_WHATSAPP: &[&str] = &[
    "chatId",
    "phone",
    "text",
    "templateName",
    "templateData",
    "language",
    "templateNamespace",
    "mediaUrl",
    "documentFilename",
    "botId",
    "chatSessionName",
    "continueLastOrStartNewSession",
    "sendDate",
    "sendTime",
    "timeFrom",
    "timeTo",
    "timeZone",
    "externalId",
];

const UNIVERSAL: &[&str] = &[
    "channel",
    "phone",
    "email",
    "clientId",
    "messengerUserId",
    "pushRegistrationId",
    "platform",
    "text",
    "subject",
    "from",
    "imageUrl",
    "buttonText",
    "buttonUrl",
    "useShortLinks",
    "sendDate",
    "sendTime",
    "timeFrom",
    "timeTo",
    "timeZone",
    "externalId",
];

/// The columns of a sheet, in the order of the empty one. Any sheet may have columns `var:<name>` besides.
#[must_use]
pub fn columns(sheet: SheetType) -> &'static [&'static Column] {
    static TABLE: LazyLock<[Vec<&'static Column>; 5]> = LazyLock::new(|| {
        [SMS, ADVERTISING, CHAT, CHAT_WHATSAPP, UNIVERSAL]
            .map(|keys| keys.iter().filter_map(|key| by_key(key)).collect())
    });
    match sheet {
        SheetType::Sms => &TABLE[0],
        SheetType::Advertising => &TABLE[1],
        SheetType::Chat => &TABLE[2],
        SheetType::ChatWhatsapp => &TABLE[3],
        SheetType::Universal => &TABLE[4],
        SheetType::Full => &ALL,
    }
}

/// The keys of the columns that a file must have to be this sheet. By them a sheet is told from the others: a file does not
/// say which it is.
#[must_use]
pub const fn required(sheet: SheetType) -> &'static [&'static str] {
    match sheet {
        SheetType::Sms => &["phone", "text"],
        SheetType::Advertising | SheetType::Universal => &["channel", "text"],
        SheetType::Chat => &["chatId", "text"],
        SheetType::ChatWhatsapp => &["chatId", "phone", "templateName"],
        SheetType::Full => &["channel"],
    }
}
