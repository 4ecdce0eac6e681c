//! Wake-ups that need no look of their own: every process that sends for a bulk sets its own copy of them.

use baton_domain::Time;
use baton_pipeline::{
    pointer::WakeUp,
    ports::{Clock, PortResult},
};
use chrono::TimeDelta;
use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

/// How far the clock of the queue and ours may differ.
const SKEW: TimeDelta = TimeDelta::seconds(2);

/// The most wake-ups that a process remembers.
const REMEMBERED: usize = 1000;

/// When a look began that was made to the end; copies of the same wake-up wait for each other.
type Begun = Arc<tokio::sync::Mutex<Option<Time>>>;

/// The looks that this process has made.
///
/// Whoever sets a wake-up has stored before why. So a look at its time that began after the wake-up had come onto the queue
/// has seen that, and whatever another look that died had left undone as well.
#[derive(Debug, Default)]
pub struct Looks(Mutex<BTreeMap<WakeUp, Begun>>);

impl Looks {
    /// Looks for a wake-up that was put on the queue at `sent_at`, unless a look since then has been made to the end.
    ///
    /// # Errors
    /// The look failed.
    pub async fn once<F>(
        &self,
        clock: &impl Clock,
        wake_up: WakeUp,
        sent_at: Option<Time>,
        look: impl FnOnce() -> F,
    ) -> PortResult<()>
    where
        F: Future<Output = PortResult<()>>,
    {
        let known = self.of(wake_up);
        let mut known = known.lock().await;
        if sent_at.zip(*known).is_some_and(|(sent_at, begun)| sent_at + SKEW < begun) {
            return Ok(());
        }
        let begins = clock.now();
        look().await?;
        // One that comes early is put off, which is no look.
        if wake_up.time().is_some_and(|time| time <= begins) {
            *known = Some(begins);
        }
        Ok(())
    }

    fn of(&self, wake_up: WakeUp) -> Begun {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.entry(wake_up).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_domain::{AccountId, BulkId};
    use baton_pipeline::{memory::StoppedClock, ports::PortError};
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    fn at(second: i64) -> Time {
        Time::from_timestamp(1_790_000_000 + second, 0).expect("a time")
    }

    fn wake_up(second: i64) -> WakeUp {
        WakeUp { account: AccountId(1), bulk: BulkId(uuid::Uuid::nil()), at: at(second).timestamp_millis(), task: None }
    }

    struct Bench {
        looks: Looks,
        clock: StoppedClock,
        made: AtomicUsize,
    }

    impl Bench {
        fn at(now: Time) -> Bench {
            Bench { looks: Looks::default(), clock: StoppedClock::at(now), made: AtomicUsize::new(0) }
        }

        /// Handles a wake-up that was put on the queue at this time; gives how many looks there have been.
        async fn handle(&self, wake_up: WakeUp, sent_at: Option<Time>) -> usize {
            let look = || async {
                self.made.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                Ok(())
            };
            self.looks.once(&self.clock, wake_up, sent_at, look).await.expect("looked");
            self.made.load(Ordering::Relaxed)
        }
    }

    #[tokio::test]
    async fn copies_that_were_there_before_a_look_need_none_of_their_own() {
        let bench = Bench::at(at(60));
        let copies = (0..5).map(|second| bench.handle(wake_up(60), Some(at(second))));
        assert_eq!(futures::future::join_all(copies).await, [1; 5]);
        bench.clock.advance(Duration::from_secs(30));
        assert_eq!(bench.handle(wake_up(60), Some(at(57))).await, 1);
    }

    #[tokio::test]
    async fn what_may_not_have_been_seen_is_looked_at() {
        let bench = Bench::at(at(60));
        bench.handle(wake_up(60), Some(at(0))).await;
        assert_eq!(bench.handle(wake_up(60), Some(at(58))).await, 2, "clocks differ");
        assert_eq!(bench.handle(wake_up(60), Some(at(61))).await, 3, "it was set after the look");
        assert_eq!(bench.handle(wake_up(60), None).await, 4, "nobody knows when it was set");
        assert_eq!(bench.handle(wake_up(55), Some(at(0))).await, 5, "another one");
    }

    #[tokio::test]
    async fn a_look_that_failed_or_was_put_off_is_none() {
        let bench = Bench::at(at(60));
        assert_eq!(bench.handle(wake_up(90), Some(at(0))).await, 1);
        assert_eq!(bench.handle(wake_up(90), Some(at(0))).await, 2);
        let failed = || async { Err(PortError::new("test", "failed")) };
        assert!(bench.looks.once(&bench.clock, wake_up(60), Some(at(0)), failed).await.is_err());
        assert_eq!(bench.handle(wake_up(60), Some(at(0))).await, 3);
    }
}
