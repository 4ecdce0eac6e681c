//! Lists: which messages a question means, in which order, and which part of them is shown.
//!
//! A list is walked by lines of indexes (`source`), each of which stands for a bulk or a message. Messages are read where they
//! are shown, and where a filter looks at something that no index knows: the status, the channel (`walk`).

use crate::App;

pub(crate) mod contents;
pub(crate) mod cursor;
pub(crate) mod cut;
pub(crate) mod find;
pub(crate) mod held;
pub(crate) mod items;
pub(crate) mod links;
pub(crate) mod page;
pub(crate) mod part;
pub(crate) mod position;
pub(crate) mod select;
pub(crate) mod source;
pub(crate) mod sources;
pub(crate) mod walk;
pub(crate) mod whole;

/// What lists are read with: less than the whole interface has, as exports read them too.
#[derive(Debug)]
pub(crate) struct Reading<'a, P, C> {
    pub(crate) ports: &'a P,
    pub(crate) clock: &'a C,
    /// How far back a list looks when it is not told, in days.
    pub(crate) retention_days: u16,
}

impl<P, C> Clone for Reading<'_, P, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P, C> Copy for Reading<'_, P, C> {}

impl<P, C> App<P, C> {
    /// What this interface reads lists with.
    pub(crate) fn reading(&self) -> Reading<'_, P, C> {
        Reading { ports: &self.ports, clock: &self.clock, retention_days: self.retention_days }
    }
}
