//! The value of a cell, as it is kept in a part: a JSON value of a line.

use baton_domain::Time;
use baton_sheets::report::Cell;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// The value of a cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Value {
    /// `null`.
    Empty,
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
    /// A moment: an array with its milliseconds since the epoch.
    Time([i64; 1]),
}

impl Value {
    /// The cell; moments are shown in a time zone.
    pub(crate) fn cell(&self, zone: Tz) -> Cell<'_> {
        match self {
            Value::Empty => Cell::Empty,
            Value::Number(number) => Cell::Number(*number),
            Value::Text(text) => Cell::from(text.as_str()),
            Value::Time([millis]) => match Time::from_timestamp_millis(*millis) {
                None => Cell::Empty,
                Some(time) if zone == Tz::UTC => Cell::Time(time),
                Some(time) => Cell::Local(time.with_timezone(&zone)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_one_line_and_is_read_back() {
        let row = [
            Value::Empty,
            Value::Number(5.2),
            Value::Number(3.0),
            Value::Text("a\nb \"c\" 12".to_owned()),
            Value::Text(String::new()),
            Value::Time([1_790_000_000_123]),
        ];
        let line = serde_json::to_string(&row).expect("JSON");
        assert!(!line.contains('\n'), "{line}");
        assert_eq!(serde_json::from_str::<Vec<Value>>(&line).expect("a row"), row);
    }
}
