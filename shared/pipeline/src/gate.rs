//! What a sender asks before it calls a provider: is its breaker open, is it to be left alone, whose turn is it.
//!
//! The answers are shared by all processes through the store, and kept here for a few seconds. A store that fails does not stop
//! messages: breakers are then believed as they were last known.

use crate::ports::{Bandwidths, Breakers, PortResult};
use baton_domain::{
    AccountId, Channel, Outcome, Time,
    bandwidth::{Bandwidth, Limit},
    breaker::{Breaker, Change},
};
use chrono::TimeDelta;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How long breakers are believed before they are read again.
const BREAKERS_FRESH: TimeDelta = TimeDelta::seconds(5);

/// How long an account's limits are believed.
const LIMITS_FRESH: TimeDelta = TimeDelta::seconds(30);

/// The most accounts whose limits are remembered.
const REMEMBERED: usize = 1000;

/// The breakers of a channel's providers by name.
pub type ByProvider = BTreeMap<String, Breaker>;

/// See the module.
#[derive(Debug)]
pub struct Gate<P> {
    ports: P,
    channel: Channel,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    breakers: ByProvider,
    breakers_at: Option<Time>,
    limits: BTreeMap<AccountId, (Time, Arc<Vec<Bandwidth>>)>,
}

impl<P: Breakers + Bandwidths> Gate<P> {
    /// The gate of a channel.
    pub fn new(ports: P, channel: Channel) -> Gate<P> {
        Gate { ports, channel, known: Mutex::default() }
    }

    /// The ports behind it.
    pub(crate) const fn ports(&self) -> &P {
        &self.ports
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The breakers of the channel's providers.
    pub async fn breakers(&self, now: Time) -> ByProvider {
        let fresh = |at: &Time| now - *at < BREAKERS_FRESH;
        if self.known().breakers_at.as_ref().is_some_and(fresh) {
            return self.known().breakers.clone();
        }
        // Others of the same batch need not read it, too.
        self.known().breakers_at = Some(now);
        match self.ports.breakers(self.channel).await {
            Ok(read) => {
                let mut known = self.known();
                for (provider, read) in read {
                    let own = known.breakers.entry(provider).or_default();
                    *own = Breaker { failures: own.failures, ..read };
                }
                known.breakers.clone()
            }
            Err(error) => {
                tracing::warn!(channel = %self.channel, %error, "the breakers could not be read");
                self.known().breakers.clone()
            }
        }
    }

    /// Takes what a call came to, and tells the others what they need to know of it.
    pub async fn take(&self, provider: &str, outcome: &Outcome, now: Time) {
        let (change, breaker) = {
            let mut known = self.known();
            let breaker = known.breakers.entry(provider.to_owned()).or_default();
            (breaker.take(outcome, now), breaker.clone())
        };
        let code = breaker.last_error.as_ref().map(|last| last.code.as_str());
        match change {
            Change::Nothing => return,
            Change::Opened => {
                let until = breaker.open_until.map(|until| until.to_rfc3339());
                tracing::error!(channel = %self.channel, provider, code, until, breaker = "opened", "the breaker opens");
            }
            Change::Closed => {
                tracing::info!(channel = %self.channel, provider, breaker = "closed", "the breaker closes")
            }
            Change::Noted | Change::Held => {}
        }
        if let Err(error) = self.ports.tell(self.channel, provider, &breaker).await {
            tracing::warn!(channel = %self.channel, provider, %error, "the breaker could not be told to others");
        }
    }

    /// The limits of an account that messages of this channel may count towards.
    ///
    /// # Errors
    /// They could not be read.
    pub async fn limits(&self, account: AccountId, now: Time) -> PortResult<Arc<Vec<Bandwidth>>> {
        if let Some((_, limits)) = self.known().limits.get(&account).filter(|(at, _)| now - *at < LIMITS_FRESH) {
            return Ok(limits.clone());
        }
        let mut limits = self.ports.bandwidth(account).await?;
        limits.retain(|limit| limit.fits_channel(self.channel));
        let limits = Arc::new(limits);
        let mut known = self.known();
        if known.limits.len() >= REMEMBERED {
            known.limits.clear();
        }
        known.limits.insert(account, (now, limits.clone()));
        Ok(limits)
    }

    /// Takes a turn of each counter; the latest of them is the message's.
    ///
    /// # Errors
    /// A counter failed.
    pub async fn reserve(&self, limits: &[Limit], now: Time) -> PortResult<Time> {
        let mut turn = now;
        for limit in limits {
            turn = turn.max(self.ports.reserve(limit, now).await?);
        }
        Ok(turn)
    }
}
