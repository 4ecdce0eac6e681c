//! SMSC's adapter against a stand-in, through the public interface. Writes the requests for `tests/contract`.

mod support;

use baton_channels::{lookups::Lookups, sms};
use baton_domain::{
    Channel, ChannelContent, Outcome, PhoneStatus, ProviderError,
    phone_check::{Finding, Order, OrderRef, Question, Said},
};
use baton_pipeline::{
    phone_checks::ports::Lookup,
    provider::{Provider, WebhookRequest},
};
use serde_json::{Value, json};
use std::sync::Arc;
use support::{Captured, Reply, StandIn, attempt, clear, context, nowhere, request, summary, text};

const TO: &str = "+79990000001";
const SECRET: &str = "0123456789abcdef";

fn document(base_url: &str, settings: &Value) -> String {
    let mut entry = json!({"name": "SMSC", "baseUrl": base_url});
    for (name, value) in settings.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    json!([entry]).to_string()
}

fn provider(base_url: &str, settings: &Value) -> Box<dyn Provider> {
    sms::providers(&document(base_url, settings), &context()).expect("a provider").remove(0)
}

fn account() -> Value {
    json!({"login": "brand", "password": "s3cret & password", "from": "BRAND", "webhookSecret": SECRET})
}

fn key() -> Value {
    json!({"apiKey": "s3cret-key"})
}

fn taken() -> Reply {
    Reply::json(200, &json!({"id": "01", "cnt": 2}))
}

