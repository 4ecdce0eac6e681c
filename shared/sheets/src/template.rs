//! The empty sheets.

use crate::{
    columns::columns,
    kinds::{Language, SheetType},
};
use rust_xlsxwriter::{Workbook, XlsxError};

/// An empty sheet as a workbook: headers, a line of help, formats and checks of what is entered.
///
/// # Errors
/// When it can not be written, which nothing in it gives a reason for.
pub fn template(sheet: SheetType, language: Language) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    for (column, place) in columns(sheet).iter().zip(0_u16..) {
        page.write_string(0, place, column.name.of(language))?;
        page.write_string(1, place, column.help.of(language))?;
    }
    book.save_to_buffer()
}
