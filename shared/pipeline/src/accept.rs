//! Accept: write a bulk and its messages, put pointers on the queues of their first channels, and only then answer.
//!
//! Every write takes effect once: a run that died is repeated whole with the same bulk id and completes what is missing.

use crate::{
    emit,
    ports::{Accepting, Begun, ChannelQueues, Clock, PortError, WakeUps},
};
use baton_domain::{
    AccountId, BulkId, GroupId, Leg, Message, MessageId, Rates, Recipient, Spec, Status, TaskId, Time, decide,
    lifetime, tracks::Tracks, window::Schedule,
};
use std::{collections::BTreeMap, sync::Arc};

/// The head of a bulk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bulk {
    /// Whose it is.
    pub account: AccountId,
    /// Its id, as the caller knows it.
    pub id: BulkId,
    /// SHA-256 of the request it came from, in hexadecimal: the same bulk id with another request is refused.
    pub digest: String,
    /// The number of messages accepted.
    pub count: u16,
    /// When it was accepted.
    pub created_at: Time,
}

/// What a caller submits, parsed and valid.
#[derive(Clone, Debug, PartialEq)]
pub struct Submission {
    /// Whose it is.
    pub account: AccountId,
    /// The id of the bulk: new, the caller's own, or the one that an earlier try of the same request used.
    pub bulk: BulkId,
    /// Whether the caller named the bulk, so that its head must be found again.
    pub named: bool,
    /// The task that the messages belong to. They then wait for the walk of their task ([`crate::tasks`]).
    pub task: Option<TaskId>,
    /// See [`Bulk::digest`].
    pub digest: String,
    /// The `messages[]` items in order.
    pub items: Vec<Item>,
}

/// One `messages[]` item.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its index in the request. Items that share one have the same content and other groups.
    pub index: u16,
    /// The caller's group.
    pub group: Option<GroupId>,
    /// Its content.
    pub spec: Arc<Spec>,
    /// When it may go; a recipient's own time zone is put in place of its zone.
    pub schedule: Schedule,
    /// Its valid recipients, each with its index among all recipients of the request, refused ones counted.
    pub recipients: Vec<(u16, Recipient)>,
    /// What messages to them cost, by the same index; nothing of those that have no price.
    pub rates: BTreeMap<u16, Rates>,
}

/// Why a submission was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// The bulk id was used before, for another request.
    #[error("this bulk was accepted before from another request")]
    OtherRequest,
    /// A port failed; the caller may repeat the request with the same key.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// A content up to this many bytes of JSON stays inside the only message that uses it: the item remains below the 1 KB that
/// a write unit pays for, with all that is still to be added to it.
const INLINE_LIMIT: usize = 400;

/// Accepts a submission. Answers when everything is durable, with the messages as they were accepted, in order. Messages of a
/// task are stored and not put on their way.
///
/// # Errors
/// See [`AcceptError`]. Nothing of an [`AcceptError::OtherRequest`] has been written.
pub async fn accept<S, Q, C>(
    store: &S,
    queues: &Q,
    clock: &C,
    submission: Submission,
) -> Result<Vec<Message>, AcceptError>
where
    S: Accepting,
    Q: ChannelQueues + WakeUps,
    C: Clock,
{
    let (stored, answered_as_of) = keep(store, clock, &submission).await?;
    if submission.task.is_none() {
        // As of now: the writes of a large bulk take seconds, by which what is due soon would be delayed too long.
        emit::sends(queues, queues, &stored, clock.now()).await?;
    }
    Ok(opened(&submission, answered_as_of))
}

