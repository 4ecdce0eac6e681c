//! Import of sheets: what becomes of rows, and that none is lost or doubled wherever a run dies.

use crate::{
    files::task,
    support::{Bench, SHORT_URL, start},
    world::{Break, World},
};
use baton_api::import::{ChunkLimits, Importer, Outcome, ROWS, Work};
use baton_domain::{
    AccountId, BulkId, Currency, TaskId,
    task::{Progress, TaskState},
};
use baton_pipeline::{
    memory::{StoppedClock, StoredObject},
    tasks::file::FileState,
};
use chrono::TimeDelta;
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

pub fn importer(bench: &Bench, rows: u16) -> Importer<World, StoppedClock> {
    Importer {
        ports: bench.world.clone(),
        clock: bench.clock.clone(),
        private_callbacks: false,
        short_url: SHORT_URL.to_owned(),
        currency: Currency::RUB,
        limits: ChunkLimits { rows, ..ChunkLimits::default() },
    }
}

/// Reads every file that waits, to its end.
pub async fn run(importer: &Importer<World, StoppedClock>) {
    let keys: Vec<_> = importer.ports.memory.state().objects.keys().cloned().collect();
    for work in keys.iter().filter_map(|key| Work::of_key(key)) {
        let until = start() + TimeDelta::days(1);
        assert_eq!(importer.run(work, until).await.expect("imported"), Outcome::Done);
    }
}

/// Puts a sheet where one that was posted by a form comes to.
fn posted(bench: &Bench, task: TaskId, sheet: &str) -> Work {
    let work = Work { account: AccountId(1), task, file: BulkId::new(start(), [3; 8]).0 };
    let object = StoredObject { bytes: sheet.as_bytes().to_vec(), ..StoredObject::default() };
    bench.world.memory.state().objects.insert(work.key(), object);
    work
}

fn state_of(bench: &Bench, id: TaskId, state: TaskState) {
    bench.world.memory.state().tasks.get_mut(&(AccountId(1), id)).expect("the task").state = state;
}

/// Seven rows below the header, of which the fourth (row 6, after an empty one) is refused.
const SHEET: &str = "Телефон;Текст;var:name\r\n79990000001;{{name}}!;A\r\n79990000002;{{name}}!;B\r\n\r\n\
    79990000003;{{name}}!;C\r\n12;{{name}}!;D\r\n79990000005;Other;\r\n79990000006;{{name}}!;F\r\n79990000007;{{name}}!;G\r\n";

/// What is stored of an import, to be compared.
fn outcome(bench: &Bench) -> (BTreeSet<String>, u64, Vec<String>, BTreeSet<BulkId>) {
    let state = bench.world.memory.state();
    let messages = state
        .messages
        .values()
        .map(|message| format!("{} {:?} {:?}", message.id, message.recipient.phone, message.task));
    let total = Progress::sum(state.task_bulks.values().map(|(progress, _)| *progress)).total;
    let refused = state.objects.iter().filter(|(key, _)| key.starts_with("refused/"));
    let refused = refused.map(|(_, object)| String::from_utf8(object.bytes.clone()).expect("text")).collect();
    let woken = state.wake_ups.iter().map(|wake_up| wake_up.bulk).collect();
    (messages.collect(), total, refused, woken)
}

#[tokio::test]
async fn rows_become_messages_of_the_task_and_bad_ones_are_told() {
    let bench = Bench::new();
    let id = task(&bench, Uuid::from_u128(7), "December");
    let work = posted(&bench, id, SHEET);
    run(&importer(&bench, 3)).await;
    let (messages, total, refused, woken) = outcome(&bench);
    assert_eq!((messages.len(), total), (6, 6));
    assert_eq!(refused.len(), 1);
    assert!(refused[0].starts_with("messages,6,Телефон,") && refused[0].contains("код"), "{refused:?}");
    // Nothing goes before the task is started.
    assert!(woken.is_empty() && bench.world.memory.state().channels.is_empty());
    let file = bench.world.memory.state().task_files[&(AccountId(1), id, work.file)].clone();
    assert_eq!((file.state, file.rows, file.read, file.refused, file.next_row), (FileState::Done, 7, 7, 1, 10));
    assert_eq!(bench.world.memory.state().task_bulks.len(), 3);
    assert!(bench.world.messages().iter().all(|message| message.created_at == start()));
}

/// Bulks of at most three rows, which end after the second where all rows are as long as those of [`SHEET`].
fn short(bench: &Bench) -> Importer<World, StoppedClock> {
    Importer { limits: ChunkLimits { rows: 3, bytes: 700 }, ..importer(bench, 3) }
}

