//! Callers: they send requests, again when they get no answer (and sometimes although they got one), cancel and reschedule.

use crate::{
    check::Check,
    plan::{Act, Ask, CHANNELS},
    ports::Ports,
    store::Before,
    world::{Happening, Key, World, bulk_key, time},
};
use baton_domain::{AccountId, BulkId, MessageId, TaskId};
use baton_pipeline::{
    accept::{AcceptError, Submission, accept, is_alone, opened},
    cancel::cancel,
    inbound::{self, Inbound},
    ports::{Clock, Messages, PortError, PortResult},
    reschedule::reschedule,
    stops,
    tasks::{TaskError, delete::delete, join::join, pause::pause, resume::resume, start::start},
};
use chrono::TimeDelta;
use futures::future::join_all;

/// What the service answers to a request.
#[derive(Clone, Debug)]
enum Reply {
    Accepted(Vec<MessageId>),
    /// The bulk's id was used for another request.
    Refused,
    /// The first try is still running.
    Busy,
}

impl Reply {
    fn name(&self) -> &'static str {
        match self {
            Reply::Accepted(_) => "accepted",
            Reply::Refused => "refused, the bulk is another request's",
            Reply::Busy => "the first try is still running",
        }
    }
}

/// How long a try may run before the next one takes over, as in the HTTP interface.
const RUNNING: TimeDelta = TimeDelta::seconds(60);

/// Does the n-th thing that a caller does.
pub(crate) async fn act(ports: &Ports, index: usize) -> PortResult<()> {
    let act = ports.shared.lock().plan.acts[index].clone();
    match act {
        Act::Submit { request } => {
            let reply = submit(ports, request).await?;
            ports.shared.lock().replied(index, request, &reply);
        }
        Act::Cancel { account, messages } => {
            let cancels = messages.iter().map(|key| cancel(ports, ports, (account, key.1), None));
            for (key, answer) in messages.iter().zip(join_all(cancels).await) {
                let found = answer?;
                let world = &mut *ports.shared.lock();
                world.reply_about(account, *key, found.is_some());
                if let Some((_, Ok(()))) = found {
                    world.cancel_answered(*key);
                }
            }
        }
        Act::Stop { address, channel, at } => {
            let event = Inbound {
                channel,
                provider: "CARRIER".to_owned(),
                id: address.clone(),
                from: address.clone(),
                to: None,
                at: time(at),
                act: inbound::Act::Blocked,
            };
            stops::hear(ports, &event, ports.now()).await?;
            ports.shared.lock().stop_known(channel, address);
        }
        // Late callers have gone home.
        Act::Task { ask, .. } if ask != Ask::Settle && ports.shared.lock().is_calm() => {}
        Act::Task { account, task, ask } => ask_task(ports, (account, task), ask).await?,
        Act::Reschedule { account, message, at } => {
            if account == message.0 {
                ports.shared.lock().reschedule_asked(ports.process, message, at);
            }
            let found = reschedule(ports, ports, ports, (account, message.1), time(at)).await?;
            let world = &mut *ports.shared.lock();
            world.note(Some(message), || {
                let done = found.as_ref().map(|(_, done)| done);
                format!("#{} reschedules to {}: {done:?}", ports.process, time(at))
            });
            world.reply_about(account, message, found.is_some());
            if let Some((_, Ok(()))) = found {
                world.reschedule_answered(ports.process, message, at);
            }
        }
    }
    Ok(())
}

