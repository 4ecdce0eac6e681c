//! What happened, for people: kept only when a seed is replayed.

use crate::world::{Key, time};
use std::fmt::Write;

/// The lines of a history.
#[derive(Debug)]
pub(crate) struct Trace {
    start: i64,
    lines: Vec<(i64, Option<Key>, String)>,
}

impl Trace {
    pub(crate) fn new(start: i64) -> Trace {
        Trace { start, lines: Vec::new() }
    }

    pub(crate) fn add(&mut self, now: i64, about: Option<Key>, text: String) {
        self.lines.push((now, about, text));
    }

    /// The lines about one message and its bulk, or all of them.
    pub(crate) fn render(&self, about: Option<Key>) -> String {
        let mut text = format!("the history begins at {}\n", time(self.start).to_rfc3339());
        for (at, key, line) in &self.lines {
            if concerns(*key, about) {
                let millis = at - self.start;
                let (hours, minutes) = (millis / 3_600_000, millis / 60_000 % 60);
                let (seconds, rest) = (millis / 1000 % 60, millis % 1000);
                // Writing to a String can not fail.
                let _ = writeln!(text, "  {hours:>3}:{minutes:02}:{seconds:02}.{rest:03}  {line}");
            }
        }
        text
    }
}

/// Whether a line with the subject `key` is about a message or the bulk that it belongs to.
fn concerns(key: Option<Key>, about: Option<Key>) -> bool {
    let Some((account, message)) = about else { return true };
    key.is_some_and(|(whose, id)| {
        whose == account && (id == message || (id.index().is_none() && id.bulk_key() == message.bulk_key()))
    })
}
