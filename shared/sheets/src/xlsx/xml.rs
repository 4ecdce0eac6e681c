//! The XML of a part, event by event.

use super::part::{PartReader, Stop};
use crate::error::SheetError;
use quick_xml::{
    Reader,
    events::{BytesRef, BytesStart, Event},
};
use std::io::{self, BufReader, Read};

/// The most bytes of one event: a text, a tag. The longest text of a cell has 32,767 characters.
const MOST_EVENT: u64 = 1 << 20;

/// Reads the XML of a part. Documents with a DTD are refused: workbooks have none, and nothing is ever expanded.
#[derive(Debug)]
pub(super) struct Xml<R: Read> {
    reader: Reader<BufReader<PartReader<R>>>,
    buffer: Vec<u8>,
}

impl<R: Read> Xml<R> {
    pub(super) fn new(part: PartReader<R>) -> Xml<R> {
        let mut reader = Reader::from_reader(BufReader::with_capacity(32 << 10, part));
        reader.config_mut().check_comments = false;
        Xml { reader, buffer: Vec::new() }
    }

    /// The next event.
    pub(super) fn next(&mut self) -> Result<Event<'_>, SheetError> {
        self.buffer.clear();
        self.reader.get_mut().get_mut().allow(MOST_EVENT);
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(Event::DocType(_)) => Err(SheetError::Broken("doctype")),
            Ok(event) => Ok(event),
            Err(quick_xml::Error::Io(error)) => Err(refusal(&error)),
            Err(_) => Err(SheetError::Broken("xml")),
        }
    }

    /// Reads what is left without looking at it, so that the checksum is checked.
    pub(super) fn drain(&mut self) -> Result<(), SheetError> {
        let file = self.reader.get_mut();
        file.get_mut().allow(u64::MAX);
        io::copy(file, &mut io::sink()).map(drop).map_err(|error| refusal(&error))
    }

    pub(super) fn into_inner(self) -> R {
        self.reader.into_inner().into_inner().into_inner()
    }
}

pub(super) fn refusal(error: &io::Error) -> SheetError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Stop>()) {
        Some(Stop::Bomb) => SheetError::ZipBomb,
        Some(Stop::TooLong) => SheetError::Broken("too long"),
        Some(Stop::Checksum) => SheetError::Broken("checksum"),
        None => match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                SheetError::Broken("deflate")
            }
            kind => SheetError::Unreadable(kind),
        },
    }
}

/// The value of an attribute by its name without a prefix.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, SheetError> {
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| SheetError::Broken("xml"))?;
        if attribute.key.local_name().as_ref() == name {
            let value = attribute.normalized_value(quick_xml::XmlVersion::default());
            return value.map(|value| Some(value.into_owned())).map_err(|_| SheetError::Broken("xml"));
        }
    }
    Ok(None)
}

/// Adds what an entity stands for. Only XML's own five and numbers are known.
pub(super) fn push_entity(entity: &BytesRef<'_>, text: &mut String) -> Result<(), SheetError> {
    let broken = SheetError::Broken("entity");
    let letter = match entity.resolve_char_ref() {
        Ok(Some(letter)) => letter,
        Ok(None) => match &**entity {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "apos" => '\'',
            _ => return Err(broken),
        },
        Err(_) => return Err(broken),
    };
    text.push(letter);
    Ok(())
}

/// A text with the characters that Excel writes as `_x000D_` (ECMA-376 part 1, 22.9.2.19), and its line ends as one character.
pub(super) fn unescape(text: &mut String) {
    if text.contains("_x") {
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(at) = rest.find("_x") {
            let code = rest.get(at + 2..at + 6).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
            let letter = code
                .filter(|_| rest[at + 6..].starts_with('_'))
                .and_then(|code| u32::from_str_radix(code, 16).ok())
                .and_then(char::from_u32);
            let (plain, skip) = letter.map_or((at + 2, at + 2), |_| (at, at + 7));
            out.push_str(&rest[..plain]);
            out.extend(letter);
            rest = &rest[skip..];
        }
        out.push_str(rest);
        *text = out;
    }
    if text.contains('\r') {
        *text = text.replace("\r\n", "\n").replace('\r', "\n");
    }
}
