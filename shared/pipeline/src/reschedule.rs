//! Reschedule: give a message that waits another time.

use crate::{
    emit,
    ports::{Accepting, ChannelQueues, Clock, Messages, PortResult, WakeUps},
    update::update,
};
use baton_domain::{
    AccountId, Message, MessageId, Time,
    decide::{self, NotWaiting},
    lifetime,
};

/// Reschedules a message. `None` when the account has no such message; otherwise the message as it is now, and whether it
/// still waited.
///
/// # Errors
/// A port failed.
pub async fn reschedule<S, Q, C>(
    store: &S,
    queues: &Q,
    clock: &C,
    (account, id): (AccountId, MessageId),
    send_at: Time,
) -> PortResult<Option<(Message, Result<(), NotWaiting>)>>
where
    S: Messages + Accepting,
    Q: ChannelQueues + WakeUps,
    C: Clock,
{
    let now = clock.now();
    let changed = update(store, (account, id), None, |message| decide::reschedule(message, send_at, now).map(|_| ()));
    let Some((message, done)) = changed.await? else { return Ok(None) };
    if done.is_ok() {
        if message.content.is_none() {
            store.keep_spec(account, id.bulk_key(), message.item, lifetime::ends_by(&message)).await?;
        }
        emit::sends(queues, queues, [&message], clock.now()).await?;
    }
    Ok(Some((message, done)))
}
