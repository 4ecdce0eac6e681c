//! Why a file is refused as a whole.

use crate::kinds::Language;
use std::io;

/// Why a file is refused. No value of a cell stands in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message(Language::English))]
pub enum SheetError {
    /// The file has more bytes than this.
    FileTooLarge(u64),
    /// It unpacks to more than it may: to too many bytes, or to too many for what is packed.
    ZipBomb,
    /// There are more rows than this below the header.
    TooManyRows(u32),
    /// There are more columns than this.
    TooManyColumns(u32),
    /// There are more columns of variables than this; the cell of the first that is one too many.
    TooManyVariables(String, usize),
    /// A cell, `B7`, has more characters than this.
    CellTooLong(String, usize),
    /// The headers have more than so many bytes; the cell with which they do.
    HeadersTooLong(String, usize),
    /// An encrypted workbook, or one of the format before 2007.
    EncryptedOrOld,
    /// Neither a workbook nor a text.
    UnknownFormat,
    /// The file is damaged or ends too early; what of it, for the operator.
    Broken(&'static str),
    /// Bytes that are no text in any of the encodings; the line.
    Encoding(u64),
    /// The workbook has no visible sheet.
    NoSheet,
    /// Nothing is in the file.
    Empty,
    /// The first row does not look like headers; the cell, `A1`.
    NoHeader(String),
    /// There is no such column: the header, and its cell.
    UnknownHeader(String, String),
    /// A column stands there twice: the header, and the second cell.
    DuplicateHeader(String, String),
    /// Columns that this sheet can not do without, by their keys.
    MissingHeaders(Vec<&'static str>),
    /// There is a formula; the cell.
    Formula(String),
    /// The file could not be read.
    Unreadable(io::ErrorKind),
}

impl SheetError {
    /// The code of the API's errors.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            SheetError::FileTooLarge(_) => "file_too_large",
            SheetError::ZipBomb => "zip_bomb",
            SheetError::TooManyRows(_) => "too_many_rows",
            SheetError::TooManyColumns(_) => "too_many_columns",
            SheetError::TooManyVariables(..) => "too_many_variables",
            SheetError::CellTooLong(..) => "cell_too_long",
            SheetError::HeadersTooLong(..) => "headers_too_long",
            SheetError::EncryptedOrOld => "encrypted_or_old",
            SheetError::UnknownFormat => "unknown_format",
            SheetError::Broken(_) => "broken",
            SheetError::Encoding(_) => "encoding",
            SheetError::NoSheet => "no_sheet",
            SheetError::Empty => "empty",
            SheetError::NoHeader(_) => "no_header",
            SheetError::UnknownHeader(..) => "unknown_header",
            SheetError::DuplicateHeader(..) => "duplicate_header",
            SheetError::MissingHeaders(_) => "missing_header",
            SheetError::Formula(_) => "formula",
            SheetError::Unreadable(_) => "unreadable",
        }
    }

