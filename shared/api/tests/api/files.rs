//! Files of tasks over HTTP: sheets in multipart bodies, forms, lists of refused rows, bulks from sheets.

use crate::{
    imports::{importer, run},
    support::{Bench, start},
};
use baton_api::{
    Body, handle,
    import::{ChunkLimits, Importer},
};
use baton_domain::{AccountId, Task, TaskId, task::TaskState};
use http::{HeaderValue, Method, Request, Response};
use serde_json::Value;
use uuid::Uuid;

const BOUNDARY: &str = "----x";

/// Makes a task of account 1.
pub fn task(bench: &Bench, id: Uuid, name: &str) -> TaskId {
    let id = TaskId(id);
    let task = Task {
        account: AccountId(1),
        id,
        name: name.to_owned(),
        state: TaskState::Created,
        ranges: Vec::new(),
        zone: None,
        created_at: start(),
        updated_at: start(),
        walked: true,
        version: 1,
    };
    bench.world.memory.state().tasks.insert((AccountId(1), id), task);
    id
}

/// A body with these parts: name, name of the file, content.
fn multipart(parts: &[(&str, Option<&str>, &[u8])], boundary: &str) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        body.extend(format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").bytes());
    body
}

async fn send(bench: &Bench, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Response<Body> {
    let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
    request = request.header("authorization", format!("Bearer {}", bench.token));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    handle(&bench.app, request.body(body).expect("a request")).await
}

async fn post(
    bench: &Bench,
    path: &str,
    key: &str,
    boundary: &str,
    parts: &[(&str, Option<&str>, &[u8])],
) -> Response<Body> {
    let kind = format!("multipart/form-data; boundary={boundary}");
    let headers = [("content-type", kind.as_str()), ("idempotency-key", key)];
    send(bench, Method::POST, path, &headers, multipart(parts, boundary)).await
}

async fn get(bench: &Bench, path: &str) -> Response<Body> {
    send(bench, Method::GET, path, &[], Vec::new()).await
}

fn text(response: &Response<Body>) -> &str {
    match response.body() {
        Body::Text(text) => text,
        Body::Bytes(_) => panic!("a text was expected"),
    }
}

fn json(response: &Response<Body>) -> Value {
    serde_json::from_str(text(response)).expect("JSON")
}

const SHEET: &[u8] = "Телефон;Текст\r\n79990000001;Раз\r\n12;Два\r\n".as_bytes();

#[tokio::test]
async fn a_sheet_is_stored_once_however_often_it_is_sent() {
    let bench = Bench::new();
    let id = task(&bench, Uuid::from_u128(7), "December");
    let path = format!("/tasks/{id}");
    let first =
        post(&bench, &path, "k", BOUNDARY, &[("messages", Some("a.csv"), SHEET), ("messages", None, SHEET)]).await;
    let told = json(&first);
    assert_eq!((first.status().as_u16(), &told["id"]), (200, &Value::from(id.to_string())), "{told}");
    let names: Vec<_> = told["files"].as_array().expect("files").iter().map(|file| file["name"].clone()).collect();
    assert_eq!(names, ["a.csv", "messages"]);
    // Another try has another boundary, and is the same request.
    let again =
        post(&bench, &path, "k", "other", &[("messages", Some("a.csv"), SHEET), ("messages", None, SHEET)]).await;
    assert_eq!((json(&again), &again.headers()["idempotency-replayed"]), (told, &HeaderValue::from_static("true")));
    let other = post(&bench, &path, "k", BOUNDARY, &[("messages", Some("b.csv"), SHEET)]).await;
    assert_eq!((other.status().as_u16(), json(&other)["code"].as_str()), (422, Some("idempotency_mismatch")));
    let state = bench.world.memory.state();
    assert_eq!((state.objects.len(), state.task_files.len()), (2, 2));
    let object = state.objects.values().next().expect("an object");
    assert!(object.bytes == SHEET && object.metadata.contains_key("name"));
}

#[tokio::test]
async fn what_is_no_sheet_for_a_task_is_refused_with_a_clear_error() {
    let bench = Bench::new();
    let id = task(&bench, Uuid::from_u128(7), "December");
    let path = format!("/tasks/{id}");
    let refused = async |path: &str, parts: &[(&str, Option<&str>, &[u8])]| {
        let seen = post(&bench, path, "k", BOUNDARY, parts).await;
        let told = json(&seen);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (seen.status().as_u16(), text(&told["code"]), text(&told["details"][0]["path"]), text(&told["error"]))
    };
    let (status, code, path_of, _) = refused(&path, &[]).await;
    assert_eq!((status, code.as_str(), path_of.as_str()), (422, "validation_failed", "/messages"));
    let (status, _, path_of, _) = refused(&path, &[("messages", None, SHEET), ("mesages", None, SHEET)]).await;
    assert_eq!((status, path_of.as_str()), (422, "/mesages"));
    let (status, _, path_of, _) = refused(&path, &[("messages", Some("empty.csv"), b"")]).await;
    assert_eq!((status, path_of.as_str()), (422, "/messages/0"));
    let large = vec![b'a'; 5 * 1024 * 1024 + 100_000];
    let (status, code, _, error) = refused(&path, &[("messages", None, &large)]).await;
    assert_eq!((status, code.as_str()), (413, "too_large"));
    assert!(error.contains("/upload"), "{error}");
    let (status, ..) = refused("/tasks/00000000-0000-0000-0000-000000000009", &[("messages", None, SHEET)]).await;
    assert_eq!(status, 404);
    let json_body = send(&bench, Method::POST, &path, &[("content-type", "application/json")], b"{}".to_vec()).await;
    assert_eq!(json_body.status().as_u16(), 415);
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let cut = send(&bench, Method::POST, &path, &[("content-type", &kind)], b"------x\r\nContent".to_vec()).await;
    assert_eq!((cut.status().as_u16(), json(&cut)["code"].as_str()), (400, Some("invalid_multipart")));
    if let Some(task) = bench.world.memory.state().tasks.get_mut(&(AccountId(1), id)) {
        task.state = TaskState::Deleted;
    }
    assert_eq!(refused(&path, &[("messages", None, SHEET)]).await.0, 404);
    assert!(bench.world.memory.state().objects.is_empty());
}

#[tokio::test]
async fn an_empty_sheet_is_a_workbook_with_a_name() {
    let bench = Bench::new();
    let seen = get(&bench, "/tasks/sheets/SMS?language=en").await;
    assert_eq!(seen.status().as_u16(), 200);
    assert_eq!(seen.headers()["content-disposition"], "attachment; filename=\"sms-en.xlsx\"");
    assert!(seen.headers()["content-type"].to_str().expect("text").ends_with("spreadsheetml.sheet"));
    assert!(matches!(seen.body(), Body::Bytes(bytes) if bytes.starts_with(b"PK\x03\x04")));
    assert_eq!(get(&bench, "/tasks/sheets/letters").await.status().as_u16(), 404);
    assert_eq!(get(&bench, "/tasks/sheets/sms?language=de").await.status().as_u16(), 422);
}

#[tokio::test]
async fn refused_rows_are_listed_with_their_file_row_column_and_reason() {
    let bench = Bench::new();
    let id = task(&bench, Uuid::from_u128(7), "December");
    post(
        &bench,
        &format!("/tasks/{id}"),
        "k",
        BOUNDARY,
        &[("messages", Some("=a.csv"), SHEET), ("messages", Some("b.csv"), b"Phone;Oops\n1;2\n")],
    )
    .await;
    run(&importer(&bench, 3)).await;
    let seen = get(&bench, &format!("/tasks/{id}/errors")).await;
    let lines: Vec<_> = text(&seen).lines().collect();
    assert_eq!(lines[0], "\u{feff}Файл,Строка,Столбец,Причина");
    // Files that were refused as a whole come first. A name can be no formula.
    assert!(lines[1].starts_with("b.csv,,,") && lines[1].contains("Oops"), "{}", lines[1]);
    assert!(lines[2].starts_with("'=a.csv,3,Телефон,"), "{}", lines[2]);
    assert_eq!(lines.len(), 3);
    let english = get(&bench, &format!("/tasks/{id}/errors?language=en")).await;
    assert!(text(&english).starts_with("\u{feff}File,Row,Column,Reason\r\n"));
}

#[tokio::test]
async fn a_long_list_of_refused_rows_goes_by_a_link() {
    let bench = Bench::new();
    let id = task(&bench, Uuid::from_u128(7), "December");
    let part = "f.csv,3,Телефон,Плохо\r\n".repeat(150_000).into_bytes();
    let object = baton_pipeline::memory::StoredObject { bytes: part, ..Default::default() };
    bench.world.memory.state().objects.insert(format!("refused/1/{id}/{}/00000", Uuid::from_u128(8)), object);
    let seen = get(&bench, &format!("/tasks/{id}/errors")).await;
    let place = seen.headers()["location"].to_str().expect("text");
    assert_eq!((seen.status().as_u16(), json(&seen)["url"].as_str()), (303, Some(place)));
    let state = bench.world.memory.state();
    let list = &state.objects[&format!("exports/1/errors/{id}.csv")];
    assert!(place.contains(&format!("exports/1/errors/{id}.csv")) && list.bytes.len() > 4 * 1024 * 1024);
}

#[tokio::test]
async fn a_bulk_from_a_sheet_gives_its_result() {
    let bench = Bench::new();
    let made =
        post(&bench, "/messages/bulk", "k", BOUNDARY, &[("messages", Some("a.csv"), SHEET), ("async", None, b"True")])
            .await;
    let id = json(&made)["id"].as_str().expect("an id").to_owned();
    let path = format!("/messages/bulk/{id}");
    let early = get(&bench, &path).await;
    assert_eq!((early.status().as_u16(), json(&early)["code"].as_str()), (409, Some("still_running")));
    assert!(early.headers().contains_key("retry-after"));
    // It is no task for the others.
    assert_eq!(get(&bench, &format!("/tasks/{id}/errors")).await.status().as_u16(), 404);
    run(&importer(&bench, 1000)).await;
    let seen = get(&bench, &path).await;
    let message = bench.world.messages()[0].id;
    let lines: Vec<_> = text(&seen).lines().collect();
    assert_eq!(lines[..2], ["row,messageId,status,error".to_owned(), format!("2,{message},CREATED,")]);
    assert!(lines[2].starts_with("3,,,\"Телефон: ") && lines.len() == 3, "{lines:?}");
    // Its messages are on their way.
    assert_eq!(bench.world.memory.state().wake_ups.len(), 1);
    assert_eq!(get(&bench, "/messages/bulk/00000000-0000-0000-0000-000000000009").await.status().as_u16(), 404);
}

#[tokio::test]
async fn the_result_of_a_sheet_has_the_rows_of_all_its_bulks() {
    let bench = Bench::new();
    let rows: String = (0..7).map(|row| format!("7999000000{row};Hi\n")).collect();
    let sheet = format!("phone;text\n{rows}");
    let parts: &[(&str, Option<&str>, &[u8])] = &[("messages", Some("a.csv"), sheet.as_bytes())];
    post(&bench, "/messages/bulk", "k", BOUNDARY, parts).await;
    run(&Importer { limits: ChunkLimits { bytes: 500, ..ChunkLimits::default() }, ..importer(&bench, 1000) }).await;
    assert_eq!(bench.world.memory.state().task_bulks.len(), 4);
    let seen = post(&bench, "/messages/bulk", "k", BOUNDARY, parts).await;
    let told = text(&seen).lines().skip(1).map(|line| line.split(',').next().expect("a row").to_owned());
    assert_eq!(told.collect::<Vec<_>>(), ["2", "3", "4", "5", "6", "7", "8"]);
}

#[tokio::test]
async fn a_bulk_that_is_waited_for_is_answered_with_its_result_or_its_id() {
    let bench = Bench::new();
    let parts: &[(&str, Option<&str>, &[u8])] = &[("messages", Some("a.csv"), SHEET)];
    let late = post(&bench, "/messages/bulk", "k", BOUNDARY, parts).await;
    assert_eq!((late.status().as_u16(), json(&late)["id"].is_string()), (202, true));
    run(&importer(&bench, 1000)).await;
    let there = post(&bench, "/messages/bulk", "k", BOUNDARY, parts).await;
    assert_eq!(there.status().as_u16(), 200);
    assert!(text(&there).starts_with("row,messageId,status,error\r\n2,"), "{}", text(&there));
    let bad = post(&bench, "/messages/bulk", "other", BOUNDARY, &[("messages", None, b"Phone;Oops\n1;2\n")]).await;
    assert_eq!(bad.status().as_u16(), 202);
    run(&importer(&bench, 1000)).await;
    let bad = get(&bench, &format!("/messages/bulk/{}", json(&bad)["id"].as_str().expect("an id"))).await;
    assert_eq!((bad.status().as_u16(), json(&bad)["code"].as_str()), (422, Some("sheet_refused")));
}
