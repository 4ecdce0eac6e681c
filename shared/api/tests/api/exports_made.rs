//! Making exports: what stands in the files, and what becomes of runs that die, are repeated or overtake each other.

use crate::{
    exports::asked,
    support::{Bench, sms},
    world::{Break, World},
};
use baton_api::{
    export::{Maker, Ran},
    ports::{Export, ExportPointer, ExportState},
};
use baton_domain::{AccountId, Status};
use baton_pipeline::memory::StoppedClock;
use calamine::{Data, Reader as _, Xlsx};
use serde_json::json;
use std::{io::Cursor, time::Duration};

/// The function. `limit`: how long a run may take; without any, each writes one page.
fn maker(bench: &Bench, limit: Duration) -> Maker<World, StoppedClock> {
    Maker { ports: bench.world.clone(), clock: bench.clock.clone(), retention_days: 30, limit, page: 4 }
}

/// Messages of two requests, ten in all, one of them delivered.
async fn some(bench: &Bench) {
    let phones: Vec<String> = (0..7).map(|number| format!("7999000010{number}")).collect();
    let mut many = sms(&phones.iter().map(String::as_str).collect::<Vec<_>>());
    many["messages"][0]["channels"]["sms"]["text"] = json!("=Привет, {{name|друг}}");
    many["messages"][0]["destinations"][0]["externalId"] = json!("order 1");
    for body in [many, sms(&["79990000201"]), sms(&["79990000202", "79990000203"])] {
        let seen = bench.post("/messages", &body).await;
        assert_eq!(seen.status, 200, "{}", seen.body);
        bench.clock.advance(Duration::from_secs(1));
    }
    let mut state = bench.world.memory.state();
    let delivered = state.messages.values_mut().find(|message| message.recipient.external_id.is_some());
    let delivered = delivered.expect("the first message");
    delivered.status = Status::Delivered;
    let attempt = &mut delivered.attempts[0];
    attempt.provider = Some("SANDBOX".to_owned());
    attempt.part_count = Some(2);
    attempt.sent_at = Some(delivered.created_at);
    attempt.delivered_at = Some(delivered.created_at + Duration::from_millis(1500));
}

fn stored(bench: &Bench) -> Export {
    bench.world.own().exports.values().next().cloned().expect("an export")
}

fn pointer(bench: &Bench) -> ExportPointer {
    let export = stored(bench);
    ExportPointer { account: export.account, export: export.id }
}

/// Hands every pointer to the function until there are no more. Gives the number of runs.
async fn run_all(bench: &Bench, maker: &Maker<World, StoppedClock>) -> usize {
    let mut runs = 0;
    loop {
        let Some(pointer) = bench.world.own().export_queue.pop() else { return runs };
        runs += 1;
        assert!(runs < 100, "it never ends");
        // A record that fails comes again.
        if maker.run(pointer).await.is_err() {
            bench.world.own().export_queue.push(pointer);
        }
    }
}

/// The file that the export names.
fn file(bench: &Bench) -> Vec<u8> {
    let ExportState::Completed(key) = stored(bench).state else { panic!("{:?}", stored(bench)) };
    assert!(key.starts_with("exports/1/"), "{key}");
    bench.world.memory.state().objects[&key].bytes.clone()
}

fn lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8(bytes.to_vec()).expect("text");
    let text = text.strip_prefix('\u{feff}').expect("the mark").to_owned();
    text.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_csv_has_every_message_once_in_order_with_what_is_known_of_it() {
    let bench = Bench::new();
    some(&bench).await;
    let fields = "externalId,recipient,channel,provider,status,text,partCount,createdAt,sentAt,deliveredAt,readAt,attempts,taskId";
    asked(&bench, &json!({"format": "csv", "language": "en", "fields": fields, "timeZone": "Europe/Moscow"})).await;
    // What comes after the request is none of it.
    bench.clock.advance(Duration::from_secs(5));
    bench.post("/messages", &sms(&["79990000999"])).await;
    assert_eq!(run_all(&bench, &maker(&bench, Duration::from_secs(300))).await, 1);
    let lines = lines(&file(&bench));
    assert_eq!(lines.len(), 11, "{lines:?}");
    assert_eq!(
        lines[0],
        "External ID,Recipient,Channel,Provider,Status,Text,Parts,Created at,Sent at,Delivered at,Read at,Attempts,Task ID"
    );
    assert_eq!(
        lines[1],
        "order 1,+79990000100,sms,SANDBOX,DELIVERED,\"'=Привет, друг\",2,2026-11-23T12:00:00.000+03:00,\
         2026-11-23T12:00:00.000+03:00,2026-11-23T12:00:01.500+03:00,,1,"
    );
    assert_eq!(lines[8], ",+79990000201,sms,,CREATED,Hello,,2026-11-23T12:00:01.000+03:00,,,,1,");
    assert!(lines[10].starts_with(",+79990000203,"), "{}", lines[10]);
    let export = stored(&bench);
    assert_eq!((export.rows, export.progress), (10, 100));
    assert!(bench.world.memory.state().objects.len() == 1, "the parts are removed");
}

