//! The Telegram Gateway's adapter against a stand-in, through the public interface. Writes the requests for `tests/contract`.

mod support;

use baton_channels::telegram;
use baton_domain::{Channel, ChannelContent, Outcome};
use baton_pipeline::provider::Provider;
use serde_json::{Value, json};
use std::time::Duration;
use support::{Reply, StandIn, attempt, clear, context, nowhere, request, summary, text};

const TOKEN: &str = "AAEG9gAAZ3Qe-s3cret";
const TO: &str = "+79990000001";

fn provider(base_url: &str, settings: &Value) -> Box<dyn Provider> {
    let mut entry = json!({ "name": "TELEGRAM_GATEWAY", "token": TOKEN, "baseUrl": base_url });
    entry.as_object_mut().expect("an object").extend(settings.as_object().expect("an object").clone());
    telegram::providers(&json!([entry]).to_string(), &context()).expect("a provider").remove(0)
}

fn code(code: &str) -> ChannelContent {
    ChannelContent { code: Some(code.to_owned()), ..ChannelContent::default() }
}

fn taken() -> Reply {
    Reply::json(
        200,
        &json!({ "ok": true, "result": { "request_id": "1113", "phone_number": TO, "request_cost": 0.01, "remaining_balance": 9.9 } }),
    )
}

fn refused(code: &str) -> Reply {
    Reply::json(200, &json!({ "ok": false, "error": code }))
}

#[tokio::test]
async fn requests() {
    clear("telegram_gateway");
    let stand_in = StandIn::start(taken()).await;
    let all = ChannelContent {
        from: Some("@baton_codes".to_owned()),
        validity_period: Some(10),
        text: Some("Your code is 12345678".to_owned()),
        ..code("12345678")
    };
    let minutes = |minutes| ChannelContent { validity_period: Some(minutes), ..code("0042") };
    let sender = json!({ "senderUsername": "baton" });
    for (case, settings, content, ttl, from) in [
        ("code", json!({}), code("123456"), None, None),
        ("shortest", json!({}), minutes(1), Some(60), None),
        ("longest", json!({}), minutes(2880), Some(3600), None),
        ("sender", sender.clone(), code("1234"), None, Some("baton")),
        ("all", sender, all, Some(600), Some("baton_codes")),
    ] {
        let provider = provider(&stand_in.url, &settings);
        let outcome = provider.send(&request(Channel::Telegram, TO, content.clone())).await;
        let Outcome::Accepted(accepted) = &outcome else { panic!("{case}: {outcome:?}") };
        assert_eq!((accepted.provider_message_id.as_deref(), accepted.receipts), (Some("1113"), true));
        let requests = stand_in.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump("telegram_gateway", case);
        assert_eq!(requests[0].header("authorization"), format!("Bearer {TOKEN}"));
        let mut expected = json!({
            "phone_number": TO, "code": content.code, "payload": attempt(),
            "callback_url": "https://baton.example.org/webhooks/telegram/telegram_gateway",
        });
        if let Some(ttl) = ttl {
            expected["ttl"] = json!(ttl);
        }
        if let Some(from) = from {
            expected["sender_username"] = json!(from);
        }
        assert_eq!(requests[0].json(), expected, "{case}");
    }
}

#[tokio::test]
async fn failures() {
    let stand_in = StandIn::start(taken()).await;
    let provider = provider(&stand_in.url, &json!({}));
    let content = request(Channel::Telegram, TO, code("123456"));
    for (reply, expected) in [
        (refused("PHONE_NUMBER_NOT_FOUND"), "permanent PHONE_NUMBER_NOT_FOUND"),
        (refused("BALANCE_NOT_ENOUGH"), "misconfigured BALANCE_NOT_ENOUGH"),
        (refused("ACCESS_TOKEN_INVALID"), "misconfigured ACCESS_TOKEN_INVALID"),
        (refused("FLOOD_WAIT_3"), "temporary FLOOD_WAIT"),
        (Reply::text(502, "text/html", "<html>"), "unknown http_502"),
        (Reply::text(503, "text/html", "<html>"), "temporary http_503"),
        (Reply::text(200, "text/html", "<html>"), "unknown no_message_id"),
        (Reply::Drop, "unknown connection_lost"),
        (taken(), "accepted"),
    ] {
        stand_in.reply(reply);
        let outcome = provider.send(&content).await;
        assert_eq!(summary(&outcome), expected);
        let said = format!("{outcome:?}");
        assert!(!said.contains(TO) && !said.contains("s3cret") && !said.contains("123456"), "{said}");
        if let (Outcome::Refused(error), "temporary FLOOD_WAIT") = (&outcome, expected) {
            assert_eq!(error.retry_after, Some(Duration::from_secs(3)));
        }
        assert_eq!(stand_in.take().len(), 1, "one request for one call: {expected}");
    }
}

#[tokio::test]
async fn nothing_is_sent_without_a_connection_or_a_code() {
    let send =
        async |base: &str, content| provider(base, &json!({})).send(&request(Channel::Telegram, TO, content)).await;
    assert_eq!(summary(&send(&nowhere().await, code("1234")).await), "temporary no_connection");
    let stand_in = StandIn::start(taken()).await;
    assert_eq!(summary(&send(&stand_in.url, text("1234")).await), "permanent code_missing");
    assert_eq!(summary(&send(&stand_in.url, code("12 34")).await), "permanent code_missing");
    assert!(stand_in.take().is_empty());
}

#[tokio::test]
async fn a_check_asks_for_a_request_that_does_not_exist() {
    let stand_in = StandIn::start(refused("REQUEST_ID_INVALID")).await;
    let provider = provider(&stand_in.url, &json!({}));
    assert_eq!(provider.check().await, Ok(()), "the token was read");
    let requests = stand_in.take();
    assert_eq!((requests.len(), requests[0].path.as_str()), (1, "/checkVerificationStatus"));
    assert_eq!(requests[0].json(), json!({ "request_id": "0" }));
    for (reply, code) in [
        (refused("ACCESS_TOKEN_INVALID"), "ACCESS_TOKEN_INVALID"),
        (refused("FLOOD_WAIT_3"), "FLOOD_WAIT"),
        (Reply::text(502, "text/html", "<html>"), "http_502"),
        (Reply::text(200, "text/html", "<html>"), "no_message_id"),
        (Reply::Drop, "connection_lost"),
    ] {
        stand_in.reply(reply);
        assert_eq!(provider.check().await.expect_err(code).code, code);
    }
}
