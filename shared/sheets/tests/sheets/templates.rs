//! The empty sheets.

use crate::help::{open, rows, workbook};
use baton_sheets::{Inspection, Language, SheetType, columns, required, template};
use calamine::{Data, Reader as _, Xlsx};
use std::io::Cursor;

#[test]
fn every_empty_sheet_is_read_back_as_itself_and_has_no_rows() {
    for sheet in SheetType::ALL {
        for language in Language::ALL {
            let mut reader = open(template(sheet, language).expect("written")).expect("a sheet");
            // What an advertising sheet has, a universal one has too; by its columns it is told all the same.
            assert_eq!((reader.sheet(), reader.language()), (sheet, language));
            assert_eq!(reader.check(), Ok(Inspection::default()));
            assert!(reader.next().is_none());
        }
    }
}

#[test]
fn another_library_reads_the_headers_and_the_help() {
    let bytes = template(SheetType::Sms, Language::Russian).expect("written");
    let mut book = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let range = book.worksheet_range("sms").expect("a sheet");
    let read: Vec<Vec<Data>> = range.rows().map(<[Data]>::to_vec).collect();
    let text = |text: &str| Data::String(text.to_owned());
    let all = columns(SheetType::Sms);
    let expected = [
        all.iter().map(|column| text(column.name.russian)).collect::<Vec<_>>(),
        all.iter().map(|column| text(column.help.russian)).collect(),
    ];
    assert_eq!(read, expected);
}

#[test]
fn the_same_sheet_is_always_the_same_file() {
    let make = || template(SheetType::Full, Language::English).expect("written");
    assert_eq!(make(), make());
}

#[test]
fn checks_and_formats_are_in_the_file() {
    let bytes = template(SheetType::Full, Language::Russian).expect("written");
    let xml = crate::workbooks::part(&bytes, "xl/worksheets/sheet1.xml");
    for check in ["type=\"list\"", "type=\"date\"", "type=\"time\"", "type=\"whole\"", "type=\"textLength\"", "да,нет"]
    {
        assert!(xml.contains(check), "{check}");
    }
    assert!(
        crate::workbooks::part(&bytes, "xl/styles.xml").contains("yyyy\\-mm\\-dd")
            || crate::workbooks::part(&bytes, "xl/styles.xml").contains("yyyy-mm-dd")
    );
}

#[test]
fn any_of_the_columns_may_be_left_out_but_those_that_tell_the_sheet() {
    for sheet in SheetType::ALL {
        let header: Vec<_> = required(sheet).to_vec();
        let values: Vec<_> = header.iter().map(|key| if *key == "channel" { "sms" } else { "79990000001" }).collect();
        assert_eq!(rows(workbook(&[&header, &values])).len(), 1, "{sheet}");
    }
}

#[test]
fn the_page_for_those_who_fill_sheets_in_has_every_column_and_every_sheet() {
    let page = include_str!("../../../../docs/send-jobs.md");
    for column in columns(SheetType::Full) {
        for language in Language::ALL {
            let help = column.help.of(language).replace('|', "\\|");
            let line = format!("| {} | {help} |", column.name.of(language));
            assert!(page.contains(&line), "{line}");
        }
    }
    assert!(SheetType::ALL.iter().all(|sheet| page.contains(&format!("| `{sheet}` |"))));
}
