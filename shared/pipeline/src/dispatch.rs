//! Wake: look at a bulk again when its time has come. One mechanism behind delayed sends, windows and validity periods.

use crate::{
    emit,
    pointer::WakeUp,
    ports::{Bulks, ChannelQueues, Clock, Messages, PortResult, Scheduler, WakeUps},
    tasks::{ports::TaskReads, wake::wake},
    update::update,
};
use baton_domain::{Message, Time, decide};
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::BTreeSet;

/// Messages of a bulk whose validity periods are ended at the same time.
const CONCURRENT_UPDATES: usize = 50;

/// Handles one wake-up. One that comes early is put off: far ahead by a schedule, else by the delay of its queue.
///
/// # Errors
/// A port failed; the wake-up must come again.
pub async fn dispatch<S, T, Q, C>(store: &S, tasks: &T, queues: &Q, clock: &C, wake_up: WakeUp) -> PortResult<()>
where
    S: Bulks + Messages,
    T: TaskReads,
    Q: ChannelQueues + WakeUps + Scheduler,
    C: Clock,
{
    let now = clock.now();
    let at = wake_up.time().unwrap_or(now);
    if emit::is_later(at, now) {
        return queues.schedule(wake_up).await;
    }
    if at > now {
        return queues.set(wake_up, now).await;
    }
    if let Some(task) = wake_up.task {
        return wake(store, tasks, queues, clock, (wake_up, task)).await;
    }
    let messages = store.messages(wake_up.account, wake_up.bulk).await?;
    let expired = messages.into_iter().map(|message| expire(store, message, now));
    let looked_at: Vec<(Message, bool)> = stream::iter(expired.collect::<Vec<_>>())
        .buffered(CONCURRENT_UPDATES)
        .try_filter_map(|message| async { Ok(message) })
        .try_collect()
        .await?;
    // Whatever else waits has been put on its way by the event that made it wait. Were it put on a queue from here as well,
    // each of a bulk's wake-ups would do so with all that waits on a busy queue.
    let woken = looked_at.iter().filter(|(message, changed)| *changed || emit::is_woken(message, wake_up));
    emit::sends(queues, &Scheduled(queues), woken.map(|(message, _)| message), clock.now()).await?;
    tidy(queues, &looked_at, now).await
}

/// The later wake-ups of a bulk that is looked at go to the scheduler at once, where each is there once however often it is
/// set. On the queue every wake-up would put a copy of all later ones, and those copies of theirs.
pub(crate) struct Scheduled<'a, Q>(pub(crate) &'a Q);

impl<Q: Scheduler> WakeUps for Scheduled<'_, Q> {
    async fn set(&self, wake_up: WakeUp, _now: Time) -> PortResult<()> {
        self.0.schedule(wake_up).await
    }
}

/// Ends the validity periods of a message that are over, and says whether it has changed since it was read.
async fn expire<S: Messages>(store: &S, message: Message, now: Time) -> PortResult<Option<(Message, bool)>> {
    let over = message.attempts.iter().any(|attempt| attempt.expires_at.is_some_and(|time| time <= now));
    if !over {
        return Ok(Some((message, false)));
    }
    let (key, read) = ((message.account, message.id), message.version);
    let ended = update(store, key, Some(message), |message| decide::expire(message, now)).await?;
    Ok(ended.map(|(message, _)| {
        let changed = message.version != read;
        (message, changed)
    }))
}

/// Removes the schedules of a bulk that has nothing left to do: what they would have woken was cancelled, or its receipt came
/// before the end of its validity period.
async fn tidy<Q: Scheduler>(queues: &Q, messages: &[(Message, bool)], now: Time) -> PortResult<()> {
    // A delivered message may still have a required channel that waits for the same minute.
    let has_more = |message: &Message| !message.status.is_final() || !decide::outstanding(message).is_empty();
    if messages.is_empty() || messages.iter().any(|(message, _)| has_more(message)) {
        return Ok(());
    }
    let set = messages.iter().flat_map(|(message, _)| emit::scheduled(message));
    let ahead: BTreeSet<WakeUp> = set.filter(|wake_up| wake_up.time().is_some_and(|at| at > now)).collect();
    for wake_up in ahead {
        queues.forget(wake_up).await?;
    }
    Ok(())
}
