//! Workbooks: what their cells hold, and how they are put together.

use crate::help::{faults, items, open, refusal, sms, workbook};
use baton_sheets::{Language, Limits, Options, Reader, SheetError, SheetType};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::json;
use std::io::{Cursor, Read, Write};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

/// A part of a workbook as text.
pub(crate) fn part(book: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(Cursor::new(book)).expect("a zip");
    let mut text = String::new();
    archive.by_name(name).expect("a part").read_to_string(&mut text).expect("text");
    text
}

/// A workbook with some of its parts changed.
pub(crate) fn changed(book: &[u8], change: impl Fn(&str, String) -> String) -> Vec<u8> {
    let archive = ZipArchive::new(Cursor::new(book)).expect("a zip");
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for name in archive.file_names().map(|name| name.expect("a name").into_owned()).collect::<Vec<_>>() {
        out.start_file(&*name, SimpleFileOptions::default()).expect("begun");
        out.write_all(change(&name, part(book, &name)).as_bytes()).expect("written");
    }
    out.finish().expect("written").into_inner()
}

/// A workbook whose sheet has these rows, as XML.
pub(crate) fn with_rows(rows: &str) -> Vec<u8> {
    changed(&workbook(&[&["a"]]), |name, text| match name {
        "xl/worksheets/sheet1.xml" => {
            let (start, rest) = text.split_once("<sheetData>").expect("data");
            let (_, end) = rest.split_once("</sheetData>").expect("data");
            format!("{start}<sheetData>{rows}</sheetData>{end}")
        }
        _ => text,
    })
}

const HEADER: &str = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>phone</t></is></c><c r="B1" t="inlineStr"><is><t>text</t></is></c></row>"#;

#[test]
fn phones_that_became_numbers_are_phones() {
    let numbers = ["79990000001", "7.9990000002E10", "79990000003.0", "7.9990000004e+10"];
    let mut rows = HEADER.to_owned();
    for (number, row) in numbers.iter().zip(2..) {
        rows += &format!(r#"<row r="{row}"><c r="A{row}"><v>{number}</v></c><c r="B{row}" t="str"><v>x</v></c></row>"#);
    }
    let expected: Vec<_> = (1..=4).map(|last| sms(&format!("7999000000{last}"), "x")).collect();
    assert_eq!(items(with_rows(&rows)), expected);
}

#[test]
fn numbers_are_written_as_people_write_them() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (name, column) in ["phone", "text", "var:a", "var:b", "var:c", "var:d"].iter().zip(0_u16..) {
        sheet.write_string(0, column, *name).expect("written");
    }
    sheet.write_number(1, 0, 79_990_000_001.0).expect("written").write_number(1, 1, 1500.0).expect("written");
    sheet.write_number(1, 2, 0.1 + 0.2).expect("written").write_number(1, 3, -1.5).expect("written");
    sheet.write_number(1, 4, 1e11).expect("written").write_boolean(1, 5, true).expect("written");
    let expected = json!({"a": "0.3", "b": "-1.5", "c": "100000000000", "d": "yes"});
    let item = &items(book.save_to_buffer().expect("written"))[0];
    assert_eq!(item["channels"]["sms"]["text"], "1500");
    assert_eq!(item["destinations"][0]["variables"], expected);
}

/// The item of a row of numbers in these formats; `None` leaves a cell without one.
fn formatted(cells: &[(&str, f64, Option<&str>)]) -> serde_json::Value {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for ((name, number, format), column) in cells.iter().zip(0_u16..) {
        sheet.write_string(0, column, *name).expect("written");
        let format = format.map_or_else(Format::new, |code| Format::new().set_num_format(code));
        sheet.write_number_with_format(1, column, *number, &format).expect("written");
    }
    items(book.save_to_buffer().expect("written"))[0].clone()
}

#[test]
fn numbers_in_texts_and_variables_are_as_they_are_shown() {
    let item = formatted(&[
        ("phone", 79_990_000_001.0, Some("0.00")),
        ("text", 42.0, Some("00000")),
        ("var:percent", 0.15, Some("0%")),
        ("var:share", 0.1234, Some("0.00%")),
        ("var:price", 1500.0, Some("0.00")),
        ("var:sum", 1_234_567.5, Some("#,##0.00")),
        ("var:code", 7.0, Some("0000")),
        ("var:none", 0.5, None),
        ("var:money", 1234.5, Some("#,##0.00\\ \"руб.\"")),
        ("externalId", 42.0, Some("00000")),
        ("from", 100.0, Some("0.00")),
    ]);
    assert_eq!(item["channels"]["sms"], json!({"text": "00042", "from": "100"}));
    let variables = json!({
        "percent": "15%", "share": "12.34%", "price": "1500.00", "sum": "1234567.50", "code": "0007", "none": "0.5",
        "money": "1234.5",
    });
    let destination = json!({"phone": "79990000001", "externalId": "00042", "variables": variables});
    assert_eq!(item["destinations"][0], destination);
    // No identifier is rounded.
    let item =
        formatted(&[("phone", 79_990_000_001.0, None), ("text", 1.5, Some("0")), ("externalId", 41.5, Some("0"))]);
    assert_eq!(
        (&item["channels"]["sms"]["text"], &item["destinations"][0]["externalId"]),
        (&json!("2"), &json!("41.5"))
    );
}

