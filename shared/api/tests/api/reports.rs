//! Reports of tasks.

use crate::support::{Bench, Seen, sms, start};
use baton_api::{
    export::Maker,
    ports::{ExportState, Scope},
};
use baton_domain::{AccountId, Task, TaskId, task::TaskState};
use baton_pipeline::tasks::ports::TaskBulks;
use calamine::{Reader as _, Xlsx};
use http::Method;
use serde_json::{Value, json};
use std::{io::Cursor, time::Duration};
use uuid::Uuid;

const ONE: AccountId = AccountId(1);

/// A task with the messages of a request, and the path of its report.
async fn task(bench: &Bench, phones: &[&str]) -> (TaskId, String) {
    let id = TaskId(Uuid::from_u128(7));
    let task = Task {
        account: ONE,
        id,
        name: "Sale".to_owned(),
        state: TaskState::Running,
        ranges: Vec::new(),
        zone: None,
        created_at: start(),
        updated_at: start(),
        walked: true,
        version: 1,
    };
    bench.post("/messages", &sms(phones)).await;
    let bulk = {
        let mut state = bench.world.memory.state();
        state.tasks.insert((ONE, id), task);
        state.messages.values_mut().for_each(|message| message.task = Some(id));
        state.messages.keys().next().expect("a message").1.bulk_key()
    };
    let count = u16::try_from(phones.len()).expect("few");
    bench.world.memory.add_bulk(ONE, id, bulk, count).await.expect("added");
    bench.post("/messages", &sms(&["79990000999"])).await;
    (id, format!("/tasks/{id}/report"))
}

/// The texts of a sheet's first column.
fn sheet(bytes: Vec<u8>, name: &str) -> (usize, Vec<String>) {
    let mut book = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let range = book.worksheet_range(name).expect("a sheet");
    (range.height(), range.rows().next().expect("headers").iter().map(ToString::to_string).collect())
}

fn bytes(seen: &Seen) -> Vec<u8> {
    let bytes = seen.body.as_array().expect("a file").iter();
    bytes.map(|byte| u8::try_from(byte.as_u64().expect("a byte")).expect("a byte")).collect()
}

#[tokio::test]
async fn the_report_of_a_small_task_is_the_answer() {
    let bench = Bench::new();
    let (_, path) = task(&bench, &["79990000001", "79990000002", "79990000003"]).await;
    let seen = bench.get(&format!("{path}?language=en&timeZone=Europe/Moscow")).await;
    assert_eq!(seen.status, 200);
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    assert_eq!(seen.header("content-type"), Some(kind));
    assert_eq!(seen.header("content-disposition"), Some("attachment; filename=\"report-2026-11-23-090000.xlsx\""));
    let (height, headers) = sheet(bytes(&seen), "Messages");
    assert_eq!(height, 4);
    assert!(headers.contains(&"Created at, Europe/Moscow".to_owned()), "{headers:?}");
    assert_eq!(sheet(bytes(&bench.get(&path).await), "Сообщения").0, 4);
    assert!(bench.world.own().exports.is_empty());
}

