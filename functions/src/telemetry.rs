//! Logs: one JSON object a line on standard output, as CloudWatch reads it. What is logged, and what never, stands in
//! `docs/logging.md`.

use baton_aws::Meter;
use tracing_subscriber::EnvFilter;

/// Sets up the log. The level comes from `RUST_LOG`, `info` without it.
pub fn init() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_env_filter(filter)
        .init();
}

/// Writes down what an invocation consumed, when it consumed anything.
pub fn consumed(meter: &Meter) {
    let consumed = meter.take();
    if consumed.write_units > 0.0 || consumed.queue_requests > 0 {
        tracing::info!(write_units = consumed.write_units, queue_requests = consumed.queue_requests, "consumed");
    }
}
