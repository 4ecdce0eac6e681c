//! The headers of a file: which column is which, and which sheet it is.

use crate::{
    columns::{ALL, Column, Place, columns, required},
    error::SheetError,
    kinds::{Language, SheetType},
    raw::{RawRow, address, letters},
};
use baton_domain::{Channel, recipient::MOST_VARIABLES};
use std::{collections::HashMap, sync::LazyLock};

/// What a column of the file fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A field; of one channel when its header names one, as `email.text`.
    Field(&'static Column, Option<Channel>),
    /// A variable.
    Variable(String),
    /// It has no header.
    Nothing,
}

/// The columns of a file.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) sheet: SheetType,
    pub(crate) language: Language,
    /// By the place in the file.
    pub(crate) targets: Vec<Target>,
    headers: Vec<String>,
}

/// The longest header that an error repeats, in characters.
const MOST_SHOWN: usize = 100;
/// The longest name of a variable, in characters: as the API takes it.
const MOST_NAME: usize = 64;

/// The columns by everything that is read as their header, with the language that it belongs to.
static NAMES: LazyLock<HashMap<String, (&'static Column, Option<Language>)>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for column in ALL.iter() {
        let is_russian = |name: &str| name.chars().any(|character| matches!(character, 'а'..='я'));
        let all =
            [column.key, column.name.english, column.name.russian].into_iter().chain(column.aliases.iter().copied());
        for name in all.map(fold) {
            let language = if is_russian(&name) { Language::Russian } else { Language::English };
            names.entry(name).or_insert((*column, Some(language)));
        }
    }
    names
});

/// A header without what does not matter: case, spaces, hyphens, the marks of required columns.
fn fold(header: &str) -> String {
    let small = header.chars().flat_map(char::to_lowercase).map(|letter| if letter == 'ё' { 'е' } else { letter });
    small
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, '_' | '-' | '*' | '\u{feff}' | '\u{200b}'))
        .collect()
}

impl Layout {
    /// Reads the row of headers. With `sheet`, only its columns are known. `named` is the type that the workbook's sheet is named
    /// after.
    pub(crate) fn read(row: &RawRow, sheet: Option<SheetType>, named: Option<SheetType>) -> Result<Layout, SheetError> {
        let count = row.cells().map(|cell| cell.column + 1).max().unwrap_or_default();
        let (mut targets, mut headers) = (vec![Target::Nothing; count], vec![String::new(); count]);
        let mut russian = false;
        for cell in row.cells() {
            let place = || address(cell.column, row.number);
            let shown: String = cell.text.trim().chars().take(MOST_SHOWN).collect();
            let Some((target, language)) = target(cell.text) else {
                // Without headers, the first row is somebody's: then no cell of it is repeated.
                let somebody = row.cells().find(|cell| is_address(cell.text) && target(cell.text).is_none());
                let error = somebody.map_or_else(
                    || SheetError::UnknownHeader(shown, place()),
                    |cell| SheetError::NoHeader(address(cell.column, row.number)),
                );
                return Err(error);
            };
            if targets.contains(&target) {
                return Err(SheetError::DuplicateHeader(shown, place()));
            }
            russian |= language == Some(Language::Russian);
            targets[cell.column] = target;
            headers[cell.column] = shown;
        }
        let mut variables = targets.iter().enumerate().filter(|(_, target)| matches!(target, Target::Variable(_)));
        if let Some((column, _)) = variables.nth(MOST_VARIABLES) {
            return Err(SheetError::TooManyVariables(address(column, row.number), MOST_VARIABLES));
        }
        let language = if russian { Language::Russian } else { Language::English };
        let mut layout = Layout { sheet: SheetType::Full, language, targets, headers };
        layout.sheet = layout.told(row, sheet, named)?;
        Ok(layout)
    }

    /// Which sheet it is: of those that have all its columns, the one of whose own it lacks the fewest, and of several the first
    /// in the order of [`SheetType::ALL`]. It is to lack none.
    fn told(&self, row: &RawRow, wanted: Option<SheetType>, named: Option<SheetType>) -> Result<SheetType, SheetError> {
        let stray = |sheet| self.targets.iter().position(|target| !belongs(target, sheet));
        if let Some(sheet) = wanted
            && let Some(column) = stray(sheet)
        {
            return Err(SheetError::UnknownHeader(self.headers[column].clone(), address(column, row.number)));
        }
        let able = |sheet: &SheetType| stray(*sheet).is_none();
        // One that has lost a column may look like another: `chatWhatsapp` without its templates is `chat`, by any messenger.
        let meant = wanted.or(named.filter(|sheet| able(sheet) && !self.missing(*sheet).is_empty()));
        let likely = SheetType::ALL.into_iter().filter(able).min_by_key(|sheet| self.missing(*sheet).len());
        let sheet = meant.or(likely).unwrap_or(SheetType::Full);
        let missing = self.missing(sheet);
        if missing.is_empty() { Ok(sheet) } else { Err(SheetError::MissingHeaders(missing)) }
    }

