use super::*;
use crate::raw::CellKind;

fn composer(headers: &[&str]) -> Composer {
    let mut row = RawRow::new(MOST_BYTES);
    row.clear(1);
    headers.iter().enumerate().for_each(|(column, name)| row.push(column, CellKind::Text, name));
    Composer::new(Layout::read(&row, None, None).expect("headers"), Tz::UTC, Epoch::default())
}

fn row(number: u32, cells: &[&str]) -> RawRow {
    let mut row = RawRow::new(MOST_BYTES);
    row.clear(number);
    cells.iter().enumerate().for_each(|(column, text)| row.push(column, CellKind::Text, text));
    row
}

#[test]
fn what_is_remembered_of_contents_is_bounded() {
    let mut composer = composer(&["phone", "text"]);
    for number in 0..2000 {
        let text = format!("{number} {}", "x".repeat(5000));
        composer.compose(&row(number, &["7", &text])).expect("no faults");
        assert!(composer.contents.len() <= MOST_CONTENTS && composer.bytes <= MOST_BYTES + text.len());
    }
}

#[test]
fn cells_that_only_look_alike_together_are_different_contents() {
    let mut composer = composer(&["phone", "text", "from"]);
    let mut read = |cells: &[&str]| composer.compose(&row(2, cells)).expect("no faults").content;
    assert_ne!(read(&["7", "ab", "c"]), read(&["7", "a", "bc"]));
    assert_ne!(read(&["7", "ab"]), read(&["7", "a", "b"]));
    // The recipient is no part of it, and its time zone only where times are local to it.
    assert_eq!(read(&["7", "ab"]), read(&["8", "ab"]));
}

#[test]
fn the_zone_is_part_of_the_content_of_rows_with_times_only() {
    let mut composer = composer(&["phone", "text", "timeZone", "sendDate"]);
    let mut read = |cells: &[&str]| composer.compose(&row(2, cells)).expect("no faults").content;
    assert_eq!(read(&["7", "a", "Europe/Moscow"]), read(&["7", "a", "Asia/Omsk"]));
    assert_ne!(read(&["7", "a", "Europe/Moscow", "2026-12-01"]), read(&["7", "a", "Asia/Omsk", "2026-12-01"]));
}
