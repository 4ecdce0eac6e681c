//! The statuses of a message and the order in which they may follow each other.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What has become of a message. Written in upper case, read in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// Accepted, not yet with a sender.
    Created,
    /// Waiting for its time or for an allowed window.
    Delayed,
    /// Handed to a provider, no final receipt yet; also while it falls back.
    Pending,
    /// Its task is paused.
    Paused,
    /// Cancelled before it went out.
    Canceled,
    /// The last channel's validity period ended with no delivery.
    Expired,
    /// Delivered.
    Delivered,
    /// The last channel was refused or reported non-delivery.
    Undelivered,
    /// Could not be processed.
    Error,
    /// Delivered and read.
    Read,
}

impl Status {
    /// Every status, in the order of its code.
    pub const ALL: [Status; 10] = [
        Status::Created,
        Status::Delayed,
        Status::Pending,
        Status::Paused,
        Status::Canceled,
        Status::Expired,
        Status::Delivered,
        Status::Undelivered,
        Status::Error,
        Status::Read,
    ];

    /// The number on the wire, 0 to 9.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Status::Created => "CREATED",
            Status::Delayed => "DELAYED",
            Status::Pending => "PENDING",
            Status::Paused => "PAUSED",
            Status::Canceled => "CANCELED",
            Status::Expired => "EXPIRED",
            Status::Delivered => "DELIVERED",
            Status::Undelivered => "UNDELIVERED",
            Status::Error => "ERROR",
            Status::Read => "READ",
        }
    }

    /// The status with this number.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Status> {
        Status::ALL.get(usize::from(code)).copied()
    }

    /// Whether nothing more is sent for the message.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Status::Created | Status::Delayed | Status::Pending | Status::Paused)
    }

    /// Whether nothing of the message has gone out yet, and something is to.
    #[must_use]
    pub const fn waits(self) -> bool {
        matches!(self, Status::Created | Status::Delayed | Status::Paused)
    }

    /// Whether a message in this status may move to `next`: statuses only move forward, an expired or undelivered message
    /// is still delivered by a late receipt, and a delivered one may still be read.
    #[must_use]
    pub const fn may_become(self, next: Status) -> bool {
        match self {
            Status::Created | Status::Delayed | Status::Paused => self as u8 != next as u8,
            Status::Pending => next.is_final(),
            Status::Expired | Status::Undelivered => matches!(next, Status::Delivered | Status::Read),
            Status::Delivered => matches!(next, Status::Read),
            Status::Canceled | Status::Error | Status::Read => false,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name is no status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a status")]
pub struct UnknownStatus;

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Status::ALL.into_iter().find(|status| status.name().eq_ignore_ascii_case(name)).ok_or(UnknownStatus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_are_those_of_the_contract() {
        let table: Vec<_> = Status::ALL.iter().map(|status| (status.code(), status.name())).collect();
        assert_eq!(
            table,
            [
                (0, "CREATED"),
                (1, "DELAYED"),
                (2, "PENDING"),
                (3, "PAUSED"),
                (4, "CANCELED"),
                (5, "EXPIRED"),
                (6, "DELIVERED"),
                (7, "UNDELIVERED"),
                (8, "ERROR"),
                (9, "READ")
            ]
        );
        for status in Status::ALL {
            assert_eq!(Status::from_code(status.code()), Some(status));
            assert_eq!(status.name().to_lowercase().parse(), Ok(status));
        }
    }

    #[test]
    fn no_way_leads_back() {
        for from in Status::ALL {
            assert!(!from.may_become(from));
            for to in Status::ALL.into_iter().filter(|to| from.is_final() && from.may_become(*to)) {
                assert!(to == Status::Read || to == Status::Delivered, "{from} became {to}");
            }
        }
        assert!(!Status::Pending.may_become(Status::Created));
        assert!(!Status::Delivered.may_become(Status::Undelivered));
    }
}
