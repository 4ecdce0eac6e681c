//! The lists of messages: lines of indexes first, messages only where they are shown or must be looked at.

use super::Part;
use baton_domain::{AccountId, BulkId, Message, MessageId, Time};
use baton_pipeline::ports::PortResult;
use chrono::Datelike;
use std::{fmt, future::Future};

/// A month (UTC): an account's bulks are listed by it. Shown as `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    year: i32,
    /// From 1.
    month: u32,
}

impl Month {
    /// The month that a time belongs to.
    #[must_use]
    pub fn of(time: Time) -> Month {
        Month { year: time.year(), month: time.month() }
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Month {
        match self.month {
            12 => Month { year: self.year + 1, month: 1 },
            month => Month { month: month + 1, ..self },
        }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// What messages are looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index<'a> {
    /// What was accepted in a month: heads of bulks, and messages that have no head.
    Month(Month),
    /// A phone in E.164 form with `+`.
    Phone(&'a str),
    /// An e-mail address in lower case.
    Email(&'a str),
    /// A group that the caller named.
    Group(&'a str),
}

/// A stretch of time, both ends included, and the direction in which it is gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The earliest creation time.
    pub from: Time,
    /// The latest creation time.
    pub to: Time,
    /// Whether it begins with the latest.
    pub newest_first: bool,
}

/// One line of an index: a whole bulk, or one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The bulk's key.
    pub bulk: BulkId,
    /// Which of its messages; `None` for all of them.
    pub index: Option<u16>,
    /// When it was accepted.
    pub at: Time,
    /// The number of messages that it stands for.
    pub count: u16,
}

/// The lists of messages.
pub trait Lists: Send + Sync {
    /// Lines of an index by their time, at most `limit`, from where `after` says. Lines of the same time come in any order.
    /// Reads no more lines than it gives.
    fn lines(
        &self,
        account: AccountId,
        index: Index<'_>,
        span: Span,
        after: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = PortResult<Part<Line>>> + Send;

    /// The line of a bulk, and its id as the caller knows it; any id of the same key leads there.
    fn line(&self, account: AccountId, bulk: BulkId)
    -> impl Future<Output = PortResult<Option<(BulkId, Line)>>> + Send;

    /// The messages of a bulk in their order, from the index `first` on, at most `limit`. Fewer only at the end of the bulk.
    fn part_of_bulk(
        &self,
        account: AccountId,
        bulk: BulkId,
        first: u16,
        limit: usize,
    ) -> impl Future<Output = PortResult<Vec<Message>>> + Send;

    /// Reads messages; those that are not there are left out. The order is kept.
    fn load_many(&self, account: AccountId, ids: &[MessageId])
    -> impl Future<Output = PortResult<Vec<Message>>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_each_other() {
        let time = |text: &str| text.parse::<Time>().expect("a time");
        let month = Month::of(time("2026-11-30T23:59:59Z"));
        assert_eq!((month.to_string(), month.next().to_string()), ("2026-11".into(), "2026-12".into()));
        assert_eq!(month.next().next(), Month::of(time("2027-01-01T00:00:00Z")));
    }
}
