use baton_domain::{AccountId, white_list::Permitted};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The values that an account's messages may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WhiteListEntry {
    /// The account.
    pub company_id: u64,
    /// What is limited: `phone`, `email`, `messengerUserId`, `pushRegistrationId`, `chatSessionId`, `clientId`, `from` or `fromEmail`.
    #[schema(example = "phone")]
    pub entity: String,
    /// The channel; null for all.
    #[schema(example = "sms")]
    pub channel: Option<String>,
    /// The provider; null for all.
    pub provider: Option<String>,
    /// The permitted values.
    pub values: Vec<String>,
}

impl WhiteListEntry {
    /// A line of an account's list.
    #[must_use]
    pub fn new(account: AccountId, line: &Permitted) -> WhiteListEntry {
        WhiteListEntry {
            company_id: account.0,
            entity: line.entity.name().to_owned(),
            channel: line.channel.map(|channel| channel.name().to_owned()),
            provider: line.provider.clone(),
            values: line.values.iter().cloned().collect(),
        }
    }
}

/// The white list of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WhiteList {
    /// How many lines there are; null when the caller did not want to know.
    pub count: Option<u64>,
    /// The lines.
    pub items: Vec<WhiteListEntry>,
    /// Where the next part begins; null at the end.
    pub next_cursor: Option<String>,
}

/// A line of a white list to be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetWhiteList {
    /// What is limited.
    pub entity: String,
    /// The channel; all when absent.
    pub channel: Option<String>,
    /// The provider; all when absent.
    pub provider: Option<String>,
    /// The permitted values; none permits nothing.
    pub values: Vec<String>,
}
