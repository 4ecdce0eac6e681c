//! A queue as SQS has them.

use baton_pipeline::callbacks::CallbackPointer;
use std::{
    collections::BTreeMap,
    sync::Mutex,
    time::{Duration, Instant},
};
use tokio::sync::Notify;

/// The most that one receive gives, as `template.yaml` sets it.
const BATCH: usize = 10;

/// What stands on a queue, by the time from which it can be received and the number of its coming; and how many have come.
type Standing = (u64, BTreeMap<(Instant, u64), CallbackPointer>);

/// A queue.
#[derive(Default)]
pub struct Queue(Mutex<Standing>, Notify);

impl Queue {
    /// Puts a pointer on the queue, to come after a while.
    pub fn push(&self, pointer: CallbackPointer, delay: Duration) {
        let mut queue = self.0.lock().expect("the queue");
        queue.0 += 1;
        let number = queue.0;
        queue.1.insert((Instant::now() + delay, number), pointer);
        drop(queue);
        self.1.notify_one();
    }

    /// The next batch, as soon as there is any.
    pub async fn receive(&self) -> Vec<CallbackPointer> {
        loop {
            let next = {
                let mut queue = self.0.lock().expect("the queue");
                let now = Instant::now();
                let due: Vec<_> = queue.1.keys().take_while(|(at, _)| *at <= now).take(BATCH).copied().collect();
                let batch: Vec<_> = due.iter().filter_map(|key| queue.1.remove(key)).collect();
                let next = queue.1.keys().next().map(|(at, _)| *at);
                if next.is_some_and(|at| at <= now) {
                    self.1.notify_one();
                }
                if !batch.is_empty() {
                    return batch;
                }
                next
            };
            match next {
                None => self.1.notified().await,
                Some(at) => {
                    let _ = tokio::time::timeout_at(at.into(), self.1.notified()).await;
                }
            }
        }
    }
}
