//! How formats show a number: as a date or a time, with decimals, as a percentage.

use super::{
    archive::Archive,
    book::MOST_SMALL,
    part::Part,
    xml::{Xml, attribute},
};
use crate::{error::SheetError, pattern::Pattern, raw::CellKind};
use quick_xml::events::Event;
use std::{
    collections::HashMap,
    io::{Read, Seek},
};

/// The most formats of cells; Excel itself has at most 65,490.
const MOST_FORMATS: usize = 100_000;

/// What the numbers of a style are, by the number of the style.
pub(super) fn kinds<R: Read + Seek>(archive: &mut Archive<R>, part: Part) -> Result<Vec<CellKind>, SheetError> {
    let mut xml = Xml::new(archive.read(part, MOST_SMALL)?);
    let mut own = HashMap::new();
    let mut styles = Vec::new();
    let mut within = false;
    loop {
        match xml.next()? {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                "numFmt" => {
                    let id = attribute(&tag, "numFmtId")?.and_then(|id| id.parse::<u32>().ok());
                    if let (Some(id), Some(code)) = (id, attribute(&tag, "formatCode")?) {
                        own.insert(id, kind(&code));
                    }
                }
                "cellXfs" => within = true,
                "xf" if within => {
                    let id = attribute(&tag, "numFmtId")?.and_then(|id| id.parse::<u32>().ok()).unwrap_or_default();
                    styles.push(own.get(&id).copied().unwrap_or_else(|| built_in(id)));
                }
                _ => {}
            },
            Event::End(tag) if tag.local_name().as_ref() == "cellXfs" => within = false,
            Event::Eof => return Ok(styles),
            _ => {}
        }
        if own.len().max(styles.len()) > MOST_FORMATS {
            return Err(SheetError::Broken("formats"));
        }
    }
}

/// What numbers of a format are that has a number of its own (ECMA-376 part 1, 18.8.30, those of all languages among them).
fn built_in(id: u32) -> CellKind {
    match id {
        14..=22 | 27..=36 | 45..=47 | 50..=58 => CellKind::Date,
        1 => kind("0"),
        2 => kind("0.00"),
        3 => kind("#,##0"),
        4 => kind("#,##0.00"),
        9 => kind("0%"),
        10 => kind("0.00%"),
        _ => CellKind::Number(None),
    }
}

/// What numbers of a format are.
fn kind(code: &str) -> CellKind {
    if is_date(code) { CellKind::Date } else { CellKind::Number(Pattern::read(code)) }
}

/// Whether a format has a part of a date or a time outside of quotes, of what is escaped, and of colours and languages.
fn is_date(code: &str) -> bool {
    let mut letters = code.chars();
    while let Some(letter) = letters.next() {
        match letter {
            // What is positive decides; the rest is for negative numbers, zero and text.
            ';' => return false,
            '\\' | '_' | '*' => drop(letters.next()),
            '"' => drop(letters.find(|letter| *letter == '"')),
            '[' => {
                let inner: String = letters.by_ref().take_while(|letter| *letter != ']').collect();
                let elapsed = |sign: char| !inner.is_empty() && inner.chars().all(|l| l.eq_ignore_ascii_case(&sign));
                if elapsed('h') || elapsed('m') || elapsed('s') {
                    return true;
                }
            }
            'd' | 'D' | 'm' | 'M' | 'y' | 'Y' | 'h' | 'H' | 's' | 'S' => return true,
            // "General", which has none of them, and the exponent of numbers.
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_told_from_numbers() {
        let dates =
            ["yyyy-mm-dd", "dd.mm.yyyy;@", "[$-419]d mmmm yyyy;@", "h:mm", "[h]:mm:ss", "[mm]:ss", "\"от\" dd.mm"];
        for code in dates {
            assert!(is_date(code), "{code}");
        }
        let others =
            ["General", "0.00", "#,##0.00\\ \"руб.\"", "0.00E+00", "[Red]0", "\"day\" 0", "\\d0", "@", "0;[h]", "_d0"];
        for code in others {
            assert!(!is_date(code), "{code}");
        }
    }
}
