use super::Known;
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    lists::{
        page::{PARAMETERS, Page},
        whole,
    },
    query::{Query, place},
    refusal::Refusal,
    wire::TaskList,
};
use baton_domain::task::TaskStatus;
use baton_pipeline::ports::Clock;
use futures::{StreamExt, TryStreamExt, stream};

/// The fields of an item.
pub(crate) const FIELDS: [&str; 14] = [
    "id",
    "companyId",
    "name",
    "status",
    "createdAt",
    "updatedAt",
    "allowedTimeRanges",
    "timeZone",
    "totalMessageCount",
    "totalProcessedMessageCount",
    "inProgressMessageCount",
    "completedMessageCount",
    "progress",
    "files",
];

/// Tasks whose counts are read at the same time.
const AT_ONCE: usize = 16;

/// Lists tasks, without those that were deleted.
#[utoipa::path(get, path = "/tasks", tag = "tasks", operation_id = "listTasks",
    params(("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent."),
        ("name" = Option<String>, Query, description = "A part of the name, in any case."),
        ("status" = Option<String>, Query, description = "Statuses, as RUNNING,PAUSED."),
        ("from" = Option<String>, Query, description = "Made at this time or later, RFC 3339."),
        ("to" = Option<String>, Query, description = "Made at this time or earlier, RFC 3339.")),
    responses((status = 200, description = "A part of the list.", body = TaskList)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId", "name", "status", "from", "to"], &PARAMETERS], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    let part = query.one("name", &mut faults).map(str::to_lowercase);
    let statuses = statuses(&query, &mut faults);
    let (from, to) = (query.time("from", &mut faults), query.time("to", &mut faults));
    let page = Page::read(&query, &FIELDS, &mut faults);
    faults.check()?;

    let mut found = app.ports.tasks(account).await?;
    found.retain(|task| {
        let named = part.as_ref().is_none_or(|part| task.name.to_lowercase().contains(part.as_str()));
        named
            && !task.is_hidden()
            && from.is_none_or(|from| task.created_at >= from)
            && to.is_none_or(|to| task.created_at <= to)
    });
    let read = |tasks: Vec<_>| {
        let reads = tasks.into_iter().map(|task| Known::of(&app.ports, task));
        stream::iter(reads).buffered(AT_ONCE).try_collect::<Vec<_>>()
    };
    // What a task's status is, only its counts tell: without that question they are read of those alone that are shown.
    if let Some(statuses) = statuses {
        let mut known = read(found).await?;
        known.retain(|known| statuses.contains(&known.status));
        let part = whole::part(&page, &mut known, |known| (known.task.created_at, known.task.id))?;
        let shown = part.items.iter().map(Known::shown);
        return Ok(part.answer(&page, shown));
    }
    let part = whole::part(&page, &mut found, |task| (task.created_at, task.id))?;
    let known = read(part.items.to_vec()).await?;
    Ok(part.answer(&page, known.iter().map(Known::shown)))
}

fn statuses(query: &Query, faults: &mut Faults) -> Option<Vec<TaskStatus>> {
    let given = query.list("status")?;
    let read = |name: &&str| TaskStatus::ALL.into_iter().find(|status| status.name().eq_ignore_ascii_case(name));
    let statuses: Vec<TaskStatus> = given.iter().filter_map(read).collect();
    if statuses.len() != given.len() {
        let message = "A status of a task, as RUNNING, is expected, or several with commas.";
        faults.add(place("status"), "invalid", message);
    }
    Some(statuses)
}
