//! The control table: tasks and their bulks.

use crate::{
    ports::Ports,
    safeguard::Safeguard,
    world::{World, bulk_key},
};
use baton_domain::{
    AccountId, BulkId, Task, TaskId,
    task::{TaskBulk, TaskState},
};
use baton_pipeline::{
    ports::{PortResult, Stored},
    tasks::{
        file::TaskFile,
        ports::{TaskBulks, TaskFiles, TaskReads, Tasks},
    },
};
use uuid::Uuid;

impl TaskReads for Ports {
    async fn task(&self, account: AccountId, id: TaskId) -> PortResult<Option<Task>> {
        let read = |world: &mut World| {
            let task = world.store.tasks.get(&(account, id)).cloned()?;
            let open = world.lacks(Safeguard::TaskWindow);
            Some(if open { Task { ranges: Vec::new(), ..task } } else { task })
        };
        self.call("read a task", None, read).await
    }
}

impl Tasks for Ports {
    async fn tasks(&self, account: AccountId) -> PortResult<Vec<Task>> {
        let of = move |task: &&Task| task.account == account && task.state != TaskState::Deleted;
        self.call("list tasks", None, |world| world.store.tasks.values().filter(of).cloned().collect()).await
    }

    async fn add_task(&self, task: &Task) -> PortResult<()> {
        self.call("add a task", None, |world| {
            world.store.tasks.entry((task.account, task.id)).or_insert_with(|| task.clone());
        })
        .await
    }

    async fn store_task(&self, task: &Task, read: u64) -> PortResult<Stored> {
        let store = |world: &mut World| match world.store.tasks.get_mut(&(task.account, task.id)) {
            Some(stored) if stored.version == read => {
                // Nobody changes the windows of a task here, and without the safeguard they have been read as none.
                *stored = Task { ranges: stored.ranges.clone(), ..task.clone() };
                Stored::Done
            }
            _ => Stored::Conflict,
        };
        self.call("store a task", None, store).await
    }
}

impl TaskBulks for Ports {
    async fn add_bulk(&self, account: AccountId, task: TaskId, bulk: BulkId, messages: u16) -> PortResult<()> {
        self.call("add a bulk to a task", Some(bulk_key(account, bulk)), |world| {
            let progress = world.store.task_bulks.entry((account, task, bulk.key())).or_default();
            progress.total = messages.into();
        })
        .await
    }

    async fn bulks_of(&self, account: AccountId, task: TaskId) -> PortResult<Vec<TaskBulk>> {
        self.call("read the bulks of a task", None, |world| {
            let own = world.store.task_bulks.iter().filter(|((of, id, _), _)| (*of, *id) == (account, task));
            own.map(|((_, _, bulk), progress)| TaskBulk { bulk: *bulk, progress: *progress }).collect()
        })
        .await
    }
}

/// Nothing is imported here: no task has a file.
impl TaskFiles for Ports {
    async fn file(&self, _: AccountId, _: TaskId, _: Uuid) -> PortResult<Option<TaskFile>> {
        Ok(None)
    }

    async fn files_of(&self, _: AccountId, _: TaskId) -> PortResult<Vec<TaskFile>> {
        self.call("read the files of a task", None, |_| Vec::new()).await
    }

    async fn add_file(&self, _: &TaskFile) -> PortResult<()> {
        Ok(())
    }

    async fn store_file(&self, _: &TaskFile, _: u64) -> PortResult<Stored> {
        Ok(Stored::Conflict)
    }
}
