//! The world of one history: true time, what is going to happen, what is stored and queued, and what is known to be true.

use crate::{
    check::{Check, Truth, Violation},
    faults::Faults,
    plan::Plan,
    queue::Record,
    random::Random,
    safeguard::Safeguard,
    store::Store,
    trace::Trace,
};
use baton_domain::{AccountId, BulkId, MessageId, Time};
use baton_pipeline::pointer::WakeUp;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Waker,
};

/// A message, by its account and its id.
pub(crate) type Key = (AccountId, MessageId);

/// A bulk in the trace's place for a message.
pub(crate) fn bulk_key(account: AccountId, bulk: BulkId) -> Key {
    (account, MessageId(bulk.key().0))
}

/// Something that happens at a moment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Happening {
    /// A port call of a process gets its answer.
    Ready(u64),
    /// A record can be received; void when the record was received or hidden anew since.
    Visible { record: u64, turn: u32 },
    /// A process has run for too long.
    Timeout(u64),
    /// A schedule fires; void when it was removed since.
    Fire { wake_up: WakeUp, generation: u64 },
    /// A caller makes its n-th request.
    Act(usize),
}

/// A port call under way.
struct Call {
    process: u64,
    waker: Waker,
    ready: bool,
}

/// See the module.
pub(crate) struct World {
    /// The true time, in milliseconds since the epoch.
    pub(crate) now: i64,
    pub(crate) random: Random,
    pub(crate) faults: Faults,
    pub(crate) plan: Plan,
    /// The safeguard that is turned off.
    pub(crate) off: Option<Safeguard>,
    /// Ordered by time; what happens at the same moment is ordered by chance.
    agenda: BinaryHeap<Reverse<(i64, u64, Happening)>>,
    calls: BTreeMap<u64, Call>,
    count: u64,
    pub(crate) records: BTreeMap<u64, Record>,
    pub(crate) schedules: BTreeMap<WakeUp, u64>,
    pub(crate) store: Store,
    pub(crate) truth: Truth,
    pub(crate) violation: Option<Violation>,
    pub(crate) trace: Option<Trace>,
}

impl World {
    pub(crate) fn new(plan: Plan, faults: Faults, random: Random, off: Option<Safeguard>, traced: bool) -> World {
        let now = plan.start;
        let tasks = plan.tasks.iter().map(|task| ((task.account, task.id), task.clone())).collect();
        World {
            now,
            random,
            faults,
            plan,
            off,
            agenda: BinaryHeap::new(),
            calls: BTreeMap::new(),
            count: 0,
            records: BTreeMap::new(),
            schedules: BTreeMap::new(),
            store: Store { tasks, ..Store::default() },
            truth: Truth::default(),
            violation: None,
            trace: traced.then(|| Trace::new(now)),
        }
    }

    /// A number that was not given before.
    pub(crate) fn number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// Whether a safeguard is turned off.
    pub(crate) fn lacks(&self, safeguard: Safeguard) -> bool {
        self.off == Some(safeguard)
    }

    /// Lets something happen `after` milliseconds.
    pub(crate) fn plan_in(&mut self, after: i64, what: Happening) {
        let tie = self.random.next();
        self.agenda.push(Reverse((self.now + after.max(0), tie, what)));
    }

    /// Goes on to the next thing that happens.
    pub(crate) fn advance(&mut self) -> Option<Happening> {
        let Reverse((at, _, what)) = self.agenda.pop()?;
        self.now = self.now.max(at);
        if self.now >= self.plan.calm_at {
            self.faults = Faults::NONE;
        }
        Some(what)
    }

    /// Registers a port call of a process; its answer comes `after` milliseconds.
    pub(crate) fn begin_call(&mut self, process: u64, after: i64, waker: Waker) -> u64 {
        let id = self.number();
        self.calls.insert(id, Call { process, waker, ready: false });
        self.plan_in(after, Happening::Ready(id));
        id
    }

    /// Whether a port call has its answer; the call is over then.
    pub(crate) fn end_call(&mut self, id: u64, waker: &Waker) -> bool {
        match self.calls.get_mut(&id) {
            Some(call) if !call.ready => {
                call.waker.clone_from(waker);
                false
            }
            _ => {
                self.calls.remove(&id);
                true
            }
        }
    }

    /// The process that waits for a port call.
    pub(crate) fn caller(&self, id: u64) -> Option<u64> {
        self.calls.get(&id).map(|call| call.process)
    }

    /// Gives a port call its answer.
    pub(crate) fn answer_call(&mut self, id: u64) {
        if let Some(call) = self.calls.get_mut(&id) {
            call.ready = true;
            call.waker.wake_by_ref();
        }
    }

    /// Forgets a port call whose process is dead.
    pub(crate) fn forget_call(&mut self, id: u64) {
        self.calls.remove(&id);
    }

    /// Writes down the first violation; later ones may only follow from it.
    pub(crate) fn violate(&mut self, check: Check, about: Option<Key>, text: impl FnOnce() -> String) {
        if self.violation.is_none() {
            let violation = Violation { check, about, text: text() };
            self.note(about, || format!("VIOLATION of \"{}\": {}", check.name(), violation.text));
            self.violation = Some(violation);
        }
    }

    /// Adds a line to the trace, if one is kept.
    pub(crate) fn note(&mut self, about: Option<Key>, text: impl FnOnce() -> String) {
        let now = self.now;
        if let Some(trace) = &mut self.trace {
            trace.add(now, about, text());
        }
    }
}

/// A moment as the product writes it.
pub(crate) fn time(millis: i64) -> Time {
    Time::from_timestamp_millis(millis).unwrap_or_default()
}

/// A world that processes share. Only one of them runs at a time; the lock is there because ports must be `Send`.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub(crate) fn new(world: World) -> Shared {
        Shared(Arc::new(Mutex::new(world)))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
