//! How many messages a second may go through a channel or a provider.

use crate::{AccountId, Channel};
use serde::{Deserialize, Serialize};

/// A limit of an account. Without channel or provider it is for all of them together; every limit that fits is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bandwidth {
    /// Messages a second, at least 1.
    pub bandwidth: u32,
    /// The channel.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub channel: Option<Channel>,
    /// The provider's name in upper case.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub provider: Option<String>,
}

impl Bandwidth {
    /// Whether messages of a channel count towards it, through some provider.
    #[must_use]
    pub fn fits_channel(&self, channel: Channel) -> bool {
        self.channel.is_none_or(|own| own == channel)
    }

    /// Whether messages through this provider of the channel count towards it.
    #[must_use]
    pub fn fits(&self, channel: Channel, provider: &str) -> bool {
        self.fits_channel(channel) && self.provider.as_deref().is_none_or(|own| own == provider)
    }

    /// The limit with its counter.
    #[must_use]
    pub fn limit(&self, account: AccountId) -> Limit {
        let channel = self.channel.map_or("*", Channel::name);
        let provider = self.provider.as_deref().unwrap_or("*");
        Limit { bucket: format!("{account}#{channel}#{provider}"), rate: self.bandwidth }
    }
}

/// A limit, and the name of the counter that all processes share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The counter: account, channel and provider, each `*` where all count.
    pub bucket: String,
    /// Messages a second, at least 1.
    pub rate: u32,
}

impl Limit {
    /// The limit of a provider for all accounts together, from the providers document.
    #[must_use]
    pub fn of_provider(channel: Channel, provider: &str, rate: u32) -> Limit {
        Limit { bucket: format!("*#{channel}#{provider}"), rate }
    }

    /// How far apart two messages are, in microseconds.
    #[must_use]
    pub const fn interval_micros(&self) -> i64 {
        1_000_000 / if self.rate == 0 { 1 } else { self.rate as i64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_fits_what_it_names() {
        let limit = |channel, provider: Option<&str>| Bandwidth {
            bandwidth: 10,
            channel,
            provider: provider.map(str::to_owned),
        };
        let all = limit(None, None);
        let sms = limit(Some(Channel::Sms), None);
        let twilio = limit(Some(Channel::Sms), Some("TWILIO"));
        let fits = |channel, provider: &str| [&all, &sms, &twilio].map(|limit| limit.fits(channel, provider));
        assert_eq!(fits(Channel::Sms, "TWILIO"), [true, true, true]);
        assert_eq!(fits(Channel::Sms, "VONAGE"), [true, true, false]);
        assert_eq!(fits(Channel::Email, "TWILIO"), [true, false, false]);
        assert_eq!(all.limit(AccountId(7)).bucket, "7#*#*");
        assert_eq!(twilio.limit(AccountId(7)), Limit { bucket: "7#sms#TWILIO".to_owned(), rate: 10 });
        assert_eq!(Limit::of_provider(Channel::Vk, "VK", 20).interval_micros(), 50_000);
    }
}
