pub(crate) mod cancel;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod post;
pub(crate) mod reschedule;
pub(crate) mod validate;
