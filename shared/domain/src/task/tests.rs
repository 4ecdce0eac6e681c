use super::*;
use chrono::NaiveTime;
use uuid::Uuid;

fn at(hour: u32) -> Time {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 23).expect("a day");
    day.and_hms_opt(hour, 30, 0).expect("a time").and_utc()
}

fn task(state: TaskState) -> Task {
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("a time of day");
    Task {
        account: AccountId(1),
        id: TaskId(Uuid::nil()),
        name: "task".to_owned(),
        state,
        ranges: vec![Range::new(hour(9), hour(21)).expect("a range")],
        zone: Some(Tz::Europe__Moscow),
        created_at: at(0),
        updated_at: at(0),
        walked: true,
        version: 1,
    }
}

#[test]
fn a_running_task_lets_messages_pass_in_its_window_alone() {
    let running = task(TaskState::Running);
    assert_eq!(running.passage(false, at(6)), Passage::Open);
    // 22:30 in Moscow; it opens at 9:00 there.
    let opens = at(19) + chrono::TimeDelta::minutes(10 * 60 + 30);
    assert_eq!(running.passage(false, at(19)), Passage::ClosedUntil(opens));
    assert_eq!(running.passage(true, at(19)), Passage::Open);
    let always = Task { ranges: Vec::new(), zone: None, ..running };
    assert_eq!(always.passage(false, at(19)), Passage::Open);
}

#[test]
fn what_is_not_running_lets_nothing_pass() {
    for own in [false, true] {
        assert_eq!(task(TaskState::Created).passage(own, at(6)), Passage::Held);
        assert_eq!(task(TaskState::Paused).passage(own, at(6)), Passage::Held);
        assert_eq!(task(TaskState::Deleted).passage(own, at(6)), Passage::Gone);
    }
}

#[test]
fn a_status_follows_from_what_was_asked_and_how_far_it_has_come() {
    let part = |total, completed| Progress { total, processed: completed, completed };
    let status = |state, progress, importing, read| task(state).status(progress, importing, read);
    assert_eq!(status(TaskState::Created, part(0, 0), false, false), TaskStatus::Created);
    assert_eq!(status(TaskState::Created, part(0, 0), true, false), TaskStatus::Importing);
    assert_eq!(status(TaskState::Created, part(0, 0), false, true), TaskStatus::Failed);
    assert_eq!(status(TaskState::Created, part(3, 0), false, true), TaskStatus::Created);
    assert_eq!(status(TaskState::Running, part(0, 0), false, false), TaskStatus::Running);
    assert_eq!(status(TaskState::Running, part(3, 2), false, false), TaskStatus::Running);
    assert_eq!(status(TaskState::Running, part(3, 3), false, false), TaskStatus::Completed);
    assert_eq!(status(TaskState::Running, part(3, 3), true, false), TaskStatus::Importing);
    assert_eq!(status(TaskState::Running, part(0, 0), false, true), TaskStatus::Failed);
    assert_eq!(status(TaskState::Running, part(3, 2), false, true), TaskStatus::Running);
    for (importing, read) in [(false, false), (true, false), (false, true)] {
        assert_eq!(status(TaskState::Paused, part(3, 3), importing, read), TaskStatus::Paused);
    }
}

#[test]
fn what_waits_is_shown_as_its_task_holds_it_back() {
    let (open, closed) = (at(6), at(19));
    let holding = |state, own, now| task(state).holding(own, now);
    assert_eq!(holding(TaskState::Running, false, open), None);
    assert_eq!(holding(TaskState::Running, false, closed), Some(Status::Delayed));
    assert_eq!(holding(TaskState::Running, true, closed), None);
    for (own, now) in [(false, open), (false, closed), (true, open), (true, closed)] {
        assert_eq!(holding(TaskState::Paused, own, now), Some(Status::Paused));
        assert_eq!(holding(TaskState::Created, own, now), None);
        assert_eq!(holding(TaskState::Deleted, own, now), None);
    }
}

#[test]
fn counts_are_added_up_and_are_a_hundred_only_when_all_is_done() {
    let part = |total, processed, completed| Progress { total, processed, completed };
    let sum = Progress::sum([part(1000, 900, 800), part(500, 0, 0)]);
    assert_eq!((sum, sum.in_progress(), sum.percent()), (part(1500, 900, 800), 100, 53));
    assert_eq!((part(0, 0, 0).percent(), part(1000, 1000, 999).percent(), part(7, 7, 7).percent()), (0, 99, 100));
    // Messages may be counted before their bulk is.
    assert_eq!(part(1, 2, 2).percent(), 100);
}

#[test]
fn each_message_is_counted_once_on_every_way_that_it_can_take() {
    fn ways(status: Status, sum: (u64, u64)) {
        for next in Status::ALL.into_iter().filter(|next| status.may_become(*next) && !next.waits()) {
            let (processed, completed) = Progress::step(status, next);
            let sum = (sum.0 + processed, sum.1 + completed);
            assert_eq!(sum, (1, u64::from(next.is_final())), "{status} became {next}");
            ways(next, sum);
        }
    }
    ways(Status::Created, (0, 0));
    assert_eq!(Progress::step(Status::Created, Status::Delayed), (0, 0));
}
