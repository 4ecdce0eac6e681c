//! One notification for one recipient, with everything that has happened to it.

use crate::{
    AccountId, AttemptRef, BulkId, Channel, ErrorClass, GroupId, MessageId, Rates, Recipient, Spec, Status,
    SuccessStatus, TaskId, Time, tracks::Tracks, window::Schedule,
};
use std::sync::Arc;

/// A channel on a message's way, with what the decisions need to know of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The channel.
    pub channel: Channel,
    /// Sent whatever the other channels do.
    pub required: bool,
    /// Whether the recipient has an address for it; without one the channel is skipped.
    pub reachable: bool,
    /// What the caller wants to count as delivered.
    pub success: Option<SuccessStatus>,
    /// How long to wait for a receipt, in minutes.
    pub validity_minutes: Option<u16>,
}

/// How far one attempt has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttemptState {
    /// Waits for its sender, for the first time or after a temporary error.
    Queued,
    /// A sender has claimed it; the provider is being called.
    Claimed,
    /// The provider took it.
    Sent,
    /// Delivered.
    Delivered,
    /// Read.
    Read,
    /// Refused, or reported as not delivered.
    Failed,
    /// Its validity period ended with no delivery.
    Expired,
    /// Claimed, and nobody knows whether the provider took it.
    Unknown,
    /// Withdrawn before it went out.
    Canceled,
}

impl AttemptState {
    /// Whether it is, or may be, with a provider and can still arrive.
    #[must_use]
    pub const fn in_flight(self) -> bool {
        matches!(self, AttemptState::Claimed | AttemptState::Sent | AttemptState::Unknown)
    }

    /// The message status that says the same, for the contract's list of attempts.
    #[must_use]
    pub const fn status(self) -> Status {
        match self {
            AttemptState::Queued => Status::Created,
            AttemptState::Claimed | AttemptState::Sent | AttemptState::Unknown => Status::Pending,
            AttemptState::Delivered => Status::Delivered,
            AttemptState::Read => Status::Read,
            AttemptState::Failed => Status::Undelivered,
            AttemptState::Expired => Status::Expired,
            AttemptState::Canceled => Status::Canceled,
        }
    }
}

/// Why an attempt failed, or why its outcome is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptError {
    /// What it means.
    pub class: ErrorClass,
    /// The provider's code.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

/// One message over one channel through one provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The index of its [`Leg`] in the message's route.
    pub leg: u8,
    /// How far it has come.
    pub state: AttemptState,
    /// Calls of the provider so far; more than one only after temporary refusals.
    pub tries: u8,
    /// When it was put on its way.
    pub created_at: Time,
    /// Not to be tried before.
    pub not_before: Option<Time>,
    /// Not to be tried from then on: the window closes.
    pub until: Option<Time>,
    /// When the latest try was claimed.
    pub claimed_at: Option<Time>,
    /// The provider's name; known once the call has been made.
    pub provider: Option<String>,
    /// The provider's id of the message.
    pub provider_message_id: Option<String>,
    /// When the provider took it.
    pub sent_at: Option<Time>,
    /// When it was delivered.
    pub delivered_at: Option<Time>,
    /// When it was read.
    pub read_at: Option<Time>,
    /// When it failed, expired or was withdrawn.
    pub ended_at: Option<Time>,
    /// When its validity period ends; known once a provider took it, or may have.
    pub expires_at: Option<Time>,
    /// When it first counted as delivered, by the channel's `successStatus`.
    pub succeeded_at: Option<Time>,
    /// Whether the provider promised receipts when it took the message.
    pub receipts: bool,
    /// What went wrong, last.
    pub error: Option<AttemptError>,
    /// The number of SMS parts.
    pub part_count: Option<u16>,
}

impl Attempt {
    /// A new attempt that waits for its sender.
    #[must_use]
    pub fn queued(leg: u8, now: Time) -> Attempt {
        Attempt {
            leg,
            state: AttemptState::Queued,
            tries: 0,
            created_at: now,
            not_before: None,
            until: None,
            claimed_at: None,
            provider: None,
            provider_message_id: None,
            sent_at: None,
            delivered_at: None,
            read_at: None,
            ended_at: None,
            expires_at: None,
            succeeded_at: None,
            receipts: false,
            error: None,
            part_count: None,
        }
    }

    /// Whether it is, or may be, with a provider and can still arrive: also while it waits to be tried again with the same key
    /// after a call whose outcome nobody knows.
    #[must_use]
    pub fn may_be_out(&self) -> bool {
        let again = || self.error.as_ref().is_some_and(|error| error.class == ErrorClass::Unknown);
        self.state.in_flight() || self.state == AttemptState::Queued && again()
    }

    /// Its status for the contract: as delivered as soon as it counts as delivered.
    #[must_use]
    pub fn status(&self) -> Status {
        match self.state.status() {
            Status::Pending if self.succeeded_at.is_some() => Status::Delivered,
            status => status,
        }
    }
}

/// What can be seen in a message's timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum TimelineEvent {
    /// The message was accepted.
    Accepted = 0,
    /// A channel was left out; the detail says why.
    Skipped = 1,
    /// A provider took it; the detail is the provider.
    Sent = 2,
    /// A provider refused it for now; it is tried again.
    Retrying = 3,
    /// A provider refused it, or reported non-delivery.
    Failed = 4,
    /// The next channel takes over.
    FellBack = 5,
    /// Nobody knows whether the provider took it.
    OutcomeUnknown = 6,
    /// Delivered.
    Delivered = 7,
    /// Read.
    Read = 8,
    /// The validity period of the channel ended.
    Expired = 9,
    /// The message was cancelled.
    Canceled = 10,
    /// A channel was withdrawn, as another one delivered.
    Withdrawn = 11,
    /// A receipt came that changes nothing any more.
    LateReceipt = 12,
    /// It waits for its time or for a window; the detail is the time.
    Delayed = 13,
    /// The caller gave it another time; the detail is the time.
    Rescheduled = 14,
    /// Another provider of the channel takes over; the detail is the one before and why.
    FailedOver = 15,
}

