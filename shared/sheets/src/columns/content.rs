//! What a row says.

use super::{Column, Kind, Place};
use crate::kinds::Text;
use baton_domain::Channel::{self, Chat, Email, Ok, Telegram, Vk, Whatsapp};

const ALL: Place = Place::Content(&Channel::ALL);
const EMAIL: Place = Place::Content(&[Email]);
const TEMPLATES: Place = Place::Content(&[Whatsapp, Vk, Ok]);
const CHAT: Place = Place::Content(&[Chat]);

/// A column with no other names than its header's and its key.
const fn column(
    key: &'static str,
    name: [&'static str; 2],
    help: [&'static str; 2],
    kind: Kind,
    place: Place,
) -> Column {
    also(key, name, &[], help, kind, place)
}

const fn also(
    key: &'static str,
    name: [&'static str; 2],
    aliases: &'static [&'static str],
    help: [&'static str; 2],
    kind: Kind,
    place: Place,
) -> Column {
    Column {
        key,
        name: Text { russian: name[0], english: name[1] },
        aliases,
        help: Text { russian: help[0], english: help[1] },
        kind,
        place,
    }
}

pub(super) const COLUMNS: &[Column] = &[
    also(
        "text",
        ["Текст", "Text"],
        &["сообщение", "текст сообщения", "message"],
        ["Текст; {{имя}} подставит столбец var:имя", "The text; {{name}} is filled in from the column var:name"],
        Kind::Text,
        ALL,
    ),
    also(
        "from",
        ["Отправитель", "Sender"],
        &["имя отправителя", "sender name", "подпись"],
        ["Имя отправителя", "The sender's name"],
        Kind::Id,
        ALL,
    ),
    also(
        "imageUrl",
        ["Картинка", "Image URL"],
        &["изображение", "image", "ссылка на картинку"],
        ["Адрес картинки: https://…", "The address of a picture: https://…"],
        Kind::Id,
        ALL,
    ),
    also(
        "buttonText",
        ["Текст кнопки", "Button text"],
        &["кнопка", "button"],
        ["Надпись на кнопке", "What the button says"],
        Kind::Text,
        ALL,
    ),
    also(
        "buttonUrl",
        ["Ссылка кнопки", "Button URL"],
        &["адрес кнопки"],
        ["Куда ведёт кнопка: https://…", "Where the button leads: https://…"],
        Kind::Id,
        ALL,
    ),
    also(
        "subject",
        ["Тема", "Subject"],
        &["тема письма"],
        ["Тема письма", "The subject of the e-mail"],
        Kind::Text,
        EMAIL,
    ),
    column("html", ["HTML", "HTML"], ["Письмо в HTML", "The e-mail as HTML"], Kind::Text, EMAIL),
    column(
        "fromEmail",
        ["Почта отправителя", "From e-mail"],
        ["Адрес, с которого уйдёт письмо", "The address that the e-mail comes from"],
        Kind::Id,
        EMAIL,
    ),
    column(
        "fromName",
        ["Имя в письме", "From name"],
        ["Имя рядом с адресом отправителя", "The name beside the sender's address"],
        Kind::Text,
        EMAIL,
    ),
    column(
        "replyTo",
        ["Ответ на", "Reply to"],
        ["Адрес для ответов на письмо", "The address for answers to the e-mail"],
        Kind::Id,
        EMAIL,
    ),
    column(
        "chatId",
        ["ID чата", "Chat ID"],
        ["Номер чата из консоли", "The chat's id, from the console"],
        Kind::Id,
        CHAT,
    ),
    column("botId", ["ID бота", "Bot ID"], ["Бот вместо бота чата", "A bot instead of the chat's own"], Kind::Id, CHAT),
    also(
        "messengerType",
        ["Мессенджер", "Messenger type"],
        &["тип мессенджера", "messenger"],
        ["whatsapp, telegram, …; пусто: последний", "whatsapp, telegram, …; empty: the last used"],
        Kind::Id,
        CHAT,
    ),
    column(
        "chatSessionName",
        ["Название сессии", "Chat session name"],
        ["Как назвать новую сессию", "What a new session is called"],
        Kind::Text,
        CHAT,
    ),
    column(
        "continueLastOrStartNewSession",
        ["Продолжить сессию", "Continue session"],
        ["Да: продолжить последнюю сессию или начать", "Yes: continue the last session or start one"],
        Kind::Bool,
        CHAT,
    ),
    column(
        "templateName",
        ["Имя шаблона", "Template name"],
        ["Имя одобренного шаблона WhatsApp, VK, OK", "The name of an approved WhatsApp, VK or OK template"],
        Kind::Id,
        TEMPLATES,
    ),
    column(
        "templateNamespace",
        ["Пространство шаблона", "Template namespace"],
        ["Если его требует провайдер", "When the provider asks for it"],
        Kind::Id,
        TEMPLATES,
    ),
    column(
        "templateData",
        ["Данные шаблона", "Template data"],
        ["Значения через |: Анна | 42; или JSON", "Values with | between: Anna | 42; or JSON"],
        Kind::Json,
        TEMPLATES,
    ),
    column(
        "language",
        ["Язык шаблона", "Template language"],
        ["Язык шаблона: ru, en_US", "The template's language: ru, en_US"],
        Kind::Id,
        TEMPLATES,
    ),
    column(
        "mediaUrl",
        ["Файл", "Media URL"],
        ["Адрес картинки, видео или файла", "The address of a picture, a video or a file"],
        Kind::Id,
        TEMPLATES,
    ),
    column(
        "documentFilename",
        ["Имя файла", "Document file name"],
        ["Как назвать файл у получателя", "What the recipient sees the file called"],
        Kind::Text,
        TEMPLATES,
    ),
    column(
        "attachments",
        ["Вложения VK", "VK attachments"],
        ["До 10 через запятую: photo-1_2", "Up to 10 with commas: photo-1_2"],
        Kind::List,
        Place::Content(&[Vk]),
    ),
    column(
        "code",
        ["Код", "Code"],
        ["Код подтверждения для Telegram", "A code of verification for Telegram"],
        Kind::Id,
        Place::Content(&[Telegram]),
    ),
    column(
        "provider",
        ["Провайдер", "Provider"],
        ["Имя провайдера из настроек", "A provider's name, from the settings"],
        Kind::Id,
        ALL,
    ),
    also(
        "validityPeriod",
        ["Срок ожидания, мин", "Validity period, min"],
        &["срок ожидания", "validity period"],
        ["Сколько минут ждать доставки: 1-2880", "How many minutes a delivery is waited for: 1-2880"],
        Kind::Integer(1, 2880),
        ALL,
    ),
    column(
        "required",
        ["Обязательно", "Required"],
        ["Да: отправить, что бы ни было с другими каналами", "Yes: send, whatever the other channels do"],
        Kind::Bool,
        ALL,
    ),
    column(
        "successStatus",
        ["Что считать успехом", "Success status"],
        ["sent, delivered или read", "sent, delivered or read"],
        Kind::Choice(&["sent", "delivered", "read"]),
        ALL,
    ),
];
