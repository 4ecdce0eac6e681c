//! SMSC's adapter against a stand-in, through the public interface. Writes the requests for `tests/contract`.

mod support;

use baton_channels::sms;
use baton_domain::{Channel, ChannelContent, Outcome};
use baton_pipeline::provider::{Provider, WebhookRequest};
use serde_json::{Value, json};
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
