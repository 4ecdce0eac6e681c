//! Meta's adapter against a stand-in, through the public interface. Writes the requests for `tests/contract`.

mod support;

use baton_channels::whatsapp;
use baton_domain::{Channel, ChannelContent, Outcome};
use baton_pipeline::provider::Provider;
use serde_json::{Value, json};
use support::{Reply, StandIn, attempt, clear, context, nowhere, request, summary, text};

const TO: &str = "+79990000001";
const TOKEN: &str = "EAA-access-token";

fn provider(base_url: &str, change: &Value) -> Box<dyn Provider> {
    let mut entry = json!({
        "name": "META", "baseUrl": base_url, "accessToken": TOKEN, "phoneNumberId": "106540352242922",
        "appSecret": "app-secret", "verifyToken": "verify",
    });
    for (name, value) in change.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    whatsapp::providers(&json!([entry]).to_string(), &context()).expect("a provider").remove(0)
}

fn taken() -> Reply {
    let contact = json!({"input": "79990000001", "wa_id": "79990000001"});
    Reply::json(200, &json!({"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": "wamid.1"}]}))
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn template(data: Value) -> ChannelContent {
    ChannelContent {
        template_name: some("order_ready"),
        language: some("ru"),
        template_data: Some(data),
        ..ChannelContent::default()
    }
}

/// The cases: what is said, and the object that it becomes.
fn cases() -> Vec<(&'static str, ChannelContent, Value)> {
    let image = || some("https://example.org/a.png");
    let link = |link: &str| json!({"link": link});
    let button = |content| ChannelContent {
        button_url: some("https://example.org/o?a=1&b=2"),
        button_text: some("Открыть"),
        ..content
    };
    let media = |url: &str, text: Option<&str>, filename: Option<&str>| ChannelContent {
        media_url: some(url),
        text: text.map(str::to_owned),
        document_filename: filename.map(str::to_owned),
        ..ChannelContent::default()
    };
    let cta =
        json!({"name": "cta_url", "parameters": {"display_text": "Открыть", "url": "https://example.org/o?a=1&b=2"}});
    let language = json!({"policy": "deterministic", "code": "ru"});
    let named = |components: Value| json!({"type": "template", "template": {"name": "order_ready", "language": language, "components": components}});
    let header = |parameter: Value| named(json!([{"type": "header", "parameters": [parameter]}]));
    vec![
        (
            "text",
            text("Код: 1234 & «+» 😀\nвторая"),
            json!({"type": "text", "text": {"body": "Код: 1234 & «+» 😀\nвторая"}}),
        ),
        ("longest", text(&"ж".repeat(4096)), json!({"type": "text", "text": {"body": "ж".repeat(4096)}})),
        (
            "image",
            ChannelContent { image_url: image(), ..text("Вот") },
            json!({"type": "image", "image": {"link": "https://example.org/a.png", "caption": "Вот"}}),
        ),
        (
            "image_alone",
            ChannelContent { image_url: image(), ..ChannelContent::default() },
            json!({"type": "image", "image": link("https://example.org/a.png")}),
        ),
        (
            "document",
            media("https://example.org/a.pdf?x=1", Some("Счёт"), Some("счёт.pdf")),
            json!({"type": "document", "document": {"link": "https://example.org/a.pdf?x=1", "filename": "счёт.pdf", "caption": "Счёт"}}),
        ),
        (
            "video",
            media("https://example.org/a.MP4?x=1", None, None),
            json!({"type": "video", "video": link("https://example.org/a.MP4?x=1")}),
        ),
        (
            "button",
            button(text("С кнопкой")),
            json!({"type": "interactive", "interactive": {"type": "cta_url", "body": {"text": "С кнопкой"}, "action": cta}}),
        ),
        (
            "all",
            button(ChannelContent {
                image_url: image(), validity_period: Some(60), from: some("+1"), ..text("Всё")
            }),
            json!({"type": "interactive", "interactive": {
                "type": "cta_url", "header": {"type": "image", "image": link("https://example.org/a.png")},
                "body": {"text": "Всё"}, "action": cta}}),
        ),
        (
            "template_bare",
            ChannelContent { template_data: None, text: some("not sent"), ..template(Value::Null) },
            json!({"type": "template", "template": {"name": "order_ready", "language": language}}),
        ),
        (
            "template_positional",
            template(json!(["Анна", 42])),
            named(
                json!([{"type": "body", "parameters": [{"type": "text", "text": "Анна"}, {"type": "text", "text": "42"}]}]),
            ),
        ),
        (
            "template_named",
            template(json!({"body": {"name": "Анна"}, "header": {"type": "text", "text": "42", "name": "order"}})),
            named(json!([
                {"type": "header", "parameters": [{"type": "text", "text": "42", "parameter_name": "order"}]},
                {"type": "body", "parameters": [{"type": "text", "text": "Анна", "parameter_name": "name"}]},
            ])),
        ),
        (
            "template_buttons",
            template(
                json!({"buttons": [{"type": "url", "text": "o/42"}, {"type": "quickReply", "payload": "ACK", "index": 2}]}),
            ),
            named(json!([
                {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "o/42"}]},
                {"type": "button", "sub_type": "quick_reply", "index": "2", "parameters": [{"type": "payload", "payload": "ACK"}]},
            ])),
        ),
        (
            "template_image",
            ChannelContent { image_url: image(), ..template(json!([])) },
            header(json!({"type": "image", "image": link("https://example.org/a.png")})),
        ),
        (
            "template_document",
            ChannelContent {
                media_url: some("https://example.org/a"),
                document_filename: some("a.pdf"),
                ..template(json!([]))
            },
            header(json!({"type": "document", "document": {"link": "https://example.org/a", "filename": "a.pdf"}})),
        ),
        (
            "template_video",
            template(json!({"header": {"type": "video", "url": "https://example.org/a.mp4"}})),
            header(json!({"type": "video", "video": link("https://example.org/a.mp4")})),
        ),
        (
            "template_location",
            template(
                json!({"header": {"type": "location", "latitude": 55.75, "longitude": "37.6", "name": "Shop", "address": "1 St"}}),
            ),
            header(
                json!({"type": "location", "location": {"latitude": 55.75, "longitude": 37.6, "name": "Shop", "address": "1 St"}}),
            ),
        ),
    ]
}

