use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::{Faults, Path},
    fields::Fields,
    lists::find,
    query::Query,
    refusal::Refusal,
    wire::{Accepted, CancelMessages, ItemError},
};
use baton_domain::{AccountId, BulkId, GroupId, Message, MessageId, TaskId, Time};
use baton_pipeline::{cancel::cancel, pointer::WakeUp, ports::Clock};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};
use uuid::Uuid;

const LISTS: [&str; 5] = ["id", "flowId", "bulkId", "taskId", "groupId"];
/// The fields of the body, and the parameters of the query.
pub(crate) const FIELDS: [&str; 6] = ["companyId", "id", "flowId", "bulkId", "groupId", "taskId"];
/// The most names in one list.
const MOST_NAMES: usize = 1000;
const MOST_AT_ONCE: usize = 50;

/// Cancels messages that have not gone out. A message between two channels stops falling back.
#[utoipa::path(delete, path = "/messages", tag = "messages", operation_id = "cancelMessages",
    params(
        ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent."),
        ("id" = Option<String>, Query, description = "Ids of messages, with commas."),
        ("flowId" = Option<String>, Query, description = "The same as id."),
        ("bulkId" = Option<String>, Query, description = "Ids of bulks, with commas."),
        ("taskId" = Option<String>, Query, description = "Ids of tasks with at most 10,000 messages, with commas."),
        ("groupId" = Option<String>, Query, description = "Ids of groups with at most 10,000 messages, with commas.")),
    request_body(content = Option<CancelMessages>, description = "The same lists, where they do not stand in the query."),
    responses((status = 200, body = [Accepted], description = "An element per message found, with its status after the call; \
        one that can not be cancelled any more has the error not_cancellable.")))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (wanted, mut faults) = (call.query(), Faults::default());
    let wanted = Wanted::read(&wanted, call.optional_json()?.as_ref(), &mut faults);
    let account = caller.account(wanted.company)?;
    faults.check()?;
    let found = wanted.find(app, account).await?;
    let cancelling = found.into_iter().map(|(id, read)| cancel(&app.ports, &app.clock, (account, id), read));
    let cancelling = stream::iter(cancelling.collect::<Vec<_>>());
    let cancelled: Vec<_> = cancelling.buffered(MOST_AT_ONCE).try_collect().await?;
    let done = cancelled.iter().flatten().filter(|(_, answer)| answer.is_ok());
    tidy(app, done.map(|(message, _)| message)).await?;
    let elements = cancelled.into_iter().flatten().map(|(message, answer)| {
        let error = answer.err().map(|error| ItemError {
            message: format!("{error}."),
            code: "not_cancellable".to_owned(),
            path: None,
        });
        Accepted::of(&message, error)
    });
    Ok(Answer::json(&elements.collect::<Vec<_>>()))
}

/// Has the bulks of cancelled messages that waited looked at: what was scheduled for them may have become needless. A call
/// that is repeated does so again, in case the first one died before.
async fn tidy<'a, P: Ports, C: Clock>(
    app: &App<P, C>,
    cancelled: impl Iterator<Item = &'a Message>,
) -> Result<(), Refusal> {
    let now = app.clock.now();
    let waited = cancelled.filter(|message| waited(message, now));
    let wake_ups: BTreeSet<WakeUp> = waited
        .map(|message| WakeUp {
            account: message.account,
            bulk: message.id.bulk_key(),
            at: now.timestamp_millis(),
            task: None,
        })
        .collect();
    let setting = stream::iter(wake_ups.into_iter().map(|wake_up| app.ports.set(wake_up, now)));
    setting.buffer_unordered(MOST_AT_ONCE).try_collect::<()>().await?;
    Ok(())
}

/// Whether something of a message is still ahead.
fn waited(message: &Message, now: Time) -> bool {
    message.attempts.iter().any(|attempt| attempt.not_before.is_some_and(|time| time > now))
}

