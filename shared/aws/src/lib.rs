//! The ports of the pipeline and of the HTTP interface on DynamoDB, SQS, S3 and SSM.
//!
//! How things are laid out in the tables stands in [`layout`]; how a message becomes an item in [`record`].

pub mod auth_keys;
pub mod callbacks;
pub mod clock;
pub mod coalesce;
pub mod control;
pub mod everything;
mod exports;
pub mod imports;
pub mod layout;
pub mod lists;
pub mod logins;
pub mod lookups;
pub mod messages;
pub mod meter;
pub mod objects;
pub mod outbox;
pub mod paces;
pub mod parameters;
mod phone_checks;
pub mod prices;
mod queue;
pub mod queues;
pub mod record;
pub mod scheduler;
pub mod sessions;
pub mod short_links;
pub mod state;
pub mod stops;
pub mod stream;
mod tasks;
mod templates;
pub mod users;
mod white_lists;
mod windows;

pub use meter::Meter;
