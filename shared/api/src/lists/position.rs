//! The order of a list, and the cursor: a place in that order.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use baton_domain::{MessageId, Time};
use std::cmp::Ordering;
use uuid::Uuid;

/// The order of a list of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// By creation time, newest first; the messages of a bulk stay in their order.
    Newest,
    /// By creation time, oldest first.
    Oldest,
}

/// A message's place in a list. Positions of one bulk may share a time; the id settles the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// The time that the list is ordered by.
    pub(crate) at: Time,
    pub(crate) id: MessageId,
}

impl Position {
    /// Which of two comes first.
    pub(crate) fn compare(&self, other: &Position, sort: Sort) -> Ordering {
        let bulk = |position: &Position| (position.at, position.id.bulk_key());
        sort.apply(bulk(self).cmp(&bulk(other))).then(self.id.index().cmp(&other.id.index()))
    }

    /// As a cursor.
    pub(crate) fn encode(&self) -> String {
        let mut bytes = [0; 24];
        bytes[..8].copy_from_slice(&self.at.timestamp_millis().to_be_bytes());
        bytes[8..].copy_from_slice(self.id.0.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// From a cursor; `None` when it is none of ours.
    pub(crate) fn decode(cursor: &str) -> Option<Position> {
        let bytes: [u8; 24] = URL_SAFE_NO_PAD.decode(cursor).ok()?.try_into().ok()?;
        let (at, id) = bytes.split_at(8);
        let at = Time::from_timestamp_millis(i64::from_be_bytes(at.try_into().ok()?))?;
        Some(Position { at, id: MessageId(Uuid::from_slice(id).ok()?) })
    }
}

impl Sort {
    /// The order of two things of which `ordering` says how they stand oldest first.
    pub(crate) fn apply(self, ordering: Ordering) -> Ordering {
        match self {
            Sort::Newest => ordering.reverse(),
            Sort::Oldest => ordering,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_domain::BulkId;

    #[test]
    fn a_cursor_is_read_back_and_nothing_else_is() {
        let at = Time::from_timestamp_millis(1_790_000_000_123).expect("a time");
        let position = Position { at, id: MessageId::new(BulkId::new(at, [7; 8]), 5) };
        assert_eq!(Position::decode(&position.encode()), Some(position));
        for bad in ["", "x", "AAAA", "!!!!", &"A".repeat(33), &format!("{}A", position.encode())] {
            assert_eq!(Position::decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_bulk_stays_in_its_order_either_way() {
        let at = |millis| Time::from_timestamp_millis(millis).expect("a time");
        let position =
            |millis, index| Position { at: at(millis), id: MessageId::new(BulkId::new(at(millis), [1; 8]), index) };
        let mut all = [position(1, 1), position(2, 0), position(1, 0), position(2, 1)];
        all.sort_by(|a, b| a.compare(b, Sort::Newest));
        assert_eq!(all, [position(2, 0), position(2, 1), position(1, 0), position(1, 1)]);
        all.sort_by(|a, b| a.compare(b, Sort::Oldest));
        assert_eq!(all, [position(1, 0), position(1, 1), position(2, 0), position(2, 1)]);
    }
}