#[test]
fn the_same_number_in_two_formats_is_two_contents() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "phone").expect("written").write_string(0, 1, "text").expect("written");
    for (row, code) in [(1, "0%"), (2, "0.00"), (3, "0%")] {
        sheet.write_string(row, 0, "7").expect("written");
        sheet.write_number_with_format(row, 1, 0.5, &Format::new().set_num_format(code)).expect("written");
    }
    let read = items(book.save_to_buffer().expect("written"));
    let texts: Vec<_> = read.iter().map(|item| item["channels"]["sms"]["text"].clone()).collect();
    assert_eq!(texts, ["50%", "0.50", "50%"]);
}

fn dated(language: Language, epoch_1904: bool) -> serde_json::Value {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let names = match language {
        Language::English => ["phone", "text", "Send date", "Send time", "Send from", "Send until", "var:day"],
        Language::Russian => {
            ["телефон", "текст", "дата отправки", "время отправки", "отправлять с", "отправлять до", "var:day"]
        }
    };
    for (name, column) in names.iter().zip(0_u16..) {
        sheet.write_string(0, column, *name).expect("written");
    }
    let day = Format::new().set_num_format("d mmmm yyyy");
    let clock = Format::new().set_num_format("[$-419]h:mm;@");
    let shift = if epoch_1904 { 1462.0 } else { 0.0 };
    let date = |year, month, day| ExcelDateTime::from_ymd(year, month, day).expect("a day").to_excel() - shift;
    sheet.write_string(1, 0, "79990000001").expect("written").write_string(1, 1, "x").expect("written");
    sheet.write_number_with_format(1, 2, date(2026, 12, 1), &day).expect("written");
    sheet.write_number_with_format(1, 3, 0.437_499_999_9, &clock).expect("written");
    sheet.write_number_with_format(1, 4, 0.375, &clock).expect("written");
    sheet.write_number_with_format(1, 5, 1.0, &clock).expect("written");
    sheet.write_number_with_format(1, 6, date(2026, 3, 8), &day).expect("written");
    let bytes = book.save_to_buffer().expect("written");
    let bytes = changed(&bytes, |name, text| match name {
        "xl/workbook.xml" if epoch_1904 => text.replace("<workbookPr ", "<workbookPr date1904=\"1\" "),
        _ => text,
    });
    items(bytes)[0].clone()
}

#[test]
fn date_and_time_cells_are_read_in_both_epochs() {
    for epoch_1904 in [false, true] {
        for (language, day) in [(Language::English, "2026-03-08"), (Language::Russian, "08.03.2026")] {
            let item = dated(language, epoch_1904);
            assert_eq!(item["sendAt"], "2026-12-01T10:30:00Z");
            assert_eq!(item["allowedTimeRanges"], json!([["09:00:00", "24:00:00"]]));
            assert_eq!(item["destinations"][0]["variables"]["day"], day);
        }
    }
}

#[test]
fn a_formula_is_refused_with_its_cell_whatever_it_came_to() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "phone").expect("written").write_string(0, 1, "text").expect("written");
    sheet.write_string(1, 0, "79990000001").expect("written").write_string(1, 1, "x").expect("written");
    sheet.write_string(2, 0, "79990000002").expect("written");
    sheet.write_formula(2, 1, rust_xlsxwriter::Formula::new("=\"a\"&\"b\"").set_result("ab")).expect("written");
    assert_eq!(refusal(book.save_to_buffer().expect("written")), SheetError::Formula("B3".to_owned()));
    // The second cell of a shared formula.
    let rows = format!(r#"{HEADER}<row r="2"><c r="B2"><f t="shared" si="0"/><v>1</v></c></row>"#);
    assert_eq!(refusal(with_rows(&rows)), SheetError::Formula("B2".to_owned()));
}

