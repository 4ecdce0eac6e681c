//! The items of an answer, as many as go into it.

use super::page::Page;
use crate::{call::Answer, room::Room};
use serde::Serialize;
use serde_json::value::RawValue;

/// The items of a page, as JSON.
#[derive(Debug)]
pub(crate) struct Items<'p> {
    page: &'p Page,
    shown: Vec<Box<RawValue>>,
    room: Room,
}

/// The body of an answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    count: Option<u64>,
    items: Vec<Box<RawValue>>,
    next_cursor: Option<String>,
}

impl<'p> Items<'p> {
    /// None yet.
    pub(crate) fn new(page: &'p Page) -> Items<'p> {
        Items { page, shown: Vec::new(), room: Room::default() }
    }

    /// Adds the next one; false when the page or the answer has no room for it, nor for anything after it.
    pub(crate) fn add<T: Serialize>(&mut self, item: &T) -> bool {
        if self.shown.len() >= self.page.wanted() || self.room.is_full() {
            return false;
        }
        let json = self.page.chosen(item);
        let fits = self.room.takes(json.get());
        if fits {
            self.shown.push(json);
        }
        fits
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.shown.len()
    }

    /// The answer. `count`: of the whole list; `next`: the cursor that goes on after them.
    pub(crate) fn answer(self, count: Option<u64>, next: Option<String>) -> Answer {
        let count = count.filter(|_| !self.page.without_count);
        Answer::json(&Listed { count, items: self.shown, next_cursor: next })
    }
}
