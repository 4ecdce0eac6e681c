//! The columns: what they are called, what they hold, which sheet has them.

mod content;
mod delivery;
mod recipient;
mod sheets;

pub use sheets::{columns, required};

use crate::kinds::Text;
use baton_domain::Channel;
use std::sync::LazyLock;

/// A column that sheets may have. It mirrors a field of a message.
#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    /// The name of the field, as in `POST /messages`; `channel`, `sendDate`, `sendTime`, `timeFrom` and `timeTo` are the
    /// sheets' own.
    pub key: &'static str,
    /// The header. The key is read as a header too.
    pub name: Text,
    /// What else is read as this header.
    pub aliases: &'static [&'static str],
    /// A line of help.
    pub help: Text,
    /// What its cells hold.
    pub kind: Kind,
    /// Where its value goes.
    pub place: Place,
}

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text as it stands, with its spaces and line breaks.
    Text,
    /// An identifier or an address: text without spaces around it.
    Id,
    /// A phone number.
    Phone,
    /// One channel or several, in order.
    Channels,
    /// One of these values, in any case.
    Choice(&'static [&'static str]),
    /// Yes or no.
    Bool,
    /// A whole number from the first to the second.
    Integer(u64, u64),
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A moment: a day with a time.
    DateTime,
    /// The name of a time zone.
    Zone,
    /// Windows of time, `09:00-13:00, 14:00-21:00`.
    Ranges,
    /// JSON, or values one after the other with `|` between them.
    Json,
    /// Values with commas between them.
    List,
}

/// Where the value of a column goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It says by which channels the row goes.
    Channels,
    /// A field of the item.
    Item,
    /// Together with others of its kind it makes `sendAt` and `allowedTimeRanges`.
    Schedule,
    /// A field of the destination.
    Destination,
    /// A field of the contents of these channels.
    Content(&'static [Channel]),
}

/// Every column there is: those of the sheet `full`, in its order.
pub(crate) static ALL: LazyLock<Vec<&'static Column>> =
    LazyLock::new(|| recipient::COLUMNS.iter().chain(content::COLUMNS).chain(delivery::COLUMNS).collect());

/// The column with this key.
pub(crate) fn by_key(key: &str) -> Option<&'static Column> {
    ALL.iter().find(|column| column.key == key).copied()
}

#[cfg(test)]
mod tests;
