//! Cancel: stop a message that has not gone out.

use crate::{
    ports::{Clock, Messages, PortResult},
    update::update,
};
use baton_domain::{
    AccountId, Message, MessageId,
    decide::{self, NotCancellable},
};

/// Cancels a message, of which `read` is what was read of it just now, if it was. `None` when the account has no such message; otherwise the message as it is now, and whether it is
/// cancelled. A cancel that is answered as done wins over every later claim.
///
/// # Errors
/// A port failed.
pub async fn cancel<S, C>(
    store: &S,
    clock: &C,
    (account, id): (AccountId, MessageId),
    read: Option<Message>,
) -> PortResult<Option<(Message, Result<(), NotCancellable>)>>
where
    S: Messages,
    C: Clock,
{
    update(store, (account, id), read, |message| decide::cancel(message, clock.now())).await
}