fn field(request: &Captured, name: &str) -> Option<String> {
    request.form().into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

#[tokio::test]
async fn requests() {
    clear("smsc");
    let stand_in = StandIn::start(taken()).await;
    let lasting = |minutes| ChannelContent { validity_period: Some(minutes), ..text("Hello") };
    let all = ChannelContent {
        from: Some("OTHER".to_owned()),
        validity_period: Some(90),
        image_url: Some("https://example.org/a.png".to_owned()),
        ..text("Код: 1234 & « + = 😀»\nвторая строка")
    };
    for (case, settings, content, valid) in [
        ("text", account(), text("Hello"), None),
        ("key", key(), text("Здравствуйте"), None),
        ("longest", account(), text(&"я".repeat(1000)), None),
        ("shortest_life", account(), lasting(1), Some("01:00")),
        ("longest_life", account(), lasting(2880), Some("24:00")),
        ("all", account(), all, Some("01:30")),
    ] {
        let outcome = provider(&stand_in.url, &settings).send(&request(Channel::Sms, TO, content)).await;
        let Outcome::Accepted(accepted) = &outcome else { panic!("{case}: {outcome:?}") };
        assert_eq!((accepted.provider_message_id.as_deref(), accepted.part_count), (Some("01"), Some(2)));
        assert_eq!(accepted.receipts, case != "key", "without a secret there are no receipts");

        let requests = stand_in.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump("smsc", case);
        assert_eq!(field(&requests[0], "valid").as_deref(), valid, "{case}");
    }
}

#[tokio::test]
async fn the_id_of_a_request_leads_a_status_back_to_the_attempt() {
    let stand_in = StandIn::start(taken()).await;
    provider(&stand_in.url, &account()).send(&request(Channel::Sms, TO, text("Hello"))).await;
    let id = field(&stand_in.take()[0], "id").expect("an id");
    let hook = baton_channels::webhooks::webhook(Channel::Sms, "smsc", &document(&stand_in.url, &account()));
    let status = WebhookRequest {
        method: "POST".to_owned(),
        query: format!("secret={SECRET}"),
        body: format!("id={id}&phone=79990000001&status=1").into_bytes(),
        ..WebhookRequest::default()
    };
    let now = request(Channel::Sms, TO, text("")).now;
    let answer = hook.expect("a document without faults").expect("a webhook").read(&status, now).expect("authentic");
    assert_eq!(answer.receipts.iter().map(|receipt| receipt.attempt).collect::<Vec<_>>(), [attempt()]);
}

#[tokio::test]
async fn failures() {
    let stand_in = StandIn::start(taken()).await;
    let provider = provider(&stand_in.url, &account());
    let sms = request(Channel::Sms, TO, text("Hello"));
    let coded = |code: u32| Reply::json(200, &json!({"error": format!("{TO} s3cret"), "error_code": code, "id": "01"}));
    for (reply, expected, pause) in [
        (coded(7), "permanent 7", None),
        (coded(8), "permanent 8", None),
        (coded(2), "misconfigured 2", None),
        (coded(3), "misconfigured 3", None),
        (coded(4), "temporary 4", Some(300)),
        (coded(9), "temporary 9", Some(60)),
        (coded(77), "misconfigured 77", None),
        (Reply::text(429, "text/html", "").header("retry-after", "2"), "temporary http_429", Some(2)),
        (Reply::text(500, "text/html", "<html>"), "unknown http_500", None),
        (Reply::text(503, "text/html", "<html>"), "temporary http_503", None),
        (Reply::text(200, "text/html", "<html>"), "unknown no_message_id", None),
        (Reply::Drop, "unknown connection_lost", None),
        (taken(), "accepted", None),
    ] {
        stand_in.reply(reply);
        let outcome = provider.send(&sms).await;
        assert_eq!(summary(&outcome), expected);
        let said = format!("{outcome:?}");
        assert!(!said.contains(TO) && !said.contains("s3cret") && !said.contains(SECRET), "{said}");
        if let Outcome::Refused(error) = &outcome {
            assert_eq!(error.retry_after.map(|pause| pause.as_secs()), pause, "{expected}");
        }
        assert_eq!(stand_in.take().len(), 1, "one request for one call: {expected}");
    }
}

#[tokio::test]
async fn a_check_asks_for_the_balance() {
    let stand_in = StandIn::start(Reply::json(200, &json!({"balance": "100.50"}))).await;
    assert_eq!(provider(&stand_in.url, &account()).check().await, Ok(()));
    let requests = stand_in.take();
    assert_eq!((requests.len(), requests[0].path.as_str()), (1, "/sys/balance.php"));
    let fields: Vec<_> = requests[0].form().into_iter().map(|(name, _)| name).collect();
    assert_eq!(fields, ["login", "psw", "fmt"]);

    for (reply, expected) in [
        (Reply::json(200, &json!({"error": "s3cret", "error_code": 2})), "misconfigured 2"),
        (Reply::text(503, "text/html", "<html>"), "temporary http_503"),
        (Reply::text(200, "text/html", "<html>"), "misconfigured bad_answer"),
        (Reply::Drop, "unknown connection_lost"),
    ] {
        stand_in.reply(reply);
        let error = provider(&stand_in.url, &key()).check().await.expect_err(expected);
        assert_eq!(format!("{} {}", error.class, error.code), expected);
        assert!(!format!("{error:?}").contains("s3cret"));
    }
}

#[tokio::test]
async fn nothing_is_sent_without_a_connection_or_a_fitting_text() {
    let sms = |content| request(Channel::Sms, TO, content);
    let unreachable = provider(&nowhere().await, &key());
    assert_eq!(summary(&unreachable.send(&sms(text("x"))).await), "temporary no_connection");
    let stand_in = StandIn::start(taken()).await;
    let provider = provider(&stand_in.url, &key());
    assert_eq!(summary(&provider.send(&sms(text(&"я".repeat(1001)))).await), "permanent text_too_long");
    assert_eq!(summary(&provider.send(&sms(ChannelContent::default())).await), "permanent text_missing");
    assert!(stand_in.take().is_empty());
}

// ---- look-ups ----

const PHONES: [&str; 2] = [TO, "+79990000002"];

fn lookup(base_url: &str, settings: &Value) -> Arc<dyn Lookup> {
    let found = Lookups::new(false).find(&document(base_url, settings), Some("smsc"));
    found.expect("a document without faults").expect("a provider")
}

fn reference() -> OrderRef {
    OrderRef { check: attempt().message.0, number: 1 }
}

fn order(count: usize) -> Order {
    Order { reference: reference(), phones: PHONES[..count].iter().map(|phone| (*phone).to_owned()).collect() }
}

fn questions(count: usize) -> Vec<Question> {
    let ordered_at = request(Channel::Sms, TO, text("")).now;
    let question = |phone: String| Question { order: reference(), phone, ordered_at };
    order(count).phones.into_iter().map(question).collect()
}

fn told(answer: &Result<Vec<Finding>, ProviderError>) -> String {
    let answer_says = format!("{answer:?}");
    match answer {
        Ok(findings) => findings.iter().map(|finding| format!("{:?} ", finding.said)).collect(),
        Err(error) => {
            assert!(!answer_says.contains(TO) && !answer_says.contains("s3cret"), "{answer_says}");
            format!("{} {}", error.class, error.code)
        }
    }
}

#[tokio::test]
async fn look_ups() {
    clear("smsc_lookup");
    let now = request(Channel::Sms, TO, text("")).now;
    let stand_in = StandIn::start(taken()).await;
    for (case, settings, count) in [("order_one", account(), 1), ("order_two", key(), 2)] {
        stand_in.reply(Reply::json(200, &json!({"id": "x", "cnt": count})));
        assert_eq!(lookup(&stand_in.url, &settings).order(&order(count), now).await, Ok(Vec::new()), "{case}");
        let requests = stand_in.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump("smsc_lookup", case);
        let phones: Vec<_> = PHONES[..count].iter().map(|phone| &phone[1..]).collect();
        assert_eq!(field(&requests[0], "phones"), Some(phones.join(",")), "{case}");
    }
    let reachable =
        json!({"status": 1, "last_date": "x", "last_timestamp": 1, "err": 0, "imsi": "250", "msc": "7", "mcc": "250"});
    let absent = json!({"status": 20, "last_date": "x", "last_timestamp": 1, "err": 6});
    let said = |status| Said::Settled(status);
    for (case, settings, reply, expected) in [
        ("ask_one", key(), reachable.clone(), vec![said(PhoneStatus::Reachable)]),
        (
            "ask_two",
            account(),
            json!([reachable, absent]),
            vec![said(PhoneStatus::Reachable), said(PhoneStatus::Absent)],
        ),
    ] {
        stand_in.reply(Reply::json(200, &reply));
        let findings = lookup(&stand_in.url, &settings).ask(&questions(expected.len()), now).await.expect("an answer");
        assert_eq!(findings.iter().map(|finding| finding.said).collect::<Vec<_>>(), expected, "{case}");
        let requests = stand_in.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump("smsc_lookup", case);
    }
}

#[tokio::test]
async fn look_ups_that_fail() {
    let now = request(Channel::Sms, TO, text("")).now;
    let stand_in = StandIn::start(taken()).await;
    let lookup = lookup(&stand_in.url, &account());
    let coded = |code: u32| Reply::json(200, &json!({"error": format!("{TO} s3cret"), "error_code": code}));
    for (reply, ordered, asked) in [
        (coded(7), "Settled(Invalid) ", "permanent 7"),
        (coded(2), "misconfigured 2", "misconfigured 2"),
        (coded(9), "temporary 9", "temporary 9"),
        (Reply::text(429, "text/html", ""), "temporary http_429", "temporary http_429"),
        (Reply::text(500, "text/html", "<html>"), "unknown http_500", "temporary http_500"),
        (Reply::text(200, "text/html", "<html>"), "unknown no_message_id", "misconfigured bad_answer"),
        (Reply::Drop, "unknown connection_lost", "temporary connection_lost"),
    ] {
        stand_in.reply(reply);
        assert_eq!(told(&lookup.order(&order(1), now).await), ordered);
        assert_eq!(told(&lookup.ask(&questions(1), now).await), asked);
        assert_eq!(stand_in.take().len(), 2, "one request for one call: {ordered}");
    }
    let unreachable = self::lookup(&nowhere().await, &key());
    assert_eq!(told(&unreachable.order(&order(1), now).await), "temporary no_connection");
}

/// What is said of a thousand numbers is longer than what is read of the answer to a message.
#[tokio::test]
async fn a_thousand_look_ups_are_one_question() {
    let stand_in = StandIn::start(taken()).await;
    let now = request(Channel::Sms, TO, text("")).now;
    let question = |number: u32| Question { order: reference(), phone: format!("+7999{number:07}"), ordered_at: now };
    let questions: Vec<Question> = (0..1000).map(question).collect();
    let said = json!({"status": 1, "err": 0, "net": "x".repeat(400)});
    stand_in.reply(Reply::json(200, &vec![said; 1000].into()));
    let findings = lookup(&stand_in.url, &key()).ask(&questions, now).await.expect("an answer");
    assert!(findings.len() == 1000 && findings.iter().all(|found| found.said == Said::Settled(PhoneStatus::Reachable)));
    assert_eq!(stand_in.take().len(), 1);
}
