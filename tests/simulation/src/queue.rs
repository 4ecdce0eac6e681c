//! SQS and the scheduler: records are delayed, reordered, doubled and delivered again, and never dropped; schedules fire late,
//! and twice.

use crate::{
    ports::Ports,
    world::{Happening, Key, World, bulk_key, time},
};
use baton_domain::{AccountId, Channel};
use baton_pipeline::{
    pointer::{FallbackPointer, Pointer, WakeUp},
    provider::ReceiptOf,
};

/// How long a received record stays hidden: longer than a process lives, as in `template.yaml`.
const VISIBILITY: i64 = 40_000;

/// The longest that SQS delays a message, in seconds.
const LONGEST_DELAY: u64 = 900;

/// What stands on a queue.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// On a channel's queue.
    Send(Channel, Pointer),
    /// On the fallback queue.
    FallBack(FallbackPointer),
    /// On the wake queue.
    Wake(WakeUp),
    /// On its way from a provider, which repeats it until it is taken.
    Receipt(ReceiptOf),
}

impl Body {
    /// Whose event it is.
    pub(crate) fn account(&self) -> AccountId {
        match self {
            Body::Send(_, pointer) => pointer.attempt.account,
            Body::FallBack(pointer) => pointer.account,
            Body::Wake(wake_up) => wake_up.account,
            Body::Receipt(of) => of.attempt.account,
        }
    }

    /// Which message or bulk it is about.
    pub(crate) fn about(&self) -> Option<Key> {
        match self {
            Body::Send(_, pointer) => Some((pointer.attempt.account, pointer.attempt.message)),
            Body::FallBack(pointer) => Some((pointer.account, pointer.message)),
            Body::Wake(wake_up) => Some(bulk_key(wake_up.account, wake_up.bulk)),
            Body::Receipt(of) => Some((of.attempt.account, of.attempt.message)),
        }
    }

    /// What it is, for the trace.
    pub(crate) fn describe(&self) -> String {
        match self {
            Body::Send(channel, pointer) => format!("send attempt {} over {channel}", pointer.attempt.attempt),
            Body::FallBack(_) => "fall back".to_owned(),
            Body::Wake(wake_up) => format!("wake up at {}", time(wake_up.at)),
            Body::Receipt(of) => format!("receipt of attempt {}: {:?}", of.attempt.attempt, of.receipt.status),
        }
    }
}

/// A record on a queue.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) body: Body,
    /// Counts the changes of its visibility.
    pub(crate) turn: u32,
    /// How often it was received.
    pub(crate) receives: u32,
}

impl World {
    /// Puts a body on its queue, once or twice.
    pub(crate) fn push(&mut self, by: &Ports, body: Body, delay: u64) {
        let delay = i64::try_from(delay.min(LONGEST_DELAY)).unwrap_or_default() * 1000;
        self.note(body.about(), || format!("#{} puts on a queue: {} (delay {delay} ms)", by.process, body.describe()));
        self.enqueue(body, delay);
    }

    /// Puts a body on its queue, to come after some milliseconds.
    pub(crate) fn enqueue(&mut self, body: Body, delay: i64) {
        let copies = 1 + u32::from(self.random.chance(self.faults.duplicate));
        for _ in 0..copies {
            let record = self.number();
            self.records.insert(record, Record { body: body.clone(), turn: 0, receives: 0 });
            let lag = self.faults.lag(&mut self.random);
            self.plan_in(delay + lag, Happening::Visible { record, turn: 0 });
        }
    }

    /// Hands out a record. It comes again unless it is removed or hidden for longer.
    pub(crate) fn receive(&mut self, id: u64, turn: u32) -> Option<Record> {
        let record = self.records.get_mut(&id).filter(|record| record.turn == turn)?;
        record.receives += 1;
        record.turn += 1;
        let record = record.clone();
        self.plan_in(VISIBILITY, Happening::Visible { record: id, turn: record.turn });
        Some(record)
    }

    /// Hides a record that was received at `turn` for some milliseconds from now; void when it was received anew.
    pub(crate) fn hide(&mut self, id: u64, turn: u32, pause: i64) {
        if let Some(record) = self.records.get_mut(&id).filter(|record| record.turn == turn) {
            record.turn += 1;
            let turn = record.turn;
            let lag = self.faults.lag(&mut self.random);
            self.plan_in(pause + lag, Happening::Visible { record: id, turn });
        }
    }

    /// Sets a schedule; one that is there is left alone.
    pub(crate) fn set_schedule(&mut self, wake_up: WakeUp) {
        if self.schedules.contains_key(&wake_up) {
            return;
        }
        let generation = self.number();
        self.schedules.insert(wake_up, generation);
        self.note(Some(bulk_key(wake_up.account, wake_up.bulk)), || {
            format!("a schedule is set at {}", time(wake_up.at))
        });
        let late = self.random.between(0, 90_000);
        self.plan_in(wake_up.at - self.now + late, Happening::Fire { wake_up, generation });
    }

    /// A schedule fires, and is deleted then; sometimes it fires again.
    pub(crate) fn fire(&mut self, wake_up: WakeUp, generation: u64) {
        if self.schedules.get(&wake_up) != Some(&generation) {
            return;
        }
        self.note(Some(bulk_key(wake_up.account, wake_up.bulk)), || {
            format!("the schedule at {} fires", time(wake_up.at))
        });
        self.enqueue(Body::Wake(wake_up), 0);
        if self.random.chance(self.faults.double_fire) {
            let after = self.random.between(0, 120_000);
            self.plan_in(after, Happening::Fire { wake_up, generation });
        } else {
            self.schedules.remove(&wake_up);
        }
    }
}
