use super::*;
use baton_domain::task::TaskState;
use std::sync::atomic::AtomicUsize;

const OF: (AccountId, TaskId) = (AccountId(1), TaskId(uuid::Uuid::from_u128(7)));

fn at(millis: i64) -> Time {
    Time::from_timestamp_millis(1_790_000_000_000 + millis).expect("a time")
}

/// A task whose state a test sets, and how often it was read.
struct Bench {
    state: Mutex<TaskState>,
    reads: AtomicUsize,
}

impl TaskReads for &Bench {
    async fn task(&self, account: AccountId, id: TaskId) -> PortResult<Option<Task>> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let state = *self.state.lock().expect("the state");
        tokio::task::yield_now().await;
        Ok(Some(Task {
            account,
            id,
            name: "task".to_owned(),
            state,
            ranges: Vec::new(),
            zone: None,
            created_at: at(0),
            updated_at: at(0),
            walked: true,
            version: 1,
        }))
    }
}

impl Bench {
    fn of(state: TaskState) -> Bench {
        Bench { state: Mutex::new(state), reads: AtomicUsize::new(0) }
    }

    fn set(&self, state: TaskState) {
        *self.state.lock().expect("the state") = state;
    }

    fn reads(&self) -> usize {
        self.reads.load(Ordering::Relaxed)
    }
}

async fn state(passages: &Passages<&Bench>, received: Moment, millis: i64) -> TaskState {
    passages.task(OF, received, at(millis)).await.expect("a read").expect("a task").state
}

#[tokio::test]
async fn an_open_task_is_read_once_a_second() {
    let bench = Bench::of(TaskState::Running);
    let passages = Passages::new(&bench);
    let all = (0..10).map(|_| state(&passages, passages.moment(), 0));
    assert_eq!(futures::future::join_all(all).await, [TaskState::Running; 10]);
    assert_eq!(state(&passages, passages.moment(), 999).await, TaskState::Running);
    assert_eq!(bench.reads(), 1);
    bench.set(TaskState::Paused);
    assert_eq!(state(&passages, passages.moment(), 1000).await, TaskState::Paused);
}

#[tokio::test]
async fn a_pause_is_believed_only_by_those_who_came_before_it_was_read() {
    let bench = Bench::of(TaskState::Paused);
    let passages = Passages::new(&bench);
    let before = [passages.moment(), passages.moment()];
    assert_eq!(state(&passages, before[0], 0).await, TaskState::Paused);
    bench.set(TaskState::Running);
    // This one was on its way before the task was resumed: the walk that follows puts it on its queue again.
    assert_eq!(state(&passages, before[1], 1).await, TaskState::Paused);
    assert_eq!(bench.reads(), 1);
    // This one may have been put there by that walk.
    assert_eq!(state(&passages, passages.moment(), 1).await, TaskState::Running);
}