/// Asks something of a task, as the HTTP interface does.
async fn ask_task(ports: &Ports, of: (AccountId, TaskId), ask: Ask) -> PortResult<()> {
    ports.shared.lock().task_asked(ports.process, of, ask);
    let answer = match ask {
        Ask::Start => start(ports, ports, ports, of).await.map(|_| ()),
        Ask::Pause => pause(ports, ports, of).await.map(|_| ()),
        Ask::Resume => resume(ports, ports, ports, of).await.map(|_| ()),
        Ask::Delete => delete(ports, ports, ports, of).await,
        Ask::Settle => match resume(ports, ports, ports, of).await {
            Err(TaskError::NotStarted) => start(ports, ports, ports, of).await.map(|_| ()),
            // Somebody may have given up on a delete that died before its walk.
            Err(TaskError::Missing) => delete(ports, ports, ports, of).await,
            resumed => resumed.map(|_| ()),
        },
    };
    let world = &mut *ports.shared.lock();
    world.note(None, || format!("#{} asks {ask:?} of task {}: {answer:?}", ports.process, of.1));
    match answer {
        Ok(()) => {
            world.task_answered(ports.process, of, ask);
            world.go_on_with(of, ask);
            Ok(())
        }
        // It makes no sense any more.
        Err(TaskError::Missing | TaskError::NotStarted | TaskError::Paused | TaskError::Completed) => Ok(()),
        Err(TaskError::Port(error)) => Err(error),
    }
}

/// A request, as the HTTP interface handles it.
async fn submit(ports: &Ports, request: usize) -> PortResult<Reply> {
    let request = ports.shared.lock().plan.requests[request].clone();
    let mut submission = request.submission;
    let now = ports.now();
    let offered = BulkId::new(now, ports.random());
    let before = match &request.key {
        None => Before::Nothing,
        Some(key) => {
            let key = (submission.account, key.clone());
            ports.call("begin a key", None, |world| world.begin_once(key, offered, now, now + RUNNING)).await?
        }
    };
    if !submission.named {
        submission.bulk = match before {
            Before::Nothing => offered,
            Before::Died(bulk) | Before::Done(bulk) | Before::Running(bulk) => bulk,
        };
    }
    match before {
        Before::Done(_) => return Ok(Reply::Accepted(ids(&opened(&submission, now)))),
        // A message that is alone proves by its presence that it was accepted.
        Before::Running(_) if !(is_alone(&submission) && is_stored(ports, &submission).await?) => {
            return Ok(Reply::Busy);
        }
        _ => {}
    }
    let (account, alone) = (submission.account, is_alone(&submission));
    let (bulk, of_task) = (submission.bulk, submission.task);
    let accepted = match accept(ports, ports, ports, submission).await {
        Ok(messages) => ids(&messages),
        Err(AcceptError::OtherRequest) => return Ok(Reply::Refused),
        Err(AcceptError::Port(error)) => return Err(error),
    };
    if let Some(task) = of_task {
        let count = u16::try_from(accepted.len()).unwrap_or(u16::MAX);
        join(ports, ports, ports, (account, task), (bulk, count)).await?;
    }
    if let (Some(key), false) = (request.key, alone) {
        let finish = |world: &mut World| world.store.keys.get_mut(&(account, key)).map(|once| once.done = true);
        ports.call("finish a key", None, finish).await?;
    }
    Ok(Reply::Accepted(accepted))
}

async fn is_stored(ports: &Ports, submission: &Submission) -> Result<bool, PortError> {
    let first = submission.items.iter().flat_map(|item| &item.recipients).next();
    let Some((index, _)) = first else { return Ok(false) };
    Ok(ports.load(submission.account, MessageId::new(submission.bulk, *index)).await?.is_some())
}

fn ids(messages: &[baton_domain::Message]) -> Vec<MessageId> {
    messages.iter().map(|message| message.id).collect()
}

