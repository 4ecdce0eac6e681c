//! Cells as values of fields: what programs and people make of them, undone.

use crate::{
    dates::{self, Epoch},
    fault::Reason,
    kinds::Language,
    raw::{CellKind, RawCell},
};
use baton_domain::Channel;
use chrono::{NaiveDate, NaiveTime, Timelike};
use serde_json::Value;
use std::borrow::Cow;

/// How dates are written into texts, and what their numbers mean.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    pub(crate) language: Language,
    pub(crate) epoch: Epoch,
}

/// A cell as text.
pub(crate) fn text<'a>(cell: &RawCell<'a>, manner: Manner) -> Result<Cow<'a, str>, Reason> {
    match cell.kind {
        CellKind::Text => Ok(Cow::Borrowed(unquoted(cell.text))),
        CellKind::Number(_) => Ok(number(cell.text)),
        CellKind::Bool => Ok(Cow::Borrowed(match (cell.text == "1", manner.language) {
            (true, Language::Russian) => "да",
            (false, Language::Russian) => "нет",
            (true, Language::English) => "yes",
            (false, Language::English) => "no",
        })),
        CellKind::Date => {
            cell.text.parse().ok().and_then(|serial| manner.epoch.read(serial)).map_or_else(
                || Ok(number(cell.text)),
                |(date, time)| Ok(Cow::Owned(shown(date, time, manner.language))),
            )
        }
        CellKind::Error => Err(Reason::ErrorValue),
    }
}

/// A cell as text, its number as it is shown.
pub(crate) fn seen<'a>(cell: &RawCell<'a>, manner: Manner) -> Result<Cow<'a, str>, Reason> {
    match cell.kind {
        CellKind::Number(Some(pattern)) => Ok(pattern.show(cell.text).map_or_else(|| number(cell.text), Cow::Owned)),
        _ => text(cell, manner),
    }
}

/// A cell as an identifier. Of how its number is shown, only the zeros before it belong to it: many a column of ids has decimals
/// because that is what a program makes of "a number".
pub(crate) fn id<'a>(cell: &RawCell<'a>, manner: Manner) -> Result<Cow<'a, str>, Reason> {
    match cell.kind {
        CellKind::Number(Some(pattern)) if pattern.is_whole() && !cell.text.contains(['.', 'E', 'e']) => {
            seen(cell, manner)
        }
        _ => text(cell, manner),
    }
}

/// A date or a time as the sheet's language writes it.
fn shown(date: Option<NaiveDate>, time: NaiveTime, language: Language) -> String {
    let date =
        date.map(|date| date.format(if language == Language::Russian { "%d.%m.%Y" } else { "%Y-%m-%d" }).to_string());
    let clock = time.format(if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" });
    match date {
        Some(date) if time == NaiveTime::MIN => date,
        Some(date) => format!("{date} {clock}"),
        None => clock.to_string(),
    }
}

/// A text without the marks by which programs keep it from being taken for a number or a formula: `'79990000001`,
/// `="79990000001"`.
fn unquoted(text: &str) -> &str {
    if let Some(rest) = text.strip_prefix('\'')
        && rest.starts_with(|first: char| first.is_ascii_digit() || "=+-@".contains(first))
    {
        return rest;
    }
    let inner = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).unwrap_or(text)
}

/// A number as people write it: whole ones as digits, others with the 15 digits that programs keep.
pub(crate) fn number(text: &str) -> Cow<'_, str> {
    if text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Cow::Borrowed(text);
    }
    let Some(value) = text.trim().parse::<f64>().ok().filter(|value| value.is_finite()) else {
        return Cow::Borrowed(text);
    };
    let value = format!("{value:.14e}").parse::<f64>().unwrap_or(value);
    Cow::Owned(if value == 0.0 { "0".to_owned() } else { value.to_string() })
}

