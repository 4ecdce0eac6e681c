//! Ports that keep nothing but counts, and the record of one file.

use baton_api::{
    import::Work,
    ports::{Prices, Templates, WhiteLists},
};
use baton_domain::{
    AccountId, BulkId, Message, Spec, Task, TaskId, Template, Time,
    price_list::{PriceList, RegisteredSender, Tariff},
    stop::Listed,
    task::{TaskBulk, TaskState},
    white_list::Permitted,
};
use baton_pipeline::{
    accept::Bulk,
    objects::{ObjectInfo, Objects, UploadForm},
    pointer::WakeUp,
    ports::{Accepting, Begun, Bulks, PortError, PortResult, Stored, WakeUps},
    stops::StopList,
    tasks::{
        file::TaskFile,
        ports::{TaskBulks, TaskFiles, TaskReads},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    hint::black_box,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use uuid::Uuid;

#[derive(Debug, Default)]
struct State {
    file: Option<TaskFile>,
    messages: u64,
    of_bulks: u64,
}

/// Where an import goes to.
#[derive(Debug)]
pub struct Sink {
    task: Task,
    sheet: PathBuf,
    state: Mutex<State>,
}

impl Sink {
    /// For one sheet.
    pub fn new(work: Work, sheet: &Path, now: Time) -> Sink {
        let task = Task {
            account: work.account,
            id: work.task,
            name: "December".to_owned(),
            state: TaskState::Running,
            ranges: Vec::new(),
            zone: None,
            created_at: now,
            updated_at: now,
            walked: true,
            version: 1,
        };
        Sink { task, sheet: sheet.to_owned(), state: Mutex::default() }
    }

    /// How many messages were stored, and how many the task was told of.
    pub fn counted(&self) -> (u64, u64) {
        let state = self.state();
        (state.messages, state.of_bulks)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unused<T>() -> PortResult<T> {
    Err(PortError::new("a call that no import makes", "not here"))
}

impl Accepting for Sink {
    async fn begin(&self, _: &Bulk) -> PortResult<Begun> {
        Ok(Begun::New)
    }

    async fn put_specs(&self, _: AccountId, _: BulkId, _: &[(u16, Arc<Spec>)], _: Time) -> PortResult<()> {
        Ok(())
    }

    async fn keep_spec(&self, _: AccountId, _: BulkId, _: u16, _: Time) -> PortResult<()> {
        Ok(())
    }

    async fn put(&self, messages: Vec<Message>, _: bool) -> PortResult<Vec<Message>> {
        self.state().messages += messages.len() as u64;
        Ok(black_box(messages))
    }
}

impl Bulks for Sink {
    async fn messages(&self, _: AccountId, _: BulkId) -> PortResult<Vec<Message>> {
        Ok(Vec::new())
    }
}

impl TaskReads for Sink {
    async fn task(&self, _: AccountId, _: TaskId) -> PortResult<Option<Task>> {
        Ok(Some(self.task.clone()))
    }
}

impl TaskBulks for Sink {
    async fn add_bulk(&self, _: AccountId, _: TaskId, _: BulkId, messages: u16) -> PortResult<()> {
        self.state().of_bulks += u64::from(messages);
        Ok(())
    }

    async fn bulks_of(&self, _: AccountId, _: TaskId) -> PortResult<Vec<TaskBulk>> {
        unused()
    }
}

impl TaskFiles for Sink {
    async fn file(&self, _: AccountId, _: TaskId, _: Uuid) -> PortResult<Option<TaskFile>> {
        Ok(self.state().file.clone())
    }

    async fn files_of(&self, _: AccountId, _: TaskId) -> PortResult<Vec<TaskFile>> {
        unused()
    }

    async fn add_file(&self, file: &TaskFile) -> PortResult<()> {
        self.state().file = Some(file.clone());
        Ok(())
    }

    async fn store_file(&self, file: &TaskFile, _: u64) -> PortResult<Stored> {
        self.state().file = Some(file.clone());
        Ok(Stored::Done)
    }
}

impl Templates for Sink {
    async fn template(&self, _: AccountId, _: Uuid) -> PortResult<Option<Template>> {
        Ok(None)
    }

    async fn template_as_of(&self, _: AccountId, _: Uuid, _: Time) -> PortResult<Option<Template>> {
        Ok(None)
    }

    async fn templates(&self, _: AccountId) -> PortResult<Vec<Template>> {
        unused()
    }

    async fn add_template(&self, _: &Template) -> PortResult<()> {
        unused()
    }

    async fn replace_template(&self, _: &Template, _: &Template) -> PortResult<Stored> {
        unused()
    }

    async fn delete_template(&self, _: &Template, _: Time) -> PortResult<Stored> {
        unused()
    }
}

impl WhiteLists for Sink {
    async fn white_list(&self, _: AccountId) -> PortResult<Vec<Permitted>> {
        Ok(Vec::new())
    }

    async fn put_white_list(&self, _: AccountId, _: &[Permitted]) -> PortResult<()> {
        unused()
    }
}

impl Prices for Sink {
    async fn price_list(&self, _: AccountId) -> PortResult<Arc<PriceList>> {
        Ok(Arc::default())
    }

    async fn senders(&self, _: AccountId) -> PortResult<Vec<RegisteredSender>> {
        unused()
    }

    async fn put_senders(&self, _: AccountId, _: &[RegisteredSender]) -> PortResult<()> {
        unused()
    }

    async fn sms_tariffs(&self, _: AccountId) -> PortResult<Vec<Tariff>> {
        unused()
    }

    async fn put_sms_tariffs(&self, _: AccountId, _: &[Tariff]) -> PortResult<()> {
        unused()
    }
}

impl StopList for Sink {
    async fn listed(&self, _: AccountId, addresses: &BTreeSet<String>) -> PortResult<Vec<Listed>> {
        black_box(addresses);
        Ok(Vec::new())
    }
}

impl WakeUps for Sink {
    async fn set(&self, _: WakeUp, _: Time) -> PortResult<()> {
        Ok(())
    }
}

impl Objects for Sink {
    async fn put(&self, _: &str, _: &str, _: &BTreeMap<String, String>, bytes: Vec<u8>) -> PortResult<()> {
        black_box(bytes);
        Ok(())
    }

    async fn put_file(&self, _: &str, _: &str, _: &Path) -> PortResult<()> {
        unused()
    }

    async fn info(&self, _: &str) -> PortResult<Option<ObjectInfo>> {
        Ok(Some(ObjectInfo { size: 0, metadata: BTreeMap::new() }))
    }

    async fn get(&self, _: &str) -> PortResult<Option<Vec<u8>>> {
        unused()
    }

    async fn get_file(&self, _: &str, file: &Path) -> PortResult<bool> {
        let copied = std::fs::copy(&self.sheet, file);
        copied.map(|_| true).map_err(|error| PortError::new("copying a file", error))
    }

    async fn keys(&self, _: &str) -> PortResult<Vec<String>> {
        unused()
    }

    async fn remove(&self, _: &str) -> PortResult<()> {
        unused()
    }

    fn link(&self, _: &str, _: &str, _: Duration) -> PortResult<String> {
        unused()
    }

    fn form(&self, _: &str, _: u64, _: &BTreeMap<String, String>, _: Duration) -> PortResult<UploadForm> {
        unused()
    }
}
