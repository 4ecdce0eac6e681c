//! The adapter of Amazon SES against a stand-in, through the public interface. Writes the requests for `tests/contract`.

mod support;

use baton_channels::email;
use baton_domain::{Channel, ChannelContent, Outcome};
use baton_pipeline::provider::Provider;
use serde_json::{Value, json};
use std::time::Duration;
use support::{Reply, StandIn, attempt, clear, context, nowhere, request, summary, text};

const TO: &str = "ann@example.com";
const ID: &str = "010001-example-000000";

fn provider(base_url: &str, more: &Value) -> Box<dyn Provider> {
    let mut entry = json!({ "name": "SES", "fromEmail": "no-reply@example.org", "baseUrl": base_url });
    entry.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    email::providers(&json!([entry]).to_string(), &context()).expect("a provider").remove(0)
}

async fn send(base_url: &str, to: &str, content: ChannelContent) -> Outcome {
    provider(base_url, &json!({})).send(&request(Channel::Email, to, content)).await
}

fn taken() -> Reply {
    Reply::json(200, &json!({ "MessageId": ID }))
}

fn error(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(status, &json!({ "message": message })).header("x-amzn-errortype", code)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn data(text: &str) -> Value {
    json!({ "Data": text, "Charset": "UTF-8" })
}

#[tokio::test]
async fn requests() {
    clear("ses");
    let stand_in = StandIn::start(taken()).await;
    let set = json!({ "configurationSet": "baton", "fromName": "Батон: новости" });
    let full = json!({ "configurationSet": "baton", "unsubscribeUrl": "https://example.org/u?m={ref}" });
    let hello = ChannelContent { subject: some("Hi"), ..text("Hello") };
    let all = ChannelContent {
        subject: some("Заказ № 42 — готов 😀"),
        html: some("<p>Ждём <b>вас</b></p>"),
        from_email: some("shop@example.org"),
        from_name: some("Лавка \"У дома\", Москва"),
        reply_to: some("Help <help@example.org>"),
        validity_period: Some(60),
        ..text("Ждём вас\nс 9 до 21")
    };
    let image = ChannelContent {
        image_url: some("https://example.org/a.png"),
        button_url: some("https://example.org/o"),
        button_text: some("Open"),
        ..hello.clone()
    };
    let html = ChannelContent { html: some("<b>only</b>"), text: None, ..hello.clone() };
    for (case, settings, content, from) in [
        ("text", json!({}), hello.clone(), "no-reply@example.org"),
        ("html", json!({ "fromName": "Baton" }), html, "Baton <no-reply@example.org>"),
        ("cyrillic", set, ChannelContent { subject: some("Привет"), ..text("Привет, мир") }, ""),
        ("image_and_button", json!({}), image, "no-reply@example.org"),
        ("all", full, all.clone(), ""),
    ] {
        let provider = provider(&stand_in.url, &settings);
        let outcome = provider.send(&request(Channel::Email, TO, content.clone())).await;
        let Outcome::Accepted(accepted) = &outcome else { panic!("{case}: {outcome:?}") };
        let set = settings.get("configurationSet");
        assert_eq!((accepted.provider_message_id.as_deref(), accepted.receipts), (Some(ID), set.is_some()));
        let requests = stand_in.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump("ses", case);
        assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("POST", "/v2/email/outbound-emails"));
        let authorization = requests[0].header("authorization");
        assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{authorization}");
        assert!(authorization.contains("/eu-central-1/ses/aws4_request"), "{authorization}");

        let body = requests[0].json();
        let simple = &body["Content"]["Simple"];
        assert_eq!(body["Destination"], json!({ "ToAddresses": [TO] }));
        assert_eq!(body["EmailTags"], json!([{ "Name": "msg", "Value": attempt().to_string() }]));
        assert_eq!(simple["Headers"][0], json!({ "Name": "X-Baton-Ref", "Value": attempt().to_string() }));
        assert_eq!(simple["Subject"], data(content.subject.as_deref().expect("a subject")));
        assert_eq!(body.get("ConfigurationSetName"), set);
        let sender = body["FromEmailAddress"].as_str().expect("a sender");
        assert!(sender.is_ascii() && (from.is_empty() || sender == from), "{sender}");
        if case == "all" {
            assert_eq!(
                simple["Body"],
                json!({ "Text": data("Ждём вас\nс 9 до 21"), "Html": data("<p>Ждём <b>вас</b></p>") })
            );
            assert_eq!(body["ReplyToAddresses"], json!(["Help <help@example.org>"]));
            let way_out = format!("<https://example.org/u?m={}>", attempt());
            assert_eq!(simple["Headers"][1], json!({ "Name": "List-Unsubscribe", "Value": way_out }));
            assert!(sender.ends_with(" <shop@example.org>"), "{sender}");
        } else {
            assert_eq!(simple["Headers"].as_array().map(Vec::len), Some(1), "no way out unless it is set");
        }
    }
}

