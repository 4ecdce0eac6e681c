//! The stop list: recipients that are never written to, on one channel or on all.

use crate::{AccountId, Channel, Recipient, Time};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

/// Whose list it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StopScope {
    /// An account's own.
    Account(AccountId),
    /// That of the deployment, which holds for all accounts: senders, bots and groups belong to it, and so does what people
    /// do towards them.
    Deployment,
}

impl fmt::Display for StopScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StopScope::Account(account) => account.fmt(f),
            StopScope::Deployment => f.write_str("*"),
        }
    }
}

/// Why somebody is on the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StopReason {
    /// The address does not exist: mail to it comes back for good.
    Bounce,
    /// They called an e-mail spam.
    Complaint,
    /// They wrote STOP, or opted out with the carrier or the provider.
    StopReply,
    /// They blocked the bot or the group, or left it.
    Blocked,
    /// Somebody put them there.
    Manual,
}

impl StopReason {
    /// Every reason.
    pub const ALL: [StopReason; 5] =
        [StopReason::Bounce, StopReason::Complaint, StopReason::StopReply, StopReason::Blocked, StopReason::Manual];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            StopReason::Bounce => "bounce",
            StopReason::Complaint => "complaint",
            StopReason::StopReply => "stop_reply",
            StopReason::Blocked => "blocked",
            StopReason::Manual => "manual",
        }
    }

    /// Why somebody is on the list who wants no more messages of a channel.
    #[must_use]
    pub const fn of_block(channel: Channel) -> StopReason {
        match channel {
            Channel::Email => StopReason::Complaint,
            Channel::Sms => StopReason::StopReply,
            _ => StopReason::Blocked,
        }
    }

    /// The list that it belongs to, when it was met by a message of an account: that an address does not exist is the account's
    /// to look after; what a person does towards a sender of the deployment holds for all who use it.
    #[must_use]
    pub const fn scope(self, account: AccountId) -> StopScope {
        match self {
            StopReason::Bounce | StopReason::Manual => StopScope::Account(account),
            StopReason::Complaint | StopReason::StopReply | StopReason::Blocked => StopScope::Deployment,
        }
    }
}

impl FromStr for StopReason {
    type Err = UnknownReason;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        StopReason::ALL.into_iter().find(|reason| reason.name().eq_ignore_ascii_case(name)).ok_or(UnknownReason)
    }
}

/// The name is none of a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a reason: one of bounce, complaint, stop_reply, blocked, manual is expected")]
pub struct UnknownReason;

/// What a line of the list is about: an address, on one channel or on all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StopKey {
    /// Whose list.
    pub scope: StopScope,
    /// The address as [`stop_address`] writes it.
    pub address: String,
    /// The channel; `None` for all.
    pub channel: Option<Channel>,
}

/// Why a line is there, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopMark {
    /// Why.
    pub reason: StopReason,
    /// Who put it there: the id of an API key or a user, or the name of a provider.
    pub by: String,
    /// What people wrote about it.
    pub comment: Option<String>,
    /// When it was put there.
    pub created_at: Time,
    /// When what a provider reported took place; `None` when a person put it there. What people do later takes such a line away,
    /// and only such a line.
    pub event_at: Option<Time>,
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopEntry {
    /// What it is about.
    pub key: StopKey,
    /// The rest.
    pub mark: StopMark,
}

/// Who takes a line away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lift {
    /// A person, now: any line.
    Person(Time),
    /// The recipient, at this time by the provider's clock: what an event of an earlier time had put there.
    Recipient(Time),
}

/// What a list knows of an address on a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The line, while there is one.
    pub mark: Option<StopMark>,
    /// From when to when there was one before. An event that comes again from before its end changes nothing, and a request
    /// that comes again is judged by the list as it was.
    pub before: Option<(Time, Time)>,
}

impl Standing {
    /// Puts a line there; whether anything changed. A person's line takes the place of an event's, and keeps its time.
    pub fn stop(&mut self, mark: &StopMark) -> bool {
        match (&mut self.mark, mark.event_at) {
            (Some(_), Some(_)) => false,
            (Some(known), None) => {
                let comment = mark.comment.clone().or_else(|| known.comment.take());
                *known = StopMark { comment, created_at: known.created_at, ..mark.clone() };
                true
            }
            (None, Some(at)) if self.before.is_some_and(|(_, until)| at <= until) => false,
            (None, _) => {
                self.mark = Some(mark.clone());
                true
            }
        }
    }

    /// Takes the line away; whether there was one to take.
    pub fn lift(&mut self, lift: Lift) -> bool {
        let until = match (&self.mark, lift) {
            (Some(_), Lift::Person(at)) => at,
            (Some(mark), Lift::Recipient(at)) if mark.event_at.is_some_and(|event| event <= at) => at,
            _ => return false,
        };
        if let Some(mark) = self.mark.take() {
            self.before = Some((mark.created_at, until));
        }
        true
    }

    /// Whether there is a line, or was one at that time.
    #[must_use]
    pub fn holds(&self, as_of: Option<Time>) -> bool {
        let Some(at) = as_of else { return self.mark.is_some() };
        self.mark.as_ref().is_some_and(|mark| mark.created_at <= at)
            || self.before.is_some_and(|(from, until)| from <= at && at < until)
    }
}

/// What a list knows of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The address as [`stop_address`] writes it.
    pub address: String,
    /// By channel; `None` is all channels.
    pub standings: BTreeMap<Option<Channel>, Standing>,
}

impl Listed {
    /// An address that nothing is known of.
    #[must_use]
    pub const fn nothing(address: String) -> Listed {
        Listed { address, standings: BTreeMap::new() }
    }

    /// Whether messages of a channel to the address are stopped, or were at that time.
    #[must_use]
    pub fn stops(&self, channel: Channel, as_of: Option<Time>) -> bool {
        let holds = |channel| self.standings.get(&channel).is_some_and(|standing| standing.holds(as_of));
        holds(None) || holds(Some(channel))
    }
}

/// An address as the list compares it: e-mails in lower case, everything else as it is (phones are in E.164 form).
#[must_use]
pub fn stop_address(address: &str) -> String {
    if address.contains('@') { address.to_lowercase() } else { address.to_owned() }
}

/// The addresses under which a recipient may be on the list for a channel: the one that the channel uses, and those that people
/// know somebody by.
#[must_use]
pub fn stop_addresses(recipient: &Recipient, used: Option<&str>) -> BTreeSet<String> {
    let known = [used, recipient.phone.as_deref(), recipient.email.as_deref()];
    known.into_iter().flatten().map(stop_address).collect()
}

/// Whether a channel to a recipient is stopped, or was at that time, by what lists know. `used` is the address that the channel
/// uses.
#[must_use]
pub fn is_stopped<'l>(
    listed: impl IntoIterator<Item = &'l Listed>,
    recipient: &Recipient,
    (channel, used): (Channel, Option<&str>),
    as_of: Option<Time>,
) -> bool {
    let own = stop_addresses(recipient, used);
    listed.into_iter().any(|listed| own.contains(&listed.address) && listed.stops(channel, as_of))
}

#[cfg(test)]
mod tests;
