//! Where the functions put what is due, each in one value for the pipeline.

use baton_aws::{
    queues::{Channels, Fallbacks, WakeQueue},
    scheduler::Schedules,
};
use baton_domain::{Channel, Time};
use baton_pipeline::{
    pointer::{FallbackPointer, Pointer, WakeUp},
    ports::{ChannelQueues, FallbackQueue, PortResult, Scheduler, WakeUps},
};
use std::time::Duration;

/// Of a sender: the next channel is for the fallback function, the end of a validity period for a wake-up, and what waits for
/// its turn goes back on the sender's own queue.
#[derive(Clone, Debug)]
pub struct SenderOutlets {
    /// The sender's own queue.
    pub channels: Channels,
    /// The fallback queue.
    pub fallbacks: Fallbacks,
    /// The wake queue.
    pub wake_ups: WakeQueue,
}

impl ChannelQueues for SenderOutlets {
    async fn push(&self, channel: Channel, pointers: &[Pointer], delay: Duration) -> PortResult<()> {
        self.channels.push(channel, pointers, delay).await
    }
}

impl FallbackQueue for SenderOutlets {
    async fn push(&self, pointer: FallbackPointer) -> PortResult<()> {
        self.fallbacks.push(pointer).await
    }
}

impl WakeUps for SenderOutlets {
    async fn set(&self, wake_up: WakeUp, now: Time) -> PortResult<()> {
        self.wake_ups.set(wake_up, now).await
    }
}

/// Of whoever puts messages on the channels: `S` is `()` where no schedules are set.
#[derive(Clone, Debug)]
pub struct ChannelOutlets<S> {
    /// The queues of the channels.
    pub channels: Channels,
    /// The wake queue.
    pub wake_ups: WakeQueue,
    /// The schedules.
    pub schedules: S,
}

impl<S: Send + Sync> ChannelQueues for ChannelOutlets<S> {
    async fn push(&self, channel: Channel, pointers: &[Pointer], delay: Duration) -> PortResult<()> {
        self.channels.push(channel, pointers, delay).await
    }
}

impl<S: Send + Sync> WakeUps for ChannelOutlets<S> {
    async fn set(&self, wake_up: WakeUp, now: Time) -> PortResult<()> {
        self.wake_ups.set(wake_up, now).await
    }
}

impl Scheduler for ChannelOutlets<Schedules> {
    async fn schedule(&self, wake_up: WakeUp) -> PortResult<()> {
        self.schedules.schedule(wake_up).await
    }

    async fn forget(&self, wake_up: WakeUp) -> PortResult<()> {
        self.schedules.forget(wake_up).await
    }
}
