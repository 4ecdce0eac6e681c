//! Apple's adapter against a stand-in over HTTP/2, through the public interface. Writes the requests for `tests/contract`.

mod support;

use baton_channels::push;
use baton_domain::{Channel, ChannelContent, Outcome};
use baton_pipeline::provider::{Provider, SendRequest};
use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::json;
use std::time::Duration;
use support::{Reply, StandIn, attempt, clear, context, nowhere, request, summary, text};

const PEM: &str = include_str!("support/test-only-ec.pem");
const TOKEN: &str = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0";
const ID: &str = "EC1BF194-B3B2-424A-89F9-5A918A8E6B5E";

fn provider(base_url: &str) -> Box<dyn Provider> {
    let entry = json!({
        "name": "APNS", "baseUrl": base_url, "keyId": "ABC123DEFG", "teamId": "DEF123GHIJ", "privateKey": PEM,
        "topic": "org.example.shop", "environment": "sandbox",
    });
    push::providers(&json!([entry]).to_string(), &context()).expect("a provider").remove(0)
}

fn taken() -> Reply {
    Reply::text(200, "application/json", "").header("apns-id", ID)
}

fn reason(status: u16, reason: &str) -> Reply {
    Reply::json(status, &json!({"reason": reason, "timestamp": 1_790_000_000_000_i64}))
}

fn push(content: ChannelContent) -> SendRequest {
    request(Channel::Push, TOKEN, content)
}

#[tokio::test]
async fn requests() {
    clear("apns");
    let apple = StandIn::start_http2(taken()).await;
    let all = ChannelContent {
        from: Some("Магазин".to_owned()),
        validity_period: Some(2880),
        image_url: Some("https://example.org/a.png".to_owned()),
        button_url: Some("https://example.org/orders/42?a=b&c=d".to_owned()),
        button_text: Some("Открыть".to_owned()),
        ..text("Код: 1234 & « + = 😀»\nвторая строка")
    };
    for (case, content) in [("text", text("Hello")), ("all", all), ("longest", text(&"ж".repeat(1980)))] {
        let request = push(content.clone());
        let outcome = provider(&apple.url).send(&request).await;
        let Outcome::Accepted(accepted) = &outcome else { panic!("{case}: {outcome:?}") };
        assert_eq!(accepted.provider_message_id.as_deref(), Some(ID));
        assert!(!accepted.receipts, "Apple has no receipts");

        let requests = apple.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump("apns", case);
        assert_eq!(requests[0].path, format!("/3/device/{TOKEN}"));
        let body = requests[0].json();
        assert_eq!(body["aps"]["alert"]["body"], json!(content.text));
        assert_eq!(body["aps"]["alert"]["title"], json!(content.from));
        assert_eq!(body["msg"], json!(attempt().to_string()));
        assert_eq!((&body["url"], &body["button"]), (&json!(content.button_url), &json!(content.button_text)));
        assert_eq!(body["image"], json!(content.image_url));
        assert_eq!(body["aps"]["mutable-content"] == 1, content.image_url.is_some());
        let expires = content.validity_period.map(|_| (request.now.timestamp() + 172_800).to_string());
        assert_eq!(requests[0].header("apns-expiration"), expires.unwrap_or_default());
        assert_eq!(requests[0].header("apns-collapse-id"), attempt().message.0.simple().to_string());
    }
}

#[tokio::test]
async fn sends_share_a_token_and_the_attempts_id_is_the_same_each_time() {
    let apple = StandIn::start_http2(taken().after(Duration::from_millis(50))).await;
    let provider = provider(&apple.url);
    let first = push(text("Hello"));
    let outcomes = join_all((0..10).map(|_| provider.send(&first))).await;
    assert!(outcomes.iter().all(|outcome| summary(outcome) == "accepted"), "{outcomes:?}");
    let later = SendRequest { now: first.now + TimeDelta::minutes(49), ..first.clone() };
    provider.send(&later).await;
    let old = SendRequest { now: first.now + TimeDelta::minutes(50), ..first.clone() };
    provider.send(&old).await;

    let requests = apple.take();
    let bearer = |index: usize| requests[index].header("authorization");
    assert!((0..11).all(|index| bearer(index) == bearer(0)) && bearer(11) != bearer(0));
    assert!(requests.iter().all(|request| request.header("apns-id") == requests[0].header("apns-id")));
}