#[tokio::test]
async fn requests() {
    clear("meta");
    let stand_in = StandIn::start(taken()).await;
    let meta = provider(&stand_in.url, &json!({}));
    for (case, content, object) in cases() {
        let outcome = meta.send(&request(Channel::Whatsapp, TO, content)).await;
        let Outcome::Accepted(accepted) = &outcome else { panic!("{case}: {outcome:?}") };
        assert_eq!((accepted.provider_message_id.as_deref(), accepted.receipts), (Some("wamid.1"), true));
        let requests = stand_in.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump("meta", case);
        assert_eq!(
            (requests[0].method.as_str(), requests[0].path.as_str()),
            ("POST", "/v25.0/106540352242922/messages")
        );
        assert_eq!(requests[0].header("authorization"), format!("Bearer {TOKEN}"));
        let mut expected = json!({
            "messaging_product": "whatsapp", "recipient_type": "individual", "to": "79990000001",
            "biz_opaque_callback_data": attempt(),
        });
        expected.as_object_mut().expect("an object").extend(object.as_object().expect("an object").clone());
        assert_eq!(requests[0].json(), expected, "{case}");
    }
}

#[tokio::test]
async fn without_secrets_of_webhooks_no_receipts_are_promised() {
    let stand_in = StandIn::start(taken()).await;
    let settings = json!({"appSecret": null, "verifyToken": null, "apiVersion": "v26.1"});
    let outcome = provider(&stand_in.url, &settings).send(&request(Channel::Whatsapp, TO, text("x"))).await;
    assert!(matches!(outcome, Outcome::Accepted(accepted) if !accepted.receipts));
    assert_eq!(stand_in.take()[0].path, "/v26.1/106540352242922/messages");
}

fn error(status: u16, code: u32) -> Reply {
    let details = json!({"messaging_product": "whatsapp", "details": TO});
    let error =
        json!({"message": TO, "type": "OAuthException", "code": code, "error_data": details, "fbtrace_id": "A"});
    Reply::json(status, &json!({"error": error}))
}

