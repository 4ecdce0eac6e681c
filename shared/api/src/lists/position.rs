//! The order of a list.

use baton_domain::{MessageId, Time};
use std::cmp::Ordering;

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

    /// Whether both are of one bulk, as it stands in the list.
    pub(crate) fn is_beside(&self, other: &Position) -> bool {
        (self.at, self.id.bulk_key()) == (other.at, other.id.bulk_key())
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