#[tokio::test]
async fn a_workbook_has_dates_numbers_and_russian_headers() {
    let bench = Bench::new();
    some(&bench).await;
    let id = bench.get("/messages?recipient=79990000100").await.ids()[0].clone();
    asked(&bench, &json!({"format": "xlsx", "id": [id]})).await;
    run_all(&bench, &maker(&bench, Duration::from_secs(300))).await;
    let mut book = Xlsx::new(Cursor::new(file(&bench))).expect("a workbook");
    let range = book.worksheet_range("Сообщения").expect("a sheet");
    assert_eq!(range.height(), 2);
    let cell = |header: &str| {
        let column = (0..22).find(|column| range.get_value((0, *column)).is_some_and(|value| value == header));
        range.get_value((1, column.unwrap_or_else(|| panic!("no {header}")))).cloned()
    };
    assert_eq!(cell("ID сообщения"), Some(Data::String(id)));
    assert_eq!(cell("Текст"), Some(Data::String("=Привет, друг".to_owned())));
    assert_eq!(cell("Описание статуса"), Some(Data::String("Delivered by sms.".to_owned())));
    assert_eq!(cell("Частей"), Some(Data::Float(2.0)));
    assert!(matches!(cell("Доставлено, UTC"), Some(Data::DateTime(_))));
}

#[tokio::test]
async fn filters_choose_as_in_the_list() {
    let bench = Bench::new();
    some(&bench).await;
    let group = bench.get("/messages?recipient=79990000202").await.body["items"][0]["groupId"].clone();
    for (filters, rows) in [
        (json!({"status": "DELIVERED"}), 1),
        (json!({"status": ["CREATED", "READ"]}), 9),
        (json!({"channel": "email"}), 0),
        (json!({"recipient": ["+7 999 000-01-02", "79990000203"]}), 2),
        (json!({"groupId": group}), 2),
        (json!({"from": "2026-11-23T12:00:01+03:00"}), 3),
        (json!({"to": "2026-11-23T12:00:01+03:00"}), 8),
        (json!({"id": []}), 10),
    ] {
        let mut body = json!({"format": "csv", "fields": ["id"]});
        body.as_object_mut().expect("an object").extend(filters.as_object().expect("an object").clone());
        bench.world.own().exports.clear();
        asked(&bench, &body).await;
        run_all(&bench, &maker(&bench, Duration::ZERO)).await;
        assert_eq!((stored(&bench).rows, lines(&file(&bench)).len()), (rows, rows as usize + 1), "{filters}");
    }
}

#[tokio::test]
async fn an_export_that_takes_longer_than_a_run_goes_on_in_the_next_one() {
    let bench = Bench::new();
    some(&bench).await;
    asked(&bench, &json!({"format": "csv", "fields": "recipient"})).await;
    let short = maker(&bench, Duration::ZERO);
    let first = bench.world.own().export_queue.pop().expect("a pointer");
    assert_eq!(short.run(first).await.expect("run"), Ran::Done);
    let seen = bench.get(&format!("/exports/{}", first.export)).await.body;
    assert_eq!((&seen["status"], &seen["rows"], &seen["url"]), (&json!("RUNNING"), &json!(4), &json!(null)));
    // In between, what has been written may change, or be delivered.
    bench.world.memory.state().messages.values_mut().for_each(|message| message.status = Status::Read);
    assert!(run_all(&bench, &short).await >= 2);
    let lines = lines(&file(&bench));
    let phones: Vec<_> = (0..7).map(|number| format!("+7999000010{number}")).collect();
    assert_eq!(lines[1..8], phones);
    assert_eq!(lines.len(), 11);
}

