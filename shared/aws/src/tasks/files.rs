//! The files of a task.

use crate::{
    control::ControlTable,
    layout,
    messages::bad_item,
    record::{self, BadItem, Item, number, string},
};
use baton_domain::{AccountId, TaskId};
use baton_pipeline::{
    ports::{PortResult, Stored},
    tasks::{
        file::{FileState, TaskFile},
        ports::TaskFiles,
    },
};
use uuid::Uuid;

/// The item of a file.
fn encode(file: &TaskFile) -> Item {
    let mut item: Item = [
        ("pk", string(layout::task_pk(file.account, file.task))),
        ("sk", string(layout::task_file_sk(file.id))),
        ("name", string(&file.name)),
        ("rows", number(file.rows)),
        ("read", number(file.read)),
        ("refused", number(file.refused)),
        ("nextRow", number(file.next_row)),
        ("createdAt", number(file.created_at.timestamp_millis())),
        ("version", number(file.version)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let state = match &file.state {
        FileState::Importing => "importing",
        FileState::Done => "done",
        FileState::Refused { code, message } => {
            item.insert("code".to_owned(), string(code));
            item.insert("message".to_owned(), string(message));
            "refused"
        }
    };
    item.insert("state".to_owned(), string(state));
    item
}

fn decode(account: AccountId, task: TaskId, item: &Item) -> Result<TaskFile, BadItem> {
    let id = record::text(item, "sk")?.strip_prefix(layout::TASK_FILE).and_then(|id| Uuid::try_parse(id).ok());
    let state = match record::text(item, "state")? {
        "importing" => FileState::Importing,
        "done" => FileState::Done,
        "refused" => FileState::Refused {
            code: record::text(item, "code")?.to_owned(),
            message: record::text(item, "message")?.to_owned(),
        },
        _ => return Err(BadItem("state")),
    };
    Ok(TaskFile {
        account,
        task,
        id: id.ok_or(BadItem("sk"))?,
        name: record::text(item, "name")?.to_owned(),
        state,
        rows: record::int(item, "rows")?,
        read: record::int(item, "read")?,
        refused: record::int(item, "refused")?,
        next_row: record::int(item, "nextRow")?,
        created_at: record::time(item, "createdAt")?,
        version: record::int(item, "version")?,
    })
}

impl TaskFiles for ControlTable {
    async fn file(&self, account: AccountId, task: TaskId, id: Uuid) -> PortResult<Option<TaskFile>> {
        let item = self.get(layout::task_pk(account, task), &layout::task_file_sk(id)).await?;
        item.map(|item| decode(account, task, &item).map_err(bad_item)).transpose()
    }

    async fn files_of(&self, account: AccountId, task: TaskId) -> PortResult<Vec<TaskFile>> {
        let items = self.part_of(layout::task_pk(account, task), Some(layout::TASK_FILE)).await?;
        items.iter().map(|item| decode(account, task, item).map_err(bad_item)).collect()
    }

    async fn add_file(&self, file: &TaskFile) -> PortResult<()> {
        self.put_if_new(encode(file)).await.map(|_| ())
    }

    async fn store_file(&self, file: &TaskFile, read: u64) -> PortResult<Stored> {
        self.put_over(encode(file), read).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_domain::Time;

    #[test]
    fn a_file_is_read_back() {
        let bare = TaskFile {
            account: AccountId(7),
            task: TaskId(Uuid::from_u128(5)),
            id: Uuid::from_u128(6),
            name: "получатели.xlsx".to_owned(),
            state: FileState::Importing,
            rows: 1500,
            read: 1000,
            refused: 3,
            next_row: 1004,
            created_at: Time::from_timestamp_millis(1_790_000_000_123).expect("a time"),
            version: 2,
        };
        let refused = FileState::Refused {
            code: "unknown_header".to_owned(),
            message: "Столбец «телефн» неизвестен.".to_owned(),
        };
        for state in [FileState::Importing, FileState::Done, refused] {
            let file = TaskFile { state, ..bare.clone() };
            assert_eq!(decode(file.account, file.task, &encode(&file)).ok(), Some(file));
        }
    }
}