/// A phone: what people and programs put between and around its digits is gone, and the Russian way to write it from inside
/// the country, `8 (999) …`, has become the international one. What is left is judged by the API.
pub(crate) fn phone(cell: &RawCell<'_>, manner: Manner) -> Result<String, Reason> {
    let text = text(cell, manner)?;
    let text = text.trim();
    if cell.kind == CellKind::Text
        && let Some((mantissa, exponent)) = power_of_ten(text)
    {
        return whole_of(mantissa, exponent).ok_or(Reason::CutShort);
    }
    let text = text.strip_suffix(".0").unwrap_or(text);
    let noise = |letter: char| {
        letter.is_whitespace()
            || matches!(letter, '-' | '(' | ')' | '.' | '/' | '\'' | '\u{ad}' | '\u{2010}'..='\u{2015}' | '\u{2212}')
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let bare: String = text.chars().filter(|letter| !noise(*letter)).collect();
    // No country has the code 89, so nothing else can be meant.
    let inner = bare.len() == 11 && bare.starts_with("89") && bare.bytes().all(|byte| byte.is_ascii_digit());
    Ok(if inner { format!("7{}", &bare[1..]) } else { bare })
}

/// The mantissa and the exponent of a number that a program has written as `7.9991234567E+10` or `7,9991234567E+10`, the `E`
/// in Latin or in Cyrillic. Any other text with that letter is none: `тел. 79991234567`.
fn power_of_ten(text: &str) -> Option<(&str, &str)> {
    let (mantissa, exponent) = text.split_once(['e', 'E', 'е', 'Е'])?;
    let number = mantissa.strip_prefix('-').unwrap_or(mantissa).replacen(['.', ','], "", 1);
    let power = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    (is_digits(&number) && is_digits(power)).then_some((mantissa, exponent))
}

/// The whole number that a mantissa and an exponent are, when all its digits are there. A program that writes a number so in
/// a text has most often dropped some, and zeros in their place would be somebody else's phone.
fn whole_of(mantissa: &str, exponent: &str) -> Option<String> {
    let exponent: usize = exponent.parse().ok().filter(|exponent| *exponent < 20)?;
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let fits = whole.len() == 1 && is_digits(whole) && fraction.len() == exponent;
    fits.then(|| format!("{whole}{fraction}"))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Yes or no.
pub(crate) fn boolean(text: &str) -> Result<bool, Reason> {
    match text.trim().to_lowercase().as_str() {
        "да" | "yes" | "true" | "истина" | "1" | "y" | "д" | "+" => Ok(true),
        "нет" | "no" | "false" | "ложь" | "0" | "n" | "н" | "-" => Ok(false),
        _ => Err(Reason::NotYesNo),
    }
}

/// A day, and the time beside it when the cell has one.
pub(crate) fn date(cell: &RawCell<'_>, manner: Manner) -> Result<(NaiveDate, NaiveTime), Reason> {
    let read = match cell.kind {
        CellKind::Date | CellKind::Number(_) => serial(cell, manner).and_then(|(date, time)| Some((date?, time))),
        CellKind::Text => match dates::moment(unquoted(cell.text).trim()) {
            Some(dates::Moment::Local(local)) => Some((local.date(), local.time())),
            _ => None,
        },
        _ => None,
    };
    read.ok_or(Reason::NotDate)
}

/// A time of day as `HH:MM:SS`; `24:00:00` is the end of the day.
pub(crate) fn time(cell: &RawCell<'_>, manner: Manner) -> Result<String, Reason> {
    let text = unquoted(cell.text).trim();
    let full = match cell.kind {
        CellKind::Text => matches!(text, "24:00" | "24:00:00"),
        _ => text.parse() == Ok(1.0),
    };
    if full {
        return Ok("24:00:00".to_owned());
    }
    let time = match cell.kind {
        CellKind::Date | CellKind::Number(_) => serial(cell, manner).map(|(_, time)| time),
        CellKind::Text => dates::time(text),
        _ => None,
    };
    time.map(|time| time.format("%H:%M:%S").to_string()).ok_or(Reason::NotTime)
}

fn serial(cell: &RawCell<'_>, manner: Manner) -> Option<(Option<NaiveDate>, NaiveTime)> {
    let number = cell.text.parse().ok()?;
    if cell.kind == CellKind::Date { manner.epoch.read(number) } else { manner.epoch.guess(number) }
}

/// A day with a time.
pub(crate) fn moment(cell: &RawCell<'_>, manner: Manner) -> Result<dates::Moment, Reason> {
    match cell.kind {
        CellKind::Text => dates::moment(unquoted(cell.text).trim()).ok_or(Reason::NotDateTime),
        _ => {
            let (date, time) = date(cell, manner).map_err(|_| Reason::NotDateTime)?;
            Ok(dates::Moment::Local(date.and_time(time)))
        }
    }
}

/// Windows of time as the API takes them.
pub(crate) fn ranges(text: &str) -> Result<Value, Reason> {
    let end = |text: &str| match text.trim() {
        "24:00" | "24:00:00" => Some("24:00:00".to_owned()),
        other => dates::time(other).map(|time| time.format("%H:%M:%S").to_string()),
    };
    let windows = parts(text).map(|window| {
        let (from, to) = window.split_once(['-', '–', '—'])?;
        Some(Value::from(vec![end(from)?, end(to)?]))
    });
    windows.collect::<Option<Vec<_>>>().map(Value::from).ok_or(Reason::NotRanges)
}

/// The parts of a list, without the empty ones.
pub(crate) fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty())
}

/// The channels that a cell names, in order.
pub(crate) fn channels(text: &str) -> Result<Vec<Channel>, Reason> {
    let mut named = Vec::new();
    for part in parts(text) {
        let channel = channel(&part.to_lowercase()).ok_or(Reason::NotChannel)?;
        if named.contains(&channel) {
            return Err(Reason::ChannelTwice);
        }
        named.push(channel);
    }
    if named.is_empty() { Err(Reason::NotChannel) } else { Ok(named) }
}

/// A channel by its name, or by what Russians call it; in lower case.
pub(crate) fn channel(name: &str) -> Option<Channel> {
    Some(match name {
        "смс" => Channel::Sms,
        "почта" | "e-mail" | "имейл" => Channel::Email,
        "пуш" => Channel::Push,
        "ватсап" | "вотсап" => Channel::Whatsapp,
        "вайбер" => Channel::Viber,
        "телеграм" | "телеграмм" => Channel::Telegram,
        "вк" | "вконтакте" => Channel::Vk,
        "ок" | "одноклассники" => Channel::Ok,
        "макс" => Channel::Max,
        "чат" => Channel::Chat,
        other => return other.parse().ok(),
    })
}

/// What fills a template: JSON, or values with `|` between them.
pub(crate) fn data(text: &str) -> Result<Value, Reason> {
    let text = text.trim();
    if text.starts_with(['{', '[']) {
        return serde_json::from_str(text).map_err(|_| Reason::NotJson);
    }
    Ok(Value::from(text.split('|').map(str::trim).collect::<Vec<_>>()))
}

#[cfg(test)]
#[path = "values_tests.rs"]
mod tests;
