//! Tasks: what starts, pauses, resumes, changes and deletes one does to its messages.

mod support;

use baton_domain::{
    AttemptState, Channel, Status, TaskId, Time,
    task::{Progress, TaskState},
    window::Range,
};
use baton_pipeline::{
    accept::accept,
    dispatch::dispatch,
    memory::{Memory, StoppedClock},
    pointer::{Pointer, WakeUp},
    send::Verdict,
    tasks::{
        TaskError,
        change::{TaskChange, change},
        delete::delete,
        join::join,
        make::{NewTask, make},
        pause::pause,
        ports::{Steps, TaskBulks, TaskProgress, TaskReads},
        resume::resume,
        start::start,
    },
};
use chrono::NaiveTime;
use std::time::Duration;
use support::{ACCOUNT, Scripted, drain, sender, submission};
use uuid::Uuid;

const TASK: TaskId = TaskId(Uuid::from_u128(7));
const OF: (baton_domain::AccountId, TaskId) = (ACCOUNT, TASK);

/// A task with two messages by SMS, and these windows.
async fn made(ranges: Vec<Range>) -> (Memory, StoppedClock) {
    let (memory, clock) = (Memory::default(), StoppedClock::at(support::start()));
    let new = NewTask { account: ACCOUNT, id: TASK, name: "task".into(), ranges, zone: None };
    make(&memory, new, support::start()).await.expect("made");
    added(&memory, &clock).await;
    (memory, clock)
}

async fn added(memory: &Memory, clock: &StoppedClock) {
    let mut submission = submission(&[Channel::Sms], 2);
    submission.task = Some(TASK);
    let bulk = submission.bulk;
    let messages = accept(memory, memory, clock, submission).await.expect("accepted");
    join(memory, memory, clock, OF, (bulk, u16::try_from(messages.len()).expect("few"))).await.expect("joined");
}

fn wake_ups(memory: &Memory) -> Vec<WakeUp> {
    memory.state().wake_ups.drain(..).collect()
}

/// Lets dispatch look at what has been woken.
async fn woken(memory: &Memory, clock: &StoppedClock) -> Vec<Pointer> {
    for wake_up in wake_ups(memory) {
        dispatch(memory, memory, memory, clock, wake_up).await.expect("dispatched");
    }
    drain(memory).into_iter().map(|(_, pointer)| pointer).collect()
}

/// A window that is closed now, and opens in an hour.
fn closed() -> (Vec<Range>, Time) {
    let opens = support::start() + chrono::TimeDelta::hours(1);
    let at = |time: Time| NaiveTime::from_hms_opt(chrono::Timelike::hour(&time), 0, 0).expect("a time of day");
    let range = Range::new(at(opens), at(opens + chrono::TimeDelta::hours(2))).expect("a range");
    let opens = opens.date_naive().and_time(at(opens)).and_utc();
    (vec![range], if opens > support::start() { opens } else { opens + chrono::TimeDelta::days(1) })
}

fn statuses(memory: &Memory) -> Vec<Status> {
    memory.state().messages.values().map(|message| message.status).collect()
}

#[tokio::test]
async fn nothing_is_on_its_way_before_the_start_and_everything_after() {
    let (memory, clock) = made(Vec::new()).await;
    assert!(drain(&memory).is_empty() && wake_ups(&memory).is_empty());
    start(&memory, &memory, &clock, OF).await.expect("started");
    let pointers = woken(&memory, &clock).await;
    assert_eq!(pointers.iter().map(|pointer| pointer.task).collect::<Vec<_>>(), [Some(TASK); 2]);
    let provider = Scripted::default();
    let sms = sender(&memory, &clock, Channel::Sms, &provider);
    for pointer in pointers {
        assert_eq!(sms.handle(pointer).await.expect("handled"), Verdict::Done);
    }
    assert_eq!(provider.call_count(), 2);
    // What is added to a running task is woken at once.
    added(&memory, &clock).await;
    assert_eq!(wake_ups(&memory).len(), 1);
}

