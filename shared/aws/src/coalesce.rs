//! Concurrent single requests made into batches: SQS bills by request, and the records of a batch run side by side.

use baton_pipeline::ports::{PortError, PortResult};
use std::{
    future::Future,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::oneshot;

/// Gathers what is pushed within a short window and flushes it together. Each push answers when its own item is flushed.
///
/// The first to push waits for the window and flushes for all; when it is dropped meanwhile the others get an error, and
/// their events come again.
#[derive(Debug)]
pub struct Coalescer<T> {
    window: Duration,
    waiting: Mutex<Vec<(T, oneshot::Sender<bool>)>>,
}

impl<T> Coalescer<T> {
    /// A coalescer with this window.
    #[must_use]
    pub const fn new(window: Duration) -> Coalescer<T> {
        Coalescer { window, waiting: Mutex::new(Vec::new()) }
    }

    /// Adds an item, and sees that it is flushed. `flush` gets all that gathered and says for each whether it is durable.
    ///
    /// # Errors
    /// The item was not flushed.
    pub async fn push<F>(&self, operation: &'static str, item: T, flush: impl FnOnce(Vec<T>) -> F) -> PortResult<()>
    where
        F: Future<Output = Vec<bool>>,
    {
        let (sender, receiver) = oneshot::channel();
        if self.join(item, sender) {
            tokio::time::sleep(self.window).await;
            let (items, senders): (Vec<T>, Vec<_>) = self.take().into_iter().unzip();
            let mut durable = flush(items).await.into_iter();
            for sender in senders {
                // Whoever does not wait any more does not need to know.
                let _ = sender.send(durable.next().unwrap_or(false));
            }
        }
        match receiver.await {
            Ok(true) => Ok(()),
            _ => Err(PortError::new(operation, "the batch that held it was not sent")),
        }
    }

    /// Joins the waiting; whether this is the first of them.
    fn join(&self, item: T, sender: oneshot::Sender<bool>) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // A flusher that was dropped has left closed senders behind: whoever comes next starts over.
        waiting.retain(|(_, sender)| !sender.is_closed());
        waiting.push((item, sender));
        waiting.len() == 1
    }

    fn take(&self) -> Vec<(T, oneshot::Sender<bool>)> {
        std::mem::take(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn what_comes_together_goes_together_and_each_learns_its_own_fate() {
        let coalescer = Coalescer::new(Duration::from_millis(5));
        let flushes = AtomicUsize::new(0);
        let push = |item: u32| {
            coalescer.push("test", item, |items: Vec<u32>| {
                flushes.fetch_add(1, Ordering::Relaxed);
                async move { items.into_iter().map(|item| item != 3).collect() }
            })
        };
        let results = futures::future::join_all((0..10).map(push)).await;
        let failed: Vec<_> = results.iter().enumerate().filter(|(_, result)| result.is_err()).map(|(i, _)| i).collect();
        assert_eq!((failed, flushes.load(Ordering::Relaxed)), (vec![3], 1));
        assert!(push(1).await.is_ok());
    }
}