impl TimelineEvent {
    /// Every event, by its number.
    pub const ALL: [TimelineEvent; 16] = [
        TimelineEvent::Accepted,
        TimelineEvent::Skipped,
        TimelineEvent::Sent,
        TimelineEvent::Retrying,
        TimelineEvent::Failed,
        TimelineEvent::FellBack,
        TimelineEvent::OutcomeUnknown,
        TimelineEvent::Delivered,
        TimelineEvent::Read,
        TimelineEvent::Expired,
        TimelineEvent::Canceled,
        TimelineEvent::Withdrawn,
        TimelineEvent::LateReceipt,
        TimelineEvent::Delayed,
        TimelineEvent::Rescheduled,
        TimelineEvent::FailedOver,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            TimelineEvent::Accepted => "accepted",
            TimelineEvent::Skipped => "skipped",
            TimelineEvent::Sent => "sent",
            TimelineEvent::Retrying => "retrying",
            TimelineEvent::Failed => "failed",
            TimelineEvent::FellBack => "fell_back",
            TimelineEvent::OutcomeUnknown => "outcome_unknown",
            TimelineEvent::Delivered => "delivered",
            TimelineEvent::Read => "read",
            TimelineEvent::Expired => "expired",
            TimelineEvent::Canceled => "canceled",
            TimelineEvent::Withdrawn => "withdrawn",
            TimelineEvent::LateReceipt => "late_receipt",
            TimelineEvent::Delayed => "delayed",
            TimelineEvent::Rescheduled => "rescheduled",
            TimelineEvent::FailedOver => "failed_over",
        }
    }
}

/// One line of a message's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineEntry {
    /// When.
    pub at: Time,
    /// What.
    pub event: TimelineEvent,
    /// On which channel, by its index in the route.
    pub leg: Option<u8>,
    /// More, for people: a provider, a code, a reason.
    pub detail: Option<String>,
}

/// The most lines a timeline keeps: a provider that repeats itself for ever must not fill the store.
pub const TIMELINE_LIMIT: usize = 40;

/// One notification for one recipient.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Whose it is.
    pub account: AccountId,
    /// Which it is.
    pub id: MessageId,
    /// The bulk's id as the caller knows it.
    pub bulk_id: BulkId,
    /// The task that it belongs to; `None` when it belongs to none.
    pub task: Option<TaskId>,
    /// The caller's group; `None` when Baton makes one up.
    pub group: Option<GroupId>,
    /// The index of its `messages[]` item in the request.
    pub item: u16,
    /// The item's content when it is small and this message's alone; otherwise it is stored once beside the bulk.
    pub content: Option<Arc<Spec>>,
    /// Whether the caller wants to be told of its changes; where, stands in the content.
    pub callback: bool,
    /// Who it is for.
    pub recipient: Recipient,
    /// When it was accepted.
    pub created_at: Time,
    /// When it may go.
    pub schedule: Schedule,
    /// Its channels in order.
    pub route: Vec<Leg>,
    /// What it costs by the price list as of its acceptance; `None` where that says nothing.
    pub rates: Option<Rates>,
    /// What has become of it.
    pub status: Status,
    /// Its attempts in order.
    pub attempts: Vec<Attempt>,
    /// Its history.
    pub timeline: Vec<TimelineEntry>,
    /// What people did with it, as far as providers tell.
    pub tracks: Tracks,
    /// Counts the changes; the store refuses a change of an older version.
    pub version: u64,
}

impl Message {
    /// The group's id on the wire.
    #[must_use]
    pub fn group_id(&self) -> GroupId {
        self.group.clone().unwrap_or_else(|| self.id.bulk_key().group(self.item))
    }

    /// The reference of one of its attempts.
    #[must_use]
    pub fn reference(&self, attempt: u8) -> AttemptRef {
        AttemptRef { account: self.account, message: self.id, attempt }
    }

    /// The leg that an attempt runs on.
    #[must_use]
    pub fn leg(&self, attempt: &Attempt) -> &Leg {
        &self.route[usize::from(attempt.leg)]
    }

    /// The attempt that a list shows: the one that succeeded, else the latest of the chain, else the latest.
    #[must_use]
    pub fn current(&self) -> Option<&Attempt> {
        let succeeded = self.attempts.iter().find(|attempt| attempt.succeeded_at.is_some());
        let chain = || self.attempts.iter().rev().find(|attempt| !self.leg(attempt).required);
        succeeded.or_else(chain).or_else(|| self.attempts.last())
    }

    /// The channel that a list shows.
    #[must_use]
    pub fn current_channel(&self) -> Option<Channel> {
        let channel = self.current().map(|attempt| self.leg(attempt).channel);
        channel.or_else(|| self.route.first().map(|leg| leg.channel))
    }

    /// Adds a line to the history, up to [`TIMELINE_LIMIT`].
    pub fn note(&mut self, at: Time, event: TimelineEvent, leg: Option<u8>, detail: Option<String>) {
        if self.timeline.len() < TIMELINE_LIMIT {
            self.timeline.push(TimelineEntry { at, event, leg, detail });
        }
    }
}