#[tokio::test]
async fn failures() {
    let stand_in = StandIn::start(taken()).await;
    let meta = provider(&stand_in.url, &json!({}));
    let message = request(Channel::Whatsapp, TO, text("x"));
    for (reply, expected) in [
        (error(400, 131_026), "permanent 131026"),
        (error(400, 131_047), "permanent 131047"),
        (error(404, 132_001), "misconfigured 132001"),
        (error(401, 190), "misconfigured 190"),
        (error(403, 200), "misconfigured 200"),
        (error(429, 130_429).header("retry-after", "2"), "temporary 130429"),
        (error(500, 131_000), "temporary 131000"),
        (Reply::text(500, "text/html", "<html>"), "unknown http_500"),
        (Reply::text(503, "text/html", "<html>"), "temporary http_503"),
        (Reply::text(200, "text/html", "<html>"), "unknown no_message_id"),
        (Reply::Drop, "unknown connection_lost"),
        (taken(), "accepted"),
    ] {
        stand_in.reply(reply);
        let outcome = meta.send(&message).await;
        assert_eq!(summary(&outcome), expected);
        let said = format!("{outcome:?}");
        assert!(!said.contains(TO) && !said.contains(TOKEN), "{said}");
        if let (Outcome::Refused(error), "temporary 130429") = (&outcome, expected) {
            assert_eq!(error.retry_after.map(|pause| pause.as_secs()), Some(2));
        }
        assert_eq!(stand_in.take().len(), 1, "one request for one call: {expected}");
    }
}

#[tokio::test]
async fn nothing_is_sent_without_a_connection_or_a_fitting_content() {
    let message = |content| request(Channel::Whatsapp, TO, content);
    let unreachable = provider(&nowhere().await, &json!({}));
    assert_eq!(summary(&unreachable.send(&message(text("x"))).await), "temporary no_connection");

    let stand_in = StandIn::start(taken()).await;
    let meta = provider(&stand_in.url, &json!({}));
    let url = some("https://example.org/a.png");
    let button = |content| ChannelContent { button_url: url.clone(), button_text: some("Go"), ..content };
    for (content, expected) in [
        (text(&"я".repeat(4097)), "permanent text_too_long"),
        (ChannelContent { image_url: url.clone(), ..text(&"я".repeat(1025)) }, "permanent text_too_long"),
        (button(text(&"я".repeat(1025))), "permanent text_too_long"),
        (ChannelContent { button_text: some(&"я".repeat(21)), ..button(text("x")) }, "permanent text_too_long"),
        (button(ChannelContent { image_url: url.clone(), ..ChannelContent::default() }), "permanent text_missing"),
        (ChannelContent::default(), "permanent text_missing"),
        (template(json!({"body": ["a\nb"]})), "permanent bad_content"),
        (ChannelContent { language: None, ..template(json!([])) }, "permanent bad_content"),
    ] {
        assert_eq!(summary(&meta.send(&message(content)).await), expected);
    }
    assert!(stand_in.take().is_empty());
}

#[tokio::test]
async fn the_check_reads_the_number_and_tells_what_is_wrong() {
    let stand_in = StandIn::start(Reply::json(200, &json!({"id": "106540352242922"}))).await;
    let meta = provider(&stand_in.url, &json!({}));
    assert_eq!(meta.check().await, Ok(()));
    let requests = stand_in.take();
    assert_eq!(requests.len(), 1);
    let seen = (requests[0].method.as_str(), requests[0].path.as_str(), requests[0].query.as_str());
    assert_eq!(seen, ("GET", "/v25.0/106540352242922", "fields=id"));
    assert_eq!(requests[0].header("authorization"), format!("Bearer {TOKEN}"));
    for (reply, expected) in [
        (error(401, 190), "misconfigured 190"),
        (error(400, 100), "misconfigured 100"),
        (Reply::text(200, "text/html", "<html>"), "misconfigured bad_answer"),
        (Reply::text(502, "text/html", "<html>"), "temporary http_502"),
        (Reply::Drop, "temporary connection_lost"),
    ] {
        stand_in.reply(reply);
        let error = meta.check().await.expect_err("an error");
        assert_eq!(format!("{} {}", error.class, error.code), expected);
        assert!(!format!("{error:?}").contains(TOKEN));
    }
}
