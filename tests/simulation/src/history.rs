//! One history: an executor that lets one thing happen after the other, in the order that the seed chooses.

use crate::{
    check::{Check, SKEW, Violation},
    faults::Faults,
    plan::{Act, Ask, Plan},
    ports::Ports,
    process::{Job, Process},
    random::Random,
    safeguard::Safeguard,
    trace::Trace,
    world::{Happening, Shared, World},
};
use baton_domain::AccountId;
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

/// More than any history needs; one that goes on for longer turns in circles.
const MOST_STEPS: u64 = 100_000;

/// What a history came to.
#[derive(Debug)]
pub struct Report {
    /// Its seed.
    pub seed: u64,
    /// The first rule that did not hold.
    pub violation: Option<Violation>,
    /// What happened; only when it was asked for.
    trace: Option<Trace>,
    /// Without which safeguard it was lived.
    off: Option<Safeguard>,
    /// What happened in numbers.
    pub counts: Counts,
}

/// What happened, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Things that happened.
    pub steps: u64,
    /// Messages stored.
    pub messages: usize,
    /// Calls that reached a provider.
    pub calls: usize,
    /// Processes that died.
    pub deaths: u64,
}

/// Notes that a future wants to be looked at again.
#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Flag>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct History {
    shared: Shared,
    processes: BTreeMap<u64, Process>,
    flag: Arc<Flag>,
    counts: Counts,
}

/// Lives one history. With `off`, without that safeguard; with `traced`, writing down what happens.
///
/// The pipeline guards provider calls with a timer of Tokio, so there must be a runtime. The timer never fires here, as no
/// history takes seconds: a provider that hangs is ended by the death of its process.
///
/// # Panics
/// The machine gives no runtime.
#[must_use]
pub fn run(seed: u64, off: Option<Safeguard>, traced: bool) -> Report {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _inside = runtime.enter();
    let mut random = Random::new(seed);
    let plan = Plan::choose(&mut random);
    let faults = Faults::choose(&mut random);
    let shared = Shared::new(World::new(plan, faults, random, off, traced));
    let mut history = History { shared, processes: BTreeMap::new(), flag: Arc::default(), counts: Counts::default() };
    history.live();
    let world = &mut *history.shared.lock();
    if world.violation.is_none() {
        world.check_rest();
    }
    history.counts.messages = world.store.messages.len();
    history.counts.calls = world.truth.call_count();
    let (violation, trace) = (world.violation.take(), world.trace.take());
    Report { seed, violation, trace, off, counts: history.counts }
}

impl Report {
    /// What happened, line by line: to the message that a rule did not hold for, or (`whole`) everywhere.
    #[must_use]
    pub fn trace(&self, whole: bool) -> String {
        let about = self.violation.as_ref().and_then(|violation| violation.about);
        self.trace.as_ref().map(|trace| trace.render(about.filter(|_| !whole))).unwrap_or_default()
    }

    /// Which rule did not hold, and how to see it again.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        let Violation { check, text, about } = self.violation.as_ref()?;
        let message = about.map_or_else(String::new, |(account, id)| format!(" (message {id} of account {account})"));
        let off = self.off.map_or_else(String::new, |off| format!(" --off {}", off.name()));
        Some(format!(
            "seed {}: \"{}\" does not hold: {text}{message}\nreplay: cargo run -p baton-simulation -- --seed {}{off}",
            self.seed,
            check.name(),
            self.seed
        ))
    }
}

impl History {
    fn live(&mut self) {
        {
            let world = &mut *self.shared.lock();
            for act in 0..world.plan.acts.len() {
                let mut after = world.random.between(0, 30_000);
                if let Act::Task { ask: Ask::Settle, .. } = world.plan.acts[act] {
                    // When no process lives any more that was asked for something else before.
                    after = world.plan.calm_at - world.plan.start + 60_000;
                }
                world.plan_in(after, Happening::Act(act));
            }
        }
        loop {
            let next = {
                let world = &mut *self.shared.lock();
                if world.violation.is_some() {
                    return;
                }
                if self.counts.steps > MOST_STEPS {
                    return world.violate(Check::Rest, None, || format!("still going after {MOST_STEPS} steps"));
                }
                world.advance()
            };
            let Some(what) = next else { return };
            self.counts.steps += 1;
            self.happen(what);
        }
    }

