//! Fall back: put a message on the queue of the channel that is due.

use crate::{
    emit,
    pointer::FallbackPointer,
    ports::{ChannelQueues, Clock, Messages, PortResult, WakeUps},
};

/// Handles one pointer of the fallback queue. The decision has been stored already; a message that has meanwhile been
/// delivered or cancelled has nothing outstanding.
///
/// # Errors
/// A port failed; the pointer must come again.
pub async fn fall_back<S, Q, C>(store: &S, queues: &Q, clock: &C, pointer: FallbackPointer) -> PortResult<()>
where
    S: Messages,
    Q: ChannelQueues + WakeUps,
    C: Clock,
{
    let Some(message) = store.load(pointer.account, pointer.message).await? else {
        tracing::warn!(message = %pointer.message, "a fallback of a message that is not there");
        return Ok(());
    };
    emit::sends(queues, queues, [&message], clock.now()).await
}
