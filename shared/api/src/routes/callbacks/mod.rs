pub(crate) mod list;
pub(crate) mod make_secret;
pub(crate) mod remove_secret;
pub(crate) mod retry;
pub(crate) mod secrets;