#[tokio::test]
async fn a_pause_holds_what_is_on_the_queues_and_a_resume_puts_it_there_again() {
    let (memory, clock) = made(Vec::new()).await;
    start(&memory, &memory, &clock, OF).await.expect("started");
    let pointers = woken(&memory, &clock).await;
    let provider = Scripted::default();
    let sms = sender(&memory, &clock, Channel::Sms, &provider);
    sms.handle(pointers[0]).await.expect("handled");
    pause(&memory, &clock, OF).await.expect("paused");
    clock.advance(Duration::from_secs(1));
    assert_eq!(sms.handle(pointers[1]).await.expect("handled"), Verdict::Done);
    assert_eq!(provider.call_count(), 1);
    // A wake-up that was on its way finds the task paused, too.
    start(&memory, &memory, &clock, OF).await.expect_err("it is paused");
    assert!(woken(&memory, &clock).await.is_empty());
    resume(&memory, &memory, &clock, OF).await.expect("resumed");
    // At once: the pause is not believed any more of a pointer that has come since.
    let again = woken(&memory, &clock).await;
    assert_eq!(again, [pointers[1]]);
    sms.handle(again[0]).await.expect("handled");
    assert_eq!(provider.call_count(), 2);
}

#[tokio::test]
async fn a_claim_whose_holder_died_is_given_up_although_the_task_is_paused() {
    let (memory, clock) = made(Vec::new()).await;
    start(&memory, &memory, &clock, OF).await.expect("started");
    let pointer = woken(&memory, &clock).await[0];
    let claimed = baton_pipeline::ports::Claims::claim(&memory, pointer.attempt, support::start()).await;
    assert!(matches!(claimed.expect("claimed"), baton_pipeline::ports::Claim::Won(_)));
    pause(&memory, &clock, OF).await.expect("paused");
    clock.advance(Duration::from_secs(60));
    let sms = sender(&memory, &clock, Channel::Sms, &Scripted::default());
    sms.handle(pointer).await.expect("handled");
    let message = support::message(&memory, pointer.attempt.message);
    assert_eq!(message.attempts[0].state, AttemptState::Unknown);
}

#[tokio::test]
async fn a_delete_cancels_what_has_not_gone_out() {
    let (memory, clock) = made(Vec::new()).await;
    start(&memory, &memory, &clock, OF).await.expect("started");
    let pointers = woken(&memory, &clock).await;
    let provider = Scripted::default();
    let sms = sender(&memory, &clock, Channel::Sms, &provider);
    sms.handle(pointers[0]).await.expect("handled");
    delete(&memory, &memory, &clock, OF).await.expect("deleted");
    clock.advance(Duration::from_secs(1));
    // Whichever comes first, the walk or the sender.
    sms.handle(pointers[1]).await.expect("handled");
    assert_eq!((provider.call_count(), statuses(&memory)), (1, vec![Status::Pending, Status::Canceled]));
    assert!(woken(&memory, &clock).await.is_empty());
    // What is added to it by somebody who has not heard of it is cancelled as well.
    memory.state().messages.clear();
    added(&memory, &clock).await;
    assert!(woken(&memory, &clock).await.is_empty());
    assert_eq!(statuses(&memory), [Status::Canceled; 2]);
    delete(&memory, &memory, &clock, OF).await.expect("deleted again");
    assert!(matches!(resume(&memory, &memory, &clock, OF).await, Err(TaskError::Missing)));
}

