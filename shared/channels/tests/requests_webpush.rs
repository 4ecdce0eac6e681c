//! The Web Push adapter against a stand-in, through the public interface. Writes the requests for `tests/contract`, which
//! decrypt them with another library.

mod support;

use baton_channels::push;
use baton_domain::{Channel, ChannelContent, Outcome};
use baton_pipeline::provider::{Provider, SendRequest};
use serde_json::{Value, json};
use std::time::Duration;
use support::{Reply, StandIn, clear, context, nowhere, request, summary, text};

/// Made for the tests; `tests/contract/test_webpush.py` has the browser's private key.
const PUBLIC: &str = "BPsh-mahyb-EzQREKx4zejLQr8mXVQzBlFIkjH26dC_8ws-l7c4PLWPwcs9CL3aIwD-s9LJvgv6tp4czH4_QBls";
const PRIVATE: &str = "ynOgD-Rsun8XVO0RwaSXzetDmv5YmADiO5aEmCLLCjI";
const BROWSER: &str = "BPAFfvntiUXfYdbwWe7eHO0R9j6mtS5MpuxZBf2Qb224qBWyAPBnOzsNEI2R1ztu0F8O-AQdrxzICYzd6c0cqM4";
const SECRET: &str = "y-5qYzUGQr7rdsf9PTH1_Q";
const PATH: &str = "/wpush/v2/gAAAAAB-capability";

fn provider(change: Value) -> Box<dyn Provider> {
    let mut entry = json!({
        "name": "WEBPUSH", "publicKey": PUBLIC, "privateKey": PRIVATE, "subject": "mailto:push@example.org",
        "allowedHosts": ["127.0.0.1"],
    });
    for (name, value) in change.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    push::providers(&json!([entry]).to_string(), &context()).expect("a provider").remove(0)
}

fn taken() -> Reply {
    Reply::text(201, "text/plain", "").header("location", "https://updates.push.services.mozilla.com/m/gAAAAAB")
}

fn push(url: &str, content: ChannelContent) -> SendRequest {
    let endpoint = format!("{url}{PATH}");
    let subscription =
        json!({"endpoint": endpoint, "expirationTime": null, "keys": {"p256dh": BROWSER, "auth": SECRET}});
    request(Channel::Push, &subscription.to_string(), content)
}

#[tokio::test]
async fn requests() {
    clear("webpush");
    let service = StandIn::start(taken()).await;
    let all = ChannelContent {
        from: Some("Магазин".to_owned()),
        validity_period: Some(2880),
        image_url: Some("https://example.org/a.png".to_owned()),
        button_url: Some("https://example.org/orders/42?a=b&c=d".to_owned()),
        button_text: Some("Открыть".to_owned()),
        ..text("Код: 1234 & « + = 😀»\nвторая строка")
    };
    for (case, content) in [("text", text("Hello")), ("all", all), ("longest", text(&"ж".repeat(1920)))] {
        let ttl = content.validity_period.map_or(2_419_200, |minutes| u32::from(minutes) * 60);
        let outcome = provider(json!({})).send(&push(&service.url, content)).await;
        let Outcome::Accepted(accepted) = &outcome else { panic!("{case}: {outcome:?}") };
        assert_eq!(
            accepted.provider_message_id.as_deref(),
            Some("https://updates.push.services.mozilla.com/m/gAAAAAB")
        );
        assert!(!accepted.receipts, "there are no receipts");

        let requests = service.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump("webpush", case);
        assert_eq!(requests[0].path, PATH);
        assert_eq!(requests[0].header("ttl"), ttl.to_string());
        assert!(requests[0].body.len() <= 4096, "{case}");
        assert!(!String::from_utf8_lossy(&requests[0].body).contains("Hello"), "the text is encrypted");
    }
}

#[tokio::test]
async fn no_two_messages_are_encrypted_alike() {
    let service = StandIn::start(taken()).await;
    let provider = provider(json!({}));
    let hello = push(&service.url, text("Hello"));
    provider.send(&hello).await;
    provider.send(&hello).await;
    let requests = service.take();
    // Salt and key of each are its own (RFC 8188, section 2.1: 16 bytes, then 5, then the key's 65).
    assert_ne!(requests[0].body[..16], requests[1].body[..16]);
    assert_ne!(requests[0].body[21..86], requests[1].body[21..86]);
}

#[tokio::test]
async fn failures() {
    let service = StandIn::start(taken()).await;
    let provider = provider(json!({}));
    let hello = push(&service.url, text("Hello"));
    let status = |status| Reply::text(status, "text/plain", PATH);
    for (reply, expected) in [
        (status(404), "permanent gone"),
        (status(410), "permanent gone"),
        (status(413), "misconfigured payload_too_large"),
        (status(400), "misconfigured bad_request"),
        (status(401), "misconfigured unauthorized"),
        (status(403), "misconfigured unauthorized"),
        (status(429).header("retry-after", "2"), "temporary too_many_requests"),
        (status(500), "temporary unavailable"),
        (status(503), "temporary unavailable"),
        (status(204), "unknown bad_answer"),
        (Reply::text(307, "text/plain", "").header("location", "http://127.0.0.1:1/"), "misconfigured http_307"),
        (Reply::Drop, "unknown connection_lost"),
        (taken(), "accepted"),
    ] {
        service.reply(reply);
        let outcome = provider.send(&hello).await;
        assert_eq!(summary(&outcome), expected);
        let said = format!("{outcome:?}");
        assert!(!said.contains("capability") && !said.contains(PRIVATE) && !said.contains(SECRET), "{said}");
        if let Outcome::Refused(error) | Outcome::Unknown(error) = &outcome {
            assert!(!error.provider_wide, "{expected} is said of one service alone");
            let pause = (expected == "temporary too_many_requests").then_some(Duration::from_secs(2));
            assert_eq!(error.retry_after, pause);
        }
        assert_eq!(service.take().len(), 1, "one request for one call: {expected}");
    }
}

#[tokio::test]
async fn an_answer_after_the_time_out_leaves_the_outcome_unknown() {
    let late = taken().after(baton_pipeline::provider::CALL_TIMEOUT + Duration::from_secs(1));
    let service = StandIn::start(late).await;
    assert_eq!(summary(&provider(json!({})).send(&push(&service.url, text("Hello"))).await), "unknown timeout");
    assert_eq!(service.take().len(), 1);
}

#[tokio::test]
async fn nothing_is_sent_to_an_address_that_is_not_allowed_or_without_a_fitting_text() {
    let service = StandIn::start(taken()).await;
    let closed = provider(json!({"allowedHosts": []}));
    let hello = push(&service.url, text("Hello"));
    assert_eq!(summary(&closed.send(&hello).await), "permanent endpoint_not_allowed");

    let provider = provider(json!({}));
    let sent = |content| push(&service.url, content);
    assert_eq!(summary(&provider.send(&sent(text(&"я".repeat(1990)))).await), "permanent text_too_long");
    assert_eq!(summary(&provider.send(&sent(ChannelContent::default())).await), "permanent text_missing");
    let token = request(Channel::Push, "a token", text("x"));
    assert_eq!(summary(&provider.send(&token).await), "permanent bad_subscription");
    assert!(service.take().is_empty());
    assert_eq!(summary(&provider.send(&push(&nowhere().await, text("x"))).await), "temporary no_connection");
}
