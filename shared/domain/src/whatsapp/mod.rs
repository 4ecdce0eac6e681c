//! What a content means on WhatsApp, whoever carries it: the approved template and what fills it, and the one medium that a
//! message has. Pure, so that a request is refused for the same reasons when it is accepted as before a call.
//!
//! The shape of `templateData`:
//!
//! ```json
//! {"header": {"type": "image", "url": "https://example.org/a.png"},
//!  "body": ["Anna", "42"],
//!  "buttons": [{"type": "url", "text": "orders/42"}, {"type": "quickReply", "payload": "ACK"}]}
//! ```
//!
//! | part | is |
//! |---|---|
//! | `header` | a text; or `{"type": "text", "text", "name"?}`, `{"type": "image" \| "video", "url"}`, `{"type": "document", "url", "filename"?}`, `{"type": "location", "latitude", "longitude", "name"?, "address"?}` |
//! | `body` | the parameters in their order, as a list; or by their names, as an object |
//! | `buttons` | at most 10: `{"type": "url", "text"}` (what is appended to the approved address) or `{"type": "quickReply", "payload"}`; `index` says which button of the template is meant, its place in the list when absent |
//!
//! A list alone is the body. Values are strings, numbers and booleans. The content's `imageUrl`, or `mediaUrl` with
//! `documentFilename`, is another way to write the header.

mod forms;
mod media;
mod read;
mod template;

pub use media::{Media, MediaKind, media};
pub use template::{Button, ButtonAction, Header, Location, Parameter, Template};

use crate::ChannelContent;

/// Something in a content that WhatsApp does not take. Never quotes a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {message}")]
pub struct Fault {
    /// Where in the channel's content, as a JSON pointer: `/templateData/body/0`.
    pub pointer: String,
    /// The code of the API's errors: `invalid`, `required`, `empty`, `too_long`, `unknown_field`.
    pub code: &'static str,
    /// What is wrong, as a sentence.
    pub message: String,
}

/// Whether the variables of a content are filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Not yet: the values of strings that hold variables are not looked at.
    Written,
    /// They are.
    Rendered,
}

/// Everything that is wrong with a content; nothing when WhatsApp would take it.
#[must_use]
pub fn faults(content: &ChannelContent, stage: Stage) -> Vec<Fault> {
    read::read(content, stage).1
}

/// The template of a rendered content, `None` when it names none.
///
/// # Errors
/// Everything that is wrong with it; at least one fault.
pub fn template(content: &ChannelContent) -> Result<Option<Template>, Vec<Fault>> {
    let (template, faults) = read::read(content, Stage::Rendered);
    if faults.is_empty() { Ok(template) } else { Err(faults) }
}

#[cfg(test)]
mod tests;