#[tokio::test]
async fn a_closed_window_holds_until_it_opens_or_is_changed() {
    let (ranges, opens) = closed();
    let (memory, clock) = made(ranges).await;
    start(&memory, &memory, &clock, OF).await.expect("started");
    assert!(woken(&memory, &clock).await.is_empty());
    let scheduled: Vec<_> = memory.state().schedules.iter().copied().collect();
    assert_eq!(scheduled.len(), 1);
    let early = opens - scheduled[0].time().expect("a time");
    assert!((1..=120).contains(&early.num_seconds()) && scheduled[0].task == Some(TASK), "{early}");
    // A sender that has one of its messages does the same.
    let pointer = Pointer::of(&memory.state().messages.values().next().expect("a message").clone(), 0);
    let provider = Scripted::default();
    let sms = sender(&memory, &clock, Channel::Sms, &provider);
    assert_eq!(sms.handle(pointer).await.expect("handled"), Verdict::Done);
    assert_eq!((provider.call_count(), wake_ups(&memory)), (0, scheduled));
    let open = TaskChange { ranges: Some(Vec::new()), ..TaskChange::default() };
    change(&memory, &memory, &clock, OF, &open).await.expect("changed");
    let pointers = woken(&memory, &clock).await;
    assert_eq!(pointers.len(), 2);
    sms.handle(pointers[0]).await.expect("handled");
    assert_eq!(provider.call_count(), 1);
}

#[tokio::test]
async fn messages_with_windows_of_their_own_keep_to_those() {
    let (ranges, _) = closed();
    let (memory, clock) = made(ranges).await;
    let always = Range::new(NaiveTime::MIN, NaiveTime::from_hms_opt(23, 59, 59).expect("a time")).expect("a range");
    for message in memory.state().messages.values_mut().take(1) {
        message.schedule.ranges = vec![always];
    }
    start(&memory, &memory, &clock, OF).await.expect("started");
    let pointers = woken(&memory, &clock).await;
    assert_eq!(pointers.len(), 1);
    let provider = Scripted::default();
    sender(&memory, &clock, Channel::Sms, &provider).handle(pointers[0]).await.expect("handled");
    assert_eq!(provider.call_count(), 1);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_what_comes_twice_is_done_once() {
    let (memory, clock) = made(Vec::new()).await;
    assert!(matches!(pause(&memory, &clock, OF).await, Err(TaskError::NotStarted)));
    assert!(matches!(resume(&memory, &memory, &clock, OF).await, Err(TaskError::NotStarted)));
    let first = start(&memory, &memory, &clock, OF).await.expect("started");
    clock.advance(Duration::from_secs(5));
    let woken = wake_ups(&memory).len();
    assert_eq!(start(&memory, &memory, &clock, OF).await.expect("started"), first);
    assert_eq!((woken, wake_ups(&memory).len()), (1, 0), "a second start has nothing to wake");
    // Unless the first one died before it had woken all.
    memory.state().tasks.get_mut(&OF).expect("the task").walked = false;
    start(&memory, &memory, &clock, OF).await.expect("started");
    assert_eq!(wake_ups(&memory).len(), 1);
    let bulk = memory.bulks_of(ACCOUNT, TASK).await.expect("bulks")[0].bulk;
    let step = |number: u32| (format!("{number:040}"), 1, 1);
    let count = |steps| Steps { account: ACCOUNT, task: TASK, bulk, steps };
    memory.count(&count(vec![step(1)])).await.expect("counted");
    // The part of the stream comes again, with more behind it.
    memory.count(&count(vec![step(1), step(2)])).await.expect("counted");
    let progress = memory.bulks_of(ACCOUNT, TASK).await.expect("bulks")[0].progress;
    assert_eq!(progress, Progress { total: 2, processed: 2, completed: 2 });
    assert!(matches!(pause(&memory, &clock, OF).await, Err(TaskError::Completed)));
    assert_eq!(memory.task(ACCOUNT, TASK).await.expect("read").map(|task| task.state), Some(TaskState::Running));
    let missing = (ACCOUNT, TaskId(Uuid::nil()));
    assert!(matches!(delete(&memory, &memory, &clock, missing).await, Err(TaskError::Missing)));
}
