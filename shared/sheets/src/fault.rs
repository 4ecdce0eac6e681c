//! Why a row is refused.

use crate::kinds::Language;

/// Why a row is refused. No value of a cell stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFault {
    /// The number of the row, as the program that shows the sheet counts: the header is in row 1.
    pub row: u32,
    /// The header of the column, as it stands in the file; the column's letter when it has none.
    pub column: String,
    /// What is wrong.
    pub reason: Reason,
}

/// What is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is empty and may not be.
    Required,
    /// It shows an error of the program, as `#N/A`.
    ErrorValue,
    /// Nothing is known of its column: there is no header.
    NoHeader,
    /// It has another value than yes or no.
    NotYesNo,
    /// It is no whole number from the first to the second.
    NotInteger(u64, u64),
    /// It is no day.
    NotDate,
    /// It is no time of day.
    NotTime,
    /// It is no day with a time.
    NotDateTime,
    /// It is no windows of time.
    NotRanges,
    /// It is not the name of a time zone.
    NotZone,
    /// It is none of these.
    NotOneOf(&'static [&'static str]),
    /// It names something that is no channel.
    NotChannel,
    /// It names a channel twice.
    ChannelTwice,
    /// It is a number of which the program has kept the first digits only, as `7.9E+10`.
    CutShort,
    /// It is no JSON.
    NotJson,
    /// None of the row's channels takes it.
    NotTaken,
    /// It goes with another column, which is empty: that column's key.
    Needs(&'static str),
    /// It says what another column says too: that column's key.
    Besides(&'static str),
    /// With it the texts of the row have more than so many bytes.
    RowTooLong(usize),
}

impl Reason {
    /// The code of the API's errors.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Reason::Required | Reason::Needs(_) => "required",
            Reason::ErrorValue => "error_value",
            Reason::NoHeader => "no_header",
            Reason::NotInteger(..) => "out_of_range",
            Reason::NotChannel => "unknown_channel",
            Reason::NotTaken => "unknown_field",
            Reason::RowTooLong(_) => "too_long",
            Reason::NotYesNo
            | Reason::NotDate
            | Reason::NotTime
            | Reason::NotDateTime
            | Reason::NotRanges
            | Reason::NotZone
            | Reason::NotOneOf(_)
            | Reason::ChannelTwice
            | Reason::CutShort
            | Reason::NotJson
            | Reason::Besides(_) => "invalid",
        }
    }

    /// What is wrong, as a sentence for whoever made the file.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::Russian => self.russian(),
            Language::English => self.english(),
        }
    }

    fn english(&self) -> String {
        let fixed = match self {
            Reason::NotInteger(least, most) => return format!("A whole number from {least} to {most} is expected."),
            Reason::NotOneOf(values) => return format!("Expected is one of {}.", values.join(", ")),
            Reason::Needs(key) => {
                return format!("This goes with the column \"{}\", which is empty.", name(key, Language::English));
            }
            Reason::Besides(key) => {
                return format!("The column \"{}\" says this already.", name(key, Language::English));
            }
            Reason::RowTooLong(most) => {
                return format!("With this cell the row has more than {} KB of text.", most / 1000);
            }
            Reason::Required => "The cell is empty.",
            Reason::ErrorValue => "The cell shows an error instead of a value.",
            Reason::NoHeader => "The column has no header.",
            Reason::NotYesNo => "Yes or no is expected.",
            Reason::NotDate => "A date is expected, as 2026-12-01.",
            Reason::NotTime => "A time is expected, as 09:00:00.",
            Reason::NotDateTime => "A date with a time is expected, as 2026-12-01 09:00:00.",
            Reason::NotRanges => "Windows of time are expected, as 09:00-13:00, 14:00-21:00.",
            Reason::NotZone => "The name of a time zone is expected, as Europe/Moscow.",
            Reason::NotChannel => {
                "Expected are channels: sms, email, push, whatsapp, viber, telegram, vk, ok, max, chat."
            }
            Reason::ChannelTwice => "A channel stands there twice.",
            Reason::CutShort => "The program has cut the number short; make the column text and enter it again.",
            Reason::NotJson => "The JSON is not well formed.",
            Reason::NotTaken => "None of the row's channels takes this.",
        };
        fixed.to_owned()
    }

    fn russian(&self) -> String {
        let fixed = match self {
            Reason::NotInteger(least, most) => return format!("Нужно целое число от {least} до {most}."),
            Reason::NotOneOf(values) => return format!("Возможные значения: {}.", values.join(", ")),
            Reason::Needs(key) => return format!("Заполните и столбец «{}».", name(key, Language::Russian)),
            Reason::Besides(key) => return format!("Это уже указано в столбце «{}».", name(key, Language::Russian)),
            Reason::RowTooLong(most) => return format!("С этой ячейкой в строке больше {} КБ текста.", most / 1000),
            Reason::Required => "Ячейка пуста.",
            Reason::ErrorValue => "В ячейке ошибка вместо значения.",
            Reason::NoHeader => "У столбца нет заголовка.",
            Reason::NotYesNo => "Нужно «да» или «нет».",
            Reason::NotDate => "Нужна дата, например 2026-12-01.",
            Reason::NotTime => "Нужно время, например 09:00:00.",
            Reason::NotDateTime => "Нужны дата и время, например 2026-12-01 09:00:00.",
            Reason::NotRanges => "Нужны часы, например 09:00-13:00, 14:00-21:00.",
            Reason::NotZone => "Нужно имя часового пояса, например Europe/Moscow.",
            Reason::NotChannel => "Возможные каналы: sms, email, push, whatsapp, viber, telegram, vk, ok, max, chat.",
            Reason::ChannelTwice => "Канал указан дважды.",
            Reason::CutShort => "Программа сократила номер; задайте столбцу текстовый формат и введите номер снова.",
            Reason::NotJson => "JSON записан с ошибкой.",
            Reason::NotTaken => "Ни один из каналов строки этого не принимает.",
        };
        fixed.to_owned()
    }
}

fn name(key: &str, language: Language) -> String {
    crate::columns::by_key(key).map_or_else(|| key.to_owned(), |column| column.name.of(language).to_owned())
}
