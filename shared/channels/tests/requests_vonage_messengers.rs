//! Vonage's adapters for WhatsApp and Viber against a stand-in, and the check that all of Vonage's channels share.
//! Writes the requests for `tests/contract`.

mod support;

use baton_channels::{sms, viber, whatsapp};
use baton_domain::{Channel, ChannelContent, Outcome};
use baton_pipeline::provider::Provider;
use serde_json::{Value, json};
use support::{Reply, StandIn, attempt, clear, context, request, summary, text};

const PEM: &str = include_str!("support/test-only.pem");
const TO: &str = "+79990000001";

fn account() -> Value {
    json!({"apiKey": "abcd1234", "apiSecret": "api secret", "from": "+447700900001", "signatureSecret": "x"})
}

fn provider(channel: Channel, base_url: &str, settings: &Value) -> Box<dyn Provider> {
    let mut entry = json!({"name": "VONAGE", "baseUrl": base_url});
    for (name, value) in settings.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    let document = json!([entry]).to_string();
    let providers = match channel {
        Channel::Whatsapp => whatsapp::providers(&document, &context()),
        Channel::Viber => viber::providers(&document, &context()),
        _ => sms::providers(&document, &context()),
    };
    providers.expect("a provider").remove(0)
}

fn taken() -> Reply {
    Reply::json(202, &json!({"message_uuid": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"}))
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn image(text: Option<&str>) -> ChannelContent {
    let image_url = some("https://example.org/a.png");
    ChannelContent { image_url, text: text.map(str::to_owned), ..ChannelContent::default() }
}

fn button(content: ChannelContent) -> ChannelContent {
    ChannelContent { button_url: some("https://example.org/o?a=1"), button_text: some("Открыть"), ..content }
}

fn template(data: Value) -> ChannelContent {
    let (template_name, language) = (some("order_ready"), some("ru"));
    ChannelContent { template_name, language, template_data: Some(data), ..ChannelContent::default() }
}

/// Sends every case, dumps its request and compares the fields that are not the same in all of them.
async fn send_all(channel: Channel, settings: &Value, cases: Vec<(&str, ChannelContent, Value)>) {
    let folder = format!("vonage_{channel}");
    clear(&folder);
    let stand_in = StandIn::start(taken()).await;
    let vonage = provider(channel, &stand_in.url, settings);
    for (case, content, own) in cases {
        let outcome = vonage.send(&request(channel, TO, content)).await;
        let Outcome::Accepted(accepted) = &outcome else { panic!("{case}: {outcome:?}") };
        assert!(accepted.receipts && accepted.provider_message_id.is_some());
        let requests = stand_in.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump(&folder, case);
        assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("POST", "/v1/messages"));
        let mut expected = json!({
            "to": "79990000001", "from": "447700900001", "client_ref": attempt(), "webhook_version": "v1",
            "webhook_url": format!("https://baton.example.org/webhooks/{channel}/vonage"),
            "channel": if channel == Channel::Viber { "viber_service" } else { "whatsapp" },
        });
        expected.as_object_mut().expect("an object").extend(own.as_object().expect("an object").clone());
        assert_eq!(requests[0].json(), expected, "{case}");
    }
}

#[tokio::test]
async fn whatsapp_requests() {
    let language = json!({"policy": "deterministic", "code": "ru"});
    let whatsapp = json!({"policy": "deterministic", "locale": "ru"});
    let namespace = |content| ChannelContent { template_namespace: some("ns"), ..content };
    let body = json!({"type": "body", "parameters": [{"type": "text", "text": "Анна"}]});
    let file = ChannelContent {
        media_url: some("https://example.org/a.pdf"),
        document_filename: some("a.pdf"),
        ..text("Счёт")
    };
    let video = ChannelContent { media_url: some("https://example.org/a.mp4"), ..ChannelContent::default() };
    let cases = vec![
        ("text", text("Здравствуйте"), json!({"message_type": "text", "text": "Здравствуйте"})),
        (
            "image",
            image(Some("Вот")),
            json!({"message_type": "image", "image": {"url": "https://example.org/a.png", "caption": "Вот"}}),
        ),
        ("image_alone", image(None), json!({"message_type": "image", "image": {"url": "https://example.org/a.png"}})),
        (
            "file",
            file,
            json!({"message_type": "file", "file": {"url": "https://example.org/a.pdf", "name": "a.pdf", "caption": "Счёт"}}),
        ),
        ("video", video, json!({"message_type": "video", "video": {"url": "https://example.org/a.mp4"}})),
        (
            "button",
            button(image(Some("Всё"))),
            json!({"message_type": "custom", "custom": {"type": "interactive", "interactive": {
                "type": "cta_url", "body": {"text": "Всё"},
                "header": {"type": "image", "image": {"link": "https://example.org/a.png"}},
                "action": {"name": "cta_url", "parameters": {"display_text": "Открыть", "url": "https://example.org/o?a=1"}},
            }}}),
        ),
        (
            "template",
            namespace(template(json!(["Анна", 42]))),
            json!({"message_type": "template", "whatsapp": whatsapp,
                "template": {"name": "ns:order_ready", "parameters": ["Анна", "42"]}}),
        ),
        (
            "template_bare",
            namespace(template(json!([]))),
            json!({"message_type": "template", "whatsapp": whatsapp, "template": {"name": "ns:order_ready", "parameters": []}}),
        ),
        (
            "template_without_namespace",
            template(json!(["Анна"])),
            json!({"message_type": "custom", "custom": {"type": "template", "template": {
                "name": "order_ready", "language": language, "components": [body]}}}),
        ),
        (
            "template_with_header_and_button",
            namespace(ChannelContent {
                image_url: some("https://example.org/a.png"),
                ..template(json!({"body": ["Анна"], "buttons": [{"type": "url", "text": "o/42"}]}))
            }),
            json!({"message_type": "custom", "custom": {"type": "template", "template": {
            "name": "order_ready", "namespace": "ns", "language": language, "components": [
                {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://example.org/a.png"}}]},
                body,
                {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "o/42"}]},
            ]}}}),
        ),
    ];
    send_all(Channel::Whatsapp, &account(), cases).await;
}

#[tokio::test]
async fn viber_requests() {
    let mut settings = account();
    settings["category"] = "promotion".into();
    settings["type"] = "template".into();
    let action = json!({"url": "https://example.org/o?a=1", "text": "Открыть"});
    let own = json!({"category": "promotion", "type": "template"});
    let with_action = json!({"category": "promotion", "type": "template", "action": action});
    let with_all = json!({"category": "promotion", "type": "template", "ttl": 172_800, "action": action});
    let url = "https://example.org/a.png";
    let cases = vec![
        ("text", text("Здравствуйте"), json!({"message_type": "text", "text": "Здравствуйте", "viber_service": own})),
        (
            "longest",
            text(&"ж".repeat(1000)),
            json!({"message_type": "text", "text": "ж".repeat(1000), "viber_service": own}),
        ),
        ("image_alone", image(None), json!({"message_type": "image", "image": {"url": url}, "viber_service": own})),
        (
            "button",
            button(text("С кнопкой")),
            json!({"message_type": "text", "text": "С кнопкой", "viber_service": with_action}),
        ),
        (
            "all",
            ChannelContent { validity_period: Some(2880), ..button(image(Some("Всё"))) },
            json!({"message_type": "image", "image": {"url": url, "caption": "Всё"}, "viber_service": with_all}),
        ),
    ];
    send_all(Channel::Viber, &settings, cases).await;
}

#[tokio::test]
async fn without_settings_of_its_own_a_viber_message_has_no_options() {
    let stand_in = StandIn::start(taken()).await;
    provider(Channel::Viber, &stand_in.url, &account()).send(&request(Channel::Viber, TO, text("x"))).await;
    assert!(stand_in.take()[0].json().get("viber_service").is_none());
}

#[tokio::test]
async fn what_does_not_fit_is_refused_before_the_call() {
    let stand_in = StandIn::start(taken()).await;
    let long = |count: usize| "я".repeat(count);
    for (channel, content, expected) in [
        (Channel::Whatsapp, text(&long(4097)), "permanent text_too_long"),
        (Channel::Whatsapp, image(Some(&long(1025))), "permanent text_too_long"),
        (Channel::Whatsapp, button(text(&long(1025))), "permanent text_too_long"),
        (Channel::Whatsapp, template(json!({"x": 1})), "permanent bad_content"),
        (Channel::Viber, text(&long(1001)), "permanent text_too_long"),
        (Channel::Viber, image(Some(&long(1001))), "permanent text_too_long"),
        (Channel::Viber, button(image(None)), "permanent text_missing"),
        (
            Channel::Viber,
            ChannelContent { button_text: Some(long(31)), ..button(text("x")) },
            "permanent text_too_long",
        ),
        (Channel::Viber, ChannelContent::default(), "permanent text_missing"),
    ] {
        let outcome = provider(channel, &stand_in.url, &account()).send(&request(channel, TO, content)).await;
        assert_eq!(summary(&outcome), expected, "{channel}");
    }
    for channel in [Channel::Whatsapp, Channel::Viber] {
        let anonymous = provider(channel, &stand_in.url, &json!({"apiKey": "k", "apiSecret": "s"}));
        assert_eq!(summary(&anonymous.send(&request(channel, TO, text("x"))).await), "misconfigured no_sender");
    }
    assert!(stand_in.take().is_empty());
}

#[tokio::test]
async fn errors_of_the_window_and_of_people_who_are_not_there_are_permanent() {
    let stand_in = StandIn::start(taken()).await;
    for (channel, code) in [(Channel::Whatsapp, "1340"), (Channel::Viber, "1300"), (Channel::Viber, "1260")] {
        let place = format!("https://developer.vonage.com/api-errors/messages#{code}");
        stand_in.reply(Reply::json(422, &json!({"type": place, "title": TO, "detail": TO, "instance": "x"})));
        let outcome = provider(channel, &stand_in.url, &account()).send(&request(channel, TO, text("x"))).await;
        assert_eq!(summary(&outcome), format!("permanent {code}"));
        assert!(!format!("{outcome:?}").contains(TO));
    }
}

#[tokio::test]
async fn the_check_sends_nothing_and_reads_the_complaint() {
    let problem = |status: u16, code: &str| {
        let place = format!("https://developer.vonage.com/api-errors/messages#{code}");
        Reply::json(status, &json!({"type": place, "title": "t", "detail": "d", "instance": "i"}))
    };
    let stand_in = StandIn::start(problem(422, "1150")).await;
    let application =
        json!({"applicationId": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab", "privateKey": PEM, "signatureSecret": "x"});
    for (settings, scheme) in [(account(), "Basic "), (application, "Bearer ")] {
        for channel in [Channel::Sms, Channel::Whatsapp, Channel::Viber] {
            assert_eq!(provider(channel, &stand_in.url, &settings).check().await, Ok(()));
            let requests = stand_in.take();
            assert_eq!((requests.len(), requests[0].path.as_str(), requests[0].json()), (1, "/v1/messages", json!({})));
            assert!(requests[0].header("authorization").starts_with(scheme));
        }
    }
    let vonage = provider(Channel::Sms, &stand_in.url, &account());
    for (reply, expected, wide) in [
        (problem(401, "unathorized"), "misconfigured unathorized", true),
        (problem(402, "low-balance"), "misconfigured low-balance", true),
        (problem(429, "1000"), "temporary 1000", false),
        (Reply::text(422, "text/html", "<html>"), "misconfigured http_422", false),
        (Reply::text(200, "text/html", "<html>"), "temporary no_message_id", false),
        (Reply::Drop, "temporary connection_lost", true),
    ] {
        stand_in.reply(reply);
        let error = vonage.check().await.expect_err("an error");
        assert_eq!((format!("{} {}", error.class, error.code).as_str(), error.provider_wide), (expected, wide));
        assert!(!format!("{error:?}").contains("api secret"));
    }
}
