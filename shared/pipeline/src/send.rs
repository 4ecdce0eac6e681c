//! Send: claim an attempt, call the provider once, record what came of it.

mod held;
mod stopped;
mod turn;

use crate::{
    choose::{Choice, choose},
    emit,
    gate::Gate,
    pointer::{FallbackPointer, Pointer},
    ports::{
        Bandwidths, Breakers, ChannelQueues, Claim, Claims, Clock, FallbackQueue, LastInbound, Messages, PortResult,
        Specs, WakeUps,
    },
    provider::{CALL_TIMEOUT, Provider, SendRequest},
    short_links::{ShortLinks, Shortener},
    stops::{StopList, StopWrites},
    tasks::{passage::Passages, ports::TaskReads},
    update::update,
};
use baton_domain::{
    Channel, ChannelContent, ErrorClass, Message, Outcome, ProviderError, Time,
    decide::{self, ClaimRefused, Effect, ResultOf},
};
use chrono::TimeDelta;
use futures::FutureExt;
use std::{
    collections::{BTreeMap, BTreeSet},
    panic::AssertUnwindSafe,
    time::Duration,
};
use turn::Turn;

/// Meta's customer service window: how long after a recipient's last message a free text may be sent.
const WHATSAPP_WINDOW: TimeDelta = TimeDelta::hours(24);

/// What is kept of a process's time for recording the outcome of a call, on a bad day.
const RECORDING: Duration = Duration::from_secs(3);

/// What a call gets where even that is not left: some providers answer within it, and the claim is ours already.
const SHORTEST_CALL: Duration = Duration::from_secs(1);

/// What is to become of the record on the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is done with.
    Done,
    /// It is to come again, not before this pause.
    Again(Duration),
}

/// The sender of one channel.
pub struct Sender<S, F, G, C, L, T> {
    /// The channel.
    pub channel: Channel,
    /// Its providers in order, and for each the messages a second that it takes from all accounts together.
    pub providers: Vec<Box<dyn Provider>>,
    /// The providers' own limits, from the providers document.
    pub rates: BTreeMap<&'static str, u32>,
    /// The messages.
    pub store: S,
    /// Where messages go whose next channel is due or that wait for their turn, and where wake-ups are set.
    pub outlets: F,
    /// Breakers and bandwidth.
    pub gate: Gate<G>,
    /// The time.
    pub clock: C,
    /// After this long a claim's holder can not be alive any more: the function's time-out, and a margin for clocks that differ.
    pub claim_limit: Duration,
    /// What makes short links, where the channel is SMS.
    pub shortener: Option<Shortener<L>>,
    /// What is known of tasks.
    pub tasks: Passages<T>,
}

/// What a provider gets and which one it is, or why there is none.
type Prepared<'a> = Result<(Choice<'a>, SendRequest), ProviderError>;

