//! Files that are made to harm, or that are damaged.

use crate::{
    help::{open, refusal, workbook},
    workbooks::{changed, part, with_rows},
};
use baton_sheets::{Limits, Options, Reader, SheetError};
use std::io::{Cursor, Write};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

fn sound() -> Vec<u8> {
    workbook(&[&["phone", "text"], &["79990000001", "a"], &["79990000002", "b"]])
}

/// The error of a file under limits.
fn limited(bytes: Vec<u8>, limits: Limits) -> Option<SheetError> {
    match Reader::open(Cursor::new(bytes), Options { limits, ..Options::default() }) {
        Err(error) => Some(error),
        Ok(mut reader) => reader.check().err(),
    }
}

/// A workbook whose part is so many megabytes of one letter, inside of some XML.
fn bomb(name: &str, megabytes: usize) -> Vec<u8> {
    let (book, fill) = (sound(), vec![b' '; 1 << 20]);
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for each in [
        "[Content_Types].xml",
        "_rels/.rels",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/sharedStrings.xml",
        "xl/worksheets/sheet1.xml",
    ] {
        out.start_file(each, SimpleFileOptions::default()).expect("begun");
        let text = part(&book, each);
        let (start, end) = if each == name { text.split_at(text.rfind("</").expect("an end")) } else { (&*text, "") };
        out.write_all(start.as_bytes()).expect("written");
        if each == name {
            // Tags between the spaces: no single event is too long.
            (0..megabytes).for_each(|_| {
                out.write_all(&fill[..fill.len() - 4]).expect("written");
                out.write_all(b"<x/>").expect("written");
            });
        }
        out.write_all(end.as_bytes()).expect("written");
    }
    out.finish().expect("written").into_inner()
}

#[test]
fn a_zip_bomb_is_refused_wherever_it_is() {
    for name in ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"] {
        let bytes = bomb(name, 18);
        assert!(bytes.len() < 1 << 20);
        assert_eq!(refusal(bytes), SheetError::ZipBomb, "{name}");
    }
}

#[test]
fn what_a_bomb_says_of_its_size_is_not_believed() {
    let mut bytes = bomb("xl/worksheets/sheet1.xml", 24);
    // In the directory, 24 bytes into the entry: the size once unpacked.
    let entries: Vec<_> =
        bytes.windows(4).enumerate().filter(|(_, sign)| *sign == b"PK\x01\x02").map(|(at, _)| at).collect();
    for at in entries {
        bytes[at + 24..at + 28].copy_from_slice(&1000_u32.to_le_bytes());
    }
    assert!(matches!(refusal(bytes), SheetError::ZipBomb | SheetError::Broken("checksum")));
}

#[test]
fn a_part_is_never_unpacked_beyond_its_limit() {
    let limits = Limits { unpacked_bytes: 100_000, ..Limits::default() };
    assert_eq!(limited(bomb("xl/worksheets/sheet1.xml", 1), limits), Some(SheetError::ZipBomb));
    assert_eq!(limited(sound(), limits), None);
}

#[test]
fn a_file_that_ends_early_is_refused() {
    let whole = sound();
    for length in (1..whole.len()).step_by(37) {
        let error = refusal(&whole[..length]);
        let expected =
            matches!(error, SheetError::Broken(_) | SheetError::UnknownFormat | SheetError::UnknownHeader(..));
        assert!(expected, "{length}: {error:?}");
    }
}

#[test]
fn a_changed_byte_is_never_taken_for_a_sound_file_with_other_content() {
    let whole = sound();
    let expected: Vec<_> = crate::help::items(whole.clone());
    for at in (0..whole.len()).step_by(11) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        let Ok(mut reader) = open(bytes) else { continue };
        if reader.check().is_ok() {
            let read: Vec<_> = reader.map(|row| row.expect("checked").message.expect("sound")).collect();
            assert_eq!(read.iter().map(crate::help::item).collect::<Vec<_>>(), expected, "byte {at}");
        }
    }
}

#[test]
fn encrypted_and_old_workbooks_are_told_from_damaged_ones() {
    let mut old = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    old.resize(4096, 0);
    assert_eq!(refusal(old), SheetError::EncryptedOrOld);
    // The zip's own encryption, which some programs use: a bit of the flags.
    let mut bytes = sound();
    for (sign, flags) in [(b"PK\x01\x02", 8), (b"PK\x03\x04", 6)] {
        let entries: Vec<_> = bytes.windows(4).enumerate().filter(|(_, at)| at == sign).map(|(at, _)| at).collect();
        entries.into_iter().for_each(|at| bytes[at + flags] |= 1);
    }
    assert_eq!(refusal(bytes), SheetError::EncryptedOrOld);
}

#[test]
fn entities_are_never_expanded() {
    let lol = r#"<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>"#;
    let bytes = changed(&sound(), |name, text| match name {
        "xl/sharedStrings.xml" => text.replacen("<sst", &format!("{lol}<sst"), 1).replace("<t>a</t>", "<t>&b;</t>"),
        _ => text,
    });
    assert_eq!(refusal(bytes), SheetError::Broken("doctype"));
    let external = changed(&sound(), |name, text| match name {
        "xl/sharedStrings.xml" => text.replace("<t>a</t>", "<t>&xxe;</t>"),
        _ => text,
    });
    assert_eq!(refusal(external), SheetError::Broken("entity"));
}