#[test]
fn error_values_are_faults_of_their_row() {
    let rows = format!(r#"{HEADER}<row r="2"><c r="A2" t="str"><v>1</v></c><c r="B2" t="e"><v>#N/A</v></c></row>"#);
    assert_eq!(faults(with_rows(&rows)), [(2, "text".to_owned(), "error_value")]);
}

#[test]
fn rich_and_escaped_and_phonetic_texts_are_read() {
    let rows = format!(
        r#"{HEADER}<row r="2"><c r="A2" t="inlineStr"><is><t>7</t></is></c><c r="B2" t="inlineStr"><is><r><t xml:space="preserve">a </t></r><r><t>&lt;b&gt;&#x41;_x000D_&#10;_x0041__x00ZZ_</t></r><rPh sb="0" eb="1"><t>no</t></rPh></is></c></row>"#
    );
    assert_eq!(items(with_rows(&rows)), [sms("7", "a <b>A\nA_x00ZZ_")]);
}

#[test]
fn cells_and_rows_may_leave_their_places_out_and_tags_have_a_prefix() {
    let rows = r#"<row><c t="inlineStr"><is><t>phone</t></is></c><c t="inlineStr"><is><t>text</t></is></c></row><row/><row><c><v>7</v></c><c t="str"><v>x</v></c></row>"#;
    assert_eq!(items(with_rows(rows)), [sms("7", "x")]);
    let bytes = changed(&with_rows(rows), |name, text| match name {
        "xl/worksheets/sheet1.xml" => {
            text.replace("</", "</x:").replace('<', "<x:").replace("<x:/x:", "</x:").replace("<x:?", "<?")
        }
        _ => text,
    });
    assert_eq!(items(bytes), [sms("7", "x")]);
}

#[test]
fn the_first_visible_sheet_is_read() {
    let mut book = Workbook::new();
    book.add_worksheet()
        .set_name("help")
        .expect("named")
        .set_hidden(true)
        .write_string(0, 0, "anything")
        .expect("written");
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "phone").expect("written").write_string(0, 1, "text").expect("written");
    sheet.write_string(1, 0, "7").expect("written").write_string(1, 1, "x").expect("written").set_active(true);
    book.add_worksheet().write_string(0, 0, "more").expect("written");
    assert_eq!(items(book.save_to_buffer().expect("written")), [sms("7", "x")]);
}

#[test]
fn reading_goes_on_from_any_row() {
    let texts: Vec<_> = (0..500).map(|number| (format!("7999{number:07}"), format!("text {number}"))).collect();
    let cells: Vec<[&str; 2]> = [["phone", "text"]]
        .into_iter()
        .chain(texts.iter().map(|(phone, text)| [phone.as_str(), text.as_str()]))
        .collect();
    let rows: Vec<&[&str]> = cells.iter().map(<[&str; 2]>::as_slice).collect();
    let csv: String = cells.iter().map(|[phone, text]| format!("{phone},{text}\n")).collect();
    for bytes in [workbook(&rows), csv.into_bytes()] {
        let mut reader = open(bytes).expect("a sheet");
        let all: Vec<_> = (&mut reader).map(|row| row.expect("a row")).collect();
        assert_eq!(all.len(), 500);
        for from in [2, 3, 250, 501, 7] {
            reader.skip_to(from).expect("skipped");
            let row = reader.next_row().expect("read").expect("a row");
            assert_eq!(row, all[from as usize - 2]);
            assert_eq!(
                reader.next_row().expect("read").map(|row| row.number),
                Some(from + 1).filter(|row| *row <= 501)
            );
        }
        reader.skip_to(502).expect("skipped");
        assert_eq!(reader.next_row().expect("read"), None);
    }
}

#[test]
fn a_sheet_may_be_asked_for() {
    let ask = |sheet, rows: &[&[&str]]| {
        let options = Options { sheet: Some(sheet), limits: Limits::default(), ..Options::default() };
        Reader::open(Cursor::new(workbook(rows)), options).map(|reader| reader.sheet())
    };
    assert_eq!(ask(SheetType::Sms, &[&["phone", "text"]]), Ok(SheetType::Sms));
    assert_eq!(
        ask(SheetType::Sms, &[&["phone", "text", "Тема"]]),
        Err(SheetError::UnknownHeader("Тема".to_owned(), "C1".to_owned()))
    );
    assert_eq!(ask(SheetType::Chat, &[&["phone", "text"]]), Err(SheetError::MissingHeaders(vec!["chatId"])));
}

#[test]
fn readers_and_reports_go_between_threads() {
    const fn goes<T: Send>() {}
    goes::<Reader<std::fs::File>>();
    goes::<baton_sheets::Row>();
    goes::<baton_sheets::report::XlsxReport>();
    goes::<baton_sheets::report::CsvReport<Vec<u8>>>();
}
