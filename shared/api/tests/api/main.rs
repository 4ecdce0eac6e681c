//! The interface over ports in memory: only what goes over the wire and what is stored.

mod accounts;
mod bad_input;
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
mod validate;
mod whatsapp;
mod world;
