//! Messages of paused tasks: they are shown as paused, and found as such.

use crate::refusal::Refusal;
use baton_domain::{AccountId, Message, Status, Task, TaskId, task::TaskState};
use baton_pipeline::tasks::ports::{TaskReads, Tasks};
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::{BTreeMap, BTreeSet};

const AT_ONCE: usize = 16;

/// The paused tasks that may matter.
#[derive(Debug, Default)]
pub(crate) struct Paused(BTreeMap<TaskId, Task>);

impl Paused {
    /// Those of an account.
    pub(crate) async fn of_account<P: Tasks>(ports: &P, account: AccountId) -> Result<Paused, Refusal> {
        Ok(Paused::among(ports.tasks(account).await?))
    }

    /// Those that messages belong to.
    async fn of_messages<P: TaskReads>(ports: &P, account: AccountId, messages: &[Message]) -> Result<Paused, Refusal> {
        let waiting = messages.iter().filter(|message| message.status.waits());
        let ids: BTreeSet<TaskId> = waiting.filter_map(|message| message.task).collect();
        let reads = stream::iter(ids.into_iter().map(|id| ports.task(account, id)));
        let tasks: Vec<_> = reads.buffered(AT_ONCE).try_collect().await?;
        Ok(Paused::among(tasks.into_iter().flatten()))
    }

    fn among(tasks: impl IntoIterator<Item = Task>) -> Paused {
        let paused = tasks.into_iter().filter(|task| task.state == TaskState::Paused);
        Paused(paused.map(|task| (task.id, task)).collect())
    }

    /// The status that a message is shown with.
    pub(crate) fn status(&self, message: &Message) -> Status {
        let task = message.task.and_then(|id| self.0.get(&id));
        task.map_or(message.status, |task| task.shown(message.status))
    }
}

/// Gives messages the statuses that they are shown with.
pub(crate) async fn show<P: TaskReads>(
    ports: &P,
    account: AccountId,
    mut messages: Vec<Message>,
) -> Result<Vec<Message>, Refusal> {
    let paused = Paused::of_messages(ports, account, &messages).await?;
    messages.iter_mut().for_each(|message| message.status = paused.status(message));
    Ok(messages)
}
