//! RuStore's adapter against a stand-in, through the public interface. Writes the requests for `tests/contract`.

mod support;

use baton_channels::push;
use baton_domain::{Channel, ChannelContent, Outcome};
use baton_pipeline::provider::{Provider, SendRequest};
use serde_json::json;
use support::{Reply, StandIn, attempt, clear, context, nowhere, request, summary, text};

const TOKEN: &str = "rustore-registration-token";

fn provider(base_url: &str) -> Box<dyn Provider> {
    let entry = json!({"name": "RUSTORE", "baseUrl": base_url, "projectId": "p-1", "serviceToken": "service-s3cret"});
    push::providers(&json!([entry]).to_string(), &context()).expect("a provider").remove(0)
}

fn taken() -> Reply {
    Reply::json(200, &json!({}))
}

fn push(content: ChannelContent) -> SendRequest {
    request(Channel::Push, TOKEN, content)
}

#[tokio::test]
async fn requests() {
    clear("rustore");
    let stand_in = StandIn::start(taken()).await;
    let all = ChannelContent {
        from: Some("Магазин".to_owned()),
        validity_period: Some(2880),
        image_url: Some("https://example.org/a.png".to_owned()),
        button_url: Some("https://example.org/orders/42?a=b&c=d".to_owned()),
        button_text: Some("Открыть".to_owned()),
        ..text("Код: 1234 & « + = 😀»\nвторая строка")
    };
    for (case, content) in [("text", text("Hello")), ("all", all)] {
        let outcome = provider(&stand_in.url).send(&push(content.clone())).await;
        assert!(matches!(&outcome, Outcome::Accepted(accepted) if !accepted.receipts), "{case}: {outcome:?}");
        let requests = stand_in.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump("rustore", case);
        assert_eq!(requests[0].path, "/v1/projects/p-1/messages:send");
        assert_eq!(requests[0].header("authorization"), "Bearer service-s3cret");
        let message = &requests[0].json()["message"];
        assert_eq!((&message["token"], &message["notification"]["body"]), (&json!(TOKEN), &json!(content.text)));
        assert_eq!(message["data"]["msg"], json!(attempt().to_string()));
        assert_eq!(message["android"]["ttl"].as_str(), content.validity_period.map(|_| "172800s"));
    }
}

#[tokio::test]
async fn failures() {
    let stand_in = StandIn::start(taken()).await;
    let provider = provider(&stand_in.url);
    let error = |status: u16, code: &str| {
        Reply::json(status, &json!({"error": {"code": status, "message": TOKEN, "status": code}}))
    };
    for (reply, expected) in [
        (error(404, "NOT_FOUND"), "permanent NOT_FOUND"),
        (error(400, "INVALID_ARGUMENT"), "misconfigured INVALID_ARGUMENT"),
        (error(403, "PERMISSION_DENIED"), "misconfigured PERMISSION_DENIED"),
        (error(429, "RESOURCE_EXHAUSTED").header("retry-after", "2"), "temporary RESOURCE_EXHAUSTED"),
        (error(500, "INTERNAL"), "temporary INTERNAL"),
        (Reply::text(500, "text/html", "<html>"), "unknown http_500"),
        (Reply::text(200, "text/html", "<html>"), "unknown no_message_id"),
        (Reply::Drop, "unknown connection_lost"),
        (taken(), "accepted"),
    ] {
        stand_in.reply(reply);
        let outcome = provider.send(&push(text("Hello"))).await;
        assert_eq!(summary(&outcome), expected);
        let said = format!("{outcome:?}");
        assert!(!said.contains(TOKEN) && !said.contains("s3cret"), "{said}");
        assert_eq!(stand_in.take().len(), 1, "one request for one call: {expected}");
    }
}

#[tokio::test]
async fn nothing_is_sent_without_a_connection_or_a_fitting_text() {
    let unreachable = provider(&nowhere().await);
    assert_eq!(summary(&unreachable.send(&push(text("x"))).await), "temporary no_connection");
    let stand_in = StandIn::start(taken()).await;
    let provider = provider(&stand_in.url);
    assert_eq!(summary(&provider.send(&push(text(&"я".repeat(2040)))).await), "permanent text_too_long");
    assert_eq!(summary(&provider.send(&push(ChannelContent::default())).await), "permanent text_missing");
    assert!(stand_in.take().is_empty());
}
