//! The empty sheets.

use crate::{
    columns::{Column, Kind, columns, required},
    kinds::{Language, SheetType, Text},
};
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DataValidationRule, DocProperties, ExcelDateTime, Format, FormatAlign,
    FormatBorder, Workbook, XlsxError,
};

/// The rows that may be filled in: the header, the help, 500,000 rows.
const LAST: u32 = 500_001;
const FIRST: u32 = 2;

const WRONG: Text = Text { russian: "Проверьте значение", english: "Check the value" };
const YES_NO: [Text; 2] = [Text { russian: "да", english: "yes" }, Text { russian: "нет", english: "no" }];

/// An empty sheet as a workbook: headers (those that must be there are darker), a line of help, the format of each column,
/// so that phones stay text, and checks of what is entered. The line of help may stay where it is: it is not read.
///
/// # Errors
/// When it can not be written, which nothing in it gives a reason for.
pub fn template(sheet: SheetType, language: Language) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The same file every time, whenever it is made.
    let made = ExcelDateTime::from_ymd(2026, 1, 1)?;
    book.set_properties(&DocProperties::new().set_title(format!("Baton: {sheet}")).set_creation_datetime(&made));
    let page = book.add_worksheet();
    page.set_name(sheet.name())?;
    page.set_freeze_panes(FIRST, 0)?;
    page.set_row_height(0, 22)?;
    page.set_row_height(1, 62)?;
    let must = required(sheet);
    for (column, place) in columns(sheet).iter().zip(0_u16..) {
        let name = column.name.of(language);
        page.set_column_format(place, &format_of(column.kind))?;
        page.set_column_width(place, width(column))?;
        page.write_string_with_format(0, place, name, &header(must.contains(&column.key)))?;
        page.write_string_with_format(1, place, column.help.of(language), &help())?;
        page.add_data_validation(FIRST, place, LAST, place, &check(column, language)?)?;
    }
    book.save_to_buffer()
}

fn header(must: bool) -> Format {
    let format = Format::new().set_bold().set_align(FormatAlign::VerticalCenter).set_border_bottom(FormatBorder::Thin);
    let format = format.set_num_format("@").set_font_color(0xff_ff_ff);
    format.set_background_color(if must { 0x1f_4e_79 } else { 0x5b_8d_b8 })
}

fn help() -> Format {
    let format = Format::new().set_italic().set_font_color(0x59_59_59).set_background_color(0xf2_f2_f2);
    format.set_num_format("@").set_text_wrap().set_align(FormatAlign::Top).set_font_size(9)
}

fn format_of(kind: Kind) -> Format {
    Format::new().set_num_format(match kind {
        Kind::Date => "yyyy-mm-dd",
        Kind::Time => "hh:mm:ss",
        Kind::DateTime => "yyyy-mm-dd hh:mm:ss",
        Kind::Integer(..) => "0",
        _ => "@",
    })
}

/// In characters.
fn width(column: &Column) -> f64 {
    match column.kind {
        Kind::Text | Kind::Json => 36.0,
        Kind::Date | Kind::Time | Kind::Bool | Kind::Choice(_) => 17.0,
        _ => 22.0,
    }
}

/// What may be entered. Excel warns of anything else; the file is read with the same rules and more.
fn check(column: &Column, language: Language) -> Result<DataValidation, XlsxError> {
    let any = DataValidation::new().set_input_title(column.name.of(language))?;
    let any = any.set_input_message(column.help.of(language))?.set_error_title(WRONG.of(language))?;
    let any = any.set_error_message(column.help.of(language))?.set_error_style(DataValidationErrorStyle::Warning);
    let from = ExcelDateTime::from_ymd(2020, 1, 1)?;
    Ok(match column.kind {
        Kind::Choice(values) => any.allow_list_strings(values)?,
        Kind::Bool => any.allow_list_strings(&YES_NO.map(|text| text.of(language)))?,
        Kind::Integer(least, most) => any.allow_whole_number(DataValidationRule::Between(
            i32::try_from(least).unwrap_or_default(),
            i32::try_from(most).unwrap_or(i32::MAX),
        )),
        Kind::Date | Kind::DateTime => any.allow_date(DataValidationRule::GreaterThanOrEqualTo(from)),
        Kind::Time => any.allow_time(DataValidationRule::Between(
            ExcelDateTime::from_hms(0, 0, 0)?,
            ExcelDateTime::from_hms(23, 59, 59)?,
        )),
        Kind::Phone => any.allow_text_length(DataValidationRule::Between(7, 40)),
        _ => any.allow_any_value(),
    })
}