/// Every port call of every run breaks off once, before it takes effect or after.
#[tokio::test]
async fn a_run_may_die_anywhere_and_the_next_one_completes_it() {
    for how in [Break::Before, Break::After] {
        for call in 1.. {
            let bench = Bench::new();
            some(&bench).await;
            asked(&bench, &json!({"format": "csv", "fields": "recipient"})).await;
            let before = bench.world.own().calls;
            bench.world.own().broken = Some((before + call, how));
            run_all(&bench, &maker(&bench, Duration::ZERO)).await;
            let lines = lines(&file(&bench));
            let mut distinct = lines.clone();
            distinct.sort();
            distinct.dedup();
            assert_eq!((lines.len(), distinct.len(), stored(&bench).rows), (11, 11, 10), "{how:?} {call}");
            if bench.world.own().calls < before + call {
                assert!(call > 15, "{call}");
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_record_that_comes_again_changes_nothing() {
    let bench = Bench::new();
    some(&bench).await;
    asked(&bench, &json!({"format": "xlsx"})).await;
    let maker = maker(&bench, Duration::from_secs(300));
    let pointer = pointer(&bench);
    run_all(&bench, &maker).await;
    let (export, objects) = (stored(&bench), bench.world.memory.state().objects.clone());
    bench.world.memory.state().messages.values_mut().for_each(|message| message.status = Status::Read);
    assert_eq!(maker.run(pointer).await.expect("run"), Ran::Done);
    assert_eq!(maker.give_up(pointer).await.expect("run"), Ran::Done);
    assert_eq!((stored(&bench), &bench.world.memory.state().objects), (export, &objects));
}

#[tokio::test]
async fn of_two_runs_the_one_that_came_first_stops() {
    let bench = Bench::new();
    some(&bench).await;
    asked(&bench, &json!({"format": "csv", "fields": "recipient"})).await;
    let maker = maker(&bench, Duration::from_secs(300));
    let pointer = pointer(&bench);
    // As the other one has claimed it in the middle of this run.
    bench.world.own().overtaken = Some(1);
    assert_eq!(maker.run(pointer).await.expect("run"), Ran::Overtaken);
    assert_eq!(stored(&bench).state, ExportState::Running);
    assert_eq!(maker.give_up(pointer).await.expect("run"), Ran::Overtaken, "the other one is at it");
    assert_eq!(maker.run(pointer).await.expect("run"), Ran::Done);
    assert_eq!(lines(&file(&bench)).len(), 11);
}

#[tokio::test]
async fn what_has_failed_too_often_is_given_up() {
    let bench = Bench::new();
    asked(&bench, &json!({"format": "csv"})).await;
    let maker = maker(&bench, Duration::from_secs(300));
    let pointer = pointer(&bench);
    bench.world.own().exports.values_mut().for_each(|export| export.state = ExportState::Running);
    bench.clock.advance(Duration::from_secs(301));
    assert_eq!(maker.give_up(pointer).await.expect("given up"), Ran::GivenUp);
    let seen = bench.get(&format!("/exports/{}", pointer.export)).await.body;
    assert_eq!(
        (&seen["status"], &seen["error"]),
        (&json!("FAILED"), &json!("The file could not be made; ask for it again."))
    );
    assert_eq!(maker.run(pointer).await.expect("run"), Ran::Done);
    assert!(bench.world.memory.state().objects.is_empty());
    let nobody = ExportPointer { account: AccountId(2), ..pointer };
    assert_eq!(maker.run(nobody).await.expect("run"), Ran::Done);
}

#[tokio::test]
async fn a_workbook_that_would_be_too_long_is_refused_and_names_csv() {
    let bench = Bench::new();
    some(&bench).await;
    asked(&bench, &json!({"format": "xlsx"})).await;
    // As if parts with so many rows were there.
    bench.world.own().exports.values_mut().for_each(|export| export.part_rows = 1_048_566);
    run_all(&bench, &maker(&bench, Duration::from_secs(300))).await;
    let ExportState::Failed(why) = stored(&bench).state else { panic!("{:?}", stored(&bench).state) };
    assert!(why.contains("1,048,575") && why.contains("csv"), "{why}");
}