#[tokio::test]
async fn an_expired_token_is_signed_anew_once() {
    let apple = StandIn::start_http2(taken()).await;
    let provider = provider(&apple.url);
    let first = push(text("Hello"));
    assert_eq!(summary(&provider.send(&first).await), "accepted");
    let at = |minutes| SendRequest { now: first.now + TimeDelta::minutes(minutes), ..first.clone() };

    apple.reply(reason(403, "ExpiredProviderToken").once_then(taken()));
    assert_eq!(summary(&provider.send(&at(30)).await), "accepted");
    let bearers: Vec<_> = apple.take().iter().map(|call| call.header("authorization").to_owned()).collect();
    assert!(bearers.len() == 3 && bearers[0] == bearers[1] && bearers[1] != bearers[2], "{bearers:?}");

    // The new one is too young to be replaced: Apple would call that too often.
    apple.reply(reason(403, "ExpiredProviderToken"));
    assert_eq!(summary(&provider.send(&at(31)).await), "misconfigured ExpiredProviderToken");
    assert_eq!(apple.take().len(), 1);
    assert_eq!(summary(&provider.send(&at(51)).await), "misconfigured ExpiredProviderToken");
    assert_eq!(apple.take().len(), 2);
}

#[tokio::test]
async fn failures() {
    let apple = StandIn::start_http2(taken()).await;
    let provider = provider(&apple.url);
    let hello = push(text("Hello"));
    for (reply, expected) in [
        (reason(410, "Unregistered"), "permanent Unregistered"),
        (reason(410, "ExpiredToken"), "permanent ExpiredToken"),
        (reason(400, "BadDeviceToken"), "permanent BadDeviceToken"),
        (reason(400, "DeviceTokenNotForTopic"), "permanent DeviceTokenNotForTopic"),
        (reason(403, "InvalidProviderToken"), "misconfigured InvalidProviderToken"),
        (reason(429, "TooManyProviderTokenUpdates"), "misconfigured TooManyProviderTokenUpdates"),
        (reason(429, "TooManyRequests").header("retry-after", "2"), "temporary TooManyRequests"),
        (reason(500, "InternalServerError"), "temporary InternalServerError"),
        (reason(503, "Shutdown"), "temporary Shutdown"),
        (Reply::text(500, "text/html", "<html>"), "unknown http_500"),
        (Reply::text(503, "text/html", "<html>"), "temporary http_503"),
        (Reply::text(200, "application/json", ""), "unknown no_message_id"),
        (Reply::Drop, "unknown connection_lost"),
        (taken(), "accepted"),
    ] {
        apple.reply(reply);
        let outcome = provider.send(&hello).await;
        assert_eq!(summary(&outcome), expected);
        let said = format!("{outcome:?}");
        assert!(!said.contains(TOKEN) && !said.contains("eyJ") && !said.contains("PRIVATE KEY"), "{said}");
        if let (Outcome::Refused(error), "temporary TooManyRequests") = (&outcome, expected) {
            assert_eq!(error.retry_after, Some(Duration::from_secs(2)));
        }
        assert_eq!(apple.take().len(), 1, "one request for one call: {expected}");
    }
}

#[tokio::test]
async fn an_answer_after_the_time_out_leaves_the_outcome_unknown() {
    let late = taken().after(baton_pipeline::provider::CALL_TIMEOUT + Duration::from_secs(1));
    let apple = StandIn::start_http2(late).await;
    assert_eq!(summary(&provider(&apple.url).send(&push(text("Hello"))).await), "unknown timeout");
    assert_eq!(apple.take().len(), 1);
}

#[tokio::test]
async fn nothing_is_sent_without_a_connection_a_token_or_a_fitting_text() {
    let unreachable = provider(&nowhere().await);
    assert_eq!(summary(&unreachable.send(&push(text("x"))).await), "temporary no_connection");

    let apple = StandIn::start_http2(taken()).await;
    let provider = provider(&apple.url);
    assert_eq!(summary(&provider.send(&push(text(&"я".repeat(2040)))).await), "permanent text_too_long");
    assert_eq!(summary(&provider.send(&push(ChannelContent::default())).await), "permanent text_missing");
    let odd = request(Channel::Push, "../../v1", text("x"));
    assert_eq!(summary(&provider.send(&odd).await), "permanent BadDeviceToken");
    assert!(apple.take().is_empty());
}

#[tokio::test]
async fn http_1_is_not_spoken() {
    let old = StandIn::start(taken()).await;
    let outcome = provider(&old.url).send(&push(text("Hello"))).await;
    assert_ne!(summary(&outcome), "accepted");
    assert!(old.take().iter().all(|request| request.method != "POST"));
}

#[tokio::test]
async fn a_check_calls_for_nobody() {
    let apple = StandIn::start_http2(reason(400, "BadDeviceToken")).await;
    assert_eq!(provider(&apple.url).check().await, Ok(()));
    assert_eq!(apple.take()[0].path, format!("/3/device/{}", "0".repeat(64)));
    for (reply, code) in [
        (reason(403, "InvalidProviderToken"), "InvalidProviderToken"),
        (reason(400, "TopicDisallowed"), "TopicDisallowed"),
        (reason(503, "ServiceUnavailable"), "ServiceUnavailable"),
    ] {
        apple.reply(reply);
        let error = provider(&apple.url).check().await.expect_err("a refusal");
        assert_eq!(error.code, code);
    }
    let unreachable = provider(&nowhere().await).check().await.expect_err("a failure");
    assert_eq!(unreachable.code, "no_connection");
}
