//! Reads the body of `POST /messages`: faults of the request refuse it as a whole, faults of a destination that one alone.

mod callback;
mod channels;
mod content;
mod item;
mod permitted;
mod prices;
mod recipient;
mod render;
mod repeated;
mod rows;
mod shape;
mod stopped;
mod template;
mod validated;

pub(crate) use content::provider;
pub(crate) use item::MOST_GROUP;
pub(crate) use prices::{Pricing, needs_prices};
pub(crate) use rows::{RowItem, Rows};
pub(crate) use template::{name, preview, read as read_template, variables_of};
#[cfg(test)]
pub(crate) use {
    content::FIELDS as CONTENT_FIELDS,
    item::FIELDS as ITEM_FIELDS,
    recipient::FIELDS as DESTINATION_FIELDS,
    template::{FIELDS as TEMPLATE_FIELDS, PREVIEW_FIELDS},
};

use crate::{
    faults::{Faults, Path},
    fields::Fields,
    refusal::Refusal,
    wire::Detail,
};
use baton_domain::{
    AccountId, BulkId, GroupId, Rates, Recipient, Spec, TaskId, Template, Time, ids::MAX_BULK, window::Schedule,
};
use baton_pipeline::accept::{Item, Submission};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use uuid::Uuid;

/// The fields of the envelope.
pub(crate) const FIELDS: [&str; 4] = ["companyId", "taskId", "bulkId", "messages"];

/// The templates that a body names, those of them that there are.
pub(crate) type Templates = BTreeMap<Uuid, Template>;

/// What a body asks for, as far as it could be read.
#[derive(Debug)]
pub(crate) struct Draft {
    bulk: Option<Uuid>,
    task: Option<TaskId>,
    items: Vec<DraftItem>,
}

#[derive(Debug)]
struct DraftItem {
    group: Option<GroupId>,
    spec: Arc<Spec>,
    schedule: Schedule,
    validate: bool,
    /// Each destination in order: the recipient, or what is wrong with it.
    destinations: Vec<Result<Recipient, Box<Rejected>>>,
    /// What a message to each of them costs.
    rates: Vec<Option<Rates>>,
}

/// A destination with faults.
#[derive(Debug)]
struct Rejected {
    /// What could be read of it.
    recipient: Recipient,
    /// At least one.
    faults: Vec<Detail>,
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
pub(crate) struct Rules<'t> {
    /// When it came.
    pub(crate) now: Time,
    /// The templates that it names.
    pub(crate) templates: &'t Templates,
    /// Whether callbacks may go to networks of one's own.
    pub(crate) private_callbacks: bool,
    /// What stands before `/` and the code of a short link.
    pub(crate) short_url: &'t str,
    /// The account's senders and prices.
    pub(crate) pricing: &'t Pricing,
}

/// Reads a body: what it asks for, and the faults of the request. Which of its destinations may be accepted, [`Draft::judged`] says.
///
/// # Errors
/// There is nothing to read.
pub(crate) fn read(body: &Value, rules: &Rules<'_>) -> Result<(Draft, Faults), Refusal> {
    let mut faults = Faults::default();
    let Some(fields) = Fields::of(body, &Path::Root, &mut faults) else { return Err(faults.into_refusal()) };
    fields.only(&FIELDS, &mut faults);
    fields.integer("companyId", 0..=u64::MAX, &mut faults);
    let bulk = fields.uuid("bulkId", &mut faults);
    let task = fields.uuid("taskId", &mut faults).map(TaskId);
    let items = items(&fields, rules, &mut faults);
    Ok((Draft { bulk, task, items }, faults))
}

/// The templates that a body names, each once.
pub(crate) fn template_ids(body: &Value) -> BTreeSet<Uuid> {
    let items = body.get("messages").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    // More items than this are refused unread.
    let named = items.iter().take(MAX_BULK).filter_map(|item| item.get("templateId")?.as_str());
    named.filter_map(|id| Uuid::try_parse(id).ok()).collect()
}

/// The bulk that a body names.
pub(crate) fn named_bulk(body: &Value) -> Option<BulkId> {
    Uuid::try_parse(body.get("bulkId")?.as_str()?).ok().map(BulkId)
}

fn items(fields: &Fields<'_>, rules: &Rules<'_>, faults: &mut Faults) -> Vec<DraftItem> {
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
    /// The draft, when something of it may be accepted.
    ///
    /// # Errors
    /// `faults` are those of the request; those of destinations join them when none of them is left, or when an item asks for all
    /// or nothing.
    pub(crate) fn judged(self, mut faults: Faults) -> Result<Draft, Refusal> {
        let items = &self.items;
        let refused = || items.iter().flat_map(|item| item.destinations.iter().filter_map(|read| read.as_ref().err()));
        let all_or_nothing = items.iter().any(|item| item.validate && item.destinations.iter().any(Result::is_err));
        let none_left = items.iter().all(|item| item.destinations.iter().all(Result::is_err));
        if !faults.is_empty() || all_or_nothing || none_left {
            refused().flat_map(|rejected| &rejected.faults).for_each(|detail| faults.push(detail.clone()));
        }
        faults.check()?;
        Ok(self)
    }

    /// Refuses every valid destination with which something is wrong: `judge` is given its index among all of the request, its
    /// content, the recipient and its place.
    fn refuse(&mut self, judge: impl Fn(u16, &Spec, &Recipient, &Path<'_>, &mut Faults)) {
        let (root, mut index) = (Path::Root, 0);
        let messages = root.field("messages");
        for (number, item) in self.items.iter_mut().enumerate() {
            let place = messages.index(number);
            let destinations = place.field("destinations");
            for (nth, read) in item.destinations.iter_mut().enumerate() {
                if let Ok(recipient) = read {
                    let mut faults = Faults::default();
                    judge(index, &item.spec, recipient, &destinations.index(nth), &mut faults);
                    if !faults.is_empty() {
                        let recipient = std::mem::take(recipient);
                        *read = Err(Box::new(Rejected { recipient, faults: faults.into_details() }));
                    }
                }
                index += 1;
            }
        }
    }

    /// The task that the messages are to belong to.
    pub(crate) fn task(&self) -> Option<TaskId> {
        self.task
    }

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
            rates: (next..).zip(&item.rates).filter_map(|(index, rates)| Some((index, rates.clone()?))).collect(),
            recipients: numbered(item, &mut next)
                .filter_map(|(index, read)| Some((index, read.as_ref().ok()?.clone())))
                .collect(),
        });
        Submission {
            account,
            bulk: self.bulk(made),
            named: self.bulk.is_some(),
            task: self.task,
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
                if let Some(fault) = read.as_ref().err().and_then(|rejected| rejected.faults.first()) {
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
) -> impl Iterator<Item = (u16, &'a Result<Recipient, Box<Rejected>>)> + use<'a> {
    let first = *next;
    *next += u16::try_from(item.destinations.len()).unwrap_or(u16::MAX);
    (first..).zip(&item.destinations)
}

/// The account that the body names, to be judged before anything else; what is wrong with it is told with the other faults.
pub(crate) fn company(body: &Value) -> Option<u64> {
    body.get("companyId")?.as_u64()
}