#[tokio::test]
async fn an_import_that_dies_anywhere_is_completed_and_doubles_nothing() {
    dies_anywhere(|bench| importer(bench, 3), 3).await;
}

#[tokio::test]
async fn bulks_that_are_full_before_their_thousand_ends_are_the_same_whenever_they_are_read() {
    dies_anywhere(short, 5).await;
}

async fn dies_anywhere(importer: impl Fn(&Bench) -> Importer<World, StoppedClock>, bulks: usize) {
    let whole = Bench::new();
    let id = task(&whole, Uuid::from_u128(7), "December");
    state_of(&whole, id, TaskState::Running);
    posted(&whole, id, SHEET);
    run(&importer(&whole)).await;
    let (expected, calls) = (outcome(&whole), whole.world.own().calls);
    assert_eq!((expected.0.len(), expected.3.len()), (6, bulks));
    assert!(calls > 20, "{calls}");
    for call in 1..=calls {
        for how in [Break::Before, Break::After] {
            let bench = Bench::new();
            task(&bench, Uuid::from_u128(7), "December");
            state_of(&bench, id, TaskState::Running);
            let work = posted(&bench, id, SHEET);
            bench.world.own().broken = Some((call, how));
            let first = importer(&bench).run(work, start() + TimeDelta::days(1)).await;
            assert!(first.is_err(), "call {call} {how:?} was not needed");
            run(&importer(&bench)).await;
            assert_eq!(outcome(&bench), expected, "call {call} {how:?}");
        }
    }
}

#[tokio::test]
async fn a_run_stops_before_its_time_ends_and_the_next_goes_on() {
    let bench = Bench::new();
    let id = task(&bench, Uuid::from_u128(7), "December");
    let work = posted(&bench, id, SHEET);
    let importer = importer(&bench, 3);
    for (nth, expected) in [Outcome::Continue, Outcome::Continue, Outcome::Done, Outcome::Done].into_iter().enumerate()
    {
        assert_eq!(importer.run(work, start()).await.expect("a run"), expected);
        assert_eq!(bench.world.memory.state().task_bulks.len(), (nth + 1).min(3));
    }
    assert_eq!(outcome(&bench).0.len(), 6);
}

#[tokio::test]
async fn two_runs_at_once_do_the_work_once() {
    let bench = Bench::new();
    let id = task(&bench, Uuid::from_u128(7), "December");
    let work = posted(&bench, id, SHEET);
    let importer = importer(&bench, 3);
    importer.run(work, start()).await.expect("a run");
    let key = (AccountId(1), id, work.file);
    let behind = bench.world.memory.state().task_files[&key].clone();
    importer.run(work, start()).await.expect("a run");
    let expected = outcome(&bench);
    // A run that has read the file's record before the other stored it does the second chunk again.
    bench.world.memory.state().task_files.insert(key, behind);
    assert_eq!(importer.run(work, start()).await.expect("a run"), Outcome::Continue);
    assert_eq!(outcome(&bench), expected);
}

#[tokio::test]
async fn what_is_stored_stays_when_the_lists_have_changed_before_a_chunk_is_read_again() {
    let bench = Bench::new();
    let id = task(&bench, Uuid::from_u128(7), "December");
    let work = posted(&bench, id, SHEET);
    let importer = importer(&bench, 3);
    importer.run(work, start()).await.expect("a run");
    let key = (AccountId(1), id, work.file);
    let expected = outcome(&bench);
    bench.world.memory.state().task_files.remove(&key);
    let permitted = baton_domain::white_list::Permitted {
        entity: baton_domain::white_list::Entity::Phone,
        channel: None,
        provider: None,
        values: BTreeSet::from(["+79990000001".to_owned()]),
    };
    bench.world.own().white_lists.insert(AccountId(1), vec![permitted]);
    importer.run(work, start()).await.expect("a run");
    assert_eq!(outcome(&bench), expected);
    // The next chunks are judged by the list as it is now.
    run(&importer).await;
    let (messages, total, ..) = outcome(&bench);
    assert_eq!((messages.len(), total), (3, 3));
}

