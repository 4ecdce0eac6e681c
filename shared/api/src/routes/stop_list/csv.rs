//! Stop lists as CSV (RFC 4180), for spreadsheets.
//!
//! A comment or an id may be written by anybody: one that a spreadsheet would take for a formula gets an apostrophe in front, as in
//! every report ([`baton_sheets::report`]), which is taken away when it is read.

use super::entry::{Given, Line, read};
use crate::{
    refusal::Refusal,
    wire::{RefusedStop, StopEntry},
};
use baton_sheets::report::{self, Cell, CsvReport};

/// The columns, in the order in which they are written.
pub(super) const COLUMNS: [&str; 8] =
    ["recipient", "channel", "reason", "source", "by", "comment", "createdAt", "scope"];

/// Columns of ours that say nothing when they are read.
const IGNORED: [&str; 5] = ["source", "by", "createdat", "scope", "companyid"];

/// Rows that were read, each with its number as a spreadsheet shows it.
pub(super) struct Rows {
    pub(super) lines: Vec<(u64, Line)>,
    pub(super) refused: Vec<RefusedStop>,
}

/// Writes lines, with a header.
pub(super) fn write<'e>(entries: impl Iterator<Item = &'e StopEntry>) -> String {
    const FITS: &str = "rows of the same length, into memory";
    let mut report = CsvReport::new(Vec::new(), false, &COLUMNS).expect(FITS);
    for entry in entries {
        let cells = [
            entry.recipient.as_str(),
            entry.channel.as_deref().unwrap_or("*"),
            &entry.reason,
            &entry.source,
            &entry.by,
            entry.comment.as_deref().unwrap_or_default(),
            &entry.created_at,
            &entry.scope,
        ];
        report.row(&cells.map(Cell::from)).expect(FITS);
    }
    String::from_utf8(report.finish().expect(FITS)).expect("made of text")
}

/// A cell without the apostrophe that a report may have put in front.
fn plain(cell: &str) -> &str {
    report::plain(cell.trim_matches(' '))
}

/// Reads a file with a header. Columns are separated by commas, or by semicolons as spreadsheets do in much of Europe.
///
/// # Errors
/// It has no header that can be understood, or more than `most` rows.
pub(super) fn parse(body: &[u8], most: usize) -> Result<Rows, Refusal> {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    let first = body.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let delimiter = if first.contains(&b';') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(body);
    let header = reader.byte_headers().map(|header| header.iter().map(name).collect::<Vec<_>>());
    let places = Places::of(&header.unwrap_or_default())?;
    let mut rows = Rows { lines: Vec::new(), refused: Vec::new() };
    let mut record = csv::ByteRecord::new();
    let mut row = 1;
    // A row of bytes can not fail to be read: what is no text is told below.
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        row += 1;
        if rows.lines.len() + rows.refused.len() >= most {
            return Err(too_many(most));
        }
        if record.iter().all(<[u8]>::is_empty) {
            continue;
        }
        match places.read(&record) {
            Ok(line) => rows.lines.push((row, line)),
            Err((column, code, message)) => {
                rows.refused.push(RefusedStop { row, path: column.to_owned(), code: code.to_owned(), message });
            }
        }
    }
    Ok(rows)
}

/// More lines than one request may have.
pub(super) fn too_many(most: usize) -> Refusal {
    Refusal::unprocessable("too_many", format!("One request takes at most {most} lines; send them in parts."))
}

fn name(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).trim().to_lowercase()
}

/// Where the columns stand.
#[derive(Default)]
struct Places {
    recipient: Option<usize>,
    channel: Option<usize>,
    reason: Option<usize>,
    comment: Option<usize>,
}

impl Places {
    fn of(header: &[String]) -> Result<Places, Refusal> {
        let mut places = Places::default();
        for (index, name) in header.iter().enumerate() {
            let place = match name.as_str() {
                "recipient" | "phone" | "email" => &mut places.recipient,
                "channel" => &mut places.channel,
                "reason" => &mut places.reason,
                "comment" => &mut places.comment,
                other if IGNORED.contains(&other) => continue,
                other => {
                    let other: String = other.chars().take(50).collect();
                    let error =
                        format!("There is no column \"{other}\"; expected are recipient, channel, reason, comment.");
                    return Err(Refusal::unprocessable("unknown_column", error));
                }
            };
            if place.replace(index).is_some() {
                let error = format!("The column \"{name}\", or one that means the same, stands twice.");
                return Err(Refusal::unprocessable("duplicate_column", error));
            }
        }
        if places.recipient.is_none() {
            let error = "The first row must name the columns; the column recipient is missing.";
            return Err(Refusal::unprocessable("missing_column", error));
        }
        Ok(places)
    }

