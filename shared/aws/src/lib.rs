//! The ports of the pipeline and of the HTTP interface on DynamoDB, SQS and SSM.
//!
//! How things are laid out in the tables stands in [`layout`]; how a message becomes an item in [`record`].

pub mod clock;
pub mod coalesce;
pub mod control;
pub mod everything;
pub mod layout;
pub mod lists;
pub mod messages;
pub mod meter;
pub mod outbox;
pub mod parameters;
pub mod queues;
pub mod record;
pub mod scheduler;
pub mod state;
mod templates;

pub use meter::Meter;
