//! Our reference as an id that SMSC takes: at most 40 letters, digits, `.`, `-` and `_`.
//!
//! The usual form of a reference has up to 57 characters. This one has at most 40, of digits and small letters alone, so that it
//! also survives a change of case: the message in 25 characters of base 36, the attempt in 2, the account in the rest.

use baton_domain::{AccountId, AttemptRef, MessageId};

/// `log36(2^128)` is 24.8.
const MESSAGE: usize = 25;
/// Up to 255, which is `73`.
const ATTEMPT: usize = 2;
/// Up to `2^64 - 1`, which is `3w5e11264sgsf`.
const ACCOUNT: usize = 13;

/// The reference as an id.
pub(super) fn encode(reference: AttemptRef) -> String {
    let mut id = digits(reference.message.0.as_u128(), MESSAGE);
    id.push_str(&digits(reference.attempt.into(), ATTEMPT));
    id.push_str(&digits(reference.account.0.into(), 1));
    id
}

/// The reference that an id is; `None` for ids that are not ours.
pub(super) fn decode(id: &str) -> Option<AttemptRef> {
    if !id.is_ascii() || !(MESSAGE + ATTEMPT + 1..=MESSAGE + ATTEMPT + ACCOUNT).contains(&id.len()) {
        return None;
    }
    let (message, rest) = id.split_at(MESSAGE);
    let (attempt, account) = rest.split_at(ATTEMPT);
    let message = MessageId(uuid::Uuid::from_u128(number(message)?));
    message.index()?;
    Some(AttemptRef {
        account: AccountId(number(account)?.try_into().ok()?),
        message,
        attempt: number(attempt)?.try_into().ok()?,
    })
}

/// A number in base 36, with zeros before it up to a length.
fn digits(mut number: u128, length: usize) -> String {
    let mut digits = Vec::new();
    while number > 0 || digits.len() < length {
        // Below 36, which fits.
        digits.push(char::from_digit((number % 36) as u32, 36).unwrap_or('0'));
        number /= 36;
    }
    digits.iter().rev().collect()
}

/// The number that the digits are; `None` when it does not fit, or for other characters.
fn number(digits: &str) -> Option<u128> {
    digits.chars().try_fold(0_u128, |number, digit| number.checked_mul(36)?.checked_add(digit.to_digit(36)?.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::attempt;
    use baton_domain::BulkId;

    #[test]
    fn a_reference_comes_back_from_its_id() {
        let widest = |bulk: u128, index: u16| {
            let message = MessageId::new(BulkId(uuid::Uuid::from_u128(bulk)), index);
            AttemptRef { account: AccountId(u64::MAX), message, attempt: u8::MAX }
        };
        for reference in [attempt(), widest(u128::MAX, 999), widest(0, 0)] {
            let id = encode(reference);
            assert!(id.len() <= 40, "{id}");
            assert!(id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()), "{id}");
            assert_eq!(decode(&id), Some(reference), "{id}");
            assert_eq!(decode(&id.to_ascii_uppercase()), Some(reference), "{id}");
        }
        assert_eq!(encode(widest(u128::MAX, 999)).len(), 40);
    }

    #[test]
    fn what_is_no_id_of_ours_is_no_reference() {
        let id = encode(attempt());
        let too_large = "z".repeat(40);
        let no_message = format!("{}{}", "0".repeat(27), "7");
        let cyrillic = "я".repeat(15);
        let with_dash = id.replacen('0', "-", 1);
        for other in
            ["", "42", "2147483647", &id[1..27], &too_large, &no_message, &cyrillic, &with_dash, "7-01a0c4b6-1"]
        {
            assert_eq!(decode(other), None, "{other}");
        }
    }
}