#[tokio::test]
async fn a_file_that_can_not_be_read_to_its_end_starts_nothing() {
    for (sheet, code) in [
        ("Телефон;Тест\r\n79990000001;a\r\n", "unknown_header"),
        ("\u{d0}\u{cf}", "no_header"),
        ("Телефон;Текст\r\n", "empty"),
    ] {
        let bench = Bench::new();
        let id = task(&bench, Uuid::from_u128(7), "December");
        state_of(&bench, id, TaskState::Running);
        let work = posted(&bench, id, sheet);
        run(&importer(&bench, 3)).await;
        let state = bench.world.memory.state();
        let file = &state.task_files[&(AccountId(1), id, work.file)];
        let FileState::Refused { code: told, message } = &file.state else { panic!("{file:?}") };
        assert!(!message.is_empty());
        if code != "no_header" {
            assert_eq!(told, code);
        }
        assert!(state.messages.is_empty() && state.task_bulks.is_empty() && state.wake_ups.is_empty(), "{code}");
    }
}

#[tokio::test]
async fn nothing_is_read_of_a_deleted_task_or_of_no_file() {
    let bench = Bench::new();
    let id = task(&bench, Uuid::from_u128(7), "December");
    state_of(&bench, id, TaskState::Deleted);
    let work = posted(&bench, id, SHEET);
    run(&importer(&bench, 3)).await;
    assert!(bench.world.memory.state().task_files.is_empty() && bench.world.messages().is_empty());
    state_of(&bench, id, TaskState::Created);
    bench.world.memory.state().objects.clear();
    assert_eq!(importer(&bench, 3).run(work, start()).await.expect("a run"), Outcome::Done);
    assert!(bench.world.memory.state().task_files.is_empty());
}

/// Rows of texts that are as long as a message may hold are split into more bulks; one that is longer is refused alone.
#[tokio::test]
async fn what_is_read_of_a_file_at_once_is_bounded_in_bytes() {
    let bench = Bench::new();
    let id = task(&bench, Uuid::from_u128(7), "December");
    let names: Vec<_> = (0..50).map(|number| format!("var:v{number}")).collect();
    let mut sheet = format!("phone;text;{}\n", names.join(";"));
    let value = "a".repeat(9_900);
    for row in 0..120 {
        let filled = if row == 70 { 50 } else { 30 };
        sheet += &format!("7999{row:07};Hi{}\n", format!(";{value}").repeat(filled));
    }
    posted(&bench, id, &sheet);
    run(&importer(&bench, ROWS)).await;
    let state = bench.world.memory.state();
    // 16 MB are 57 rows of 297 KB, and one of them is nearly nothing.
    let mut bulks: Vec<_> = state.task_bulks.values().map(|(progress, _)| progress.total).collect();
    bulks.sort_unstable();
    assert_eq!((state.messages.len(), bulks), (119, vec![5, 57, 57]));
    drop(state);
    let refused = outcome(&bench).2;
    assert!(refused.len() == 1 && refused[0].starts_with("messages,72,var:v40,"), "{refused:?}");
}

/// A row's hours are by its own clock, or else by the task's.
#[tokio::test]
async fn hours_of_rows_go_by_the_clock_of_the_row_or_of_the_task() {
    let bench = Bench::new();
    let id = task(&bench, Uuid::from_u128(7), "December");
    bench.world.memory.state().tasks.get_mut(&(AccountId(1), id)).expect("the task").zone = Some(chrono_tz::Asia::Omsk);
    posted(
        &bench,
        id,
        "phone;text;timeFrom;timeTo;timeZone\n79990000001;a;9:00;21:00;\n79990000002;a;9:00;21:00;Europe/Moscow\n",
    );
    run(&importer(&bench, 3)).await;
    let zones: Vec<_> = bench.world.messages().iter().map(|message| message.schedule.zone).collect();
    assert_eq!(zones, [chrono_tz::Asia::Omsk, chrono_tz::Europe::Moscow]);
}

/// A bad content refuses its own rows alone, a group keeps its name, and rows in other groups share one content.
#[tokio::test]
async fn contents_and_groups_are_judged_row_by_row() {
    let bench = Bench::new();
    let id = task(&bench, Uuid::from_u128(7), "December");
    let long = "я".repeat(5000);
    let sheet = format!(
        "phone;text;channel;groupId\n79990000001;{long};sms;\n79990000002;Hi;sms;a\n79990000003;Hi;sms;b\n79990000004;Hi;sms;a\n"
    );
    posted(&bench, id, &sheet);
    run(&importer(&bench, ROWS)).await;
    let groups: Vec<_> = bench
        .world
        .messages()
        .iter()
        .map(|message| (message.id.index(), message.group.clone().map(|group| group.0), message.item))
        .collect();
    let group = |name: &str| Some(name.to_owned());
    assert_eq!(groups, [(Some(1), group("a"), 1), (Some(2), group("b"), 1), (Some(3), group("a"), 1)]);
    let refused = outcome(&bench).2;
    assert!(refused.len() == 1 && refused[0].starts_with("messages,2,text,"), "{refused:?}");
}

