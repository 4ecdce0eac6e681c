//! When a row goes, and what comes back.

use super::{Column, Kind, Place};
use crate::kinds::Text;

pub(super) const COLUMNS: &[Column] = &[
    Column {
        key: "sendDate",
        name: Text { russian: "Дата отправки", english: "Send date" },
        aliases: &["дата", "date"],
        help: Text {
            russian: "Не раньше этого дня: 2026-12-01", english: "Not before this day: 2026-12-01"
        },
        kind: Kind::Date,
        place: Place::Schedule,
    },
    Column {
        key: "sendTime",
        name: Text { russian: "Время отправки", english: "Send time" },
        aliases: &["время", "time"],
        help: Text {
            russian: "Не раньше этого времени в дату отправки: 10:00:00",
            english: "Not before this time of the send date: 10:00:00",
        },
        kind: Kind::Time,
        place: Place::Schedule,
    },
    Column {
        key: "timeFrom",
        name: Text { russian: "Отправлять с", english: "Send from" },
        aliases: &["время с", "from time"],
        help: Text {
            russian: "Начало часов, когда можно отправлять: 09:00:00",
            english: "When sending may begin each day: 09:00:00",
        },
        kind: Kind::Time,
        place: Place::Schedule,
    },
    Column {
        key: "timeTo",
        name: Text { russian: "Отправлять до", english: "Send until" },
        aliases: &["время до", "to time", "send to"],
        help: Text {
            russian: "Конец часов, когда можно отправлять: 21:00:00",
            english: "When sending ends each day: 21:00:00",
        },
        kind: Kind::Time,
        place: Place::Schedule,
    },
    Column {
        key: "timeZone",
        name: Text { russian: "Часовой пояс", english: "Time zone" },
        aliases: &["таймзона"],
        help: Text {
            russian: "Пояс получателя: Europe/Moscow", english: "The recipient's zone: Europe/Moscow"
        },
        kind: Kind::Zone,
        place: Place::Destination,
    },
    Column {
        key: "sendAt",
        name: Text { russian: "Отправить в", english: "Send at" },
        aliases: &["дата и время отправки", "send date and time"],
        help: Text {
            russian: "Не раньше этого момента: 2026-12-01 10:00:00",
            english: "Not before this moment: 2026-12-01 10:00:00",
        },
        kind: Kind::DateTime,
        place: Place::Schedule,
    },
    Column {
        key: "allowedTimeRanges",
        name: Text { russian: "Часы отправки", english: "Allowed time ranges" },
        aliases: &["разрешенное время"],
        help: Text {
            russian: "Одно или несколько окон: 09:00-13:00, 14:00-21:00",
            english: "One window or several: 09:00-13:00, 14:00-21:00",
        },
        kind: Kind::Ranges,
        place: Place::Schedule,
    },
    Column {
        key: "useShortLinks",
        name: Text { russian: "Сокращать ссылки", english: "Use short links" },
        aliases: &["short links", "короткие ссылки"],
        help: Text { russian: "Да: сокращать ссылки в СМС", english: "Yes: shorten links in SMS" },
        kind: Kind::Bool,
        place: Place::Item,
    },
    Column {
        key: "templateId",
        name: Text { russian: "ID шаблона", english: "Template ID" },
        aliases: &["шаблон"],
        help: Text {
            russian: "Содержание из сохранённого шаблона; столбцы строки важнее",
            english: "Content from a stored template; the row's columns win",
        },
        kind: Kind::Id,
        place: Place::Item,
    },
    Column {
        key: "groupId",
        name: Text { russian: "ID группы", english: "Group ID" },
        aliases: &["группа", "group"],
        help: Text {
            russian: "Одно и то же для строк одного человека",
            english: "The same for all rows of one person",
        },
        kind: Kind::Id,
        place: Place::Item,
    },
    Column {
        key: "callbackUrl",
        name: Text { russian: "Адрес уведомлений", english: "Callback URL" },
        aliases: &["url обратного вызова"],
        help: Text {
            russian: "Куда сообщать об изменениях", english: "Where changes are told"
        },
        kind: Kind::Id,
        place: Place::Item,
    },
    Column {
        key: "callbackData",
        name: Text { russian: "Данные уведомлений", english: "Callback data" },
        aliases: &[],
        help: Text {
            russian: "Вернутся в каждом уведомлении", english: "Given back in every callback"
        },
        kind: Kind::Text,
        place: Place::Item,
    },
];
