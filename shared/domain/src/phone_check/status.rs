//! What is known of a number.

use serde::{Deserialize, Serialize};

/// What is known of a number. Written in upper case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PhoneStatus {
    /// A number by its country code and length; nobody looks numbers up.
    Valid,
    /// No number.
    Invalid,
    /// Being looked up.
    Pending,
    /// In service, and the phone is on.
    Reachable,
    /// In service; the phone is off or out of reach at present.
    Absent,
    /// It can get no SMS: barred, without the service, or refused by the provider.
    Unreachable,
    /// Nobody has this number.
    NotExisting,
    /// The look-up ended without an answer.
    Unknown,
}

impl PhoneStatus {
    /// Every status, in the order of its code.
    pub const ALL: [PhoneStatus; 8] = [
        PhoneStatus::Valid,
        PhoneStatus::Invalid,
        PhoneStatus::Pending,
        PhoneStatus::Reachable,
        PhoneStatus::Absent,
        PhoneStatus::Unreachable,
        PhoneStatus::NotExisting,
        PhoneStatus::Unknown,
    ];

    /// The number on the wire, 0 to 7.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            PhoneStatus::Valid => "VALID",
            PhoneStatus::Invalid => "INVALID",
            PhoneStatus::Pending => "PENDING",
            PhoneStatus::Reachable => "REACHABLE",
            PhoneStatus::Absent => "ABSENT",
            PhoneStatus::Unreachable => "UNREACHABLE",
            PhoneStatus::NotExisting => "NOT_EXISTING",
            PhoneStatus::Unknown => "UNKNOWN",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_follow_the_table_and_names_are_those_that_are_stored() {
        for (code, status) in (0..).zip(PhoneStatus::ALL) {
            assert_eq!(status.code(), code);
            assert_eq!(serde_json::to_value(status).expect("JSON"), status.name());
        }
    }
}