#[tokio::test]
async fn answers() {
    let stand_in = StandIn::start(taken()).await;
    for (reply, expected) in [
        (
            error(429, "TooManyRequestsException", "Maximum sending rate exceeded."),
            "temporary TooManyRequestsException",
        ),
        (error(400, "LimitExceededException", "Daily message quota exceeded."), "temporary LimitExceededException"),
        (error(400, "SendingPausedException", "x"), "misconfigured SendingPausedException"),
        (error(400, "AccountSuspendedException", "x"), "misconfigured AccountSuspendedException"),
        (error(400, "MailFromDomainNotVerifiedException", "x"), "misconfigured MailFromDomainNotVerifiedException"),
        (error(404, "NotFoundException", "Configuration set <x> does not exist."), "misconfigured NotFoundException"),
        (error(400, "MessageRejected", "Email address is not verified."), "misconfigured MessageRejected"),
        (error(400, "BadRequestException", "Missing final '@domain'"), "permanent BadRequestException"),
        (error(400, "BadRequestException", "Invalid tag"), "misconfigured BadRequestException"),
        (error(403, "AccessDeniedException", "not authorized"), "misconfigured AccessDeniedException"),
        (error(500, "InternalFailure", "x"), "unknown InternalFailure"),
        (Reply::text(502, "text/html", "<html>"), "unknown http_502"),
        (Reply::text(503, "text/html", "<html>"), "temporary http_503"),
        (Reply::Drop, "unknown connection_lost"),
    ] {
        stand_in.reply(reply.clone());
        let outcome = send(&stand_in.url, TO, text("x")).await;
        assert_eq!(summary(&outcome), expected, "{reply:?}");
        assert_eq!(stand_in.take().len(), 1, "one call, no retries by the SDK: {reply:?}");
    }
}

#[tokio::test]
async fn without_a_connection_nothing_was_taken() {
    assert_eq!(summary(&send(&nowhere().await, TO, text("x")).await), "temporary no_connection");
}

#[tokio::test]
async fn bad_addresses_are_refused_before_the_call() {
    let stand_in = StandIn::start(taken()).await;
    for to in ["ann", "анна@example.com"] {
        assert_eq!(summary(&send(&stand_in.url, to, text("x")).await), "permanent bad_address", "{to}");
    }
    assert!(stand_in.take().is_empty());
}

#[tokio::test]
async fn a_call_that_takes_too_long_has_an_unknown_outcome_and_is_not_repeated() {
    let stand_in = StandIn::start(taken().after(Duration::from_secs(60))).await;
    let started = std::time::Instant::now();
    assert_eq!(summary(&send(&stand_in.url, TO, text("x")).await), "unknown timeout");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    assert_eq!(stand_in.take().len(), 1);
}

#[tokio::test]
async fn a_check_reads_the_account() {
    let account =
        |enabled: bool| Reply::json(200, &json!({ "SendingEnabled": enabled, "ProductionAccessEnabled": true }));
    let stand_in = StandIn::start(account(true)).await;
    let provider = provider(&stand_in.url, &json!({}));
    assert_eq!(provider.check().await, Ok(()));
    let requests = stand_in.take();
    assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("GET", "/v2/email/account"));
    assert!(requests[0].header("authorization").starts_with("AWS4-HMAC-SHA256 "));
    for (reply, expected) in [
        (account(false), "misconfigured SendingPausedException"),
        (error(403, "AccessDeniedException", "not authorized"), "misconfigured AccessDeniedException"),
        (error(403, "UnrecognizedClientException", "x"), "misconfigured UnrecognizedClientException"),
        (error(429, "TooManyRequestsException", "x"), "temporary TooManyRequestsException"),
        (Reply::text(500, "text/html", "<html>"), "temporary http_500"),
        (Reply::Drop, "temporary connection_lost"),
    ] {
        stand_in.reply(reply);
        let failed = provider.check().await.expect_err(expected);
        assert_eq!(format!("{} {}", failed.class, failed.code), expected);
    }
}
