//! Lists that are short enough to be read whole: a cursor is the id of the last item that was shown.

use super::page::Page;
use crate::{call::Answer, faults::Faults, query::place, refusal::Refusal};
use serde::Serialize;

/// The part of a list that a page shows.
#[derive(Debug)]
pub(crate) struct Part<'l, T> {
    /// Its items.
    pub(crate) items: &'l [T],
    /// The cursors that go on after each of them.
    cursors: Vec<String>,
    /// How many items the list has.
    count: usize,
    /// Whether there are more after these.
    more: bool,
}

impl<T> Part<'_, T> {
    /// The answer; `shown` are the items as they go over the wire.
    pub(crate) fn answer<S: Serialize>(self, page: &Page, shown: impl IntoIterator<Item = S>) -> Answer {
        let (count, of_part, more) = (self.count as u64, self.cursors.len(), self.more);
        let last = |shown: usize| self.cursors.into_iter().nth(shown.checked_sub(1)?);
        page.answer(Some(count), shown, |shown| last(shown).filter(|_| more || shown < of_part))
    }
}

/// The part of a list in its order that is shown.
///
/// # Errors
/// The cursor is none of this list's.
pub(crate) fn part<'l, T>(page: &Page, found: &'l [T], id: impl Fn(&T) -> String) -> Result<Part<'l, T>, Refusal> {
    let first = match &page.cursor {
        None => usize::try_from(page.skip).unwrap_or(usize::MAX),
        Some(last) => match found.iter().position(|item| id(item) == *last) {
            Some(index) => index + 1,
            None => {
                let mut faults = Faults::default();
                faults.add(place("cursor"), "invalid", "A cursor that an earlier answer gave is expected.");
                return Err(faults.into_refusal());
            }
        },
    };
    let rest = found.get(first..).unwrap_or_default();
    let items = &rest[..page.wanted().min(rest.len())];
    let cursors = items.iter().map(id).collect();
    Ok(Part { items, cursors, count: found.len(), more: items.len() < rest.len() })
}
