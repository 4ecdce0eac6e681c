use super::*;
use crate::testing::now;
use baton_domain::ErrorClass::*;
use reqwest::{StatusCode, header::HeaderMap};
use serde_json::json;
use uuid::Uuid;

const PHONES: [&str; 2] = ["+79990000011", "+79990000012"];

const fn reference() -> OrderRef {
    OrderRef { check: Uuid::from_u128(u128::MAX), number: 255 }
}

fn answer(status: u16, body: &Value) -> Answer {
    let status = StatusCode::from_u16(status).expect("a status");
    Answer { status, headers: HeaderMap::new(), body: body.to_string() }
}

fn order() -> Order {
    Order { reference: reference(), phones: PHONES.map(str::to_owned).to_vec() }
}

fn questions(count: usize) -> Vec<Question> {
    let question = |phone: &&str| Question { order: reference(), phone: (*phone).to_owned(), ordered_at: now() };
    PHONES[..count].iter().map(question).collect()
}

fn statuses(findings: &[Finding]) -> Vec<(&str, Said)> {
    findings.iter().map(|finding| (finding.phone.as_str(), finding.said)).collect()
}

#[test]
fn an_id_fits_and_is_none_of_a_message() {
    let id = id(reference());
    assert_eq!(id.len(), 36);
    assert!(id.chars().all(|c| c.is_ascii_alphanumeric() || c == '.'), "{id}");
    assert_eq!(super::super::reference::decode(&id), None);
}

#[test]
fn an_order_is_taken_or_refused() {
    let of = |status, body: Value| taken(&answer(status, &body), &order(), now());
    assert_eq!(of(200, json!({"id": "x", "cnt": 2})), Ok(Vec::new()));
    for (code, status) in [(7, PhoneStatus::Invalid), (8, PhoneStatus::Unreachable)] {
        let findings = of(200, json!({"error": "x", "error_code": code})).expect("findings");
        assert_eq!(statuses(&findings), PHONES.map(|phone| (phone, Said::Settled(status))));
    }
    let refused = |status, body| {
        let error = of(status, body).expect_err("refused");
        (error.class, error.code, error.retry_after.map(|pause| pause.as_secs()))
    };
    let coded = |code: u8| json!({"error": "x", "error_code": code});
    assert_eq!(refused(200, coded(3)), (Misconfigured, "3".to_owned(), None));
    assert_eq!(refused(200, coded(9)), (Temporary, "9".to_owned(), Some(60)));
    assert_eq!(refused(503, Value::Null).0, Temporary);
    for body in [Value::Null, json!([]), json!({"cnt": 2})] {
        assert_eq!(refused(200, body).0, Unknown, "it may have been taken");
    }
}

#[test]
fn what_is_said_of_a_number() {
    let settled = |status| Some(Said::Settled(status));
    for (status, error, expected) in [
        ("1", "0", settled(PhoneStatus::Reachable)),
        ("0", "0", None),
        ("-1", "0", None),
        ("77", "0", None),
        ("-3", "0", Some(Said::Missing)),
        ("20", "1", settled(PhoneStatus::NotExisting)),
        ("20", "6", settled(PhoneStatus::Absent)),
        ("20", "13", settled(PhoneStatus::Unreachable)),
        ("20", "0", settled(PhoneStatus::Unreachable)),
        ("25", "", settled(PhoneStatus::Unreachable)),
        ("25", "6", settled(PhoneStatus::Absent)),
        ("22", "249", settled(PhoneStatus::Invalid)),
        ("3", "0", settled(PhoneStatus::Unknown)),
        ("3", "6", settled(PhoneStatus::Absent)),
        ("20", "245", settled(PhoneStatus::Unknown)),
        ("24", "0", settled(PhoneStatus::Unknown)),
    ] {
        assert_eq!(said(status, error), expected, "{status} {error}");
    }
}

#[test]
fn an_answer_is_read_in_the_order_of_the_question() {
    let reachable = Said::Settled(PhoneStatus::Reachable);
    let of = |count, body: Value| told(&answer(200, &body), &questions(count), now());
    let one = of(1, json!({"status": 1, "last_date": "x", "err": 0, "imsi": "250", "mcc": "250"}));
    assert_eq!(statuses(&one.expect("findings")), [(PHONES[0], reachable)]);
    let two = of(2, json!([{"status": "1", "err": "0"}, {"status": -1, "err": 0}]));
    assert_eq!(statuses(&two.expect("findings")), [(PHONES[0], reachable)]);
    let named =
        of(2, json!([{"status": 1, "err": 0, "phone": "79990000012"}, {"status": 1, "phone": 79_990_000_012_u64}]));
    assert_eq!(statuses(&named.expect("findings")), [(PHONES[1], reachable)], "the first is about another number");
    for (count, body) in [(2, json!([{"status": 1}])), (1, json!({})), (1, Value::Null), (2, json!({"status": 1}))] {
        assert_eq!(of(count, body.clone()).expect_err("refused").code, "bad_answer", "{body}");
    }
    let error = of(1, json!({"error": "x", "error_code": 9})).expect_err("refused");
    assert_eq!((error.class, error.retry_after), (Temporary, Some(Duration::from_secs(60))));
    let error = told(&answer(500, &Value::Null), &questions(1), now()).expect_err("refused");
    assert_eq!(error.class, Temporary, "a question may be asked again");
}
