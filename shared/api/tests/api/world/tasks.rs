//! The tasks in memory, as far as reports look at them.

use super::World;
use baton_domain::{AccountId, BulkId, Task, TaskId, task::TaskBulk};
use baton_pipeline::{
    ports::PortResult,
    tasks::ports::{TaskBulks, TaskReads},
};

impl TaskReads for World {
    async fn task(&self, account: AccountId, id: TaskId) -> PortResult<Option<Task>> {
        self.call(self.memory.task(account, id)).await
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
