//! Send: claim an attempt, call the provider once, record what came of it.

use crate::{
    emit,
    pointer::Pointer,
    ports::{Claim, Claims, Clock, FallbackQueue, Messages, PortResult, Specs, WakeUps},
    provider::{CALL_TIMEOUT, Provider, SendRequest},
    update::update,
};
use baton_domain::{
    Channel, ChannelContent, ErrorClass, Message, Outcome, ProviderError,
    decide::{self, ClaimRefused, Effect, ResultOf},
};
use futures::FutureExt;
use std::{collections::BTreeSet, panic::AssertUnwindSafe, time::Duration};

/// What is to become of the record on the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is done with.
    Done,
    /// It is to come again, not before this pause.
    Again(Duration),
}

/// The sender of one channel.
pub struct Sender<S, F, C> {
    /// The channel.
    pub channel: Channel,
    /// Its providers in order.
    pub providers: Vec<Box<dyn Provider>>,
    /// The messages.
    pub store: S,
    /// Where messages go whose next channel is due, and where wake-ups are set.
    pub fallback: F,
    /// The time.
    pub clock: C,
    /// After this long a claim's holder can not be alive any more: the function's time-out, and a margin for clocks that differ.
    pub claim_limit: Duration,
}

/// The content that a provider gets, or why there is none.
type Prepared<'a> = Result<(&'a dyn Provider, SendRequest), ProviderError>;

impl<S, F, C> Sender<S, F, C>
where
    S: Claims + Messages + Specs,
    F: FallbackQueue + WakeUps,
    C: Clock,
{
    /// Handles one pointer.
    ///
    /// # Errors
    /// A port failed; the pointer must come again.
    pub async fn handle(&self, pointer: Pointer) -> PortResult<Verdict> {
        match self.store.claim(pointer.attempt, self.clock.now()).await? {
            Claim::Won(message) => self.send(*message, pointer).await,
            Claim::Lost(message) => self.not_ours(*message, pointer).await,
            Claim::Missing => {
                tracing::warn!(attempt = %pointer.attempt, "a pointer to a message that is not there");
                Ok(Verdict::Done)
            }
        }
    }

    async fn send(&self, message: Message, pointer: Pointer) -> PortResult<Verdict> {
        let index = pointer.attempt.attempt;
        let try_number = message.attempts[usize::from(index)].tries;
        let (provider, outcome) = match self.prepare(&message, pointer).await {
            Ok((provider, request)) => (Some(provider.name()), call(provider, &request).await),
            Err(error) => (None, Outcome::from_error(error)),
        };
        log(pointer, provider, &outcome);
        let of = ResultOf { attempt: index, try_number, provider, outcome: &outcome, spread: self.clock.spread() };
        let key = (message.account, message.id);
        let changed = update(&self.store, key, Some(message), |message| decide::result(message, &of, self.clock.now()));
        match changed.await? {
            Some((message, _)) => self.emit(&message, index).await,
            None => Ok(Verdict::Done),
        }
    }

    /// Finds provider and content. A failure of the store is a temporary error here: the claim is ours, and an event that
    /// came again would have to take it for lost.
    async fn prepare(&self, message: &Message, pointer: Pointer) -> Prepared<'_> {
        let content = self.content(message).await?;
        let provider = self.provider(content.provider.as_deref())?;
        let content = content
            .render(&message.recipient)
            .map_err(|fault| ProviderError::new(ErrorClass::Permanent, "not_rendered", fault.to_string()))?;
        let Some(to) = message.recipient.address(self.channel) else {
            return Err(ProviderError::new(ErrorClass::Permanent, "no_address", "The recipient has no address here."));
        };
        let request = SendRequest {
            attempt: pointer.attempt,
            try_number: message.attempts[usize::from(pointer.attempt.attempt)].tries,
            channel: self.channel,
            to: to.to_owned(),
            recipient: message.recipient.clone(),
            content,
            now: self.clock.now(),
        };
        Ok((provider, request))
    }

    async fn content(&self, message: &Message) -> Result<ChannelContent, ProviderError> {
        let spec = match &message.content {
            Some(spec) => Some(spec.clone()),
            None => self.store.spec(message.account, message.id.bulk_key(), message.item).await.map_err(|error| {
                tracing::warn!(%error, "the content could not be read");
                ProviderError::new(ErrorClass::Temporary, "content_unavailable", "The content could not be read.")
            })?,
        };
        let content = spec.as_ref().and_then(|spec| spec.content(self.channel)).cloned();
        content.ok_or_else(|| {
            ProviderError::new(
                ErrorClass::Misconfigured,
                "content_missing",
                "The message has no content for the channel.",
            )
        })
    }

    fn provider(&self, pinned: Option<&str>) -> Result<&dyn Provider, ProviderError> {
        let fits = |provider: &dyn Provider| pinned.is_none_or(|name| provider.name().eq_ignore_ascii_case(name));
        self.providers.iter().map(AsRef::as_ref).find(|provider| fits(*provider)).ok_or_else(|| {
            let message = match pinned {
                Some(name) => format!("The provider {name} is not set for {}.", self.channel),
                None => format!("No provider is set for {}.", self.channel),
            };
            ProviderError::new(ErrorClass::Misconfigured, "no_provider", message)
        })
    }

    /// The claim was refused: the pointer came twice, too early, or its first holder died on the way.
    async fn not_ours(&self, message: Message, pointer: Pointer) -> PortResult<Verdict> {
        let index = pointer.attempt.attempt;
        let now = self.clock.now();
        match decide::claim(&mut message.clone(), index, now) {
            Err(ClaimRefused::TooEarly(_) | ClaimRefused::NotWaiting) => self.emit(&message, index).await,
            Err(ClaimRefused::WindowClosed) => {
                let key = (message.account, message.id);
                match update(&self.store, key, Some(message), |message| decide::reopen(message, index, now)).await? {
                    Some((message, _)) => self.emit(&message, index).await,
                    None => Ok(Verdict::Done),
                }
            }
            Err(ClaimRefused::InProgress(since)) => {
                let age = (now - since).to_std().unwrap_or_default();
                if let Some(rest) = self.claim_limit.checked_sub(age).filter(|rest| !rest.is_zero()) {
                    return Ok(Verdict::Again(rest));
                }
                tracing::warn!(attempt = %pointer.attempt, "the holder of a claim died; the outcome is unknown");
                let key = (message.account, message.id);
                let since_then = update(&self.store, key, Some(message), |message| decide::lose(message, index, now));
                match since_then.await? {
                    Some((message, _)) => self.emit(&message, index).await,
                    None => Ok(Verdict::Done),
                }
            }
            // Claimable after all: somebody changed it between the claim and its answer.
            Ok(()) => Ok(Verdict::Again(Duration::ZERO)),
        }
    }

    /// Carries out the effects of our own attempt: again is the record's return, unless that is far away; the next channel
    /// is for the fallback function.
    async fn emit(&self, message: &Message, own: u8) -> PortResult<Verdict> {
        let now = self.clock.now();
        let mut verdict = Verdict::Done;
        let mut others = false;
        let mut wake_ups = BTreeSet::new();
        for effect in decide::outstanding_of(message, own) {
            match effect {
                Effect::Wake { at } => {
                    wake_ups.insert(emit::after_expiry(message, at, now));
                }
                Effect::Send { attempt, .. } if attempt != own => others = true,
                Effect::Send { not_before, .. } => match not_before {
                    Some(time) if emit::is_later(time, now) => {
                        wake_ups.insert(emit::before_send(message, time));
                    }
                    _ => {
                        let pause = not_before.map(|time| (time - now).to_std().unwrap_or_default());
                        verdict = Verdict::Again(pause.unwrap_or_default());
                    }
                },
            }
        }
        for wake_up in wake_ups {
            self.fallback.set(wake_up, now).await?;
        }
        if others {
            self.fallback.push(message.account, message.id).await?;
        }
        Ok(verdict)
    }
}