#[tokio::test]
async fn the_report_of_a_large_task_is_made_once_and_led_to() {
    let bench = Bench::new();
    let (id, path) = task(&bench, &["79990000001", "79990000002"]).await;
    // As if it had more.
    bench.world.memory.state().task_bulks.values_mut().for_each(|(progress, _)| progress.total = 1001);
    let first = bench.get(&path).await;
    assert_eq!((first.status, first.header("retry-after"), &first.body["status"]), (202, Some("3"), &json!("WAITING")));
    assert_eq!(bench.get(&path).await.body["id"], first.body["id"]);
    let english = bench.get(&format!("{path}?language=en")).await;
    assert_ne!(english.body["id"], first.body["id"], "another language is another report");
    let queue = bench.world.own().export_queue.clone();
    assert_eq!(queue.len(), 2);

    let (ports, clock) = (bench.world.clone(), bench.clock.clone());
    let maker = Maker { ports, clock, retention_days: 30, limit: Duration::from_secs(300), page: 1000 };
    maker.run(queue[0]).await.expect("made");
    let done = bench.get(&path).await;
    assert_eq!(done.status, 303);
    let link = done.header("location").expect("a link").to_owned();
    assert!(link.starts_with("https://objects.invalid/exports/1/") && link.contains("name=report-"), "{link}");
    let key = link.trim_start_matches("https://objects.invalid/").split('?').next().expect("a key").to_owned();
    assert_eq!(sheet(bench.world.memory.state().objects[&key].bytes.clone(), "Сообщения").0, 3);

    // The task gets on: those who wait still get what they waited for, and later ones a new report.
    bench.world.memory.state().task_bulks.values_mut().for_each(|(progress, _)| progress.completed = 5);
    assert_eq!(bench.get(&path).await.status, 303);
    bench.clock.advance(Duration::from_secs(601));
    let second = bench.get(&path).await;
    assert_eq!(second.status, 202);
    assert_ne!(second.body["id"], first.body["id"]);
    assert_eq!(bench.world.own().export_queue.len(), 3);
    assert!(bench.world.own().exports.values().all(|export| export.report.as_ref().is_some_and(|of| of.task == id)));

    // Now it comes to its end: what was begun before is not the report of the completed task.
    let pointer = bench.world.own().export_queue[2];
    maker.run(pointer).await.expect("made");
    assert_eq!(bench.get(&path).await.status, 303);
    bench.world.memory.state().task_bulks.values_mut().for_each(|(progress, _)| progress.completed = progress.total);
    bench.clock.advance(Duration::from_secs(1));
    let last = bench.get(&path).await;
    assert_eq!(last.status, 202);
    let pointer = bench.world.own().export_queue[3];
    maker.run(pointer).await.expect("made");
    assert_eq!((bench.get(&path).await.status, bench.get(&path).await.status), (303, 303));
    assert_eq!(bench.world.own().export_queue.len(), 4);
}

#[tokio::test]
async fn a_report_that_failed_is_told_and_then_tried_again() {
    let bench = Bench::new();
    let (_, path) = task(&bench, &["79990000001"]).await;
    bench.world.memory.state().task_bulks.values_mut().for_each(|(progress, _)| progress.total = 1001);
    let first = bench.get(&path).await;
    bench.clock.advance(Duration::from_secs(61));
    assert_eq!(bench.get(&path).await.status, 202);
    assert_eq!(bench.world.own().export_queue.len(), 2, "nobody has begun it, so the pointer may be lost");
    let now = baton_pipeline::ports::Clock::now(&bench.clock);
    bench.world.own().exports.values_mut().for_each(|export| {
        (export.state, export.updated_at) = (ExportState::Failed("No.".to_owned()), now);
    });
    let failed = bench.get(&path).await;
    assert_eq!(
        (failed.status, &failed.body["code"], &failed.body["error"]),
        (422, &json!("report_failed"), &json!("No."))
    );
    bench.clock.advance(Duration::from_secs(61));
    let again = bench.get(&path).await;
    assert_eq!(again.status, 202);
    assert_ne!(again.body["id"], first.body["id"]);
}

#[tokio::test]
async fn there_is_no_report_of_what_is_not_there() {
    let bench = Bench::new();
    let (id, path) = task(&bench, &["79990000001"]).await;
    let other = bench.key(2, "other", &[Scope::Read]);
    assert_eq!(bench.as_of(&other, Method::GET, &path, None).await.status, 404);
    for path in ["/tasks/x/report", "/tasks/00000000-0000-0000-0000-000000000001/report"] {
        assert_eq!(bench.get(path).await.status, 404, "{path}");
    }
    let faults = bench.get(&format!("{path}?language=de&timeZone=Mars&x=1")).await;
    assert_eq!(faults.faults(), [("?x", "unknown_field"), ("?language", "invalid"), ("?timeZone", "invalid")]);
    if let Some(task) = bench.world.memory.state().tasks.get_mut(&(ONE, id)) {
        task.state = TaskState::Deleted;
    }
    let gone = bench.get(&path).await;
    assert_eq!((gone.status, &gone.body["error"]), (404, &Value::from("There is no such task.")));
}
