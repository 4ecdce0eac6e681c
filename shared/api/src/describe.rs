//! A message's status in a sentence.

use crate::wire::stamp;
use baton_domain::{AttemptState, Message, Status};

/// The status in a sentence, with the reason where there is one.
pub(crate) fn describe(message: &Message) -> String {
    let current = message.current();
    let error = current.and_then(|attempt| attempt.error.as_ref());
    let channel = message.current_channel().map_or("the channel", |channel| channel.name());
    let waits_until = current
        .filter(|attempt| attempt.state == AttemptState::Queued)
        .and_then(|attempt| attempt.not_before)
        .map(stamp);
    match message.status {
        Status::Created => "Accepted; it waits for its sender.".to_owned(),
        Status::Delayed => match waits_until {
            Some(time) => format!("Waits until {time}."),
            None => "Waits for its time.".to_owned(),
        },
        Status::Paused => "Its task is paused.".to_owned(),
        Status::Canceled => "Cancelled before it went out.".to_owned(),
        Status::Delivered => format!("Delivered by {channel}."),
        Status::Read => format!("Delivered by {channel} and read."),
        Status::Expired => format!("Not delivered by {channel} within its validity period."),
        Status::Pending => match (current.map(|attempt| attempt.state), error) {
            (Some(AttemptState::Unknown), _) => {
                format!(
                    "Whether the provider of {channel} took it is not known; a receipt or the validity period settles it."
                )
            }
            (Some(AttemptState::Queued), Some(error)) => format!("Is tried again by {channel}: {}", error.message),
            (Some(AttemptState::Queued), None) => match waits_until {
                Some(time) => format!("Waits until {time}, then for the sender of {channel}."),
                None => format!("Waits for the sender of {channel}."),
            },
            _ => format!("With the provider of {channel}; no final receipt yet."),
        },
        Status::Undelivered | Status::Error => match error {
            Some(error) => error.message.clone(),
            None => format!("Not delivered by {channel}."),
        },
    }
}
