//! The cursor: where a walk through a list goes on, and what it has counted at its beginning.
//!
//! A cursor is good for the question that it was given for alone: its last bytes are a digest of the account, the filters, the
//! order and the rest of it. That is no secret, and needs none: all that another position would show is the caller's own.

use super::position::Position;
use crate::{faults::Faults, query::place};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use baton_domain::{MessageId, Time};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Where other lists go on, as text.
pub(crate) fn encode<T: Serialize>(stands: &T) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(stands).unwrap_or_default())
}

/// From text; `None` when it is no such place.
pub(crate) fn decode<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// Tells that a cursor is no such place.
pub(crate) fn refuse(faults: &mut Faults) {
    faults.add(place("cursor"), "invalid", "A cursor that an earlier answer gave is expected.");
}

/// How many messages a question means, as of the beginning of the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    /// Nobody has asked for it yet.
    Open,
    /// So many.
    Known(u64),
    /// Too many to be counted.
    TooMany,
}

/// Where a walk goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// After this place.
    pub(crate) after: Position,
    /// How many are still to be left out there.
    pub(crate) skip: u64,
    pub(crate) count: Count,
}

/// What a question is recognised by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Question([u8; 32]);

const BODY: usize = 1 + 8 + 16 + 8 + 8;
const CHECK: usize = 12;

impl Question {
    /// `parts`: the account, the filters and the order, in a form that is the same for the same question.
    pub(crate) fn of(parts: &str) -> Question {
        Question(Sha256::digest(parts).into())
    }

    fn check(self, body: &[u8]) -> [u8; CHECK] {
        let digest: [u8; 32] = Sha256::new().chain_update(self.0).chain_update(body).finalize().into();
        std::array::from_fn(|index| digest[index])
    }
}

impl Cursor {
    /// As text, for this question.
    pub(crate) fn encode(&self, question: Question) -> String {
        let (kind, count) = match self.count {
            Count::Open => (0, 0),
            Count::Known(count) => (1, count),
            Count::TooMany => (2, 0),
        };
        let mut bytes = vec![kind];
        bytes.extend(self.after.at.timestamp_millis().to_be_bytes());
        bytes.extend(self.after.id.0.as_bytes());
        bytes.extend(self.skip.to_be_bytes());
        bytes.extend(u64::to_be_bytes(count));
        bytes.extend(question.check(&bytes));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// From text; `None` when it is none that was given for this question.
    pub(crate) fn decode(text: &str, question: Question) -> Option<Cursor> {
        let bytes: [u8; BODY + CHECK] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (body, check) = bytes.split_at(BODY);
        if check != question.check(body) {
            return None;
        }
        let number = |from: usize| Some(u64::from_be_bytes(body.get(from..from + 8)?.try_into().ok()?));
        let at = Time::from_timestamp_millis(number(1)?.cast_signed())?;
        let count = match body[0] {
            0 => Count::Open,
            1 => Count::Known(number(33)?),
            2 => Count::TooMany,
            _ => return None,
        };
        let id = MessageId(Uuid::from_slice(&body[9..25]).ok()?);
        Some(Cursor { after: Position { at, id }, skip: number(25)?, count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_domain::BulkId;

    #[test]
    fn a_cursor_is_read_back_by_the_same_question_alone() {
        let at = Time::from_timestamp_millis(1_790_000_000_123).expect("a time");
        let after = Position { at, id: MessageId::new(BulkId::new(at, [7; 8]), 5) };
        let (ours, theirs) = (Question::of("1"), Question::of("2"));
        for count in [Count::Open, Count::Known(100_000), Count::TooMany] {
            let cursor = Cursor { after, skip: 3, count };
            let text = cursor.encode(ours);
            assert_eq!(Cursor::decode(&text, ours), Some(cursor));
            assert_eq!(Cursor::decode(&text, theirs), None);
            for place in 0..text.len() {
                let mut other = text.clone().into_bytes();
                other[place] = if other[place] == b'A' { b'B' } else { b'A' };
                assert_eq!(Cursor::decode(&String::from_utf8(other).expect("text"), ours), None, "{place}");
            }
            for bad in ["", "x", "AAAA", "!!!!", &"A".repeat(text.len()), &format!("{text}A")] {
                assert_eq!(Cursor::decode(bad, ours), None, "{bad}");
            }
        }
    }
}
