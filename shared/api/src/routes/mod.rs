//! The handlers, one file per verb.

pub(crate) mod auth;
pub(crate) mod bandwidth;
pub(crate) mod bulk;
pub(crate) mod callbacks;
pub(crate) mod exports;
pub(crate) mod files;
pub(crate) mod health;
pub(crate) mod keys;
pub(crate) mod messages;
pub(crate) mod openapi;
pub(crate) mod outbox;
pub(crate) mod phone_checks;
pub(crate) mod prices;
pub(crate) mod providers;
pub(crate) mod short_links;
pub(crate) mod stop_list;
pub(crate) mod tasks;
pub(crate) mod templates;
pub(crate) mod users;
pub(crate) mod white_list;
