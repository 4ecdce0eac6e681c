//! Who a row is for.

use super::{Column, Kind, Place};
use crate::kinds::Text;

pub(super) const COLUMNS: &[Column] = &[
    Column {
        key: "channel",
        name: Text { russian: "Канал", english: "Channel" },
        aliases: &["channels", "каналы"],
        help: Text {
            russian: "Канал или несколько по порядку через запятую: telegram, sms",
            english: "A channel, or several in order with commas: telegram, sms",
        },
        kind: Kind::Channels,
        place: Place::Channels,
    },
    Column {
        key: "phone",
        name: Text { russian: "Телефон", english: "Phone" },
        aliases: &["номер", "номер телефона", "phone number", "мобильный"],
        help: Text {
            russian: "Номер с кодом страны: 79001234567",
            english: "The number with its country code: 79001234567",
        },
        kind: Kind::Phone,
        place: Place::Destination,
    },
    Column {
        key: "email",
        name: Text { russian: "Эл. почта", english: "E-mail" },
        aliases: &["почта", "электронная почта", "e-mail address", "имейл"],
        help: Text { russian: "Адрес: name@example.org", english: "The address: name@example.org" },
        kind: Kind::Id,
        place: Place::Destination,
    },
    Column {
        key: "clientId",
        name: Text { russian: "ID клиента", english: "Client ID" },
        aliases: &["клиент"],
        help: Text { russian: "Номер клиента в чатах", english: "The client's id in chats" },
        kind: Kind::Id,
        place: Place::Destination,
    },
    Column {
        key: "messengerUserId",
        name: Text { russian: "ID в мессенджере", english: "Messenger user ID" },
        aliases: &["id пользователя"],
        help: Text {
            russian: "Номер пользователя в Telegram, VK, OK, MAX",
            english: "The user's id in Telegram, VK, OK, MAX",
        },
        kind: Kind::Id,
        place: Place::Destination,
    },
    Column {
        key: "chatSessionId",
        name: Text { russian: "ID сессии чата", english: "Chat session ID" },
        aliases: &["id сессии"],
        help: Text {
            russian: "Продолжить эту сессию чата", english: "Continue this session of a chat"
        },
        kind: Kind::Id,
        place: Place::Destination,
    },
    Column {
        key: "pushRegistrationId",
        name: Text { russian: "Push-токен", english: "Push registration ID" },
        aliases: &["push token", "пуш-токен"],
        help: Text {
            russian: "Токен устройства или браузера", english: "The token of a device or a browser"
        },
        kind: Kind::Id,
        place: Place::Destination,
    },
    Column {
        key: "platform",
        name: Text { russian: "Платформа", english: "Platform" },
        aliases: &[],
        help: Text { russian: "Для push: android, ios или web", english: "For push: android, ios or web" },
        kind: Kind::Choice(&["android", "ios", "web"]),
        place: Place::Destination,
    },
    Column {
        key: "externalId",
        name: Text { russian: "Ваш ID", english: "External ID" },
        aliases: &["внешний id", "your id"],
        help: Text {
            russian: "Любая ваша пометка, вернётся в отчёте",
            english: "Any mark of yours, given back in the report",
        },
        kind: Kind::Id,
        place: Place::Destination,
    },
];
