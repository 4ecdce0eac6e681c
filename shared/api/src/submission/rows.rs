//! Rows of a sheet, judged as the items of `POST /messages` are: what is wrong with a content refuses the rows that have it, and
//! no others.

use super::{Draft, Rules, item};
use crate::{
    faults::{Faults, Path},
    fields::Fields,
    wire::Detail,
};
use baton_domain::{AccountId, BulkId, GroupId, TaskId, Time, stop::Listed, white_list::Permitted};
use baton_pipeline::accept::{Item, Submission};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The most faults of a row that are told. A thousand rows may share a content with hundreds of them.
const MOST_TOLD: usize = 20;

/// Rows with the same content.
#[derive(Debug)]
pub(crate) struct RowItem {
    /// They as an element of `messages`, without a group.
    pub(crate) item: Value,
    /// The place of each destination's row in its bulk, and its group.
    pub(crate) rows: Vec<(u16, Option<String>)>,
}

/// The rows of a bulk.
#[derive(Debug)]
pub(crate) struct Rows(Vec<Judged>);

/// Rows with the same content.
#[derive(Debug)]
struct Judged {
    /// With one item.
    draft: Draft,
    /// What is wrong with the content.
    faults: Vec<Detail>,
    /// The place of each destination's row, and its group or what is wrong with that.
    rows: Vec<(u16, Grouped)>,
}

/// A row's group, or what is wrong with it.
type Grouped = Result<Option<GroupId>, Vec<Detail>>;

impl Rows {
    /// Reads rows. Paths of faults are those of a request with this one item.
    pub(crate) fn read(items: Vec<RowItem>, rules: &Rules<'_>) -> Rows {
        let messages = Path::Root.field("messages");
        let place = messages.index(0);
        let judged = items.into_iter().map(|RowItem { item, rows }| {
            let mut faults = Faults::default();
            let read = item::read(&item, &place, rules, &mut faults);
            Judged {
                draft: Draft { bulk: None, task: None, items: read.into_iter().collect() },
                faults: faults.into_details(),
                rows: rows.into_iter().map(|(row, name)| (row, group(name, &place))).collect(),
            }
        });
        Rows(judged.collect())
    }

    /// Refuses what the white list does not permit.
    pub(crate) fn refuse_unlisted(&mut self, list: &[Permitted]) {
        for judged in &mut self.0 {
            judged.faults.extend(judged.draft.refuse_unlisted(list).into_details());
        }
    }

    /// The addresses under which their recipients may be on the stop list.
    pub(crate) fn stop_addresses(&self) -> BTreeSet<String> {
        self.0.iter().flat_map(|judged| judged.draft.stop_addresses()).collect()
    }

    /// Refuses every recipient all of whose channels were stopped at that time.
    pub(crate) fn refuse_stopped(&mut self, listed: &[Listed], as_of: Time) {
        if !listed.is_empty() {
            self.0.iter_mut().for_each(|judged| judged.draft.refuse_stopped(listed, Some(as_of)));
        }
    }

    /// What is wrong with the rows that are refused, by their places.
    pub(crate) fn refused(&self) -> BTreeMap<u16, Vec<Detail>> {
        let every = self.0.iter().flat_map(|judged| judged.rows.iter().enumerate().map(move |row| (judged, row)));
        every
            .filter_map(|(judged, (nth, (place, group)))| {
                let own = judged.draft.items.first().and_then(|item| item.destinations[nth].as_ref().err());
                let own = own.into_iter().flat_map(|rejected| &rejected.faults);
                let faults = judged.faults.iter().chain(own).chain(group.as_ref().err().into_iter().flatten());
                let found: Vec<_> = faults.take(MOST_TOLD).cloned().collect();
                (!found.is_empty()).then_some((*place, found))
            })
            .collect()
    }

    /// The rows that are not refused, as a bulk of a task. Of contents that stand in several groups there is one item each.
    pub(crate) fn into_submission(self, account: AccountId, bulk: BulkId, task: TaskId, digest: &str) -> Submission {
        let items = self.0.into_iter().zip(0..).filter(|(judged, _)| judged.faults.is_empty());
        Submission {
            account,
            bulk,
            named: true,
            task: Some(task),
            digest: digest.to_owned(),
            items: items.flat_map(|(judged, index)| judged.into_items(index)).collect(),
        }
    }
}

impl Judged {
    fn into_items(mut self, index: u16) -> Vec<Item> {
        let Some(draft) = self.draft.items.pop() else { return Vec::new() };
        let mut items: BTreeMap<Option<String>, Item> = BTreeMap::new();
        for (((place, group), recipient), rates) in self.rows.into_iter().zip(draft.destinations).zip(draft.rates) {
            let (Ok(recipient), Ok(group)) = (recipient, group) else { continue };
            let item = items.entry(group.as_ref().map(|group| group.0.clone())).or_insert_with(|| Item {
                index,
                group,
                spec: draft.spec.clone(),
                schedule: draft.schedule.clone(),
                recipients: Vec::new(),
                rates: BTreeMap::new(),
            });
            item.recipients.push((place, recipient));
            item.rates.extend(rates.map(|rates| (place, rates)));
        }
        items.into_values().collect()
    }
}

/// A row's group, by the rules of an item's.
fn group(name: Option<String>, place: &Path<'_>) -> Grouped {
    let Some(name) = name else { return Ok(None) };
    let (value, mut faults) = (json!({ "groupId": name }), Faults::default());
    let group = Fields::of(&value, place, &mut faults).and_then(|fields| item::group(&fields, &mut faults));
    if faults.is_empty() { Ok(group) } else { Err(faults.into_details()) }
}