#[test]
fn other_files_are_never_followed() {
    let bytes = changed(&sound(), |name, text| match name {
        "xl/_rels/workbook.xml.rels" => {
            text.replace("Target=\"worksheets/sheet1.xml\"", "Target=\"file:///etc/passwd\" TargetMode=\"External\"")
        }
        _ => text,
    });
    assert_eq!(refusal(bytes), SheetError::NoSheet);
    let bytes = changed(&sound(), |name, text| match name {
        "xl/_rels/workbook.xml.rels" => text.replace("worksheets/sheet1.xml", "../../../../etc/passwd"),
        _ => text,
    });
    assert_eq!(refusal(bytes), SheetError::Broken("no sheet"));
}

#[test]
fn too_much_of_anything_is_refused() {
    let small = Limits { rows: 2, columns: 3, cell_chars: 5, ..Limits::default() };
    let header: &[&str] = &["phone", "text"];
    for csv in [false, true] {
        let file = |rows: &[&[&str]]| {
            if csv {
                rows.iter().map(|row| row.join(",") + "\n").collect::<String>().into_bytes()
            } else {
                workbook(rows)
            }
        };
        assert_eq!(limited(file(&[header, &["1", "a"], &["2", "b"]]), small), None);
        let rows = file(&[header, &["1", "a"], &["2", "b"], &["3", "c"]]);
        assert_eq!(limited(rows, small), Some(SheetError::TooManyRows(2)));
        let wide = file(&[header, &["1", "a", "", "d"]]);
        assert_eq!(limited(wide, small), Some(SheetError::TooManyColumns(3)));
        let long = file(&[header, &["1", "привет"]]);
        assert_eq!(limited(long, small), Some(SheetError::CellTooLong("B2".to_owned(), 5)));
    }
    let tiny = Limits { file_bytes: 1000, ..Limits::default() };
    assert_eq!(limited(sound(), tiny), Some(SheetError::FileTooLarge(1000)));
}

#[test]
fn sixteen_thousand_columns_are_refused() {
    let names: Vec<String> = (0..16_384).map(|number| format!("var:v{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(refusal(workbook(&[&names])), SheetError::TooManyColumns(300));
    assert_eq!(refusal(names.join(",")), SheetError::TooManyColumns(300));
}

#[test]
fn a_cell_of_a_million_characters_is_refused() {
    let long = "a".repeat(1_000_000);
    let header = "<row r=\"1\"><c r=\"A1\" t=\"str\"><v>phone</v></c><c r=\"B1\" t=\"str\"><v>text</v></c></row>";
    let row = format!("{header}<row r=\"2\"><c r=\"A2\" t=\"str\"><v>{long}</v></c></row>");
    assert_eq!(refusal(with_rows(&row)), SheetError::CellTooLong("A2".to_owned(), 32_767));
    assert_eq!(refusal(format!("phone,text\n{long},a\n")), SheetError::CellTooLong("A2".to_owned(), 32_767));
    let shared = changed(&sound(), |name, text| match name {
        "xl/sharedStrings.xml" => text.replace("<t>a</t>", &format!("<t>{}</t>", "a".repeat(40_000))),
        _ => text,
    });
    assert_eq!(refusal(shared), SheetError::CellTooLong("B2".to_owned(), 32_767));
}

#[test]
fn rows_and_cells_out_of_order_are_refused() {
    for rows in [
        r#"<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>"#,
        r#"<row r="1"><c r="B1" t="str"><v>text</v></c><c r="A1" t="str"><v>phone</v></c></row>"#,
        r#"<row r="1"><c r="A1" t="s"><v>99</v></c></row>"#,
        r#"<row r="1"><c r="A1" t="s"><v>-1</v></c></row>"#,
        r#"<row r="1"><c r="ZZZZ1"><v>1</v></c></row>"#,
        r#"<row r="0"><c r="A1"><v>1</v></c></row>"#,
        r#"<row r="1"><c r="A1"><v>1</c></v></row>"#,
    ] {
        let error = refusal(with_rows(rows));
        assert!(matches!(error, SheetError::Broken(_) | SheetError::UnknownHeader(..)), "{rows}: {error:?}");
    }
}

#[test]
fn zips_that_are_no_workbooks_are_refused() {
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    out.start_file("mimetype", plain).expect("begun");
    out.write_all(b"application/vnd.oasis.opendocument.spreadsheet").expect("written");
    assert_eq!(refusal(out.finish().expect("written").into_inner()), SheetError::UnknownFormat);
    assert!(matches!(refusal(b"PK\x03\x04nothing".to_vec()), SheetError::Broken(_)));
}

#[test]
fn errors_hold_no_value_of_a_cell() {
    let rows = "phone,text,sendDate,timeZone\n79990000001,secret,secret,secret\n";
    let reader = open(rows).expect("a sheet");
    for row in reader {
        let faults = row.expect("read").message.expect_err("faults");
        assert!(!format!("{faults:?}").contains("secret"));
    }
    assert!(!format!("{:?}", refusal("79990000001,anna@example.org\n")).contains("7999"));
}

#[test]
fn a_wrong_checksum_is_found_before_anything_is_begun() {
    for name in ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"] {
        let mut bytes = sound();
        // The directory's entry ends with the name, which begins after 46 bytes; the checksum stands at 16.
        let entry = bytes.windows(name.len()).rposition(|window| window == name.as_bytes()).expect("an entry") - 46;
        assert_eq!(&bytes[entry..entry + 4], b"PK\x01\x02");
        bytes[entry + 16] ^= 1;
        assert_eq!(refusal(bytes), SheetError::Broken("checksum"), "{name}");
    }
}
