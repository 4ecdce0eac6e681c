//! Lists: which messages a question means, in which order, and which part of them is shown.

pub(crate) mod contents;
pub(crate) mod days;
pub(crate) mod find;
pub(crate) mod links;
pub(crate) mod page;
pub(crate) mod position;
pub(crate) mod select;
