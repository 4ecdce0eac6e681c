//! The processes: each handles one event with the product's own use cases, as the functions do.

use crate::{
    caller,
    ports::Ports,
    provider::Carrier,
    queue::Body,
    safeguard::Safeguard,
    world::{Happening, World},
};
use baton_domain::{Channel, Message, ReceiptStatus, Status};
use baton_pipeline::{
    dispatch::dispatch,
    fallback::fall_back,
    gate::Gate,
    pointer::Pointer,
    ports::{Messages, PortResult},
    provider::{Provider, ReceiptOf},
    receipts::take,
    send::{Sender, Verdict},
    short_links::Shortener,
    tasks::passage::Passages,
};
use chrono::TimeDelta;
use futures::future::BoxFuture;
use std::time::Duration;

/// How long a process may run, in milliseconds: the function's time-out.
const LIFETIME: i64 = 30_000;

/// What stands before the codes of short links.
pub(crate) const SHORT_BASE: &str = "https://b.example/s";

/// What a process was started for.
#[derive(Clone, Debug)]
pub(crate) enum Job {
    /// A record of a queue, received at a turn of its visibility.
    Record { id: u64, turn: u32, receives: u32, body: Body },
    /// The n-th thing that a caller does.
    Act(usize),
}

/// A process at work.
pub(crate) struct Process {
    pub(crate) job: Job,
    pub(crate) future: BoxFuture<'static, PortResult<Verdict>>,
}

impl Process {
    /// Starts a process for a job.
    pub(crate) fn start(ports: Ports, job: Job) -> Process {
        {
            let world = &mut *ports.shared.lock();
            world.plan_in(LIFETIME, Happening::Timeout(ports.process));
            let (process, offset) = (ports.process, ports.offset);
            if let Job::Record { body, receives, .. } = &job {
                world.note(body.about(), || {
                    format!("#{process} starts (clock {offset:+} ms, receive {receives}): {}", body.describe())
                });
                if let Body::Receipt(of) = body {
                    world.heard(of.attempt, &of.receipt.status);
                }
            }
        }
        let future: BoxFuture<'static, PortResult<Verdict>> = match job.clone() {
            Job::Record { body, .. } => Box::pin(handle(ports, body)),
            Job::Act(index) => Box::pin(async move {
                caller::act(&ports, index).await?;
                Ok(Verdict::Done)
            }),
        };
        Process { job, future }
    }
}

async fn handle(ports: Ports, body: Body) -> PortResult<Verdict> {
    match body {
        Body::Send(channel, pointer) => {
            let naive = ports.shared.lock().lacks(Safeguard::Passage);
            let pointer = Pointer { task: pointer.task.filter(|_| !naive), ..pointer };
            let (providers, rate) = providers(&ports, channel);
            let sender = Sender {
                channel,
                providers,
                rates: rate.map(|rate| ("CARRIER", rate)).into_iter().collect(),
                store: ports.clone(),
                outlets: ports.clone(),
                gate: Gate::new(ports.clone(), channel),
                clock: ports.clone(),
                claim_limit: Duration::from_secs(35),
                shortener: Some(Shortener {
                    links: ports.clone(),
                    base: SHORT_BASE.to_owned(),
                    lifetime: TimeDelta::days(365),
                }),
                tasks: Passages::new(ports.clone()),
            };
            sender.handle(pointer).await
        }
        Body::FallBack(pointer) => fall_back(&ports, &ports, &ports, pointer).await.map(|()| Verdict::Done),
        Body::Wake(wake_up) => dispatch(&ports, &ports, &ports, &ports, wake_up).await.map(|()| Verdict::Done),
        Body::Receipt(of) => {
            let naive = ports.shared.lock().lacks(Safeguard::MonotonicStatus);
            if naive {
                believe(&ports, &of).await?
            } else {
                take(&ports, &ports, &ports, &ports, &of).await.map(|_| ())?
            }
            Ok(Verdict::Done)
        }
    }
}

/// The providers of a channel, and the rate of the first one.
fn providers(ports: &Ports, channel: Channel) -> (Vec<Box<dyn Provider>>, Option<u32>) {
    let plan = &ports.shared.lock().plan;
    let carrier =
        |second| Box::new(Carrier { ports: ports.clone(), second, idempotent: plan.idempotent }) as Box<dyn Provider>;
    let first = (!plan.unset.contains(&channel)).then(|| carrier(false));
    let second = (plan.reserved.contains(&channel)).then(|| carrier(true));
    (first.into_iter().chain(second).collect(), plan.bandwidth)
}

/// Takes a receipt without the rule that a status only moves forward: the message becomes what the receipt says.
async fn believe(ports: &Ports, of: &ReceiptOf) -> PortResult<()> {
    take(ports, ports, ports, ports, of).await?;
    let Some(before) = ports.load(of.attempt.account, of.attempt.message).await? else { return Ok(()) };
    let status = match &of.receipt.status {
        ReceiptStatus::Sent => Status::Pending,
        ReceiptStatus::Delivered => Status::Delivered,
        ReceiptStatus::Read | ReceiptStatus::Tracked(_) => Status::Read,
        ReceiptStatus::Failed(_) => Status::Undelivered,
    };
    let message = Message { status, version: before.version + 1, ..before.clone() };
    ports.store(&message, before.version).await.map(|_| ())
}

impl World {
    /// A process has come to its end.
    pub(crate) fn settle(&mut self, process: u64, job: &Job, end: &PortResult<Verdict>) {
        match job {
            Job::Act(index) => {
                self.reschedule_over(process);
                self.task_ask_over(process);
                if end.is_err() {
                    self.act_failed(*index);
                }
            }
            Job::Record { id, turn, receives, body } => {
                self.note(body.about(), || match end {
                    Ok(verdict) => format!("#{process} ends: {verdict:?}"),
                    Err(error) => format!("#{process} fails: {error}"),
                });
                match end {
                    Ok(Verdict::Done) => {
                        self.records.remove(id);
                        match body {
                            Body::Receipt(of) => self.taken(of.attempt, &of.receipt.status),
                            Body::Send(_, pointer) => self.sent(process, pointer.attempt),
                            Body::FallBack(_) | Body::Wake(_) => {}
                        }
                    }
                    Ok(Verdict::Again(pause)) => {
                        self.again(*id, *turn, i64::try_from(pause.as_millis()).unwrap_or_default())
                    }
                    Err(_) => self.again(*id, *turn, 1000 << (*receives - 1).min(8)),
                }
            }
        }
    }

    /// Asks the queue to hide a record for a pause; when that fails the record comes when its visibility ends.
    fn again(&mut self, id: u64, turn: u32, pause: i64) {
        if !self.random.chance(self.faults.failure) {
            // In whole seconds, and never longer than SQS hides a record.
            let pause = (pause.max(0) + 999) / 1000 * 1000;
            self.hide(id, turn, pause.min(12 * 3_600_000 - 60_000));
        }
    }
}
