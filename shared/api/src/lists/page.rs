//! Which part of a list is shown: the parameters that all lists have in common.

use super::{items::Items, position::Sort};
use crate::{
    call::Answer,
    faults::Faults,
    query::{Query, place},
};
use serde::Serialize;
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};

/// The parameters that every list takes. The last five come from existing clients and change nothing.
pub(crate) const PARAMETERS: [&str; 13] = [
    "limit",
    "offset",
    "page",
    "sort",
    "fields",
    "withoutCount",
    "withoutItems",
    "cursor",
    "group",
    "timezone",
    "language",
    "offsetField",
    "offsetValue",
];

const DEFAULT_LIMIT: u64 = 50;
const MOST_LIMIT: u64 = 1000;
const MOST_OFFSET: u64 = 1_000_000_000;

/// Which part of a list is shown.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) limit: usize,
    /// How many to leave out at the beginning.
    pub(crate) skip: u64,
    pub(crate) sort: Sort,
    /// Where to go on.
    pub(crate) cursor: Option<String>,
    pub(crate) without_count: bool,
    pub(crate) without_items: bool,
    fields: Option<Vec<String>>,
}

impl Page {
    /// Reads the parameters. `fields`: what the items have.
    pub(crate) fn read(query: &Query, fields: &[&str], faults: &mut Faults) -> Page {
        let limit = query.integer("limit", 1, MOST_LIMIT, faults).unwrap_or(DEFAULT_LIMIT);
        let offset = query.integer("offset", 0, MOST_OFFSET, faults).unwrap_or(0);
        let page = query.integer("page", 1, MOST_OFFSET, faults).unwrap_or(1);
        let skip = offset.saturating_add((page - 1).saturating_mul(limit));
        let cursor = query.one("cursor", faults).map(str::to_owned);
        if cursor.is_some() && skip > 0 {
            faults.add(
                place("cursor"),
                "invalid",
                "A cursor goes on where it stands: offset and page do not go with it.",
            );
        }
        Page {
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            skip,
            sort: sort(query, faults),
            cursor,
            without_count: query.flag("withoutCount", faults),
            without_items: query.flag("withoutItems", faults),
            fields: chosen(query, fields, faults),
        }
    }

    /// The most items to gather.
    pub(crate) fn wanted(&self) -> usize {
        if self.without_items { 0 } else { self.limit }
    }

    /// The answer: as many of these items as go into it. `next`: the cursor that goes on after so many of them.
    pub(crate) fn answer<T: Serialize>(
        &self,
        count: Option<u64>,
        items: impl IntoIterator<Item = T>,
        next: impl FnOnce(usize) -> Option<String>,
    ) -> Answer {
        let mut shown = Items::new(self);
        // Each is made when it is its turn: those that have no room are never made.
        let _ = items.into_iter().all(|item| shown.add(&item));
        let next = next(shown.len());
        shown.answer(count, next)
    }

    /// Whether one of these fields of the items is shown.
    pub(crate) fn shows(&self, names: &[&str]) -> bool {
        self.fields.as_ref().is_none_or(|fields| fields.iter().any(|field| names.contains(&field.as_str())))
    }

    /// What is shown of an item.
    pub(super) fn chosen<T: Serialize>(&self, item: &T) -> Box<RawValue> {
        const FITS: &str = "wire types have string keys and no fallible serializers";
        let Some(fields) = &self.fields else { return to_raw_value(item).expect(FITS) };
        let mut item = serde_json::to_value(item).expect(FITS);
        if let Value::Object(map) = &mut item {
            map.retain(|name, _| fields.iter().any(|field| field == name));
        }
        to_raw_value(&item).expect(FITS)
    }
}

fn sort(query: &Query, faults: &mut Faults) -> Sort {
    match query.one("sort", faults) {
        None | Some("-createdAt") => Sort::Newest,
        Some("createdAt") => Sort::Oldest,
        Some(_) => {
            faults.add(place("sort"), "invalid", "Expected is createdAt, or -createdAt for the newest first.");
            Sort::Newest
        }
    }
}

fn chosen(query: &Query, known: &[&str], faults: &mut Faults) -> Option<Vec<String>> {
    let fields = query.list("fields")?;
    if fields.iter().any(|field| !known.contains(field)) {
        faults.add(place("fields"), "invalid", format!("Expected are some of {}.", known.join(", ")));
    }
    Some(fields.into_iter().map(str::to_owned).collect())
}
