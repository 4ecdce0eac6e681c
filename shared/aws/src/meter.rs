//! What an invocation consumed, for the log: DynamoDB write units and SQS requests are what a message costs.

use aws_sdk_dynamodb::types::ConsumedCapacity;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Counts what was consumed since the last look.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    write_milliunits: AtomicU64,
    queue_requests: AtomicU64,
}

/// What was consumed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Consumed {
    /// DynamoDB write units, indexes included.
    pub write_units: f64,
    /// Requests to SQS, those of the event source not counted.
    pub queue_requests: u64,
}

impl Meter {
    /// Counts a write by what DynamoDB says it consumed. A write that failed its condition consumes as well, but its answer
    /// does not say how much: see [`Meter::refused_write`].
    pub(crate) fn write(&self, consumed: Option<&ConsumedCapacity>) {
        let units = consumed.and_then(ConsumedCapacity::capacity_units).unwrap_or_default();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "units are small and not negative")]
        self.0.write_milliunits.fetch_add((units * 1000.0) as u64, Ordering::Relaxed);
    }

    /// Counts a write that failed its condition: a unit, as our items are below 1 KB.
    pub(crate) fn refused_write(&self) {
        self.0.write_milliunits.fetch_add(1000, Ordering::Relaxed);
    }

    /// Counts a request to SQS.
    pub fn queue_request(&self) {
        self.0.queue_requests.fetch_add(1, Ordering::Relaxed);
    }

    /// What was consumed since the last call.
    #[must_use]
    pub fn take(&self) -> Consumed {
        #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
        let write_units = self.0.write_milliunits.swap(0, Ordering::Relaxed) as f64 / 1000.0;
        Consumed { write_units, queue_requests: self.0.queue_requests.swap(0, Ordering::Relaxed) }
    }
}
