//! Messages that their tasks hold back: they are shown as paused or delayed, and found as such, though nothing of that is stored
//! with them.

use crate::refusal::Refusal;
use baton_domain::{AccountId, Message, Status, Task, TaskId, Time};
use baton_pipeline::tasks::ports::{TaskReads, Tasks};
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::{BTreeMap, BTreeSet};

const AT_ONCE: usize = 16;

/// The tasks that hold messages back.
#[derive(Debug, Default)]
pub(crate) struct Held(BTreeMap<TaskId, Holding>);

/// How the messages of a task are shown that wait.
#[derive(Clone, Copy, Debug)]
struct Holding {
    all: Option<Status>,
    with_own_windows: Option<Status>,
}

impl Held {
    /// Those of an account.
    pub(crate) async fn of_account<P: Tasks>(ports: &P, account: AccountId, now: Time) -> Result<Held, Refusal> {
        Ok(Held::among(ports.tasks(account).await?, now))
    }

    /// Those that messages belong to.
    async fn of_messages<P: TaskReads>(
        ports: &P,
        (account, now): (AccountId, Time),
        messages: &[Message],
    ) -> Result<Held, Refusal> {
        let waiting = messages.iter().filter(|message| message.status.waits());
        let ids: BTreeSet<TaskId> = waiting.filter_map(|message| message.task).collect();
        let reads = stream::iter(ids.into_iter().map(|id| ports.task(account, id)));
        let tasks: Vec<_> = reads.buffered(AT_ONCE).try_collect().await?;
        Ok(Held::among(tasks.into_iter().flatten(), now))
    }

    fn among(tasks: impl IntoIterator<Item = Task>, now: Time) -> Held {
        let holding = |task: Task| {
            let all = task.holding(false, now);
            all.map(|_| (task.id, Holding { all, with_own_windows: task.holding(true, now) }))
        };
        Held(tasks.into_iter().filter_map(holding).collect())
    }

    /// The status that a message is shown with.
    pub(crate) fn status(&self, message: &Message) -> Status {
        let stored = message.status;
        let task = message.task.filter(|_| stored.waits()).and_then(|id| self.0.get(&id));
        let holding =
            task.and_then(|task| if message.schedule.has_windows() { task.with_own_windows } else { task.all });
        holding.unwrap_or(stored)
    }
}

/// Gives messages the statuses that they are shown with.
pub(crate) async fn show<P: TaskReads>(
    ports: &P,
    (account, now): (AccountId, Time),
    mut messages: Vec<Message>,
) -> Result<Vec<Message>, Refusal> {
    let held = Held::of_messages(ports, (account, now), &messages).await?;
    messages.iter_mut().for_each(|message| message.status = held.status(message));
    Ok(messages)
}