/// Which messages to cancel.
struct Wanted {
    company: Option<u64>,
    ids: Vec<Uuid>,
    bulks: Vec<Uuid>,
    tasks: Vec<Uuid>,
    groups: Vec<String>,
}

impl Wanted {
    fn read(query: &Query, body: Option<&Value>, faults: &mut Faults) -> Wanted {
        query.only(&[&FIELDS], faults);
        let company = query.company(faults);
        let fields = body.and_then(|body| Fields::of(body, &Path::Root, faults));
        if let Some(fields) = &fields {
            fields.only(&FIELDS, faults);
        }
        let in_body = fields.and_then(|fields| fields.integer("companyId", 0..=u64::MAX, faults));
        if let (Some(one), Some(other)) = (company, in_body)
            && one != other
        {
            faults.add("/companyId", "invalid", "The body and the query name two accounts.");
        }
        let given: Vec<Vec<(String, String)>> =
            LISTS.iter().map(|name| names(name, query, fields.as_ref(), faults)).collect();
        if given.iter().all(Vec::is_empty) && faults.is_empty() {
            faults.add("", "required", "At least one of id, flowId, bulkId, taskId and groupId is expected.");
        }
        let [ids, flows, bulks, tasks, groups] = <[_; 5]>::try_from(given).unwrap_or_default();
        Wanted {
            company: company.or(in_body),
            ids: uuids([ids, flows].concat(), faults),
            bulks: uuids(bulks, faults),
            tasks: uuids(tasks, faults),
            groups: groups.into_iter().map(|(_, name)| name).collect(),
        }
    }

    /// The messages that are meant, each once, in the order of the lists; and those that were read to find them.
    async fn find<P: Ports, C: Clock>(
        &self,
        app: &App<P, C>,
        account: AccountId,
    ) -> Result<Vec<(MessageId, Option<Message>)>, Refusal> {
        let mut found: Vec<_> = self.ids.iter().map(|id| (MessageId(*id), None)).collect();
        let with_id = |message: Message| (message.id, Some(message));
        for bulk in &self.bulks {
            let messages = find::bulk(&app.ports, account, BulkId(*bulk)).await?;
            found.extend(messages.into_iter().map(with_id));
        }
        for task in &self.tasks {
            let instead = "DELETE /tasks/{id} cancels all of them.";
            let messages = find::task(&app.ports, account, TaskId(*task), instead).await?;
            found.extend(messages.into_iter().map(with_id));
        }
        for group in &self.groups {
            let instead = "Cancel them by bulkId.";
            let messages = find::group(&app.ports, account, &GroupId(group.clone()), instead).await?;
            found.extend(messages.into_iter().map(with_id));
        }
        let mut seen = HashSet::new();
        found.retain(|(id, _)| id.index().is_some() && seen.insert(*id));
        Ok(found)
    }
}

/// The names in a list of the query and of the body, each with its place.
fn names(list: &'static str, query: &Query, fields: Option<&Fields<'_>>, faults: &mut Faults) -> Vec<(String, String)> {
    let place = format!("?{list}");
    let mut names: Vec<_> =
        query.list(list).unwrap_or_default().into_iter().map(|name| (place.clone(), name.to_owned())).collect();
    names.extend(fields.into_iter().flat_map(|fields| fields.names(list, faults)));
    if names.len() > MOST_NAMES {
        faults.add(place, "too_long", format!("{} names are too many; one list takes {MOST_NAMES}.", names.len()));
        names.truncate(1);
    }
    names
}

fn uuids(names: Vec<(String, String)>, faults: &mut Faults) -> Vec<Uuid> {
    let parse = |(place, name): (String, String)| match Uuid::try_parse(&name) {
        Ok(id) => Some(id),
        Err(_) => {
            faults.add(place, "invalid", "A UUID is expected.");
            None
        }
    };
    names.into_iter().filter_map(parse).collect()
}
