//! What a message costs: the rates that it was accepted with, times what was sent of it.
//!
//! A price follows from the message as it is stored, so it needs no attribute of its own, and whatever corrects the number
//! of parts corrects the price.

use crate::{Attempt, AttemptState, Channel, Currency, Message, Price};
use std::{fmt, str::FromStr};

/// The price of a part over one leg of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The index of the leg in the message's route.
    pub leg: u8,
    /// The provider whose price it is; that of every other provider when absent.
    pub provider: Option<String>,
    /// The price of a part of an SMS, or of a message of another channel.
    pub price: Price,
}

/// The rates of a message as of its acceptance: a later price list is none of its.
///
/// As text: `RUB,0=2.5,0:TWILIO=3.1`, the currency, then each leg, with a provider where it has a price of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates {
    /// What the prices are in.
    pub currency: Currency,
    /// At least one; for each leg at most one per provider and one for the others.
    pub rates: Vec<Rate>,
}

/// The text is not that of rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not rates")]
pub struct BadRates;

impl Rates {
    /// The price of a part over a leg through a provider; through one that is not known yet when `None`.
    #[must_use]
    pub fn of(&self, leg: u8, provider: Option<&str>) -> Option<Price> {
        let of_leg = || self.rates.iter().filter(|rate| rate.leg == leg);
        let own = |rate: &&Rate| provider.is_some() && rate.provider.as_deref() == provider;
        of_leg().find(own).or_else(|| of_leg().find(|rate| rate.provider.is_none())).map(|rate| rate.price)
    }
}

impl fmt::Display for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.currency.fmt(f)?;
        for rate in &self.rates {
            match &rate.provider {
                None => write!(f, ",{}={}", rate.leg, rate.price)?,
                Some(provider) => write!(f, ",{}:{provider}={}", rate.leg, rate.price)?,
            }
        }
        Ok(())
    }
}

impl FromStr for Rates {
    type Err = BadRates;

    fn from_str(text: &str) -> Result<Rates, BadRates> {
        let (currency, rates) = text.split_once(',').ok_or(BadRates)?;
        let rates = rates.split(',').map(|text| {
            let (of, price) = text.split_once('=')?;
            let (leg, provider) = of.split_once(':').map_or((of, None), |(leg, name)| (leg, Some(name.to_owned())));
            Some(Rate { leg: leg.parse().ok()?, provider, price: price.parse().ok()? })
        });
        let currency = currency.parse().map_err(|_| BadRates)?;
        Ok(Rates { currency, rates: rates.collect::<Option<_>>().ok_or(BadRates)? })
    }
}

impl Attempt {
    /// Whether a provider has taken it, as its answer or a receipt says: then it costs, delivered or not. What was refused costs
    /// nothing, and of a call whose outcome nobody knows it is not known yet.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        let arrived = matches!(self.state, AttemptState::Sent | AttemptState::Delivered | AttemptState::Read);
        arrived || self.sent_at.is_some() || self.receipts
    }
}

impl Message {
    /// What an attempt cost; `None` when it cost nothing or has no price, or the number of its parts is not known.
    #[must_use]
    pub fn price_of(&self, attempt: &Attempt) -> Option<Price> {
        let rate = self.rates.as_ref()?.of(attempt.leg, attempt.provider.as_deref())?;
        let parts = match self.leg(attempt).channel {
            Channel::Sms => attempt.part_count?,
            _ => 1,
        };
        attempt.is_taken().then(|| rate.times(parts))
    }

    /// What its attempts cost together, and in what; `None` when none of them has a price.
    #[must_use]
    pub fn price(&self) -> Option<(Price, Currency)> {
        let rates = self.rates.as_ref()?;
        let prices = self.attempts.iter().filter_map(|attempt| self.price_of(attempt));
        Some((prices.reduce(Price::plus)?, rates.currency))
    }
}

#[cfg(test)]
mod tests;
