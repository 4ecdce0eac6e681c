//! The columns of an export.

use super::value::Value;
use crate::{describe::describe, lists::contents::Shown};
use baton_domain::{Channel, Message, ShortLink, Time};
use baton_sheets::{Language, Text};
use chrono_tz::Tz;

/// A message with what is shown of it.
pub(crate) struct Seen<'a> {
    pub(crate) message: &'a Message,
    pub(crate) shown: &'a Shown,
    pub(crate) links: &'a [ShortLink],
}

/// A column.
pub(crate) struct Column {
    /// What the caller chooses it by: a field of `GET /messages` where that has one.
    pub(crate) name: &'static str,
    header: Text,
    /// In characters.
    pub(crate) width: u16,
    /// Whether its cells are moments.
    is_time: bool,
    pub(crate) value: fn(&Seen<'_>) -> Value,
}

const fn column(
    name: &'static str,
    russian: &'static str,
    english: &'static str,
    width: u16,
    value: fn(&Seen<'_>) -> Value,
) -> Column {
    Column { name, header: Text { russian, english }, width, is_time: false, value }
}

const fn moment(
    name: &'static str,
    russian: &'static str,
    english: &'static str,
    value: fn(&Seen<'_>) -> Value,
) -> Column {
    Column { name, header: Text { russian, english }, width: 20, is_time: true, value }
}

/// Every column, in the order in which they stand when the caller chooses none.
pub(crate) static COLUMNS: [Column; 22] = [
    column("id", "ID сообщения", "Message ID", 38, |seen| Value::of(seen.message.id)),
    column("bulkId", "ID пакета", "Bulk ID", 38, |seen| Value::of(seen.message.bulk_id)),
    column("groupId", "ID группы", "Group ID", 38, |seen| Value::Text(seen.message.group_id().0)),
    column("taskId", "ID задачи", "Task ID", 38, |seen| Value::some(seen.message.task)),
    column("externalId", "Внешний ID", "External ID", 20, |seen| {
        Value::some(seen.message.recipient.external_id.as_ref())
    }),
    column("recipient", "Получатель", "Recipient", 22, |seen| Value::some(recipient(seen.message))),
    column("channel", "Канал", "Channel", 12, |seen| {
        Value::some(seen.message.current_channel().map(Channel::name))
    }),
    column("provider", "Провайдер", "Provider", 14, |seen| {
        Value::some(seen.message.current().and_then(|attempt| attempt.provider.as_ref()))
    }),
    column("status", "Статус", "Status", 14, |seen| Value::of(seen.message.status)),
    column("statusDescription", "Описание статуса", "Status description", 40, |seen| {
        Value::Text(describe(seen.message))
    }),
    column("text", "Текст", "Text", 60, |seen| Value::some(text(seen.shown))),
    column("partCount", "Частей", "Parts", 8, |seen| {
        Value::count(seen.message.current().and_then(|attempt| attempt.part_count).map(u64::from))
    }),
    column("price", "Стоимость", "Price", 12, |seen| {
        let price = seen.message.price().and_then(|(price, _)| price.to_string().parse().ok());
        price.map_or(Value::Empty, Value::Number)
    }),
    column("currency", "Валюта", "Currency", 8, |seen| {
        Value::some(seen.message.price().map(|(_, currency)| currency))
    }),
    moment("createdAt", "Создано", "Created at", |seen| Value::time(Some(seen.message.created_at))),
    moment("sendAt", "Отправить не раньше", "Send at", |seen| {
        Value::time(seen.message.schedule.send_at)
    }),
    moment("sentAt", "Отправлено", "Sent at", |seen| {
        Value::time(seen.message.current().and_then(|at| at.sent_at))
    }),
    moment("deliveredAt", "Доставлено", "Delivered at", |seen| {
        Value::time(seen.message.current().and_then(|attempt| attempt.delivered_at))
    }),
    moment("readAt", "Прочитано", "Read at", |seen| {
        Value::time(seen.message.current().and_then(|at| at.read_at))
    }),
    column("error", "Ошибка", "Error", 40, |seen| {
        let error = seen.message.current().and_then(|attempt| attempt.error.as_ref());
        Value::some(error.map(|error| format!("{} ({})", error.message, error.code)))
    }),
    column("attempts", "Попыток", "Attempts", 9, |seen| Value::count(Some(seen.message.attempts.len() as u64))),
    column("clicks", "Переходов по ссылкам", "Clicks", 9, |seen| Value::count(clicks(seen))),
];

impl Column {
    /// The column of a name.
    pub(crate) fn named(name: &str) -> Option<&'static Column> {
        COLUMNS.iter().find(|column| column.name == name)
    }

    /// The header. Cells of a workbook have no time zone, so there (`zone`) the header tells of it.
    pub(crate) fn header(&self, language: Language, zone: Option<Tz>) -> String {
        let header = self.header.of(language);
        match zone.filter(|_| self.is_time) {
            Some(zone) => format!("{header}, {zone}"),
            None => header.to_owned(),
        }
    }
}

/// The address that the message goes to: that of its current channel, else the first that there is.
fn recipient(message: &Message) -> Option<&str> {
    let recipient = &message.recipient;
    let address = message.current_channel().and_then(|channel| recipient.address(channel));
    let others = [
        &recipient.phone,
        &recipient.email,
        &recipient.messenger_user_id,
        &recipient.client_id,
        &recipient.chat_session_id,
        &recipient.push_registration_id,
    ];
    address.or_else(|| others.into_iter().find_map(|given| given.as_deref()))
}

/// What people read of the current channel's content.
fn text(shown: &Shown) -> Option<&str> {
    let content = shown.content.as_ref()?;
    let texts = [&content.text, &content.html, &content.subject, &content.template_name, &content.code];
    texts.into_iter().find_map(|text| text.as_deref())
}

/// Clicks on its short links; where it has none, those that a provider tells of.
fn clicks(seen: &Seen<'_>) -> Option<u64> {
    if seen.links.is_empty() {
        return seen.message.tracks.clicks.map(|clicks| clicks.count.into());
    }
    Some(seen.links.iter().map(|link| link.clicks).sum())
}

/// The columns of these names; all when none is named. Names that are no longer there are left out.
pub(crate) fn named(names: &[String]) -> Vec<&'static Column> {
    if names.is_empty() {
        return COLUMNS.iter().collect();
    }
    names.iter().filter_map(|name| Column::named(name)).collect()
}

impl Value {
    fn of(value: impl ToString) -> Value {
        Value::Text(value.to_string())
    }

    fn some(value: Option<impl ToString>) -> Value {
        value.map_or(Value::Empty, Value::of)
    }

    fn count(number: Option<u64>) -> Value {
        #[expect(clippy::cast_precision_loss, reason = "counts of parts, attempts and clicks are small")]
        number.map_or(Value::Empty, |number| Value::Number(number as f64))
    }

    fn time(time: Option<Time>) -> Value {
        time.map_or(Value::Empty, |time| Value::Time([time.timestamp_millis()]))
    }
}
