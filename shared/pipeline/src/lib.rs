//! The use cases of Baton on narrow ports: accept, dispatch, send, fall back, take a receipt, call back,
//! cancel, reschedule, check phone numbers.
//!
//! Each use case loads, lets [`baton_domain::decide`] decide, stores on a condition, and then carries out the effects;
//! the caller acknowledges its event last. All of them may be run again with the same event at any point.
//! The [`ports`] are what they need of the world; `baton-aws` and the in-memory ones of [`memory`] fulfil them.

pub mod accept;
pub mod callbacks;
pub mod cancel;
mod choose;
pub mod dispatch;
pub mod emit;
pub mod fallback;
pub mod gate;
pub mod inbound;
pub mod memory;
pub mod objects;
pub mod phone_checks;
pub mod pointer;
pub mod ports;
pub mod provider;
pub mod receipts;
pub mod reschedule;
pub mod send;
pub mod short_links;
pub mod stops;
pub mod tasks;
mod update;
