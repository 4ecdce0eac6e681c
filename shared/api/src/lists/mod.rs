//! Lists: which messages a question means, in which order, and which part of them is shown.
//!
//! A list is walked by lines of indexes (`source`), each of which stands for a bulk or a message. Messages are read where they
//! are shown, and where a filter looks at something that no index knows: the status, the channel (`walk`).

pub(crate) mod contents;
pub(crate) mod cursor;
pub(crate) mod cut;
pub(crate) mod find;
pub(crate) mod links;
pub(crate) mod page;
pub(crate) mod paused;
pub(crate) mod position;
pub(crate) mod select;
pub(crate) mod source;
pub(crate) mod sources;
pub(crate) mod walk;
pub(crate) mod whole;