    /// The columns that a sheet can not do without and the file does not have.
    fn missing(&self, sheet: SheetType) -> Vec<&'static str> {
        let templated = sheet == SheetType::Full && self.has("templateId");
        required(sheet).iter().copied().filter(|key| !self.has(key) && !templated).collect()
    }

    fn has(&self, key: &str) -> bool {
        self.place(key, None).is_some()
    }

    /// Where the file has a column.
    pub(crate) fn place(&self, key: &str, channel: Option<Channel>) -> Option<usize> {
        let is = |target: &Target| matches!(target, Target::Field(column, of) if column.key == key && *of == channel);
        self.targets.iter().position(is)
    }

    /// The header of a column, as it stands in the file; its letters when it has none.
    pub(crate) fn header(&self, column: usize) -> String {
        self.headers.get(column).filter(|header| !header.is_empty()).cloned().unwrap_or_else(|| letters(column))
    }

    /// The header of the column that a pointer of a message leads to. See [`crate::Reader::column_of`].
    pub(crate) fn column_of(&self, pointer: &str) -> Option<String> {
        let parts: Vec<_> = pointer.split('/').skip_while(|part| part.is_empty() || *part == "messages").collect();
        let parts = match parts.as_slice() {
            [index, rest @ ..] if is_index(index) => rest,
            all => all,
        };
        let any = |keys: &[&str]| keys.iter().find_map(|key| self.place(key, None));
        let place = match parts {
            ["destinations", _, "variables", name, ..] => {
                self.targets.iter().position(|target| matches!(target, Target::Variable(own) if own == name))
            }
            ["destinations", _, field, ..] => any(&[field]),
            ["channels", channel, field, ..] => {
                channel.parse().ok().and_then(|channel| self.place(field, Some(channel))).or_else(|| any(&[field]))
            }
            ["channels", ..] => any(&["channel"]),
            ["sendAt", ..] => any(&["sendAt", "sendTime", "sendDate"]),
            ["allowedTimeRanges", ..] => any(&["allowedTimeRanges", "timeFrom", "timeTo"]),
            [field, ..] => any(&[field]),
            [] => None,
        };
        place.map(|column| self.header(column))
    }
}

fn is_index(part: &str) -> bool {
    part.parse::<u32>().is_ok()
}

fn belongs(target: &Target, sheet: SheetType) -> bool {
    match target {
        Target::Variable(_) | Target::Nothing => true,
        Target::Field(_, Some(_)) => sheet == SheetType::Full,
        Target::Field(column, None) => columns(sheet).contains(column),
    }
}

fn target(header: &str) -> Option<(Target, Option<Language>)> {
    if let Some(name) = variable(header) {
        return is_name(name).then(|| (Target::Variable(name.to_owned()), None));
    }
    let folded = fold(header);
    if let Some((column, language)) = NAMES.get(&folded) {
        return Some((Target::Field(column, None), *language));
    }
    let (channel, field) = folded.split_once('.')?;
    let channel = crate::values::channel(channel)?;
    let (column, language) = NAMES.get(field)?;
    let takes = matches!(column.place, Place::Content(channels) if channels.contains(&channel));
    takes.then_some((Target::Field(column, Some(channel)), *language))
}

/// The name in `var:name` or `переменная:имя`.
fn variable(header: &str) -> Option<&str> {
    let (kind, name) = header.split_once(':')?;
    matches!(fold(kind).as_str(), "var" | "переменная" | "перем").then(|| name.trim())
}

/// As the API has it.
fn is_name(name: &str) -> bool {
    let allowed = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
    (1..=MOST_NAME).contains(&name.chars().count()) && name.chars().all(allowed)
}

/// Whether a "header" is somebody's address, which no error repeats.
fn is_address(text: &str) -> bool {
    text.contains('@') || text.chars().filter(char::is_ascii_digit).count() >= 7
}

#[cfg(test)]
#[path = "header_tests.rs"]
mod tests;