/// Stores the messages of a submission and puts nothing on its way: that is for the walk of their task. Gives the messages as they
/// are stored, in order, and when they were accepted first.
///
/// # Errors
/// See [`AcceptError`]. Nothing of an [`AcceptError::OtherRequest`] has been written.
pub async fn keep<S: Accepting, C: Clock>(
    store: &S,
    clock: &C,
    submission: &Submission,
) -> Result<(Vec<Message>, Time), AcceptError> {
    let now = clock.now();
    let accepted = opened(submission, now);
    let alone = is_alone(submission);
    // A repeated request is answered as it was the first time.
    let mut answered_as_of = now;
    if !alone {
        let bulk = Bulk {
            account: submission.account,
            id: submission.bulk,
            digest: submission.digest.clone(),
            count: u16::try_from(accepted.len()).unwrap_or(u16::MAX),
            created_at: now,
        };
        if let Begun::Known(known) = store.begin(&bulk).await? {
            if (known.id, &known.digest) != (bulk.id, &bulk.digest) {
                return Err(AcceptError::OtherRequest);
            }
            answered_as_of = known.created_at;
        }
        let needed_until = accepted.iter().map(lifetime::ends_by).max().unwrap_or(now);
        let specs = shared_specs(&submission.items);
        store.put_specs(submission.account, submission.bulk, &specs, needed_until).await?;
    }
    Ok((store.put(accepted, alone).await?, answered_as_of))
}

/// Whether a submission is a single message that holds its own content: it needs no head, and its presence alone says that
/// it was accepted.
#[must_use]
pub fn is_alone(submission: &Submission) -> bool {
    let mut items = submission.items.iter().filter(|item| !item.recipients.is_empty());
    !submission.named && submission.task.is_none() && items.next().is_some_and(fits_inside) && items.next().is_none()
}

/// The messages of a submission as they are when accepted now: what [`accept`] stores and answers.
#[must_use]
pub fn opened(submission: &Submission, now: Time) -> Vec<Message> {
    let messages = submission.items.iter().flat_map(|item| {
        item.recipients.iter().map(move |(index, recipient)| message(submission, item, *index, recipient, now))
    });
    let mut messages: Vec<Message> = messages.collect();
    messages.sort_by_key(|message| message.id.index());
    messages
}

fn message(submission: &Submission, item: &Item, index: u16, recipient: &Recipient, now: Time) -> Message {
    let route = item.spec.channels.iter().map(|spec| Leg {
        channel: spec.channel,
        required: spec.content.required,
        reachable: recipient.address_for(spec.channel, &spec.content).is_some(),
        success: spec.content.success_status,
        validity_minutes: spec.content.validity_period,
    });
    let mut message = Message {
        account: submission.account,
        id: MessageId::new(submission.bulk, index),
        bulk_id: submission.bulk,
        task: submission.task,
        group: item.group.clone(),
        item: item.index,
        callback: item.spec.callback.is_some(),
        content: fits_inside(item).then(|| item.spec.clone()),
        recipient: recipient.clone(),
        created_at: now,
        schedule: schedule(item, recipient),
        route: route.collect(),
        rates: item.rates.get(&index).cloned(),
        status: Status::Created,
        attempts: Vec::new(),
        timeline: Vec::new(),
        tracks: Tracks::default(),
        version: 0,
    };
    decide::open(&mut message, now);
    message
}

/// The item's schedule, in the time zone of the recipient when they have one.
fn schedule(item: &Item, recipient: &Recipient) -> Schedule {
    let own = recipient.time_zone.as_deref().and_then(|name| name.parse().ok());
    let mut schedule = item.schedule.clone();
    schedule.zone = own.unwrap_or(schedule.zone);
    schedule
}

fn fits_inside(item: &Item) -> bool {
    item.recipients.len() == 1 && serde_json::to_vec(&item.spec).is_ok_and(|json| json.len() <= INLINE_LIMIT)
}

fn shared_specs(items: &[Item]) -> Vec<(u16, Arc<Spec>)> {
    let shared = items.iter().filter(|item| !item.recipients.is_empty() && !fits_inside(item));
    let by_index: BTreeMap<_, _> = shared.map(|item| (item.index, item.spec.clone())).collect();
    by_index.into_iter().collect()
}
