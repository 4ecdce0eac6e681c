//! Lists that are read whole before a part of them is shown.

use super::{cursor, page::Page};
use crate::{call::Answer, faults::Faults, query::Query, refusal::Refusal};
use serde::{Serialize, de::DeserializeOwned};
use std::cmp::Ordering;

/// The part of a list that a page shows.
pub(crate) struct Part<'l, T, F> {
    /// Its items.
    pub(crate) items: &'l [T],
    /// Where an item stands.
    stands: F,
    /// How many items the list has.
    count: usize,
    /// Whether there are more after these.
    more: bool,
}

impl<T, S: Serialize, F: Fn(&T) -> S> Part<'_, T, F> {
    /// The answer; `shown` are the items as they go over the wire.
    pub(crate) fn answer<W: Serialize>(&self, page: &Page, shown: impl IntoIterator<Item = W>) -> Answer {
        let next = |shown: usize| {
            let last = self.items.get(shown.checked_sub(1)?)?;
            (self.more || shown < self.items.len()).then(|| cursor::encode(&(self.stands)(last)))
        };
        page.answer(Some(self.count as u64), shown, next)
    }
}

/// Sorts a list, and gives the part of it that is shown. `stands`: when an item was made, and what orders those of the same time.
/// A cursor is where the last item stood, so it goes on there when the item is no longer in the list.
///
/// # Errors
/// The cursor is none of such a list.
pub(crate) fn part<'l, T, S: Ord + Serialize + DeserializeOwned, F: Fn(&T) -> S>(
    page: &Page,
    found: &'l mut [T],
    stands: F,
) -> Result<Part<'l, T, F>, Refusal> {
    found.sort_by(|a, b| page.sort.apply(stands(a).cmp(&stands(b))));
    let first = match &page.cursor {
        None => usize::try_from(page.skip).unwrap_or(usize::MAX),
        Some(text) => {
            let last: S = cursor::decode(text).ok_or_else(|| {
                let mut faults = Faults::default();
                cursor::refuse(&mut faults);
                faults.into_refusal()
            })?;
            found.partition_point(|item| page.sort.apply(stands(item).cmp(&last)) != Ordering::Greater)
        }
    };
    let rest = found.get(first..).unwrap_or_default();
    let items = &rest[..page.wanted().min(rest.len())];
    Ok(Part { items, stands, count: found.len(), more: items.len() < rest.len() })
}

/// Which part of a list is shown that has an order of its own: a cursor is the number of the items before it.
#[derive(Debug)]
pub(crate) struct Numbered {
    page: Page,
    skip: usize,
}

impl Numbered {
    /// Reads the parameters, as [`Page::read`] does.
    pub(crate) fn read(query: &Query, fields: &[&str], faults: &mut Faults) -> Numbered {
        Numbered::of(Page::read(query, fields, faults), faults)
    }

    /// Reads the cursor of a page.
    pub(crate) fn of(page: Page, faults: &mut Faults) -> Numbered {
        let skip = page.cursor.as_ref().map_or(Some(page.skip), |cursor| cursor.parse().ok());
        let skip = skip.and_then(|skip| usize::try_from(skip).ok());
        if skip.is_none() {
            cursor::refuse(faults);
        }
        Numbered { page, skip: skip.unwrap_or_default() }
    }

    /// The answer; `shown` is the whole list, as it goes over the wire.
    pub(crate) fn answer<S: Serialize>(&self, shown: impl ExactSizeIterator<Item = S>) -> Answer {
        let count = shown.len();
        let next = |shown: usize| {
            let end = self.skip.saturating_add(shown);
            (shown > 0 && end < count).then(|| end.to_string())
        };
        self.page.answer(Some(count as u64), shown.skip(self.skip), next)
    }
}
