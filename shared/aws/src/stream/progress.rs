//! How far the messages of tasks have come, from the stream of the messages table.
//!
//! The stream tells every change of an item once and in order, and what is behind it; the messages of a bulk have one partition key, so
//! that their changes come in one shard, whose sequence numbers only rise. A part that comes again brings the same numbers.

use super::image;
use crate::{
    layout,
    record::{self, BadItem, Item},
};
use baton_domain::{AccountId, BulkId, Status, TaskId, task::Progress};
use baton_pipeline::tasks::ports::Steps;
use serde_json::Value;
use std::collections::BTreeMap;

/// The longest sequence number of a stream, in digits.
const DIGITS: usize = 40;

/// A step of one message: whose, and the sequence number with what it adds.
type Step = ((AccountId, TaskId, BulkId), (String, u64, u64));

/// The steps of messages of tasks in a part of the stream, as Lambda gives it, by their bulks; and what can not be read.
#[must_use]
pub fn steps(records: &[Value]) -> (Vec<Steps>, Vec<BadItem>) {
    let (mut bulks, mut bad) = (BTreeMap::<_, Vec<_>>::new(), Vec::new());
    for record in records {
        match step(record) {
            Ok(Some((of, step))) => bulks.entry(of).or_default().push(step),
            Ok(None) => {}
            Err(fault) => bad.push(fault),
        }
    }
    let steps = bulks.into_iter().map(|((account, task, bulk), steps)| Steps { account, task, bulk, steps });
    (steps.collect(), bad)
}

/// What a record adds; `None` when it adds nothing.
fn step(record: &Value) -> Result<Option<Step>, BadItem> {
    let change = &record["dynamodb"];
    let Some(after) = image(&change["NewImage"]) else { return Ok(None) };
    let Some(task) = record::task(&after)? else { return Ok(None) };
    let before = match image(&change["OldImage"]) {
        Some(before) => status(&before)?,
        // It was just accepted, and may have come to its end with that.
        None => Status::Created,
    };
    let (processed, completed) = Progress::step(before, status(&after)?);
    if (processed, completed) == (0, 0) {
        return Ok(None);
    }
    let pk = record::text(&after, "pk")?;
    let account = pk.split('#').next().and_then(|account| account.parse().ok()).ok_or(BadItem("pk"))?;
    let bulk = layout::bulk_of(pk).ok_or(BadItem("pk"))?;
    let sequence = change["SequenceNumber"].as_str().ok_or(BadItem("SequenceNumber"))?;
    let sequence = format!("{sequence:0>DIGITS$}");
    Ok(Some(((AccountId(account), task, bulk), (sequence, processed, completed))))
}

fn status(item: &Item) -> Result<Status, BadItem> {
    Status::from_code(record::int(item, "st")?).ok_or(BadItem("st"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TASK: &str = "AAAAAAAAAAAAAAAAAAAABw==";

    fn changed(bulk: char, sequence: &str, before: Option<u8>, after: u8) -> Value {
        let pk = format!("4711#0192f3c4aaaa7000bbbbccccddddeee{bulk}");
        let image = |status: u8| json!({"pk": {"S": &pk}, "sk": {"S": "m0003"}, "tk": {"B": TASK}, "st": {"N": status.to_string()}});
        let mut change = json!({"SequenceNumber": sequence, "NewImage": image(after)});
        if let Some(before) = before {
            change["OldImage"] = image(before);
        }
        json!({"eventName": if before.is_some() { "MODIFY" } else { "INSERT" }, "dynamodb": change})
    }

    #[test]
    fn steps_are_gathered_by_their_bulks_and_numbers_are_of_one_length() {
        let records = [
            changed('1', "9", None, 0),
            changed('1', "10", Some(0), 2),
            changed('2', "11", Some(1), 4),
            changed('1', "12", Some(2), 6),
            changed('1', "13", Some(6), 9),
            changed('2', "14", None, 8),
        ];
        let (steps, bad) = steps(&records);
        assert!(bad.is_empty());
        let found: Vec<_> = steps
            .iter()
            .map(|of| {
                assert_eq!((of.account, of.task), (AccountId(4711), TaskId(uuid::Uuid::from_u128(7))));
                of.steps.iter().map(|(sequence, p, c)| (sequence.len(), sequence.trim_start_matches('0'), *p, *c))
            })
            .map(Iterator::collect::<Vec<_>>)
            .collect();
        assert_eq!(found, [vec![(40, "10", 1, 0), (40, "12", 0, 1)], vec![(40, "11", 1, 1), (40, "14", 1, 1)]]);
    }

    #[test]
    fn other_messages_and_removed_ones_are_no_steps_and_what_is_broken_is_told() {
        let mut of_no_task = changed('1', "1", Some(0), 2);
        of_no_task["dynamodb"]["NewImage"].as_object_mut().expect("an item").remove("tk");
        let mut removed = changed('1', "1", Some(0), 2);
        removed["dynamodb"].as_object_mut().expect("a change").remove("NewImage");
        assert!(matches!(steps(&[of_no_task, removed]), (none, bad) if none.is_empty() && bad.is_empty()));
        let (none, bad) = steps(&[changed('1', "1", Some(0), 77)]);
        assert_eq!((none.len(), bad.len()), (0, 1));
    }
}
