//! What people do towards our senders: they write, they block us, they let us in again.

use crate::{
    ports::{Clock, Inbounds, PortResult},
    stops::{self, StopWrites},
};
use baton_domain::{Channel, Time};
use serde::{Deserialize, Serialize};

/// One thing that a person did, on the queue of inbound events. Providers repeat webhooks, so it may come twice: `id` is
/// the same then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inbound {
    /// The channel.
    pub channel: Channel,
    /// The provider's name in upper case.
    pub provider: String,
    /// The provider's id of the event (the message, the update); unique per provider.
    pub id: String,
    /// Who: a phone in E.164 form with `+`, or the messenger's id of the person, as messages are addressed to them.
    pub from: String,
    /// To whom: our number, page, group or bot, where the provider says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub to: Option<String>,
    /// When, by the provider's clock; the time of arrival where it does not say.
    pub at: Time,
    /// What.
    #[serde(flatten)]
    pub act: Act,
}

/// What a person did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "act")]
pub enum Act {
    /// They wrote, or pressed a button of ours.
    Wrote {
        /// Their text; empty when they sent something else, as a picture.
        text: String,
        /// What the button carries that they pressed, or the parameter of the link that they came by.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        payload: Option<String>,
    },
    /// They want no more messages: blocked the bot, left the group, wrote STOP.
    Blocked,
    /// They want messages (again).
    Allowed,
}

/// Words that end a subscription when they are all of a message: those that carriers in the USA require, and the Russian
/// ones.
const STOP_WORDS: &[&str] =
    &["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "стоп", "отписаться", "отписка", "отмена"];

impl Act {
    /// The name on the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Act::Wrote { .. } => "wrote",
            Act::Blocked => "blocked",
            Act::Allowed => "allowed",
        }
    }

    /// A text that somebody wrote: a block when it is one of the words that end a subscription, in any case and with any
    /// punctuation around it.
    #[must_use]
    pub fn wrote(text: &str) -> Act {
        let word = text.trim_matches(|c: char| c.is_whitespace() || c.is_ascii_punctuation()).to_lowercase();
        match STOP_WORDS.contains(&word.as_str()) {
            true => Act::Blocked,
            false => Act::Wrote { text: text.to_owned(), payload: None },
        }
    }
}

/// Takes what people did: remembers when they last wrote, puts who wants no messages on the stop list, and puts all of it on the
/// queue. What comes again is there twice, with the same id.
///
/// # Errors
/// A port failed; the events must come again.
pub async fn hear<I, L, C>(inbounds: &I, lists: &L, clock: &C, events: &[Inbound]) -> PortResult<()>
where
    I: Inbounds,
    L: StopWrites,
    C: Clock,
{
    for event in events {
        tracing::info!(channel = %event.channel, provider = event.provider, act = event.act.name(), "inbound");
        if matches!(event.act, Act::Wrote { .. }) {
            inbounds.remember(event).await?;
        }
        stops::hear(lists, event, clock.now()).await?;
    }
    if events.is_empty() { Ok(()) } else { inbounds.publish(events).await }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_end_a_subscription_are_known_alone() {
        for text in ["STOP", " stop. ", "Стоп!", "«Стоп»".trim_matches(['«', '»']), "ОТПИСАТЬСЯ", "Unsubscribe"]
        {
            assert_eq!(Act::wrote(text), Act::Blocked, "{text}");
        }
        for text in ["do not stop", "", "стоп, я передумал", "👍"] {
            assert_eq!(Act::wrote(text), Act::Wrote { text: text.to_owned(), payload: None });
        }
    }

    #[test]
    fn an_event_is_read_back() {
        let at = Time::from_timestamp_millis(1_790_000_000_123).expect("a time");
        let event = |act| Inbound {
            channel: Channel::Whatsapp,
            provider: "META".to_owned(),
            id: "wamid.1".to_owned(),
            from: "+79990000001".to_owned(),
            to: None,
            at,
            act,
        };
        let text = serde_json::to_string(&event(Act::wrote("да"))).expect("JSON");
        assert!(text.contains(r#""act":"wrote","text":"да""#), "{text}");
        for act in [Act::wrote("да"), Act::Blocked, Act::Allowed] {
            let text = serde_json::to_string(&event(act.clone())).expect("JSON");
            assert_eq!(serde_json::from_str::<Inbound>(&text).expect("an event"), event(act));
        }
    }
}
