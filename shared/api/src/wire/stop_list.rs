use super::stamp;
use baton_domain::stop::{StopMark, StopScope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A line of a stop list: an address that is never written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StopEntry {
    /// Whose list; null for the deployment's.
    pub company_id: Option<u64>,
    /// `account`, or `deployment`: what people do towards a sender of the deployment holds for all accounts.
    #[schema(example = "account")]
    pub scope: String,
    /// The address: a phone, an e-mail in lower case, an id in a messenger, a push registration.
    #[schema(example = "+79990000001")]
    pub recipient: String,
    /// The channel; null for all.
    #[schema(example = "sms")]
    pub channel: Option<String>,
    /// `bounce`, `complaint`, `stop_reply`, `blocked` or `manual`.
    #[schema(example = "stop_reply")]
    pub reason: String,
    /// `event`: a provider told of it, and what the recipient does later may end it. `person`: somebody put it there.
    #[schema(example = "event")]
    pub source: String,
    /// The provider, or the id of the API key or the user.
    #[schema(example = "TWILIO")]
    pub by: String,
    /// What was written about it.
    pub comment: Option<String>,
    /// When it was put there.
    #[schema(format = DateTime)]
    pub created_at: String,
}

impl StopEntry {
    /// The line of a list about an address on a channel, `None` for all channels.
    #[must_use]
    pub fn new(scope: StopScope, (address, channel): (&str, Option<&str>), mark: &StopMark) -> StopEntry {
        let (company_id, name) = match scope {
            StopScope::Account(account) => (Some(account.0), "account"),
            StopScope::Deployment => (None, "deployment"),
        };
        StopEntry {
            company_id,
            scope: name.to_owned(),
            recipient: address.to_owned(),
            channel: channel.map(str::to_owned),
            reason: mark.reason.name().to_owned(),
            source: if mark.event_at.is_some() { "event" } else { "person" }.to_owned(),
            by: mark.by.clone(),
            comment: mark.comment.clone(),
            created_at: stamp(mark.created_at),
        }
    }
}

/// A part of a stop list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StopEntries {
    /// How many there are, where recipients were asked for; a whole list is not counted.
    pub count: Option<u64>,
    /// The lines.
    pub items: Vec<StopEntry>,
    /// Where the next part begins; null at the end.
    pub next_cursor: Option<String>,
}

/// Lines to put on a stop list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PutStopList {
    /// The account; the caller's own when absent.
    pub company_id: Option<u64>,
    /// `account`, or `deployment` (for operators).
    pub scope: Option<String>,
    /// 1 to 10,000 lines.
    pub entries: Vec<NewStop>,
}

/// A line to put on a stop list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewStop {
    /// The address.
    pub recipient: String,
    /// The channel; all of them when absent, which takes a phone or an e-mail.
    pub channel: Option<String>,
    /// `manual` when absent.
    pub reason: Option<String>,
    /// Up to 500 characters.
    pub comment: Option<String>,
}

/// What became of lines that were put.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StopsPut {
    /// How many lines are on the list now.
    pub stored: u64,
    /// The others.
    pub refused: Vec<RefusedStop>,
}

/// A line that was not put on the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefusedStop {
    /// Its number: of a CSV as a spreadsheet shows it, of JSON from 1.
    pub row: u64,
    /// The field or the column.
    #[schema(example = "/entries/0/recipient")]
    pub path: String,
    /// What is wrong, for programs.
    #[schema(example = "invalid")]
    pub code: String,
    /// What is wrong.
    pub message: String,
}

/// What was taken off a stop list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StopsRemoved {
    /// How many lines.
    pub removed: u64,
}
