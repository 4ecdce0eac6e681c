//! Tasks, with their bulks and files.

use super::Everything;
use baton_domain::{AccountId, BulkId, Task, TaskId, task::TaskBulk};
use baton_pipeline::{
    ports::{PortResult, Stored},
    tasks::{
        file::TaskFile,
        ports::{TaskBulks, TaskFiles, TaskReads, Tasks},
    },
};
use uuid::Uuid;

impl TaskReads for Everything {
    async fn task(&self, account: AccountId, id: TaskId) -> PortResult<Option<Task>> {
        self.control.task(account, id).await
    }
}

impl Tasks for Everything {
    async fn tasks(&self, account: AccountId) -> PortResult<Vec<Task>> {
        self.control.tasks(account).await
    }

    async fn add_task(&self, task: &Task) -> PortResult<()> {
        self.control.add_task(task).await
    }

    async fn store_task(&self, task: &Task, read: u64) -> PortResult<Stored> {
        self.control.store_task(task, read).await
    }
}

impl TaskBulks for Everything {
    async fn add_bulk(&self, account: AccountId, task: TaskId, bulk: BulkId, messages: u16) -> PortResult<()> {
        self.control.add_bulk(account, task, bulk, messages).await
    }

    async fn bulks_of(&self, account: AccountId, task: TaskId) -> PortResult<Vec<TaskBulk>> {
        self.control.bulks_of(account, task).await
    }
}

impl TaskFiles for Everything {
    async fn file(&self, account: AccountId, task: TaskId, id: Uuid) -> PortResult<Option<TaskFile>> {
        self.control.file(account, task, id).await
    }

    async fn files_of(&self, account: AccountId, task: TaskId) -> PortResult<Vec<TaskFile>> {
        self.control.files_of(account, task).await
    }

    async fn add_file(&self, file: &TaskFile) -> PortResult<()> {
        self.control.add_file(file).await
    }

    async fn store_file(&self, file: &TaskFile, read: u64) -> PortResult<Stored> {
        self.control.store_file(file, read).await
    }
}