    fn read(&self, record: &csv::ByteRecord) -> Result<Line, super::entry::Fault> {
        let cell = |name: &'static str, place: Option<usize>| {
            let bytes = place.and_then(|place| record.get(place)).unwrap_or_default();
            let text =
                std::str::from_utf8(bytes).map_err(|_| (name, "invalid", "The file must be UTF-8.".to_owned()))?;
            Ok::<_, super::entry::Fault>(Some(plain(text)).filter(|cell| !cell.is_empty()))
        };
        read(Given {
            recipient: cell("recipient", self.recipient)?,
            channel: cell("channel", self.channel)?,
            reason: cell("reason", self.reason)?,
            comment: cell("comment", self.comment)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_domain::{Channel, stop::StopReason};

    fn entry(recipient: &str, channel: Option<&str>, comment: Option<&str>) -> StopEntry {
        StopEntry {
            company_id: Some(1),
            scope: "account".to_owned(),
            recipient: recipient.to_owned(),
            channel: channel.map(str::to_owned),
            reason: "manual".to_owned(),
            source: "person".to_owned(),
            by: "key".to_owned(),
            comment: comment.map(str::to_owned),
            created_at: "2026-11-23T09:00:00.000Z".to_owned(),
        }
    }

    #[test]
    fn what_is_written_is_read_back_and_holds_no_formula() {
        let entries = [
            entry("+79990000001", None, Some("=HYPERLINK(\"http://x\";\"y\")")),
            entry("-100500", Some("telegram"), Some("two\r\nlines, \"quoted\"")),
            entry("anna@example.org", Some("email"), Some("'quoted'")),
        ];
        let text = write(entries.iter());
        assert!(text.contains("\r\n+79990000001,*,") && text.contains("'-100500"), "{text}");
        assert!(!text.contains(",=") && !text.contains(",\"="), "{text}");
        let rows = parse(text.as_bytes(), 10).unwrap_or_else(|refusal| panic!("{refusal:?}"));
        let read: Vec<_> = rows.lines.iter().map(|(row, line)| (*row, line.address.as_str(), line.channel)).collect();
        assert_eq!(
            read,
            [
                (2, "+79990000001", None),
                (3, "-100500", Some(Channel::Telegram)),
                (4, "anna@example.org", Some(Channel::Email))
            ]
        );
        let comments: Vec<_> = rows.lines.iter().map(|(_, line)| line.comment.clone()).collect();
        assert_eq!(comments, entries.map(|entry| entry.comment));
        assert!(rows.refused.is_empty());
    }

    #[test]
    fn a_bad_row_is_told_by_its_number_and_the_others_go_on() {
        let text = "\u{feff}Phone;Reason\r\n79990000001;bounce\r\n;\r\nnobody\r\n+7 999 000-00-02;bored\r\n".as_bytes();
        let mut body = text.to_vec();
        body.extend(b"\xff\xfe;\r\n79990000003\r\n");
        let rows = parse(&body, 10).unwrap_or_else(|refusal| panic!("{refusal:?}"));
        let read: Vec<_> = rows.lines.iter().map(|(row, line)| (*row, line.address.as_str(), line.reason)).collect();
        assert_eq!(read, [(2, "+79990000001", StopReason::Bounce), (7, "+79990000003", StopReason::Manual)]);
        let refused: Vec<_> = rows.refused.iter().map(|row| (row.row, row.path.as_str(), row.code.as_str())).collect();
        assert_eq!(refused, [(4, "recipient", "invalid"), (5, "reason", "invalid"), (6, "recipient", "invalid")]);
    }

    #[test]
    fn a_file_without_a_header_or_with_too_many_rows_is_refused() {
        for (body, code) in [
            ("", "missing_column"),
            ("channel\nsms\n", "missing_column"),
            ("79990000001\n79990000002\n", "unknown_column"),
            ("phone,email\n", "duplicate_column"),
            ("phone\n1\n2\n3\n", "too_many"),
        ] {
            let refusal = parse(body.as_bytes(), 2).err().unwrap_or_else(|| panic!("{body}"));
            assert_eq!(refusal.code(), code, "{body}");
        }
    }

    proptest::proptest! {
        /// Nothing that a caller sends makes it panic.
        #[test]
        fn anything_may_be_sent(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let mut named = b"recipient,comment\n".to_vec();
            named.extend(&body);
            let _ = (parse(&body, 5), parse(&named, 5));
        }
    }
}
