pub(crate) mod cancel;
pub(crate) mod get;
pub(crate) mod list;
mod permit;
pub(crate) mod post;
pub(crate) mod reschedule;
pub(crate) mod validate;
