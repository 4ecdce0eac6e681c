//! Short links: addresses of ours that stand in an SMS in place of long ones, one per link and message.
//!
//! A code is not stored with the message, it follows from what it stands for: see [`code`]. So a retry after a crash comes to
//! the code that it came to before, and the links of a message are found again without an index.

mod find;
mod previews;
mod text;

pub use find::find;
pub use previews::is_preview;
pub use text::{LinkFault, MOST_LINK, MOST_LINKS, SAMPLE_CODE, long_links, with_codes};

use crate::{AccountId, MessageId, Time};
use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

/// The characters of a code.
pub const CODE_LENGTH: usize = 7;

/// The digits of a code, all of one septet in an SMS and none with a meaning in an address.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// So many codes a link may come to: the next one is taken where another link has the one before.
pub const MOST_TURNS: u8 = 8;

/// A short link and its clicks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortLink {
    /// What stands after the base address: 7 letters and digits.
    pub code: String,
    /// Whose it is.
    pub account: AccountId,
    /// The message in which it stands.
    pub message: MessageId,
    /// The task that the message belongs to.
    pub task: Option<Uuid>,
    /// Where it leads, as it stood in the text: http or https.
    pub url: String,
    /// When it was made.
    pub created_at: Time,
    /// From then on it leads nowhere.
    pub expires_at: Time,
    /// How often people followed it.
    pub clicks: u64,
    /// When somebody followed it first.
    pub first_visited_at: Option<Time>,
    /// When somebody followed it last.
    pub last_visited_at: Option<Time>,
}

impl ShortLink {
    /// Whether it is the link of this address in this message: the same code may have come to another one first.
    #[must_use]
    pub fn is_of(&self, account: AccountId, message: MessageId, url: &str) -> bool {
        (self.account, self.message, self.url.as_str()) == (account, message, url)
    }

    /// Its identifier (a UUID version 8 of RFC 9562, section 5.8, as it is a digest).
    #[must_use]
    pub fn id(&self) -> Uuid {
        let digest = digest("id", self.account, self.message, &self.url);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }
}

/// The code of a link in a message, at its n-th turn from 0.
///
/// Nobody comes to it who does not know the account, the message's id and the long address: an id of a message has 62 random
/// bits unless the caller chose the bulk's id, and who knows the address needs no code. So there is no secret to keep and to
/// change. 62^7 codes are 41 bits.
#[must_use]
pub fn code(account: AccountId, message: MessageId, url: &str, turn: u8) -> String {
    let digest = digest(&format!("code{turn}"), account, message, url);
    let mut number = digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
    let digit = |_| {
        let digit = DIGITS[(number % 62) as usize];
        number /= 62;
        char::from(digit)
    };
    (0..CODE_LENGTH).map(digit).collect()
}

fn digest(purpose: &str, account: AccountId, message: MessageId, url: &str) -> [u8; 32] {
    Sha256::digest(format!("{purpose}\n{account}\n{}\n{url}", message.0.simple())).into()
}

/// Whether a text may be a code at all.
#[must_use]
pub fn is_code(text: &str) -> bool {
    text.len() == CODE_LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// An http or https address as browsers are sent there: in ASCII, a Cyrillic domain as `xn--…`. `None` for anything else.
#[must_use]
pub fn location(url: &str) -> Option<String> {
    let parsed = Url::parse(url).ok()?;
    (matches!(parsed.scheme(), "http" | "https") && parsed.has_host()).then(|| parsed.into())
}

#[cfg(test)]
mod tests;
