//! Rapporto's adapter against a stand-in, on its three channels, through the public interface. Writes the requests for
//! `tests/contract`.

mod support;

use baton_channels::{sms, viber, vk};
use baton_domain::{Channel, ChannelContent, Outcome};
use baton_pipeline::provider::Provider;
use serde_json::{Value, json};
use support::{Reply, StandIn, attempt, clear, context, nowhere, request, summary, text};

const TO: &str = "+79990000001";
const PASSWORD: &str = "s3cret password";
const SECRET: &str = "a secret of ours & more";

fn provider(channel: Channel, base_url: &str, settings: &Value) -> Box<dyn Provider> {
    let mut entry = json!({"name": "RAPPORTO", "login": "partner", "password": PASSWORD, "baseUrl": base_url});
    for (name, value) in settings.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    let document = json!([entry]).to_string();
    let providers = match channel {
        Channel::Viber => viber::providers(&document, &context()),
        Channel::Vk => vk::providers(&document, &context()),
        _ => sms::providers(&document, &context()),
    };
    providers.expect("a provider").remove(0)
}

fn full() -> Value {
    json!({"from": "BRAND", "webhookSecret": SECRET})
}

fn taken() -> Reply {
    Reply::json(200, &json!({"mtNum": "7390612217", "id": attempt()}))
}

fn some(value: &str) -> Option<String> {
    Some(value.to_owned())
}

#[tokio::test]
async fn requests() {
    clear("rapporto");
    let stand_in = StandIn::start(taken()).await;
    let url = format!("{}/api/v6/", stand_in.url);
    let lasting = |minutes, content: ChannelContent| ChannelContent { validity_period: Some(minutes), ..content };
    let image = ChannelContent { image_url: some("https://example.org/a.png"), ..ChannelContent::default() };
    let button = ChannelContent {
        button_url: some("https://example.org/order?id=1&x=ы"),
        button_text: some("Перейти"),
        ..text("Код: 1234 & « + = 😀»\nвторая строка")
    };
    let all = ChannelContent { from: some("OTHER"), image_url: image.image_url.clone(), ..lasting(30, button.clone()) };
    for (case, channel, settings, content, ttl) in [
        ("sms", Channel::Sms, full(), text("Hello"), None),
        ("sms_longest", Channel::Sms, full(), lasting(65_535, text(&"я".repeat(2000))), Some(2880)),
        ("sms_bare", Channel::Sms, json!({}), text("Здравствуйте"), None),
        ("sms_all", Channel::Sms, full(), all.clone(), Some(30)),
        ("viber_text", Channel::Viber, full(), lasting(1, text("Hello")), Some(1)),
        ("viber_image", Channel::Viber, full(), image, None),
        ("viber_button", Channel::Viber, full(), lasting(2880, button), Some(1440)),
        ("viber_all", Channel::Viber, full(), all, Some(30)),
        ("viber_bare", Channel::Viber, json!({}), text("Hello"), None),
        ("vk", Channel::Vk, full(), text("Hello"), Some(0)),
        ("vk_longest", Channel::Vk, full(), lasting(2880, text(&"я".repeat(2000))), Some(1440)),
    ] {
        let outcome = provider(channel, &url, &settings).send(&request(channel, TO, content)).await;
        let Outcome::Accepted(accepted) = &outcome else { panic!("{case}: {outcome:?}") };
        assert_eq!(accepted.provider_message_id.as_deref(), Some("7390612217"));
        let reported = settings["webhookSecret"].is_string();
        assert_eq!(accepted.receipts, reported, "without a secret there are no receipts");

        let requests = stand_in.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump("rapporto", case);
        let body = requests[0].json();
        assert_eq!((requests[0].path.as_str(), body["id"].as_str()), ("/api/v6", Some(attempt().to_string().as_str())));
        assert_eq!(body["message"]["data"]["ttl"].as_u64(), ttl, "{case}");
        let callback = format!(
            "https://baton.example.org/webhooks/{channel}/rapporto?secret=a+secret+of+ours+%26+more&ref={}",
            attempt()
        );
        assert_eq!(body["notifyUrl"].as_str(), reported.then_some(callback.as_str()), "{case}");
        assert_eq!(body["registeredDelivery"], u8::from(reported), "{case}");
    }
}

#[tokio::test]
async fn failures() {
    let stand_in = StandIn::start(taken()).await;
    let coded = |code: u32, status: u16| {
        let body =
            json!({"error": {"code": code, "description": TO}, "extendedDescription": format!("{TO} {PASSWORD}")});
        Reply::json(status, &body)
    };
    for (reply, expected) in [
        (coded(8, 406), "permanent 8"),
        (coded(6, 401), "misconfigured 6"),
        (coded(3, 429).header("retry-after", "2"), "temporary 3"),
        (coded(1, 503), "temporary 1"),
        (coded(100, 500), "temporary 100"),
        (coded(77, 400), "misconfigured 77"),
        (coded(10, 409), "accepted"),
        (Reply::text(409, "text/html", "<html>"), "accepted"),
        (Reply::text(500, "text/html", "<html>"), "unknown http_500"),
        (Reply::text(503, "text/html", "<html>"), "temporary http_503"),
        (Reply::text(302, "text/html", ""), "misconfigured http_302"),
        (Reply::text(200, "text/html", "<html>"), "unknown no_message_id"),
        (Reply::Drop, "unknown connection_lost"),
        (taken(), "accepted"),
    ] {
        stand_in.reply(reply);
        for channel in [Channel::Sms, Channel::Viber, Channel::Vk] {
            let provider = provider(channel, &stand_in.url, &full());
            let outcome = provider.send(&request(channel, TO, text("Hello"))).await;
            assert_eq!(summary(&outcome), expected);
            let said = format!("{outcome:?}");
            assert!(!said.contains(TO) && !said.contains("s3cret") && !said.contains(SECRET), "{said}");
            if let (Outcome::Refused(error), "temporary 3") = (&outcome, expected) {
                assert_eq!(error.retry_after.map(|pause| pause.as_secs()), Some(2));
            }
            assert_eq!(stand_in.take().len(), 1, "one request for one call: {expected}");
        }
    }
}

#[tokio::test]
async fn nothing_is_sent_without_a_connection_or_by_a_check() {
    let unreachable = provider(Channel::Sms, &nowhere().await, &full());
    let sms = request(Channel::Sms, TO, text("Hello"));
    assert_eq!(summary(&unreachable.send(&sms).await), "temporary no_connection");
    let stand_in = StandIn::start(taken()).await;
    assert_eq!(provider(Channel::Vk, &stand_in.url, &full()).check().await, Ok(()));
    assert!(stand_in.take().is_empty());
}
