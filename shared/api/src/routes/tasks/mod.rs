//! Tasks: named sets of messages that are started, paused and resumed as a whole.

pub(crate) mod change;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod make;
pub(crate) mod pause;
pub(crate) mod resume;
pub(crate) mod start;
pub(crate) mod status;

use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    refusal::Refusal,
    wire,
};
use baton_domain::{
    AccountId, Task, TaskId,
    task::{Progress, TaskState, TaskStatus},
};
use baton_pipeline::{
    ports::Clock,
    tasks::file::{FileState, TaskFile},
};
use uuid::Uuid;

/// The account of a call without a body, and the task that its path names.
fn named<P, C>(_: &App<P, C>, caller: &Caller, call: &Call<'_>) -> Result<(AccountId, TaskId), Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId"]], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    faults.check()?;
    Ok((account, id_of(call)?))
}

/// The task that the path names.
pub(super) fn id_of(call: &Call<'_>) -> Result<TaskId, Refusal> {
    Uuid::try_parse(call.parameter(0)).map(TaskId).map_err(|_| Refusal::not_found("task"))
}

/// A task of the account that has not been deleted, and is not that of a bulk from a sheet.
pub(super) async fn read<P: Ports>(ports: &P, (account, id): (AccountId, TaskId)) -> Result<Task, Refusal> {
    let is_shown = |task: &Task| task.state != TaskState::Deleted && !task.is_hidden();
    let task = ports.task(account, id).await?.filter(is_shown);
    task.ok_or_else(|| Refusal::not_found("task"))
}

/// A task, how far it has come, and its files.
struct Known {
    task: Task,
    status: TaskStatus,
    progress: Progress,
    files: Vec<TaskFile>,
}

impl Known {
    /// Reads what belongs to a task.
    async fn of<P: Ports>(ports: &P, task: Task) -> Result<Known, Refusal> {
        // The files first: what one that has been read by now has brought is among the bulks.
        let files = ports.files_of(task.account, task.id).await?;
        let bulks = ports.bulks_of(task.account, task.id).await?;
        let progress = Progress::sum(bulks.into_iter().map(|bulk| bulk.progress));
        let importing = files.iter().any(|file| file.state == FileState::Importing);
        let read = !files.is_empty() && !importing;
        Ok(Known { status: task.status(progress, importing, read), task, progress, files })
    }

    fn shown(&self) -> wire::Task {
        wire::Task::of(&self.task, self.status, self.progress)
    }
}

/// The answer of what changes a task: the task as it is now.
async fn answer<P: Ports, C: Clock>(app: &App<P, C>, task: Task) -> Result<Answer, Refusal> {
    let known = Known::of(&app.ports, task).await?;
    Ok(Answer::json(&known.shown().with_files(&known.files)))
}
