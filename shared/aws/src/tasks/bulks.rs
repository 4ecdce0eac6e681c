//! The bulks of a task, and how far they have come.

use crate::{
    control::ControlTable,
    layout,
    messages::bad_item,
    record::{self, BadItem, Item, number, string},
};
use aws_sdk_dynamodb::{
    error::SdkError,
    operation::update_item::UpdateItemError,
    types::{ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure},
};
use baton_domain::{
    AccountId, BulkId, TaskId,
    task::{Progress, TaskBulk},
};
use baton_pipeline::{
    ports::{PortError, PortResult},
    tasks::ports::{Steps, TaskBulks, TaskProgress},
};
use uuid::Uuid;

/// Tries to count while others count the same bulk.
const TRIES: usize = 5;

fn decode(item: &Item) -> Result<TaskBulk, BadItem> {
    let bulk = record::text(item, "sk")?.strip_prefix(layout::TASK_BULK).and_then(|id| Uuid::try_parse(id).ok());
    let number = |name| record::optional_int(item, name).map(Option::unwrap_or_default);
    Ok(TaskBulk {
        bulk: BulkId(bulk.ok_or(BadItem("sk"))?),
        progress: Progress { total: number("n")?, processed: number("p")?, completed: number("c")? },
    })
}

impl TaskBulks for ControlTable {
    async fn add_bulk(&self, account: AccountId, task: TaskId, bulk: BulkId, messages: u16) -> PortResult<()> {
        let answer = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("pk", string(layout::task_pk(account, task)))
            .key("sk", string(layout::task_bulk_sk(bulk)))
            .update_expression("SET n = :n")
            .expression_attribute_values(":n", number(messages))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| PortError::new("DynamoDB UpdateItem", error))?;
        self.meter.write(answer.consumed_capacity());
        Ok(())
    }

    async fn bulks_of(&self, account: AccountId, task: TaskId) -> PortResult<Vec<TaskBulk>> {
        let items = self.part_of(layout::task_pk(account, task), Some(layout::TASK_BULK)).await?;
        items.iter().map(|item| decode(item).map_err(bad_item)).collect()
    }
}

impl TaskProgress for ControlTable {
    async fn count(&self, steps: &Steps) -> PortResult<()> {
        let mut open: &[(String, u64, u64)] = &steps.steps;
        for _ in 0..TRIES {
            let Some((first, ..)) = open.first() else { return Ok(()) };
            let Some(counted) = self.add(steps, open, first).await? else { return Ok(()) };
            let known = open.iter().take_while(|(sequence, ..)| *sequence <= counted).count();
            open = &open[known..];
        }
        Err(PortError::new("counting a bulk's messages", "others counted it again and again"))
    }
}

impl ControlTable {
    /// Adds up steps, of which `first` is the sequence number of the first, unless some of them have been counted: then gives the last
    /// number that was.
    async fn add(&self, of: &Steps, steps: &[(String, u64, u64)], first: &str) -> PortResult<Option<String>> {
        let last = steps.last().map_or(first, |(sequence, ..)| sequence);
        let sum = steps.iter().fold((0, 0), |sum, (_, processed, completed)| (sum.0 + processed, sum.1 + completed));
        let request = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("pk", string(layout::task_pk(of.account, of.task)))
            .key("sk", string(layout::task_bulk_sk(of.bulk)))
            .update_expression("ADD p :p, c :c SET sq = :last")
            .condition_expression("attribute_not_exists(sq) OR sq < :first")
            .expression_attribute_values(":p", number(sum.0))
            .expression_attribute_values(":c", number(sum.1))
            .expression_attribute_values(":last", string(last))
            .expression_attribute_values(":first", string(first))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        match request.send().await {
            Ok(answer) => {
                self.meter.write(answer.consumed_capacity());
                Ok(None)
            }
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
                self.meter.refused_write();
                let UpdateItemError::ConditionalCheckFailedException(refused) = refused.into_err() else {
                    return Err(PortError::new("DynamoDB UpdateItem", "the refused item did not come back"));
                };
                let item = refused.item.unwrap_or_default();
                record::text(&item, "sq").map(|counted| Some(counted.to_owned())).map_err(bad_item)
            }
            Err(error) => Err(PortError::new("DynamoDB UpdateItem", error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bulk_is_read_whether_its_messages_were_counted_first_or_not() {
        let bulk = BulkId(Uuid::from_u128(0x0192_f3c4_aaaa_7000_bbbb_cccc_dddd_eeee));
        let keys = [("sk".to_owned(), string(layout::task_bulk_sk(bulk)))];
        let item = |counts: &[(&str, u64)]| -> Item {
            keys.iter().cloned().chain(counts.iter().map(|(name, n)| ((*name).to_owned(), number(n)))).collect()
        };
        let read = |counts| decode(&item(counts)).ok().map(|read| (read.bulk, read.progress));
        let progress = |total, processed, completed| Progress { total, processed, completed };
        assert_eq!(read(&[("n", 7)]), Some((bulk, progress(7, 0, 0))));
        assert_eq!(read(&[("p", 2), ("c", 1)]), Some((bulk, progress(0, 2, 1))));
        assert_eq!(read(&[("n", 7), ("p", 2), ("c", 1)]), Some((bulk, progress(7, 2, 1))));
    }
}