    fn happen(&mut self, what: Happening) {
        match what {
            Happening::Ready(call) => self.answer(call),
            Happening::Timeout(process) => self.kill(process, "its time is up"),
            Happening::Fire { wake_up, generation } => self.shared.lock().fire(wake_up, generation),
            Happening::Visible { record, turn } => {
                let received = self.shared.lock().receive(record, turn);
                let Some(received) = received else { return };
                if self.shared.lock().lacks(Safeguard::AcknowledgeLast) {
                    self.shared.lock().records.remove(&record);
                }
                let account = received.body.account();
                let (turn, receives) = (received.turn, received.receives);
                self.start(account, Job::Record { id: record, turn, receives, body: received.body });
            }
            Happening::Act(index) => {
                let account = {
                    let world = self.shared.lock();
                    match &world.plan.acts[index] {
                        Act::Submit { request } => world.plan.requests[*request].submission.account,
                        // A webhook is of no account.
                        Act::Stop { .. } => AccountId(0),
                        Act::Cancel { account, .. } | Act::Reschedule { account, .. } | Act::Task { account, .. } => {
                            *account
                        }
                    }
                };
                self.start(account, Job::Act(index));
            }
        }
    }

    fn start(&mut self, account: AccountId, job: Job) {
        let (id, offset) = {
            let world = &mut *self.shared.lock();
            (world.number(), world.random.between(-SKEW, SKEW))
        };
        let ports = Ports { shared: self.shared.clone(), process: id, offset, account };
        self.processes.insert(id, Process::start(ports, job));
        self.poll(id);
    }

    /// A port call gets its answer, unless its process dies there.
    fn answer(&mut self, call: u64) {
        let (process, dies) = {
            let world = &mut *self.shared.lock();
            let death = world.faults.death;
            (world.caller(call), world.random.chance(death))
        };
        let Some(process) = process.filter(|process| self.processes.contains_key(process)) else {
            return self.shared.lock().forget_call(call);
        };
        if dies {
            return self.kill(process, "it is killed");
        }
        self.shared.lock().answer_call(call);
        self.poll(process);
    }

    fn kill(&mut self, id: u64, why: &str) {
        let Some(process) = self.processes.remove(&id) else { return };
        self.counts.deaths += 1;
        let Process { job, future } = process;
        drop(future);
        let world = &mut *self.shared.lock();
        match job {
            Job::Record { body, .. } => world.note(body.about(), || format!("#{id} dies: {why}")),
            Job::Act(act) => {
                world.note(None, || format!("#{id} dies: {why}"));
                world.reschedule_over(id);
                world.task_ask_over(id);
                world.act_failed(act);
            }
        }
    }

    fn poll(&mut self, id: u64) {
        let Some(process) = self.processes.get_mut(&id) else { return };
        let waker = Waker::from(self.flag.clone());
        let mut context = Context::from_waker(&waker);
        let end = loop {
            self.flag.0.store(false, Ordering::Relaxed);
            let polled = catch_unwind(AssertUnwindSafe(|| process.future.as_mut().poll(&mut context)));
            match polled {
                Ok(Poll::Ready(end)) => break end,
                Ok(Poll::Pending) if self.flag.0.load(Ordering::Relaxed) => {}
                Ok(Poll::Pending) => return,
                Err(_) => {
                    let about = match &process.job {
                        Job::Record { body, .. } => body.about(),
                        Job::Act(_) => None,
                    };
                    return self.shared.lock().violate(Check::Rest, about, || format!("process #{id} panicked"));
                }
            }
        };
        if let Some(process) = self.processes.remove(&id) {
            self.shared.lock().settle(id, &process.job, &end);
        }
    }
}