impl World {
    /// A request was answered: the caller may repeat it all the same, and goes on to cancel and to reschedule.
    fn replied(&mut self, act: usize, request: usize, reply: &Reply) {
        let first = match reply {
            Reply::Accepted(ids) => ids.first(),
            Reply::Refused | Reply::Busy => None,
        };
        let about = first.map(|id| bulk_key(self.plan.requests[request].submission.account, id.bulk_key()));
        self.note(about, || format!("request {request} is answered: {}", reply.name()));
        let answer = match reply {
            Reply::Busy => return self.act_failed(act),
            Reply::Refused => None,
            Reply::Accepted(ids) => Some(ids.clone()),
        };
        let account = self.plan.requests[request].submission.account;
        if let Some(known) = self.truth.answers.get(&request) {
            if *known != answer {
                let text = format!("request {request} was answered with {known:?}, and then with {answer:?}");
                self.violate(Check::AcceptedOnce, None, || text);
            }
            return;
        }
        self.truth.answers.insert(request, answer.clone());
        let once = self.plan.requests[request].tries_left <= 1;
        if !once && self.random.chance(200) {
            self.act_in(90_000, Act::Submit { request });
        }
        let keys: Vec<Key> = answer.unwrap_or_default().into_iter().map(|id| (account, id)).collect();
        self.go_on(account, &keys);
    }

    /// What a caller does about messages that were accepted.
    fn go_on(&mut self, account: AccountId, keys: &[Key]) {
        let stranger = AccountId(9);
        for key in keys {
            if self.random.chance(250) {
                let account = if self.random.chance(80) { stranger } else { account };
                let span = self.random.pick(&[1000, 60_000, 3_600_000, 20 * 3_600_000]);
                self.act_in(span, Act::Cancel { account, messages: vec![*key] });
            }
            while self.random.chance(200) {
                let account = if self.random.chance(80) { stranger } else { account };
                let span = self.random.pick(&[1000, 60_000, 3_600_000]);
                let ahead = self.random.pick(&[60_000, 20 * 60_000, 30 * 3_600_000]);
                let at = self.now + self.random.between(-60_000, ahead);
                self.act_in(span, Act::Reschedule { account, message: *key, at });
            }
        }
        for key in keys {
            if self.random.chance(100)
                && let Some(address) =
                    self.store.messages.get(key).and_then(|message| message.recipient.client_id.clone())
            {
                let channel = self.random.pick(&CHANNELS);
                let span = self.random.pick(&[1000, 60_000, 3_600_000]);
                let at = self.now;
                self.act_in(span, Act::Stop { address, channel, at });
            }
        }
        if self.random.chance(60) {
            let span = self.random.pick(&[1000, 600_000]);
            self.act_in(span, Act::Cancel { account, messages: keys.to_vec() });
        }
    }

    /// What a caller asks of a task after that.
    fn go_on_with(&mut self, (account, task): (AccountId, TaskId), ask: Ask) {
        if ask == Ask::Settle || !self.random.chance(700) {
            return;
        }
        let ask = self.random.pick(&[Ask::Pause, Ask::Pause, Ask::Resume, Ask::Resume, Ask::Start, Ask::Delete]);
        let span = self.random.pick(&[1000, 10_000, 60_000, 3_600_000]);
        self.act_in(span, Act::Task { account, task, ask });
    }

    /// Whether nothing goes wrong any more.
    fn is_calm(&self) -> bool {
        self.now >= self.plan.calm_at
    }

    fn act_in(&mut self, span: i64, act: Act) {
        let after = self.random.between(1, span);
        let index = self.plan.acts.len();
        self.plan.acts.push(act);
        self.plan_in(after, Happening::Act(index));
    }

    /// Nobody is told about somebody else's messages.
    fn reply_about(&mut self, account: AccountId, key: Key, found: bool) {
        if found != (account == key.0) {
            self.violate(Check::Accounts, Some(key), || format!("account {account} asked, and found: {found}"));
        }
    }

    /// The caller got no answer: after a pause it tries again, until it gives up.
    pub(crate) fn act_failed(&mut self, act: usize) {
        if let Act::Submit { request } = self.plan.acts[act] {
            let left = &mut self.plan.requests[request].tries_left;
            *left = left.saturating_sub(1);
            if *left == 0 {
                return;
            }
        } else if self.random.chance(300) {
            return;
        }
        let span = self.random.pick(&[2000, 30_000, 120_000]);
        let after = self.random.between(100, span);
        self.plan_in(after, Happening::Act(act));
    }
}
