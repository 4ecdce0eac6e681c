//! Logs: one JSON object a line on standard output, as CloudWatch reads it. What is logged, and what never, stands in
//! `docs/logging.md`.

use baton_aws::Meter;
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

/// Sets up the log. What is logged comes from `RUST_LOG`, as `info` or `info,hyper=warn`; `info` without it.
///
/// (`Targets` rather than `EnvFilter`: the latter brings a regular expression engine, a twentieth of a sender's size.)
pub fn init() {
    let wanted = std::env::var("RUST_LOG").ok().and_then(|wanted| wanted.parse().ok());
    let filter = wanted.unwrap_or_else(|| Targets::new().with_default(tracing::Level::INFO));
    let json =
        tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(false);
    tracing_subscriber::registry().with(json).with(filter).init();
}

/// Writes down what an invocation consumed, when it consumed anything.
pub fn consumed(meter: &Meter) {
    let consumed = meter.take();
    if consumed.write_units > 0.0 || consumed.queue_requests > 0 {
        tracing::info!(write_units = consumed.write_units, queue_requests = consumed.queue_requests, "consumed");
    }
}
