//! Tasks in the control table. Their bulks and files stand beside each other under each task's own key.

mod bulks;
mod files;

use crate::{
    control::ControlTable,
    layout,
    messages::bad_item,
    record::{self, BadItem, Item, number, string},
    windows,
};
use aws_sdk_dynamodb::{error::SdkError, operation::put_item::builders::PutItemFluentBuilder, types::AttributeValue};
use baton_domain::{AccountId, Task, TaskId, task::TaskState};
use baton_pipeline::{
    ports::{PortError, PortResult, Stored},
    tasks::ports::{TaskReads, Tasks},
};

/// How long a task is kept that is not for people to see, in days: longer than a message may be waiting for its time, which is 366.
const TOMBSTONE_DAYS: i64 = 400;

/// The names of the states, as stored.
const STATES: [(&str, TaskState); 4] = [
    ("created", TaskState::Created),
    ("running", TaskState::Running),
    ("paused", TaskState::Paused),
    ("deleted", TaskState::Deleted),
];

fn state_name(state: TaskState) -> &'static str {
    STATES.iter().find(|(_, known)| *known == state).map_or("", |(name, _)| name)
}

fn state(name: &str) -> Option<TaskState> {
    STATES.iter().find(|(known, _)| *known == name).map(|(_, state)| *state)
}

/// The item of a task.
fn encode(task: &Task) -> PortResult<Item> {
    let mut item = Item::from([
        ("pk".to_owned(), string(layout::tasks_pk(task.account))),
        ("sk".to_owned(), string(task.id.to_string())),
        ("name".to_owned(), string(&task.name)),
        ("state".to_owned(), string(state_name(task.state))),
        ("createdAt".to_owned(), number(task.created_at.timestamp_millis())),
        ("updatedAt".to_owned(), number(task.updated_at.timestamp_millis())),
        ("walked".to_owned(), AttributeValue::Bool(task.walked)),
        ("version".to_owned(), number(task.version)),
    ]);
    item.extend(windows::encode(&task.ranges, task.zone)?);
    // The task of a bulk from a sheet shows in no list, which would get longer with every bulk.
    if task.state == TaskState::Deleted || task.is_hidden() {
        let gone = task.updated_at + chrono::TimeDelta::days(TOMBSTONE_DAYS);
        item.insert("ttl".to_owned(), number(gone.timestamp()));
    }
    Ok(item)
}

fn decode(account: AccountId, item: &Item) -> Result<Task, BadItem> {
    let (ranges, zone) = windows::decode(item)?;
    Ok(Task {
        account,
        id: TaskId(record::text(item, "sk")?.parse().map_err(|_| BadItem("sk"))?),
        name: record::text(item, "name")?.to_owned(),
        state: state(record::text(item, "state")?).ok_or(BadItem("state"))?,
        ranges,
        zone,
        created_at: record::time(item, "createdAt")?,
        updated_at: record::time(item, "updatedAt")?,
        walked: matches!(item.get("walked"), Some(AttributeValue::Bool(true))),
        version: record::int(item, "version")?,
    })
}

impl ControlTable {
    /// Puts an item that is not there yet; one that is stays.
    async fn put_if_new(&self, item: Item) -> PortResult<Stored> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item));
        conditional(put.condition_expression("attribute_not_exists(pk)")).await
    }

    /// Replaces an item of this version.
    async fn put_over(&self, item: Item, version: u64) -> PortResult<Stored> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item));
        let put = put.condition_expression("version = :read").expression_attribute_values(":read", number(version));
        conditional(put).await
    }
}

async fn conditional(put: PutItemFluentBuilder) -> PortResult<Stored> {
    match put.send().await {
        Ok(_) => Ok(Stored::Done),
        Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
            Ok(Stored::Conflict)
        }
        Err(error) => Err(PortError::new("DynamoDB PutItem", error)),
    }
}

impl TaskReads for ControlTable {
    async fn task(&self, account: AccountId, id: TaskId) -> PortResult<Option<Task>> {
        let item = self.get(layout::tasks_pk(account), &id.to_string()).await?;
        item.map(|item| decode(account, &item).map_err(bad_item)).transpose()
    }
}

impl Tasks for ControlTable {
    async fn tasks(&self, account: AccountId) -> PortResult<Vec<Task>> {
        let items = self.partition(layout::tasks_pk(account)).await?;
        let tasks = items.iter().map(|item| decode(account, item).map_err(bad_item));
        tasks.filter(|task| task.as_ref().map_or(true, |task| task.state != TaskState::Deleted)).collect()
    }

    async fn add_task(&self, task: &Task) -> PortResult<()> {
        self.put_if_new(encode(task)?).await.map(|_| ())
    }

    async fn store_task(&self, task: &Task, read: u64) -> PortResult<Stored> {
        self.put_over(encode(task)?, read).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_domain::{Time, window::Range};
    use chrono::NaiveTime;
    use chrono_tz::Tz;

    #[test]
    fn a_task_is_read_back() {
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("a time of day");
        let at = |millis: i64| Time::from_timestamp_millis(1_790_000_000_000 + millis).expect("a time");
        let bare = Task {
            account: AccountId(7),
            id: TaskId(uuid::Uuid::from_u128(5)),
            name: "Осенняя рассылка".to_owned(),
            state: TaskState::Created,
            ranges: Vec::new(),
            zone: None,
            created_at: at(1),
            updated_at: at(2),
            walked: false,
            version: 3,
        };
        let ranges = vec![Range::new(hour(22), hour(3)).expect("a range")];
        for (_, state) in STATES {
            for (ranges, zone) in [(Vec::new(), None), (ranges.clone(), Some(Tz::Europe__Moscow))] {
                let walked = state == TaskState::Running;
                let task = Task { state, ranges, zone, walked, ..bare.clone() };
                let item = encode(&task).expect("an item");
                assert_eq!(item.contains_key("ttl"), state == TaskState::Deleted);
                let hidden = encode(&Task { name: String::new(), ..task.clone() }).expect("an item");
                assert!(hidden.contains_key("ttl"));
                assert_eq!(decode(task.account, &item).ok(), Some(task));
            }
        }
    }
}
