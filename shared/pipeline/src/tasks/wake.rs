//! Wake: look at a whole bulk on behalf of its task.

use super::ports::TaskReads;
use crate::{
    dispatch::Scheduled,
    emit,
    pointer::WakeUp,
    ports::{Bulks, ChannelQueues, Clock, Messages, PortResult, Scheduler, WakeUps},
    update::update,
};
use baton_domain::{Message, TaskId, decide, task::Passage};
use futures::{StreamExt, TryStreamExt, stream};

/// Messages of a bulk that are cancelled at the same time.
const CONCURRENT_UPDATES: usize = 50;

/// Does for a bulk what its task says now: puts all that waits on its way, puts it off until the task's window opens, leaves it for
/// when the task is resumed, or cancels it.
///
/// # Errors
/// A port failed; the wake-up must come again.
pub async fn wake<S, T, Q, C>(
    store: &S,
    tasks: &T,
    queues: &Q,
    clock: &C,
    (wake_up, id): (WakeUp, TaskId),
) -> PortResult<()>
where
    S: Bulks + Messages,
    T: TaskReads,
    Q: ChannelQueues + WakeUps + Scheduler,
    C: Clock,
{
    // The task first: a bulk that is read after it holds all that the task's state was written for.
    let task = tasks.task(wake_up.account, id).await?;
    let passage = task.map_or(Passage::Gone, |task| task.passage(false, clock.now()));
    if passage == Passage::Held {
        return Ok(());
    }
    let messages = store.messages(wake_up.account, wake_up.bulk).await?;
    let (own_windows, others): (Vec<_>, Vec<_>) =
        messages.into_iter().partition(|message| message.schedule.has_windows());
    match passage {
        Passage::Held => Ok(()),
        Passage::Open => {
            let all = own_windows.iter().chain(&others);
            emit::sends(queues, &Scheduled(queues), all, clock.now()).await
        }
        Passage::ClosedUntil(opens) => {
            let now = clock.now();
            if others.iter().any(|message| !decide::outstanding(message).is_empty()) {
                let opening = emit::at_opening(&wake_up, id, opens, now);
                if emit::is_later(opens, now) {
                    queues.schedule(opening).await?;
                } else {
                    queues.set(opening, now).await?;
                }
            }
            emit::sends(queues, &Scheduled(queues), &own_windows, now).await
        }
        Passage::Gone => cancel_all(store, clock, own_windows.into_iter().chain(others)).await,
    }
}

/// Cancels what has not gone out. What a provider holds is left to its receipts; should another channel follow, its sender takes
/// that back.
async fn cancel_all<S, C>(store: &S, clock: &C, messages: impl Iterator<Item = Message>) -> PortResult<()>
where
    S: Messages,
    C: Clock,
{
    let open = messages.filter(|message| !message.status.is_final() || !decide::outstanding(message).is_empty());
    let cancelled = open.map(|message| {
        let key = (message.account, message.id);
        update(store, key, Some(message), |message| decide::abandon(message, clock.now()))
    });
    let cancelled = stream::iter(cancelled.collect::<Vec<_>>()).buffer_unordered(CONCURRENT_UPDATES);
    cancelled.try_for_each(|_| async { Ok(()) }).await
}
