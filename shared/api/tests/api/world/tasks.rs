use super::World;
use baton_domain::{AccountId, BulkId, Task, TaskId, task::TaskBulk};
use baton_pipeline::{
    ports::{PortResult, Stored},
    tasks::{
        file::TaskFile,
        ports::{TaskBulks, TaskFiles, TaskReads, Tasks},
    },
};
use uuid::Uuid;

impl TaskReads for World {
    async fn task(&self, account: AccountId, id: TaskId) -> PortResult<Option<Task>> {
        self.call(self.memory.task(account, id)).await
    }
}

impl Tasks for World {
    async fn tasks(&self, account: AccountId) -> PortResult<Vec<Task>> {
        self.call(self.memory.tasks(account)).await
    }

    async fn add_task(&self, task: &Task) -> PortResult<()> {
        self.call(self.memory.add_task(task)).await
    }

    async fn store_task(&self, task: &Task, read: u64) -> PortResult<Stored> {
        self.call(self.memory.store_task(task, read)).await
    }
}

impl TaskBulks for World {
    async fn add_bulk(&self, account: AccountId, task: TaskId, bulk: BulkId, messages: u16) -> PortResult<()> {
        self.call(self.memory.add_bulk(account, task, bulk, messages)).await
    }

    async fn bulks_of(&self, account: AccountId, task: TaskId) -> PortResult<Vec<TaskBulk>> {
        self.call(self.memory.bulks_of(account, task)).await
    }
}

impl TaskFiles for World {
    async fn file(&self, account: AccountId, task: TaskId, id: Uuid) -> PortResult<Option<TaskFile>> {
        self.call(self.memory.file(account, task, id)).await
    }

    async fn files_of(&self, account: AccountId, task: TaskId) -> PortResult<Vec<TaskFile>> {
        self.call(self.memory.files_of(account, task)).await
    }

    async fn add_file(&self, file: &TaskFile) -> PortResult<()> {
        self.call(self.memory.add_file(file)).await
    }

    async fn store_file(&self, file: &TaskFile, read: u64) -> PortResult<Stored> {
        self.call(self.memory.store_file(file, read)).await
    }
}
