//! What tasks need of the world, as narrow traits.

use super::file::TaskFile;
use crate::ports::{PortResult, Stored};
use baton_domain::{AccountId, BulkId, Task, TaskId, task::TaskBulk};
use std::future::Future;
use uuid::Uuid;

/// A task, as of every write before.
pub trait TaskReads: Send + Sync {
    /// The task; also one that was deleted. `None` when there is none.
    fn task(&self, account: AccountId, id: TaskId) -> impl Future<Output = PortResult<Option<Task>>> + Send;
}

/// The tasks of an account.
pub trait Tasks: TaskReads {
    /// The tasks of an account, in no order, without those that were deleted.
    fn tasks(&self, account: AccountId) -> impl Future<Output = PortResult<Vec<Task>>> + Send;

    /// Stores a new task. An existing one of the same id is left alone.
    fn add_task(&self, task: &Task) -> impl Future<Output = PortResult<()>> + Send;

    /// Stores a task if its stored version is still `read`; the stored version becomes `task.version`.
    fn store_task(&self, task: &Task, read: u64) -> impl Future<Output = PortResult<Stored>> + Send;
}

/// The bulks of a task.
pub trait TaskBulks: Send + Sync {
    /// Makes a bulk one of the task's, with the number of its messages. A second time changes nothing.
    fn add_bulk(
        &self,
        account: AccountId,
        task: TaskId,
        bulk: BulkId,
        messages: u16,
    ) -> impl Future<Output = PortResult<()>> + Send;

    /// The bulks of a task in the order of their keys, as of every write before, with how far they have come.
    fn bulks_of(&self, account: AccountId, task: TaskId) -> impl Future<Output = PortResult<Vec<TaskBulk>>> + Send;
}

/// The files of a task.
pub trait TaskFiles: Send + Sync {
    /// The file, as of every write before.
    fn file(
        &self,
        account: AccountId,
        task: TaskId,
        id: Uuid,
    ) -> impl Future<Output = PortResult<Option<TaskFile>>> + Send;

    /// The files of a task, oldest first, as of every write before.
    fn files_of(&self, account: AccountId, task: TaskId) -> impl Future<Output = PortResult<Vec<TaskFile>>> + Send;

    /// Stores a new file. An existing one of the same id is left alone.
    fn add_file(&self, file: &TaskFile) -> impl Future<Output = PortResult<()>> + Send;

    /// Stores a file if its stored version is still `read`; the stored version becomes `file.version`.
    fn store_file(&self, file: &TaskFile, read: u64) -> impl Future<Output = PortResult<Stored>> + Send;
}

/// Steps of the messages of one bulk, in the order of the stream that told of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps {
    /// Whose they are.
    pub account: AccountId,
    /// The task.
    pub task: TaskId,
    /// The bulk's key.
    pub bulk: BulkId,
    /// For each: its sequence number in the stream with zeros in front, 40 digits in all (numbers of a bulk only rise), and what it
    /// adds to processed and completed messages.
    pub steps: Vec<(String, u64, u64)>,
}

/// How far the bulks of tasks have come.
pub trait TaskProgress: Send + Sync {
    /// Counts the steps of a bulk that have not been counted before: those with a higher sequence number than the last that was.
    fn count(&self, steps: &Steps) -> impl Future<Output = PortResult<()>> + Send;
}

/// Holds tasks, their bulks and their files with another value, which fulfils these ports for it.
pub trait HasTasks: Send + Sync {
    /// What has the tasks.
    type Tasks: Send + Sync;

    /// What has the tasks.
    fn tasks_in(&self) -> &Self::Tasks;
}

impl<T: HasTasks<Tasks: TaskReads>> TaskReads for T {
    async fn task(&self, account: AccountId, id: TaskId) -> PortResult<Option<Task>> {
        self.tasks_in().task(account, id).await
    }
}

impl<T: HasTasks<Tasks: Tasks>> Tasks for T {
    async fn tasks(&self, account: AccountId) -> PortResult<Vec<Task>> {
        self.tasks_in().tasks(account).await
    }

    async fn add_task(&self, task: &Task) -> PortResult<()> {
        self.tasks_in().add_task(task).await
    }

    async fn store_task(&self, task: &Task, read: u64) -> PortResult<Stored> {
        self.tasks_in().store_task(task, read).await
    }
}

impl<T: HasTasks<Tasks: TaskBulks>> TaskBulks for T {
    async fn add_bulk(&self, account: AccountId, task: TaskId, bulk: BulkId, messages: u16) -> PortResult<()> {
        self.tasks_in().add_bulk(account, task, bulk, messages).await
    }

    async fn bulks_of(&self, account: AccountId, task: TaskId) -> PortResult<Vec<TaskBulk>> {
        self.tasks_in().bulks_of(account, task).await
    }
}

impl<T: HasTasks<Tasks: TaskFiles>> TaskFiles for T {
    async fn file(&self, account: AccountId, task: TaskId, id: Uuid) -> PortResult<Option<TaskFile>> {
        self.tasks_in().file(account, task, id).await
    }

    async fn files_of(&self, account: AccountId, task: TaskId) -> PortResult<Vec<TaskFile>> {
        self.tasks_in().files_of(account, task).await
    }

    async fn add_file(&self, file: &TaskFile) -> PortResult<()> {
        self.tasks_in().add_file(file).await
    }

    async fn store_file(&self, file: &TaskFile, read: u64) -> PortResult<Stored> {
        self.tasks_in().store_file(file, read).await
    }
}
