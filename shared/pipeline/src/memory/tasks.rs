//! The ports of tasks in memory.

use super::Memory;
use crate::{
    ports::{PortResult, Stored},
    tasks::{
        file::TaskFile,
        ports::{Steps, TaskBulks, TaskFiles, TaskProgress, TaskReads, Tasks},
    },
};
use baton_domain::{
    AccountId, BulkId, Task, TaskId,
    task::{Progress, TaskBulk, TaskState},
};
use uuid::Uuid;

/// A bulk of a task, and the last sequence number of the stream that was counted; empty when none was.
pub type Counted = (Progress, String);

impl TaskReads for Memory {
    async fn task(&self, account: AccountId, id: TaskId) -> PortResult<Option<Task>> {
        Ok(self.state().tasks.get(&(account, id)).cloned())
    }
}

impl Tasks for Memory {
    async fn tasks(&self, account: AccountId) -> PortResult<Vec<Task>> {
        let state = self.state();
        let own = state.tasks.values().filter(|task| task.account == account && task.state != TaskState::Deleted);
        Ok(own.cloned().collect())
    }

    async fn add_task(&self, task: &Task) -> PortResult<()> {
        self.state().tasks.entry((task.account, task.id)).or_insert_with(|| task.clone());
        Ok(())
    }

    async fn store_task(&self, task: &Task, read: u64) -> PortResult<Stored> {
        match self.state().tasks.get_mut(&(task.account, task.id)) {
            Some(stored) if stored.version == read => {
                *stored = task.clone();
                Ok(Stored::Done)
            }
            _ => Ok(Stored::Conflict),
        }
    }
}

impl TaskBulks for Memory {
    async fn add_bulk(&self, account: AccountId, task: TaskId, bulk: BulkId, messages: u16) -> PortResult<()> {
        let mut state = self.state();
        let (progress, _) = state.task_bulks.entry((account, task, bulk.key())).or_default();
        progress.total = messages.into();
        Ok(())
    }

    async fn bulks_of(&self, account: AccountId, task: TaskId) -> PortResult<Vec<TaskBulk>> {
        let state = self.state();
        let own = state.task_bulks.iter().filter(|((of, id, _), _)| (*of, *id) == (account, task));
        Ok(own.map(|((_, _, bulk), (progress, _))| TaskBulk { bulk: *bulk, progress: *progress }).collect())
    }
}

impl TaskFiles for Memory {
    async fn file(&self, account: AccountId, task: TaskId, id: Uuid) -> PortResult<Option<TaskFile>> {
        Ok(self.state().task_files.get(&(account, task, id)).cloned())
    }

    async fn files_of(&self, account: AccountId, task: TaskId) -> PortResult<Vec<TaskFile>> {
        let state = self.state();
        let own = state.task_files.values().filter(|file| (file.account, file.task) == (account, task));
        Ok(own.cloned().collect())
    }

    async fn add_file(&self, file: &TaskFile) -> PortResult<()> {
        self.state().task_files.entry((file.account, file.task, file.id)).or_insert_with(|| file.clone());
        Ok(())
    }

    async fn store_file(&self, file: &TaskFile, read: u64) -> PortResult<Stored> {
        match self.state().task_files.get_mut(&(file.account, file.task, file.id)) {
            Some(stored) if stored.version == read => {
                *stored = file.clone();
                Ok(Stored::Done)
            }
            _ => Ok(Stored::Conflict),
        }
    }
}

impl TaskProgress for Memory {
    async fn count(&self, steps: &Steps) -> PortResult<()> {
        let mut state = self.state();
        let (progress, last) = state.task_bulks.entry((steps.account, steps.task, steps.bulk.key())).or_default();
        for (sequence, processed, completed) in &steps.steps {
            if sequence > last {
                progress.processed += processed;
                progress.completed += completed;
                last.clone_from(sequence);
            }
        }
        Ok(())
    }
}
