//! How much a row may hold, how much of it is told, and what it takes in memory.

use crate::help::{open, refusal, rows, workbook};
use baton_sheets::{Language, Limits, Options, Reader, Reason, RowFault, SheetError};
use std::io::Cursor;

#[test]
fn a_row_with_more_text_than_a_message_holds_is_refused_alone() {
    let small = Limits { row_bytes: 20, ..Limits::default() };
    let cells: [&[&str]; 5] = [
        &["phone", "text", "var:a", "var:b"],
        &["1", "one", "0123456789", "12345678"],
        &["2", "two", "0123456789", "яяяя", "never looked at"],
        &["3", "0123456789", "0123456789", "", "x"],
        &["4", "four"],
    ];
    let csv = cells.map(|row| row.join(",")).join("\n");
    for bytes in [workbook(&cells), csv.into_bytes()] {
        let mut reader = Reader::open(Cursor::new(bytes), Options { limits: small, ..Options::default() });
        let reader = reader.as_mut().expect("headers");
        assert_eq!(reader.check().expect("a sound file").rows, 4);
        let read: Vec<_> = reader.map(|row| row.expect("read")).collect();
        let told = |fault: &RowFault| (fault.row, fault.column.clone(), fault.reason.clone());
        let faults: Vec<_> = read.iter().filter_map(|row| row.message.as_ref().err()).flatten().map(told).collect();
        let long = |row, column: &str| (row, column.to_owned(), Reason::RowTooLong(20));
        assert_eq!(faults, [long(2, "var:b"), long(3, "var:b"), long(4, "var:a")]);
        assert!(read[3].message.is_ok());
    }
    let headers = workbook(&[&["phone", "text", "var:very_long"]]);
    let error = Reader::open(Cursor::new(headers), Options { limits: small, ..Options::default() }).err();
    assert_eq!(error, Some(SheetError::HeadersTooLong("C1".to_owned(), 20)));
}

#[test]
fn no_more_is_told_of_a_row_than_anybody_reads() {
    let row = format!("7,x{}\n", ",oops".repeat(60));
    let read = open(format!("phone,text\n{row}")).expect("a sheet").next_row().expect("read").expect("a row");
    assert_eq!(read.message.expect_err("faults").len(), 20);
}

#[test]
fn what_rows_and_contents_take_is_told_by_their_texts() {
    let long = "a".repeat(10_000);
    let file = format!("phone,text,var:v\n7,x,{long}\n8,{long},y\n");
    let read = rows(file);
    let sizes: Vec<_> =
        read.iter().map(|row| (row.bytes(), row.message.as_ref().expect("no faults").content.bytes())).collect();
    // The text is kept as a part of the content and as what contents are told by.
    assert!((10_000..11_000).contains(&sizes[0].0) && sizes[0].1 < 1000, "{sizes:?}");
    assert!(sizes[1].0 < 1000 && (20_000..21_000).contains(&sizes[1].1), "{sizes:?}");
}

#[test]
fn more_variables_than_a_recipient_has_are_refused_before_any_row() {
    let headers = |count: usize| {
        let names = (0..count).map(|number| format!("var:v{number}"));
        ["phone".to_owned(), "text".to_owned()].into_iter().chain(names).collect::<Vec<_>>().join(",")
    };
    assert!(open(headers(100)).is_ok());
    let error = refusal(headers(101));
    assert_eq!(error, SheetError::TooManyVariables("CY1".to_owned(), 100));
    assert_eq!(error.code(), "too_many_variables");
    for language in Language::ALL {
        let told = error.message(language);
        assert!(told.contains("var:") && told.contains("CY1") && told.contains("100"), "{told}");
    }
}
