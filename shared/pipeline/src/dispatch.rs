//! Wake: look at a bulk again, and put on the queues whatever of it is due.

use crate::{
    accept::push,
    pointer::WakeUp,
    ports::{Bulks, ChannelQueues, Clock, PortResult},
};

/// Handles one wake-up.
///
/// # Errors
/// A port failed; the wake-up must come again.
pub async fn dispatch<S, Q, C>(store: &S, queues: &Q, clock: &C, wake_up: WakeUp) -> PortResult<()>
where
    S: Bulks,
    Q: ChannelQueues,
    C: Clock,
{
    let messages = store.messages(wake_up.account, wake_up.bulk).await?;
    push(queues, &messages, clock.now()).await
}