/// Calls a provider, and holds it to its promises: it answers in time and does not panic.
async fn call(provider: &dyn Provider, request: &SendRequest) -> Outcome {
    let limit = CALL_TIMEOUT + Duration::from_secs(1);
    let call = AssertUnwindSafe(provider.send(request)).catch_unwind();
    let unknown = |code, message| Outcome::Unknown(ProviderError::new(ErrorClass::Unknown, code, message));
    match tokio::time::timeout(limit, call).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => unknown("panic", "The provider's adapter failed; the provider may have taken the message."),
        Err(_) => unknown("timeout", "The provider did not answer in time; it may have taken the message."),
    }
}

/// Writes down every call, with identifiers alone. A misconfiguration is an error: an alarm listens for its class.
fn log(pointer: Pointer, provider: Option<&str>, outcome: &Outcome) {
    let attempt = pointer.attempt;
    match outcome {
        Outcome::Accepted(accepted) => {
            let id = accepted.provider_message_id.as_deref();
            tracing::info!(%attempt, provider, provider_message_id = id, "sent");
        }
        Outcome::Refused(error) if error.class == ErrorClass::Misconfigured => {
            tracing::error!(%attempt, provider, class = error.class.name(), code = error.code, "refused: {}", error.message);
        }
        Outcome::Refused(error) | Outcome::Unknown(error) => {
            tracing::warn!(%attempt, provider, class = error.class.name(), code = error.code, "not sent");
        }
    }
}
