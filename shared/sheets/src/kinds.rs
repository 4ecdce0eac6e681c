//! The six sheets and the two languages.

use std::{fmt, str::FromStr};

/// A kind of sheet: which columns it has, and which channels its rows go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SheetType {
    /// An SMS per row.
    Sms,
    /// Messengers and SMS with a picture and a button, by the channels that the row names.
    Advertising,
    /// A message in a chat, whichever messenger it is in.
    Chat,
    /// A message in a chat on WhatsApp, and an approved template for those who have not written for a day.
    ChatWhatsapp,
    /// One text by any channels.
    Universal,
    /// Every field of a message.
    Full,
}

impl SheetType {
    /// Every type, in the order of the documentation.
    pub const ALL: [SheetType; 6] = [
        SheetType::Sms,
        SheetType::Advertising,
        SheetType::Chat,
        SheetType::ChatWhatsapp,
        SheetType::Universal,
        SheetType::Full,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            SheetType::Sms => "sms",
            SheetType::Advertising => "advertising",
            SheetType::Chat => "chat",
            SheetType::ChatWhatsapp => "chatWhatsapp",
            SheetType::Universal => "universal",
            SheetType::Full => "full",
        }
    }
}

impl fmt::Display for SheetType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name is not one of the six types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a type of sheet: one of sms, advertising, chat, chatWhatsapp, universal, full is expected")]
pub struct UnknownSheet;

impl FromStr for SheetType {
    type Err = UnknownSheet;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        SheetType::ALL.into_iter().find(|sheet| sheet.name().eq_ignore_ascii_case(name)).ok_or(UnknownSheet)
    }
}

/// A language of headers, help and reasons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// Russian.
    #[default]
    Russian,
    /// English.
    English,
}

impl Language {
    /// Both.
    pub const ALL: [Language; 2] = [Language::Russian, Language::English];

    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Language::Russian => "ru",
            Language::English => "en",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The code is neither `ru` nor `en`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a language of sheets: ru or en is expected")]
pub struct UnknownLanguage;

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Language::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(code)).ok_or(UnknownLanguage)
    }
}

/// A text in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// In Russian.
    pub russian: &'static str,
    /// In English.
    pub english: &'static str,
}

impl Text {
    /// The text in one of them.
    #[must_use]
    pub const fn of(&self, language: Language) -> &'static str {
        match language {
            Language::Russian => self.russian,
            Language::English => self.english,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back_in_any_case() {
        for sheet in SheetType::ALL {
            assert_eq!(sheet.name().parse(), Ok(sheet));
            assert_eq!(sheet.name().to_uppercase().parse(), Ok(sheet));
        }
        for language in Language::ALL {
            assert_eq!(language.code().parse(), Ok(language));
        }
        assert_eq!("email".parse::<SheetType>(), Err(UnknownSheet));
        assert_eq!("de".parse::<Language>(), Err(UnknownLanguage));
    }
}
