//! Whatever is written, by whichever library, is read back.

use crate::help::{messages, workbook};
use calamine::{Data, Reader as _, Xlsx};
use proptest::prelude::*;
use std::io::Cursor;

/// A text that a cell may hold: Excel takes no control characters, and what is blank is nothing.
fn cell() -> impl Strategy<Value = String> {
    "[ -~а-яё«»€\u{1f600}\n\t<>&\"';,=+@]{0,40}".prop_filter("no mark of a text", |text| {
        !text.trim().is_empty() && !text.starts_with(['\'', '=']) && !text.contains("_x")
    })
}

fn read(bytes: Vec<u8>) -> Vec<[String; 2]> {
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let one = |message: &baton_sheets::RowMessage| {
        let fields = message.content.fields();
        [text(&message.destination["variables"]["a"]), text(&fields["channels"]["sms"]["text"])]
    };
    messages(bytes).iter().map(one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn workbooks_are_read_back_and_as_calamine_reads_them(rows in prop::collection::vec([cell(), cell()], 1..40)) {
        let mut cells: Vec<[&str; 3]> = vec![["var:a", "text", "phone"]];
        cells.extend(rows.iter().map(|[one, other]| [one.as_str(), other.as_str(), "7"]));
        let bytes = workbook(&cells.iter().map(<[&str; 3]>::as_slice).collect::<Vec<_>>());
        let mut other = Xlsx::new(Cursor::new(bytes.clone())).expect("a workbook");
        let range = other.worksheet_range_at(0).expect("a sheet").expect("a sheet");
        let theirs: Vec<_> = range.rows().skip(1).map(|row| [0, 1].map(|column: usize| match &row[column] {
            Data::String(text) => text.clone(),
            other => other.to_string(),
        })).collect();
        let ours = read(bytes);
        prop_assert_eq!(&ours, &rows);
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn csv_is_read_back(
        rows in prop::collection::vec([cell(), cell()], 1..40),
        separator in prop::sample::select(vec![b',', b';', b'\t']),
        marked in any::<bool>(),
    ) {
        let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
        writer.write_record(["var:a", "text", "phone"]).expect("written");
        for [one, other] in &rows {
            writer.write_record([one, other, "7"]).expect("written");
        }
        let mut bytes = if marked { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
        bytes.extend(writer.into_inner().expect("written"));
        prop_assert_eq!(read(bytes), rows);
    }

    #[test]
    fn no_bytes_are_too_much(bytes in prop::collection::vec(any::<u8>(), 0..400), start in 0_usize..4) {
        let start: &[u8] = [&b""[..], b"PK\x03\x04", b"phone,text\n", b"\xff\xfe"][start];
        let bytes = [start, &bytes].concat();
        if let Ok(reader) = crate::help::open(bytes) {
            reader.for_each(drop);
        }
    }
}
