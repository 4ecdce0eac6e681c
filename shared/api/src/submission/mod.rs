//! Reads the body of `POST /messages`: faults of the request refuse it as a whole, faults of a destination that one alone.

mod callback;
mod channels;
mod content;
mod item;
mod recipient;
mod render;
mod shape;

pub(crate) use item::MOST_GROUP;
#[cfg(test)]
pub(crate) use {
    content::FIELDS as CONTENT_FIELDS,
    item::{FIELDS as ITEM_FIELDS, NOT_SUPPORTED},
    recipient::FIELDS as DESTINATION_FIELDS,
};

use crate::{
    faults::{Faults, Path},
    fields::Fields,
    refusal::Refusal,
    wire::Detail,
};
use baton_domain::{AccountId, BulkId, GroupId, Recipient, Spec, Time, ids::MAX_BULK, window::Schedule};
use baton_pipeline::accept::{Item, Submission};
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;

/// The fields of the envelope. `taskId` is the contract's, but comes with a later version.
pub(crate) const FIELDS: [&str; 4] = ["companyId", "taskId", "bulkId", "messages"];

/// A body that may be accepted: at least one recipient of it is valid.
#[derive(Debug)]
pub(crate) struct Draft {
    bulk: Option<Uuid>,
    items: Vec<DraftItem>,
}

#[derive(Debug)]
struct DraftItem {
    group: Option<GroupId>,
    spec: Arc<Spec>,
    schedule: Schedule,
    validate: bool,
    /// Each destination in order: the recipient, or what is wrong with it.
    destinations: Vec<Result<Recipient, Vec<Detail>>>,
}

/// A destination that was refused.
#[derive(Debug)]
pub(crate) struct Refused {
    /// Its index among all recipients of the request.
    pub(crate) index: u16,
    /// The caller's group.
    pub(crate) group: Option<GroupId>,
    /// The index of its item.
    pub(crate) item: u16,
    /// The first of its faults.
    pub(crate) fault: Detail,
}

/// What a body is judged by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// When it came.
    pub(crate) now: Time,
    /// Whether callbacks may go to networks of one's own.
    pub(crate) private_callbacks: bool,
}

/// Reads a body.
///
/// # Errors
/// Every fault of the request; those of destinations too when none of them is left, or when an item asks for all or nothing.
pub(crate) fn read(body: &Value, rules: Rules) -> Result<Draft, Refusal> {
    let mut faults = Faults::default();
    let Some(fields) = Fields::of(body, &Path::Root, &mut faults) else { return Err(faults.into_refusal()) };
    fields.only(&FIELDS, &mut faults);
    fields.not_supported(&["taskId"], &mut faults);
    fields.integer("companyId", 0..=u64::MAX, &mut faults);
    let bulk = fields.uuid("bulkId", &mut faults);
    let items = items(&fields, rules, &mut faults);

    let refused = || items.iter().flat_map(|item| item.destinations.iter().filter_map(|read| read.as_ref().err()));
    let all_or_nothing = items.iter().any(|item| item.validate && item.destinations.iter().any(Result::is_err));
    let none_left = items.iter().all(|item| item.destinations.iter().all(Result::is_err));
    if !faults.is_empty() || all_or_nothing || none_left {
        refused().flatten().for_each(|detail| faults.push(detail.clone()));
    }
    faults.check()?;
    Ok(Draft { bulk, items })
}

fn items(fields: &Fields<'_>, rules: Rules, faults: &mut Faults) -> Vec<DraftItem> {
    fields.require("messages", faults);
    let Some(items) = fields.array("messages", faults) else { return Vec::new() };
    let path = fields.path().field("messages");
    if items.is_empty() {
        faults.add(path, "empty", "At least one item is expected.");
    }
    let recipients: usize = items.iter().filter_map(|item| item.get("destinations")?.as_array()).map(Vec::len).sum();
    // Every item must have a recipient, so more items than this are too many as well. Nothing of them is read: a request
    // of five megabytes of nonsense should cost little.
    if recipients > MAX_BULK || items.len() > MAX_BULK {
        let message = format!("{} recipients are too many; one request takes {MAX_BULK}.", recipients.max(items.len()));
        faults.add(path, "too_many_recipients", message);
        return Vec::new();
    }
    items.iter().enumerate().filter_map(|(index, value)| item::read(value, &path.index(index), rules, faults)).collect()
}

impl Draft {
    /// The id of the bulk: the caller's, or the one that was made.
    pub(crate) fn bulk(&self, made: Uuid) -> BulkId {
        BulkId(self.bulk.unwrap_or(made))
    }

    /// What is submitted to the pipeline. `made` is the id of the bulk when the caller named none.
    pub(crate) fn submission(&self, account: AccountId, made: Uuid, digest: &str) -> Submission {
        let mut next = 0;
        let items = self.items.iter().zip(0..).map(|(item, index)| Item {
            index,
            group: item.group.clone(),
            spec: item.spec.clone(),
            schedule: item.schedule.clone(),
            recipients: numbered(item, &mut next)
                .filter_map(|(index, read)| Some((index, read.as_ref().ok()?.clone())))
                .collect(),
        });
        Submission {
            account,
            bulk: self.bulk(made),
            named: self.bulk.is_some(),
            digest: digest.to_owned(),
            items: items.collect(),
        }
    }

    /// The destinations that were refused, in order.
    pub(crate) fn refused(&self) -> Vec<Refused> {
        let mut next = 0;
        let mut refused = Vec::new();
        for (item, index_of_item) in self.items.iter().zip(0..) {
            for (index, read) in numbered(item, &mut next) {
                if let Some(fault) = read.as_ref().err().and_then(|faults| faults.first()) {
                    refused.push(Refused {
                        index,
                        group: item.group.clone(),
                        item: index_of_item,
                        fault: fault.clone(),
                    });
                }
            }
        }
        refused
    }
}

/// The destinations of an item with their indices among all of the request; `next` is the first of them.
fn numbered<'a>(
    item: &'a DraftItem,
    next: &mut u16,
) -> impl Iterator<Item = (u16, &'a Result<Recipient, Vec<Detail>>)> + use<'a> {
    let first = *next;
    *next += u16::try_from(item.destinations.len()).unwrap_or(u16::MAX);
    (first..).zip(&item.destinations)
}

/// The account that the body names, to be judged before anything else; what is wrong with it is told with the other faults.
pub(crate) fn company(body: &Value) -> Option<u64> {
    body.get("companyId")?.as_u64()
}
