//! The real clock.

use baton_domain::Time;
use baton_pipeline::ports::Clock;
use std::time::Duration;

/// The system's clock and random source.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        let now = chrono::Utc::now();
        Time::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now)
    }

    fn spread(&self) -> f64 {
        rand::random()
    }

    fn random(&self) -> [u8; 8] {
        rand::random()
    }

    async fn sleep(&self, pause: Duration) {
        tokio::time::sleep(pause).await;
    }
}
