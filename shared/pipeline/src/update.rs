//! Load, decide, store on a condition, and again when somebody else was faster.

use crate::ports::{Messages, PortError, PortResult, Stored};
use baton_domain::{AccountId, Message, MessageId};

/// Tries before giving up on a message that others keep changing; its event then comes again.
const MOST_CONFLICTS: usize = 10;

/// Changes a message, whatever others do to it meanwhile. `first` is the message where it has been read already; `decide`
/// changes it and gives what the caller wants to know, and is asked again after each conflict. Nothing is stored when
/// nothing has changed. `None` when there is no such message.
pub(crate) async fn update<S: Messages, T>(
    store: &S,
    (account, id): (AccountId, MessageId),
    first: Option<Message>,
    mut decide: impl FnMut(&mut Message) -> T,
) -> PortResult<Option<(Message, T)>> {
    let mut known = first;
    for _ in 0..MOST_CONFLICTS {
        let before = match known.take() {
            Some(message) => message,
            None => match store.load(account, id).await? {
                Some(message) => message,
                None => return Ok(None),
            },
        };
        let mut message = before.clone();
        let answer = decide(&mut message);
        if message == before {
            return Ok(Some((message, answer)));
        }
        message.version = before.version + 1;
        if store.store(&message, before.version).await? == Stored::Done {
            return Ok(Some((message, answer)));
        }
    }
    Err(PortError::new("update of a message", "others changed it again and again"))
}
