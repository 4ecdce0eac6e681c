use super::*;
use calamine::{Data, Reader as _, Xlsx};
use std::io::Cursor;

const NASTY: [&str; 6] = ["=1+1", "+79990000001", "-2", "@SUM(A1)", "a\"b,c\nd", "=cmd|' /C calc'!A0"];

fn time() -> baton_domain::Time {
    "2026-12-01T10:30:00.500Z".parse().expect("a time")
}

#[test]
fn texts_never_become_formulas_in_a_workbook() {
    let mut report = XlsxReport::new("Отчёт", &[("Строка", 10), ("Текст", 40), ("Когда", 20)]).expect("begun");
    for (text, number) in NASTY.iter().zip(1_u8..) {
        report.row(&[Cell::Number(number.into()), Cell::from(*text), Cell::Time(time())]).expect("written");
    }
    report.row(&[Cell::Empty, Cell::from(None)]).expect("written");
    let mut bytes = Cursor::new(Vec::new());
    report.finish(&mut bytes).expect("finished");
    let mut book = Xlsx::new(bytes).expect("a workbook");
    assert!(book.worksheet_formula("Отчёт").expect("a sheet").is_empty());
    let range = book.worksheet_range("Отчёт").expect("a sheet");
    let read: Vec<_> = range.rows().skip(1).map(|row| (row[0].clone(), row[1].clone())).collect();
    let expected: Vec<_> = NASTY
        .iter()
        .zip(1_u8..)
        .map(|(text, number)| (Data::Float(number.into()), Data::String((*text).to_owned())))
        .collect();
    assert_eq!(read, expected);
    let Some(Data::DateTime(shown)) = range.get_value((1, 2)) else { panic!("no date") };
    assert!((shown.as_f64() - 46_357.437_505_787).abs() < 1e-6);
}

#[test]
fn texts_never_become_formulas_in_csv() {
    let mut report = CsvReport::new(Vec::new(), true, &["row", "text", "at"]).expect("begun");
    for text in NASTY {
        report.row(&[Cell::Number(1.0), Cell::from(text), Cell::Time(time())]).expect("written");
    }
    assert!(report.row(&[Cell::Empty]).is_err());
    let bytes = CsvReport::finish(report).expect("finished");
    let text = String::from_utf8(bytes).expect("text");
    let rest = text.strip_prefix("\u{feff}row,text,at\r\n").expect("the start");
    let at = "2026-12-01T10:30:00.500Z";
    let expected = ["'=1+1", "+79990000001", "'-2", "'@SUM(A1)", "\"a\"\"b,c\nd\"", "'=cmd|' /C calc'!A0"];
    assert!(rest.starts_with(&expected.map(|text| format!("1,{text},{at}\r\n")).concat()));
}

#[test]
fn a_time_zone_shows_local_times() {
    let at = time().with_timezone(&chrono_tz::Europe::Moscow);
    let mut report = CsvReport::new(Vec::new(), false, &["at"]).expect("begun");
    report.row(&[Cell::Local(at)]).expect("written");
    assert_eq!(report.finish().expect("finished"), b"at\r\n2026-12-01T13:30:00.500+03:00\r\n");
    let mut report = XlsxReport::new("a", &[("at", 20)]).expect("begun");
    report.row(&[Cell::Local(at)]).expect("written");
    let mut bytes = Cursor::new(Vec::new());
    report.finish(&mut bytes).expect("finished");
    let range = Xlsx::new(bytes).expect("a workbook").worksheet_range("a").expect("a sheet");
    let Some(Data::DateTime(shown)) = range.get_value((1, 0)) else { panic!("no date") };
    assert!((shown.as_f64() - (46_357.437_505_787 + 0.125)).abs() < 1e-6);
}

#[test]
fn what_is_too_long_for_a_cell_is_cut_between_characters() {
    let long = "\u{1f600}".repeat(20_000);
    let mut report = XlsxReport::new("a", &[("a", 1)]).expect("begun");
    report.row(&[Cell::from(long.as_str())]).expect("written");
    let mut bytes = Cursor::new(Vec::new());
    report.finish(&mut bytes).expect("finished");
    let range = Xlsx::new(bytes).expect("a workbook").worksheet_range("a").expect("a sheet");
    assert_eq!(range.get_value((1, 0)), Some(&Data::String("\u{1f600}".repeat(16_383))));
}