impl<S, F, G, C, L, T> Sender<S, F, G, C, L, T>
where
    S: Claims + Messages + Specs,
    F: ChannelQueues + FallbackQueue + WakeUps,
    G: Breakers + Bandwidths + LastInbound + StopList + StopWrites,
    C: Clock,
    L: ShortLinks,
    T: TaskReads,
{
    /// Handles one pointer, in a process that has all the time in the world.
    ///
    /// # Errors
    /// A port failed; the pointer must come again.
    pub async fn handle(&self, pointer: Pointer) -> PortResult<Verdict> {
        self.handle_until(pointer, None).await
    }

    /// Handles one pointer in a process that is stopped at `end`. The call to the provider ends early enough for its outcome
    /// to be recorded, as nobody could say any more what came of it otherwise.
    ///
    /// # Errors
    /// A port failed; the pointer must come again.
    pub async fn handle_until(&self, pointer: Pointer, end: Option<Time>) -> PortResult<Verdict> {
        let received = self.tasks.moment();
        // Before its turn, so that a paused task takes none; and after it, as it may have waited for that here.
        if self.is_held(pointer, received).await?
            || self.turn(pointer).await? == Turn::PutOff
            || self.is_held(pointer, received).await?
        {
            return Ok(Verdict::Done);
        }
        match self.store.claim(pointer.attempt, self.clock.now()).await? {
            Claim::Won(message) => self.send(*message, pointer, end).await,
            Claim::Lost(message) => self.not_ours(*message, pointer).await,
            Claim::Missing => {
                tracing::warn!(attempt = %pointer.attempt, "a pointer to a message that is not there");
                Ok(Verdict::Done)
            }
        }
    }

    async fn send(&self, message: Message, pointer: Pointer, end: Option<Time>) -> PortResult<Verdict> {
        let index = pointer.attempt.attempt;
        let try_number = message.attempts[usize::from(index)].tries;
        let (choice, outcome, part_count) = match self.prepare(&message, pointer).await {
            Ok((choice, request)) => {
                let limit = call_limit(end, self.clock.now());
                let outcome = call(choice.provider, &request, limit).await;
                self.gate.take(choice.provider.name(), &outcome, self.clock.now()).await;
                self.stop(&message, index, &choice, &outcome).await;
                (Some(choice), outcome, request.part_count())
            }
            Err(error) => (None, Outcome::from_error(error), None),
        };
        let provider = choice.as_ref().map(|choice| choice.provider.name());
        log(pointer, provider, &outcome);
        let of = ResultOf {
            spread: self.clock.spread(),
            another: choice.as_ref().is_some_and(|choice| choice.another),
            idempotent: choice.as_ref().is_some_and(|choice| choice.provider.idempotent()),
            passed_over: choice.as_ref().map_or(&[], |choice| &choice.passed_over),
            part_count,
            ..ResultOf::new(index, try_number, provider, &outcome)
        };
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
        let index = pointer.attempt.attempt;
        let (content, short_links) = self.content(message).await?;
        let now = self.clock.now();
        let breakers = self.gate.breakers(now).await;
        let choice = choose(&self.providers, (self.channel, message, index), &content, (&breakers, now))?;
        self.check_not_stopped(message, &choice.address).await?;
        let mut content = content
            .render(&message.recipient)
            .map_err(|fault| ProviderError::new(ErrorClass::Permanent, "not_rendered", fault.to_string()))?;
        if let Some(error) = self.outside_window(&content, &choice.address, now).await {
            return Err(error);
        }
        if short_links && self.channel == Channel::Sms {
            self.shorten(message, &mut content, now).await?;
        }
        let request = SendRequest {
            attempt: pointer.attempt,
            task: message.task,
            try_number: message.attempts[usize::from(index)].tries,
            channel: self.channel,
            to: choice.address.clone(),
            recipient: message.recipient.clone(),
            content,
            now,
        };
        Ok((choice, request))
    }

    /// On WhatsApp a free text may go only within 24 hours after the recipient's last message; a template at any time. Where
    /// nothing is known of the recipient the provider decides.
    async fn outside_window(&self, content: &ChannelContent, address: &str, now: Time) -> Option<ProviderError> {
        if self.channel != Channel::Whatsapp || content.template_name.is_some() {
            return None;
        }
        match self.gate.ports().last_inbound(self.channel, address).await {
            Ok(Some(last)) if now - last > WHATSAPP_WINDOW => {
                let message = "The recipient has not written for 24 hours; only a template may be sent.";
                Some(ProviderError::new(ErrorClass::Permanent, "outside_window", message))
            }
            Ok(_) => None,
            Err(error) => {
                tracing::warn!(%error, "the recipient's last message could not be looked up");
                None
            }
        }
    }

    /// Puts short links into the text, which are stored before anybody can follow them.
    async fn shorten(&self, message: &Message, content: &mut ChannelContent, now: Time) -> Result<(), ProviderError> {
        let Some(text) = &mut content.text else { return Ok(()) };
        let missing = "This sender makes no short links.";
        let shortener = self.shortener.as_ref();
        let shortener =
            shortener.ok_or_else(|| ProviderError::new(ErrorClass::Misconfigured, "short_links_missing", missing))?;
        *text = shortener.shorten(message, text, now).await?;
        Ok(())
    }

    /// The content for the channel, and whether its long links are to be short ones.
    async fn content(&self, message: &Message) -> Result<(ChannelContent, bool), ProviderError> {
        let spec = match &message.content {
            Some(spec) => Some(spec.clone()),
            None => self.store.spec(message.account, message.id.bulk_key(), message.item).await.map_err(|error| {
                tracing::warn!(%error, "the content could not be read");
                ProviderError::new(ErrorClass::Temporary, "content_unavailable", "The content could not be read.")
            })?,
        };
        let content = spec.as_ref().and_then(|spec| Some((spec.content(self.channel)?.clone(), spec.short_links)));
        content.ok_or_else(|| {
            ProviderError::new(
                ErrorClass::Misconfigured,
                "content_missing",
                "The message has no content for the channel.",
            )
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
            self.outlets.set(wake_up, now).await?;
        }
        if others {
            FallbackQueue::push(&self.outlets, FallbackPointer::of(message)).await?;
        }
        Ok(verdict)
    }
}

/// How long a call may take in a process that is stopped at `end`.
fn call_limit(end: Option<Time>, now: Time) -> Duration {
    let longest = CALL_TIMEOUT + Duration::from_secs(1);
    let left = |end: Time| (end - now).to_std().unwrap_or_default().saturating_sub(RECORDING);
    end.map_or(longest, |end| left(end).clamp(SHORTEST_CALL, longest))
}

/// Calls a provider, and holds it to its promises: it answers in time and does not panic.
async fn call(provider: &dyn Provider, request: &SendRequest, limit: Duration) -> Outcome {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_leaves_the_time_to_record_its_outcome() {
        let now = Time::UNIX_EPOCH;
        let limit = |seconds| call_limit(Some(now + TimeDelta::seconds(seconds)), now).as_secs();
        assert_eq!(call_limit(None, now).as_secs(), 8);
        assert_eq!([30, 11, 10, 5, 3, 0, -1].map(limit), [8, 8, 7, 2, 1, 1, 1]);
    }
}
