//! What the functions share: reading their settings, their logs, their batches. Each binary in `src/bin` is wiring only.

pub mod adapters;
pub mod api;
pub mod batch;
pub mod callbacks;
pub mod exports;
pub mod http;
pub mod importing;
pub mod looks;
pub mod outlets;
pub mod receipts;
pub mod redirect;
pub mod sender;
pub mod settings;
pub mod telemetry;
