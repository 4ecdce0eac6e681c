//! The interface over ports in memory: only what goes over the wire and what is stored.

mod accounts;
mod auth;
mod bad_input;
mod callbacks;
mod cancel;
mod codes;
mod document;
mod entry;
mod idempotency;
mod keys;
mod lists;
mod logging;
mod nonsense;
mod outbox;
mod post;
mod providers;
mod reschedule;
mod support;
mod templates;
mod time;
mod users;
mod validate;
mod validity;
mod whatsapp;
mod world;
mod world_auth;