#[tokio::test]
async fn a_file_whose_runs_die_too_often_is_given_up_and_its_task_says_so() {
    let bench = Bench::new();
    let id = task(&bench, Uuid::from_u128(7), "December");
    let work = posted(&bench, id, SHEET);
    let importer = importer(&bench, 3);
    importer.run(work, start()).await.expect("a run");
    assert!(importer.give_up(work).await.expect("given up"));
    let file = bench.world.memory.state().task_files[&(AccountId(1), id, work.file)].clone();
    let FileState::Refused { code, message } = &file.state else { panic!("{file:?}") };
    assert!(code == "import_failed" && message.contains(&format!("строк от {} ", file.next_row)), "{message}");
    assert_eq!(importer.run(work, start()).await.expect("a run"), Outcome::Done);
    assert_eq!(outcome(&bench).0.len(), 3, "what has been taken stays");
    assert!(!importer.give_up(work).await.expect("given up"));
    let seen = bench.get(&format!("/tasks/{id}")).await.body;
    assert_eq!((&seen["status"], &seen["totalMessageCount"]), (&json!("CREATED"), &json!(3)));
    // One that nobody has begun to read.
    let other = task(&bench, Uuid::from_u128(8), "January");
    let work = posted(&bench, other, SHEET);
    assert!(importer.give_up(work).await.expect("given up"));
    assert_eq!(bench.get(&format!("/tasks/{other}")).await.body["status"], "FAILED");
}

/// Wherever the last run died: what it stored is the task's and is woken with it.
#[tokio::test]
async fn what_a_run_has_stored_of_a_file_that_is_given_up_is_not_left_behind() {
    let mut tried = 0;
    for call in 1..100 {
        let bench = Bench::new();
        let id = task(&bench, Uuid::from_u128(7), "December");
        state_of(&bench, id, TaskState::Running);
        let work = posted(&bench, id, SHEET);
        bench.world.own().broken = Some((call, Break::Dead));
        let run = importer(&bench, 3).run(work, start() + TimeDelta::days(1)).await;
        bench.world.own().broken = None;
        if run.is_ok() {
            break;
        }
        importer(&bench, 3).give_up(work).await.expect("given up");
        let stored: BTreeSet<_> = bench.world.messages().iter().map(|message| message.id.bulk_key()).collect();
        let state = bench.world.memory.state();
        let joined: BTreeSet<_> = state.task_bulks.keys().map(|(_, _, bulk)| *bulk).collect();
        let woken: BTreeSet<_> = state.wake_ups.iter().map(|wake_up| wake_up.bulk).collect();
        assert_eq!((&joined, &woken), (&stored, &stored), "call {call}");
        tried += 1;
    }
    assert!(tried > 20, "{tried}");
}

#[tokio::test]
async fn a_task_can_be_paused_while_a_file_is_read_and_a_deleted_one_takes_no_more() {
    let bench = Bench::new();
    let id = task(&bench, Uuid::from_u128(7), "December");
    state_of(&bench, id, TaskState::Running);
    let work = posted(&bench, id, SHEET);
    let importer = importer(&bench, 3);
    importer.run(work, start()).await.expect("a run");
    // All that has been taken so far has come to its end.
    bench.world.memory.state().task_bulks.values_mut().for_each(|(progress, _)| progress.completed = progress.total);
    assert_eq!(bench.get(&format!("/tasks/{id}")).await.body["status"], "IMPORTING");
    let paused = bench.post(&format!("/pausedTasks/{id}"), &json!({})).await;
    assert_eq!((paused.status, &paused.body["status"]), (200, &json!("PAUSED")));
    importer.run(work, start()).await.expect("a run");
    assert_eq!(bench.world.memory.state().wake_ups.len(), 1, "what comes after the pause waits");
    state_of(&bench, id, TaskState::Deleted);
    let until = start() + TimeDelta::days(1);
    let before = outcome(&bench).0.len();
    assert_eq!(importer.run(work, until).await.expect("a run"), Outcome::Done);
    assert_eq!(outcome(&bench).0.len(), before);
}

#[tokio::test]
async fn a_task_without_a_single_good_row_has_failed() {
    let bench = Bench::new();
    let id = task(&bench, Uuid::from_u128(7), "December");
    state_of(&bench, id, TaskState::Running);
    posted(&bench, id, "phone;text\r\n12;A\r\n13;B\r\n");
    run(&importer(&bench, 3)).await;
    assert_eq!(bench.get(&format!("/tasks/{id}")).await.body["status"], "FAILED");
}
