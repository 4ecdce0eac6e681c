//! What the tests make files with, and read them with.

use baton_sheets::{Content, Options, Reader, Row, RowMessage, SheetError};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use std::io::Cursor;

/// A reader of a file in memory.
pub(crate) type Memory = Reader<Cursor<Vec<u8>>>;

pub(crate) fn open(bytes: impl Into<Vec<u8>>) -> Result<Memory, SheetError> {
    Reader::open(Cursor::new(bytes.into()), Options::default())
}

/// All rows of a file that is sound.
pub(crate) fn rows(bytes: impl Into<Vec<u8>>) -> Vec<Row> {
    let mut reader = open(bytes).expect("a sound file");
    let found = reader.check().expect("a sound file");
    let rows: Vec<_> = reader.map(|row| row.expect("a sound file")).collect();
    assert_eq!(rows.len(), found.rows as usize);
    assert_eq!(rows.last().map_or(0, |row| row.number), found.last);
    rows
}

/// The messages of a file in which nothing is refused.
pub(crate) fn messages(bytes: impl Into<Vec<u8>>) -> Vec<RowMessage> {
    rows(bytes).into_iter().map(|row| row.message.expect("no faults")).collect()
}

/// A message as an item of `POST /messages`.
pub(crate) fn item(message: &RowMessage) -> Value {
    baton_sheets::item(&message.content, message.group.as_deref(), vec![message.destination.clone()])
}

/// The items of a file in which nothing is refused.
pub(crate) fn items(bytes: impl Into<Vec<u8>>) -> Vec<Value> {
    messages(bytes).iter().map(item).collect()
}

/// The faults of a file: row, column, code.
pub(crate) fn faults(bytes: impl Into<Vec<u8>>) -> Vec<(u32, String, &'static str)> {
    let all = rows(bytes).into_iter().filter_map(|row| row.message.err()).flatten();
    all.map(|fault| (fault.row, fault.column, fault.reason.code())).collect()
}

/// The error that a file is refused with, in its headers or further down.
pub(crate) fn refusal(bytes: impl Into<Vec<u8>>) -> SheetError {
    match open(bytes) {
        Err(error) => error,
        Ok(mut reader) => reader.check().expect_err("a refusal"),
    }
}

/// A workbook of texts.
pub(crate) fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    named_workbook("Sheet1", rows)
}

/// A workbook of texts, whose sheet has this name.
pub(crate) fn named_workbook(name: &str, rows: &[&[&str]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name(name).expect("named");
    for (cells, row) in rows.iter().zip(0_u32..) {
        for (text, column) in cells.iter().zip(0_u16..) {
            sheet.write_string(row, column, *text).expect("written");
        }
    }
    book.save_to_buffer().expect("written")
}

/// An item of the sheet `sms`.
pub(crate) fn sms(phone: &str, text: &str) -> Value {
    json!({"channels": {"sms": {"text": text}}, "destinations": [{"phone": phone}]})
}

/// The fields of a content.
pub(crate) fn fields(content: &Content) -> Value {
    Value::Object(content.fields().clone())
}
