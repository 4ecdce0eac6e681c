use super::stamp;
use baton_domain::{
    AccountId, Channel, Time,
    bandwidth::Bandwidth,
    breaker::{Breaker, LastError, State},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A provider as it is set for a channel. Its settings are named, never shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderEntry {
    /// The channel.
    #[schema(example = "sms")]
    pub channel: String,
    /// Its name; null where the channel's document can not be read.
    #[schema(example = "TWILIO")]
    pub provider: Option<String>,
    /// Its place in the order of the channel, from 1.
    pub position: Option<u32>,
    /// The names of the settings that it has.
    pub settings: Vec<String>,
    /// Messages a second that it takes, from all accounts together; null when there is no limit.
    pub bandwidth: Option<u32>,
    /// `closed`: it is called. `open`: another provider of the channel is called instead. `half_open`: the next message is the
    /// trial.
    #[schema(example = "closed")]
    pub breaker: String,
    /// Until when the breaker is open.
    #[schema(format = DateTime)]
    pub open_until: Option<String>,
    /// Until when the provider asked to be left alone.
    #[schema(format = DateTime)]
    pub held_until: Option<String>,
    /// Its last error that was not the recipient's.
    pub last_error: Option<ProviderFault>,
    /// What is wrong with the channel's document, where it can not be read.
    pub fault: Option<String>,
}

/// The last error of a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProviderFault {
    /// `temporary`, `unknown` or `misconfigured`.
    #[schema(example = "misconfigured")]
    pub class: String,
    /// The provider's code.
    #[schema(example = "20003")]
    pub code: String,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
}

impl From<&LastError> for ProviderFault {
    fn from(last: &LastError) -> ProviderFault {
        ProviderFault { class: last.class.name().to_owned(), code: last.code.clone(), at: stamp(last.at) }
    }
}

impl ProviderEntry {
    /// An entry for a channel, with nothing known yet.
    #[must_use]
    pub fn of(channel: Channel) -> ProviderEntry {
        ProviderEntry {
            channel: channel.name().to_owned(),
            provider: None,
            position: None,
            settings: Vec::new(),
            bandwidth: None,
            breaker: State::Closed.name().to_owned(),
            open_until: None,
            held_until: None,
            last_error: None,
            fault: None,
        }
    }

    /// The same, with what senders know of the provider.
    #[must_use]
    pub fn with(self, breaker: &Breaker, now: Time) -> ProviderEntry {
        let state = breaker.state(now);
        ProviderEntry {
            breaker: state.name().to_owned(),
            open_until: breaker.open_until.filter(|_| state == State::Open).map(stamp),
            held_until: breaker.held(now).map(stamp),
            last_error: breaker.last_error.as_ref().map(ProviderFault::from),
            ..self
        }
    }
}

/// The providers of every channel, in the order in which they are tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderList {
    /// How many there are.
    pub count: Option<u64>,
    /// The providers.
    pub items: Vec<ProviderEntry>,
    /// Where the next part begins; null at the end.
    pub next_cursor: Option<String>,
}

/// A limit of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BandwidthEntry {
    /// Whose it is.
    pub company_id: u64,
    /// Messages a second.
    pub bandwidth: u32,
    /// The channel; null for all of them together.
    #[schema(example = "sms")]
    pub channel: Option<String>,
    /// The provider; null for all of them together.
    pub provider: Option<String>,
}

impl BandwidthEntry {
    /// A limit as it goes over the wire.
    #[must_use]
    pub fn new(account: AccountId, limit: &Bandwidth) -> BandwidthEntry {
        BandwidthEntry {
            company_id: account.0,
            bandwidth: limit.bandwidth,
            channel: limit.channel.map(|channel| channel.name().to_owned()),
            provider: limit.provider.clone(),
        }
    }
}

/// The limits of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BandwidthList {
    /// How many there are.
    pub count: Option<u64>,
    /// The limits.
    pub items: Vec<BandwidthEntry>,
    /// Where the next part begins; null at the end.
    pub next_cursor: Option<String>,
}

/// A limit that is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"bandwidth": 10, "channel": "sms", "provider": "TWILIO"}))]
pub struct SetBandwidth {
    /// Messages a second, 1 to 100,000.
    pub bandwidth: u32,
    /// The channel; all of them together when absent.
    pub channel: Option<String>,
    /// The provider; all of them together when absent.
    pub provider: Option<String>,
}
