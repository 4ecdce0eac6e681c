//! Identifiers. A message's id contains the key of its bulk and its index there, so going from a message to its
//! partition needs no index and no read.
//!
//! Layout of the 128 bits (a UUID version 7 of RFC 9562, section 5.7, when Baton makes the bulk's id):
//!
//! | bits | what |
//! |---|---|
//! | 127–80 | milliseconds since the epoch |
//! | 79–76 | version |
//! | 75–64 | the *slot*: 0 for the bulk, 1 to 1000 for its messages, 2048 + n for the made-up group of its n-th item |
//! | 63–0 | variant and random bits |

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

const SLOT_SHIFT: u32 = 64;
const SLOT_MASK: u128 = 0xFFF << SLOT_SHIFT;
const FIRST_GROUP_SLOT: u16 = 2048;

/// The most messages that one bulk holds.
pub const MAX_BULK: usize = 1000;

fn with_slot(id: Uuid, slot: u16) -> Uuid {
    Uuid::from_u128(id.as_u128() & !SLOT_MASK | u128::from(slot) << SLOT_SHIFT)
}

fn slot(id: Uuid) -> u16 {
    ((id.as_u128() & SLOT_MASK) >> SLOT_SHIFT) as u16
}

/// The tenant, `companyId` on the wire. Everything stored belongs to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub u64);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What one request submitted together: a UUID, Baton's own or the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BulkId(pub Uuid);

impl BulkId {
    /// A new id. `random` fills the bits that are neither time nor version.
    #[must_use]
    pub fn new(now: crate::Time, random: [u8; 8]) -> BulkId {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        let mut bytes = [0; 10];
        bytes[2..].copy_from_slice(&random);
        BulkId(with_slot(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid(), 0))
    }

    /// When an id that Baton made was made; without meaning for a caller's own.
    #[must_use]
    pub fn time(self) -> Option<crate::Time> {
        i64::try_from(self.0.as_u128() >> 80).ok().and_then(crate::Time::from_timestamp_millis)
    }

    /// The id with an empty slot: the key of the partition. Two ids of callers that differ in the slot alone share it.
    #[must_use]
    pub fn key(self) -> BulkId {
        BulkId(with_slot(self.0, 0))
    }

    /// The bits that [`BulkId::key`] drops; 0 for every id that Baton makes.
    #[must_use]
    pub fn tag(self) -> u16 {
        slot(self.0)
    }

    /// The id whose key is `self` and whose tag is `tag`.
    #[must_use]
    pub fn with_tag(self, tag: u16) -> BulkId {
        BulkId(with_slot(self.0, tag & 0xFFF))
    }

    /// The group that an item of this bulk gets when the caller names none.
    #[must_use]
    pub fn group(self, item: u16) -> GroupId {
        GroupId(with_slot(self.0, FIRST_GROUP_SLOT + item).to_string())
    }
}

impl fmt::Display for BulkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A send job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskId(pub Uuid);

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One notification for one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub Uuid);

impl MessageId {
    /// The id of the message at `index` (from 0, below [`MAX_BULK`]) of a bulk.
    #[must_use]
    pub fn new(bulk: BulkId, index: u16) -> MessageId {
        MessageId(with_slot(bulk.0, index + 1))
    }

    /// The key of the bulk that the message belongs to.
    #[must_use]
    pub fn bulk_key(self) -> BulkId {
        BulkId(self.0).key()
    }

    /// The message's index in its bulk, from 0; `None` when this is no id of a message.
    #[must_use]
    pub fn index(self) -> Option<u16> {
        let index = slot(self.0).checked_sub(1)?;
        (usize::from(index) < MAX_BULK).then_some(index)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The caller's grouping: one notification to several addresses of one person.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupId(pub String);

impl GroupId {
    /// The bulk and the item of a group that Baton made up; `None` for a caller's own.
    #[must_use]
    pub fn made_up(&self) -> Option<(BulkId, u16)> {
        let id = Uuid::try_parse(&self.0).ok()?;
        let item = slot(id).checked_sub(FIRST_GROUP_SLOT)?;
        (usize::from(item) < MAX_BULK).then(|| (BulkId(id).key(), item))
    }
}

/// One attempt of one message: what a provider carries for us and gives back in its receipts.
///
/// Written as `account-message-attempt` with the message as 32 hexadecimal digits: letters, digits and dashes alone, at
/// most 56 characters, so that it fits the tightest field (SES e-mail tags, Vonage `client_ref`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttemptRef {
    /// Whose message it is.
    pub account: AccountId,
    /// Which message.
    pub message: MessageId,
    /// Which of the message's attempts, from 0.
    pub attempt: u8,
}

impl fmt::Display for AttemptRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.account, self.message.0.simple(), self.attempt)
    }
}

/// The text is no reference to an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a reference to an attempt")]
pub struct BadReference;

impl FromStr for AttemptRef {
    type Err = BadReference;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, '-');
        let mut next = || parts.next().ok_or(BadReference);
        let account = next()?.parse().map(AccountId).map_err(|_| BadReference)?;
        let message = Uuid::try_parse(next()?).map(MessageId).map_err(|_| BadReference)?;
        let attempt = next()?.parse().map_err(|_| BadReference)?;
        message.index().ok_or(BadReference)?;
        Ok(AttemptRef { account, message, attempt })
    }
}

impl Serialize for AttemptRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AttemptRef {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn bulk() -> BulkId {
        BulkId::new(DateTime::from_timestamp_millis(1_790_000_000_123).expect("a time"), *b"\xff\x01234567")
    }

    #[test]
    fn a_new_bulk_is_a_version_7_uuid_of_its_time() {
        let id = bulk().0;
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(id.as_u128() >> 80, 1_790_000_000_123);
        assert_eq!(bulk().tag(), 0);
    }

    #[test]
    fn a_message_leads_to_its_bulk_and_index() {
        for index in [0, 1, 999] {
            let message = MessageId::new(bulk(), index);
            assert_eq!((message.bulk_key(), message.index()), (bulk(), Some(index)));
        }
        assert_eq!(MessageId(bulk().0).index(), None);
        assert_eq!(MessageId::new(bulk(), 1000).index(), None);
    }

    #[test]
    fn a_callers_bulk_id_is_kept_by_key_and_tag() {
        let theirs = BulkId(Uuid::new_v4());
        assert_eq!(MessageId::new(theirs, 7).bulk_key().with_tag(theirs.tag()), theirs);
    }

    #[test]
    fn a_made_up_group_leads_back_and_a_callers_does_not() {
        assert_eq!(bulk().group(999).made_up(), Some((bulk(), 999)));
        assert_eq!(GroupId("order 5".into()).made_up(), None);
        assert_eq!(GroupId(MessageId::new(bulk(), 3).to_string()).made_up(), None);
    }

    #[test]
    fn a_reference_is_read_back_and_fits_the_tightest_field() {
        let reference = AttemptRef { account: AccountId(u64::MAX), message: MessageId::new(bulk(), 999), attempt: 19 };
        let text = reference.to_string();
        assert!(text.len() <= 56 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{text}");
        assert_eq!(text.parse(), Ok(reference));
        for bad in ["", "1", "1-2-3", "x-0192f3c4aaaa7001bbbbccccddddeeee-0", "1-0192f3c4aaaa7000bbbbccccddddeeee-0"] {
            assert_eq!(bad.parse::<AttemptRef>(), Err(BadReference), "{bad}");
        }
    }
}