    /// Whether the file itself is at fault; otherwise it could not be read this time.
    #[must_use]
    pub const fn is_of_the_file(&self) -> bool {
        !matches!(self, SheetError::Unreadable(_))
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
        match self {
            SheetError::FileTooLarge(most) => format!("The file is too large; at most {} MB are taken.", most >> 20),
            SheetError::ZipBomb => "The workbook unpacks to far more than it may.".to_owned(),
            SheetError::TooManyRows(most) => format!("There are too many rows; at most {most} are taken."),
            SheetError::TooManyColumns(most) => format!("There are too many columns; at most {most} are taken."),
            SheetError::TooManyVariables(cell, most) => {
                format!("There are too many columns \"var:…\" (from cell {cell} on); at most {most} are taken.")
            }
            SheetError::CellTooLong(cell, most) => format!("Cell {cell} has more than {most} characters."),
            SheetError::HeadersTooLong(cell, most) => {
                format!("With cell {cell} the headers have more than {} KB.", most / 1000)
            }
            SheetError::EncryptedOrOld => {
                "The workbook is protected by a password or has the old .xls format; save it as .xlsx without a password."
                    .to_owned()
            }
            SheetError::UnknownFormat => "This is neither an .xlsx workbook nor a CSV file.".to_owned(),
            SheetError::Broken(what) => format!("The file is damaged ({what}); save it once more."),
            SheetError::Encoding(line) => {
                format!("Line {line} is not in UTF-8, UTF-16 or Windows-1251; save the file as CSV UTF-8.")
            }
            SheetError::NoSheet => "The workbook has no visible sheet.".to_owned(),
            SheetError::Empty => "The file is empty; its first row is to hold the headers.".to_owned(),
            SheetError::NoHeader(cell) => {
                format!("The first row is to hold the headers, but {cell} looks like a recipient's address.")
            }
            SheetError::UnknownHeader(name, cell) => format!("There is no column \"{name}\" (cell {cell})."),
            SheetError::DuplicateHeader(name, cell) => {
                format!("The column \"{name}\" stands there more than once (cell {cell}).")
            }
            SheetError::MissingHeaders(keys) => {
                format!("These columns are missing: {}.", names(keys, Language::English))
            }
            SheetError::Formula(cell) => {
                format!("Cell {cell} holds a formula; put its value there (Paste Special, Values).")
            }
            SheetError::Unreadable(_) => "The file could not be read; try again.".to_owned(),
        }
    }

    fn russian(&self) -> String {
        match self {
            SheetError::FileTooLarge(most) => format!("Файл слишком велик: принимается не более {} МБ.", most >> 20),
            SheetError::ZipBomb => "Книга распаковывается в намного больший объём, чем допустимо.".to_owned(),
            SheetError::TooManyRows(most) => format!("Слишком много строк: принимается не более {most}."),
            SheetError::TooManyColumns(most) => format!("Слишком много столбцов: принимается не более {most}."),
            SheetError::TooManyVariables(cell, most) => {
                format!("Слишком много столбцов «var:…» (начиная с ячейки {cell}): принимается не более {most}.")
            }
            SheetError::CellTooLong(cell, most) => format!("В ячейке {cell} больше {most} символов."),
            SheetError::HeadersTooLong(cell, most) => {
                format!("С ячейкой {cell} в заголовках больше {} КБ.", most / 1000)
            }
            SheetError::EncryptedOrOld => {
                "Книга защищена паролем или сохранена в старом формате .xls; сохраните её как .xlsx без пароля."
                    .to_owned()
            }
            SheetError::UnknownFormat => "Это не книга .xlsx и не файл CSV.".to_owned(),
            SheetError::Broken(what) => format!("Файл повреждён ({what}); сохраните его ещё раз."),
            SheetError::Encoding(line) => {
                format!("Строка {line} не в UTF-8, UTF-16 или Windows-1251; сохраните файл как CSV UTF-8.")
            }
            SheetError::NoSheet => "В книге нет видимого листа.".to_owned(),
            SheetError::Empty => "Файл пуст; в первой строке должны быть заголовки.".to_owned(),
            SheetError::NoHeader(cell) => {
                format!("В первой строке должны быть заголовки, а {cell} похожа на адрес получателя.")
            }
            SheetError::UnknownHeader(name, cell) => format!("Столбца «{name}» нет (ячейка {cell})."),
            SheetError::DuplicateHeader(name, cell) => {
                format!("Столбец «{name}» указан больше одного раза (ячейка {cell}).")
            }
            SheetError::MissingHeaders(keys) => format!("Не хватает столбцов: {}.", names(keys, Language::Russian)),
            SheetError::Formula(cell) => {
                format!("В ячейке {cell} формула; вставьте вместо неё значение (Специальная вставка, Значения).")
            }
            SheetError::Unreadable(_) => "Файл не удалось прочитать; попробуйте ещё раз.".to_owned(),
        }
    }
}

fn names(keys: &[&str], language: Language) -> String {
    let name = |key: &&str| crate::columns::by_key(key).map_or((*key).to_owned(), |c| c.name.of(language).to_owned());
    keys.iter().map(name).collect::<Vec<_>>().join(", ")
}
