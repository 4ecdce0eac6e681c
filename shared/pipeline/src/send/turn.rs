//! Whose turn it is: messages wait for the bandwidth of their account and of their provider before they are claimed.
//!
//! A message takes the next free moment of every limit that fits it. When that is more than a second away its pointer goes back
//! on the queue as a new record, with its moment and a delay, so waiting never counts as failing and never ends in the
//! dead-letter queue.

use super::Sender;
use crate::{
    choose::choose,
    pointer::Pointer,
    ports::{
        Bandwidths, Breakers, ChannelQueues, Claims, Clock, FallbackQueue, LastInbound, Messages, PortResult, Specs,
        WakeUps,
    },
    short_links::ShortLinks,
    stops::{StopList, StopWrites},
    tasks::ports::TaskReads,
};
use baton_domain::{Message, Time, bandwidth::Limit, decide};
use chrono::TimeDelta;
use std::time::Duration;

/// So long a sender waits itself; a delay of the queue has whole seconds.
const SHORT: TimeDelta = TimeDelta::seconds(1);

/// A moment that was missed by more than this is not kept: after a standstill everybody would come at once.
const MISSED: TimeDelta = TimeDelta::seconds(5);

/// The longest delay of the queue; who waits longer comes again and waits on.
const LONGEST_DELAY: TimeDelta = TimeDelta::minutes(15);

/// What a message is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Go.
    Now,
    /// It waits on the queue.
    PutOff,
}

/// What is in the way of a message.
enum Wait {
    /// The provider is to be left alone until then; turns are given after that.
    Held(Time),
    /// Its turn.
    At(Time),
}

impl<S, F, G, C, L, T> Sender<S, F, G, C, L, T>
where
    S: Claims + Messages + Specs,
    F: ChannelQueues + FallbackQueue + WakeUps,
    G: Breakers + Bandwidths + LastInbound + StopList + StopWrites,
    C: Clock,
    L: ShortLinks,
    T: TaskReads,
{
    /// Waits for the turn of an attempt, here or on the queue.
    pub(super) async fn turn(&self, pointer: Pointer) -> PortResult<Turn> {
        let now = self.clock.now();
        let given = pointer.slot.and_then(Time::from_timestamp_millis).filter(|turn| now - *turn <= MISSED);
        let wait = match given {
            Some(turn) => Some(Wait::At(turn)),
            None => self.in_the_way(pointer, now).await?,
        };
        let (until, slot) = match wait {
            None => return Ok(Turn::Now),
            Some(Wait::At(turn)) => (turn, Some(turn.timestamp_millis())),
            Some(Wait::Held(until)) => (until, None),
        };
        let pause = (until - now).max(TimeDelta::zero());
        if pause <= SHORT {
            if !pause.is_zero() {
                self.clock.sleep(pause.to_std().unwrap_or_default()).await;
            }
            return Ok(Turn::Now);
        }
        // Whole seconds, down: the rest is waited for here.
        let delay = Duration::from_secs(u64::try_from(pause.min(LONGEST_DELAY).num_seconds()).unwrap_or_default());
        ChannelQueues::push(&self.outlets, self.channel, &[Pointer { slot, ..pointer }], delay).await?;
        Ok(Turn::PutOff)
    }

    /// What is in the way of an attempt. Nothing is read where nothing is limited.
    async fn in_the_way(&self, pointer: Pointer, now: Time) -> PortResult<Option<Wait>> {
        let of = pointer.attempt;
        let breakers = self.gate.breakers(now).await;
        let limits = self.gate.limits(of.account, now).await?;
        if limits.is_empty() && self.rates.is_empty() && !breakers.values().any(|breaker| breaker.held(now).is_some()) {
            return Ok(None);
        }
        let Some(message) = self.store.load(of.account, of.message).await? else { return Ok(None) };
        // What can not be claimed needs no turn; the claim will say why.
        if decide::claim(&mut Message::clone(&message), of.attempt, now).is_err() {
            return Ok(None);
        }
        let Ok((content, _)) = self.content(&message).await else { return Ok(None) };
        let choice = choose(&self.providers, (self.channel, &message, of.attempt), &content, (&breakers, now));
        let Ok(provider) = choice.map(|choice| choice.provider.name()) else { return Ok(None) };
        if let Some(until) = breakers.get(provider).and_then(|breaker| breaker.held(now)) {
            return Ok(Some(Wait::Held(until)));
        }
        let of_account = limits.iter().filter(|limit| limit.fits(self.channel, provider));
        let mut kept: Vec<Limit> = of_account.map(|limit| limit.limit(of.account)).collect();
        kept.extend(self.rates.get(provider).map(|rate| Limit::of_provider(self.channel, provider, *rate)));
        if kept.is_empty() {
            return Ok(None);
        }
        self.gate.reserve(&kept, now).await.map(|turn| Some(Wait::At(turn)))
    }
}
