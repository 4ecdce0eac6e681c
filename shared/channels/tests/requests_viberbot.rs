//! The adapter of Viber's bots against a stand-in, through the public interface. Writes the requests for `tests/contract`.

mod support;

use baton_channels::chat;
use baton_domain::{Channel, ChannelContent, Outcome};
use baton_pipeline::provider::Provider;
use serde_json::{Value, json};
use support::{Reply, StandIn, attempt, clear, context, nowhere, request, summary, text};

const PERSON: &str = "01234567890A=";
const TOKEN: &str = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9";

fn provider(base_url: &str, more: Value) -> Box<dyn Provider> {
    let mut entry = json!({"name": "VIBERBOT", "authToken": TOKEN, "baseUrl": base_url});
    entry.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    chat::providers(&json!([entry]).to_string(), &context()).expect("a provider").remove(0)
}

async fn send(base_url: &str, content: ChannelContent) -> Outcome {
    provider(base_url, json!({"from": "Baton"})).send(&request(Channel::Chat, PERSON, content)).await
}

fn taken() -> Reply {
    let body = r#"{"status": 0, "status_message": "ok", "message_token": 5741311803571721087, "billing_status": 1}"#;
    Reply::text(200, "application/json", body)
}

fn status(status: i64) -> Reply {
    Reply::json(200, &json!({"status": status, "status_message": PERSON}))
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[tokio::test]
async fn requests() {
    clear("viberbot");
    let stand_in = StandIn::start(taken()).await;
    let button = ChannelContent {
        button_url: some("https://example.org/o?a=1&b=2"),
        button_text: some("Открыть <сейчас> & здесь"),
        ..text("С кнопкой")
    };
    let keyboard = json!({"Type": "keyboard", "Buttons": [{
        "Columns": 6, "Rows": 1, "ActionType": "open-url", "ActionBody": "https://example.org/o?a=1&b=2",
        "Text": "Открыть &lt;сейчас&gt; &amp; здесь",
    }]});
    let image = some("https://example.org/a.png");
    let picture = |text: &str| json!({"type": "picture", "text": text, "media": "https://example.org/a.png"});
    let mut full = picture("С кнопкой");
    full["keyboard"] = keyboard.clone();
    let from = json!({"from": "Baton"});
    for (case, settings, content, expected) in [
        ("text", &from, text("Hello"), json!({"type": "text", "text": "Hello"})),
        ("longest", &from, text(&"ж".repeat(7000)), json!({"type": "text", "text": "ж".repeat(7000)})),
        ("button", &from, button.clone(), json!({"type": "text", "text": "С кнопкой", "keyboard": keyboard})),
        ("image", &from, ChannelContent { image_url: image.clone(), ..ChannelContent::default() }, picture("")),
        (
            "all",
            &json!({"avatar": "https://example.org/face.png"}),
            ChannelContent { image_url: image, from: some("Магазин"), validity_period: Some(60), ..button },
            full,
        ),
    ] {
        let outcome =
            provider(&stand_in.url, settings.clone()).send(&request(Channel::Chat, PERSON, content.clone())).await;
        let Outcome::Accepted(accepted) = &outcome else { panic!("{case}: {outcome:?}") };
        assert_eq!(accepted.provider_message_id.as_deref(), Some("5741311803571721087"));
        assert!(!accepted.receipts, "{case}");

        let requests = stand_in.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump("viberbot", case);
        assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("POST", "/pa/send_message"));
        assert_eq!(requests[0].header("x-viber-auth-token"), TOKEN);
        let mut sender = json!({"name": content.from.as_deref().unwrap_or("Baton")});
        if let Some(avatar) = settings["avatar"].as_str() {
            sender["avatar"] = avatar.into();
        }
        let mut whole =
            json!({"receiver": PERSON, "min_api_version": 1, "sender": sender, "tracking_data": attempt().to_string()});
        whole.as_object_mut().expect("an object").extend(expected.as_object().expect("an object").clone());
        assert_eq!(requests[0].json(), whole, "{case}");
    }
}

#[tokio::test]
async fn failures() {
    let stand_in = StandIn::start(taken()).await;
    for (reply, expected) in [
        (status(5), "permanent 5"),
        (status(6), "permanent 6"),
        (status(2), "misconfigured 2"),
        (status(12), "temporary 12"),
        (status(77), "misconfigured 77"),
        (Reply::text(429, "text/html", "<html>").header("retry-after", "2"), "temporary http_429"),
        (Reply::text(500, "text/html", "<html>"), "unknown http_500"),
        (Reply::text(200, "text/html", "<html>"), "unknown no_message_id"),
        (Reply::Drop, "unknown connection_lost"),
        (taken(), "accepted"),
    ] {
        stand_in.reply(reply);
        let outcome = send(&stand_in.url, text("x")).await;
        assert_eq!(summary(&outcome), expected);
        let said = format!("{outcome:?}");
        assert!(!said.contains(TOKEN) && !said.contains(PERSON), "{said}");
        assert_eq!(stand_in.take().len(), 1, "one request for one call: {expected}");
    }
    assert_eq!(summary(&send(&nowhere().await, text("x")).await), "temporary no_connection");
}

#[tokio::test]
async fn what_viber_would_not_take_is_refused_before_the_call() {
    let stand_in = StandIn::start(taken()).await;
    let image = some("https://example.org/a.png");
    let label = |length: usize| ChannelContent {
        button_url: some("https://example.org"),
        button_text: Some("&".repeat(length)),
        ..text("x")
    };
    for (content, expected) in [
        (text(&"x".repeat(7001)), "permanent text_too_long"),
        (ChannelContent { image_url: image, ..text(&"x".repeat(769)) }, "permanent text_too_long"),
        (ChannelContent::default(), "permanent text_missing"),
        (label(51), "permanent button_text_too_long"),
        (ChannelContent { from: Some("x".repeat(29)), ..text("x") }, "misconfigured bad_sender"),
    ] {
        assert_eq!(summary(&send(&stand_in.url, content).await), expected);
    }
    let nameless = provider(&stand_in.url, json!({})).send(&request(Channel::Chat, PERSON, text("x"))).await;
    assert_eq!(summary(&nameless), "misconfigured no_sender");
    assert!(stand_in.take().is_empty());
}

#[tokio::test]
async fn a_check_reads_the_bots_account() {
    let stand_in = StandIn::start(Reply::json(200, &json!({"status": 0, "status_message": "ok", "id": "pa:1"}))).await;
    let provider = provider(&stand_in.url, json!({}));
    assert_eq!(provider.check().await, Ok(()));
    let requests = stand_in.take();
    assert_eq!((requests[0].path.as_str(), requests[0].json()), ("/pa/get_account_info", json!({})));
    assert_eq!(requests[0].header("x-viber-auth-token"), TOKEN);
    for (reply, expected) in [
        (status(2), "misconfigured 2"),
        (Reply::json(200, &json!({})), "misconfigured bad_answer"),
        (Reply::text(500, "text/html", "<html>"), "temporary http_500"),
        (Reply::Drop, "temporary connection_lost"),
    ] {
        stand_in.reply(reply);
        let failed = provider.check().await.expect_err(expected);
        assert_eq!(format!("{} {}", failed.class, failed.code), expected);
    }
}
