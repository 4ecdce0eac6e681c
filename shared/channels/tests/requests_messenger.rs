//! The Messenger adapter against a stand-in, through the public interface. Writes the requests for `tests/contract`.

mod support;

use baton_channels::chat;
use baton_domain::{Channel, ChannelContent, Outcome};
use baton_pipeline::provider::Provider;
use serde_json::{Value, json};
use support::{Captured, Reply, StandIn, attempt, clear, context, nowhere, request, summary, text};

const PAGE: &str = "104000000000001";
const PERSON: &str = "6000000000000042";
const TOKEN: &str = "EAAGpage&token=";
/// HMAC-SHA256 of the token under `app-secret`, by `openssl dgst`.
const PROOF: &str = "9ac58448c1c8d16adc26a81cff65eee6b8af67e15abe242c604256134971181f";

fn provider(base_url: &str, more: Value) -> Box<dyn Provider> {
    let mut entry = json!({"name": "MESSENGER", "pageId": PAGE, "pageAccessToken": TOKEN, "baseUrl": base_url});
    entry.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    chat::providers(&json!([entry]).to_string(), &context()).expect("a provider").remove(0)
}

async fn send(base_url: &str, content: ChannelContent) -> Outcome {
    provider(base_url, json!({})).send(&request(Channel::Chat, PERSON, content)).await
}

fn taken() -> Reply {
    Reply::json(200, &json!({"recipient_id": PERSON, "message_id": "m_AG5Hz2Uq7tuwNEhXfYYKj8mJEM_QPpz5jdCK48"}))
}

fn error(status: u16, code: u32, sub: Option<u32>) -> Reply {
    let mut error =
        json!({"message": format!("{TOKEN} {PERSON}"), "type": "OAuthException", "code": code, "fbtrace_id": "B"});
    if let Some(sub) = sub {
        error["error_subcode"] = sub.into();
    }
    Reply::json(status, &json!({"error": error}))
}

fn query(request: &Captured, name: &str) -> Option<String> {
    let mut query = url::form_urlencoded::parse(request.query.as_bytes());
    query.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// The `message` of a template.
fn template(payload: Value) -> Value {
    json!({"attachment": {"type": "template", "payload": payload}})
}

#[tokio::test]
async fn requests() {
    clear("messenger");
    let stand_in = StandIn::start(taken()).await;
    let button = ChannelContent {
        button_url: some("https://example.org/o?a=1&b=2"),
        button_text: some("Открыть"),
        ..text("С кнопкой")
    };
    let web_url = json!({"type": "web_url", "url": "https://example.org/o?a=1&b=2", "title": "Открыть"});
    let image = some("https://example.org/a.png");
    let card = ChannelContent { image_url: image.clone(), ..text("Заказ готов\nЖдём вас") };
    let update = json!({"messaging_type": "UPDATE"});
    for (case, settings, content, kind, message) in [
        ("text", json!({}), text("Hello"), &update, json!({"text": "Hello"})),
        ("longest", json!({}), text(&"ж".repeat(2000)), &update, json!({"text": "ж".repeat(2000)})),
        (
            "button",
            json!({}),
            button.clone(),
            &update,
            template(json!({"template_type": "button", "text": "С кнопкой", "buttons": [web_url]})),
        ),
        (
            "image",
            json!({}),
            ChannelContent { image_url: image.clone(), ..ChannelContent::default() },
            &update,
            json!({"attachment": {"type": "image", "payload": {"url": "https://example.org/a.png", "is_reusable": false}}}),
        ),
        (
            "card",
            json!({}),
            card,
            &update,
            template(json!({"template_type": "generic", "elements": [{
                "title": "Заказ готов", "subtitle": "Ждём вас", "image_url": "https://example.org/a.png",
            }]})),
        ),
        (
            "all",
            json!({"tag": "HUMAN_AGENT", "appSecret": "app-secret", "apiVersion": "v26.0"}),
            ChannelContent { image_url: image, validity_period: Some(60), ..button },
            &json!({"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}),
            template(json!({"template_type": "generic", "elements": [{
                "title": "С кнопкой", "image_url": "https://example.org/a.png", "buttons": [web_url],
            }]})),
        ),
    ] {
        let outcome = provider(&stand_in.url, settings.clone()).send(&request(Channel::Chat, PERSON, content)).await;
        let Outcome::Accepted(accepted) = &outcome else { panic!("{case}: {outcome:?}") };
        assert_eq!(accepted.provider_message_id.as_deref(), Some("m_AG5Hz2Uq7tuwNEhXfYYKj8mJEM_QPpz5jdCK48"));
        assert!(!accepted.receipts, "{case}");

        let requests = stand_in.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump("messenger", case);
        let version = settings["apiVersion"].as_str().unwrap_or("v25.0");
        assert_eq!(requests[0].path, format!("/{version}/{PAGE}/messages"));
        assert_eq!(query(&requests[0], "access_token").as_deref(), Some(TOKEN));
        let proof = settings["appSecret"].as_str().map(|_| PROOF);
        assert_eq!(query(&requests[0], "appsecret_proof").as_deref(), proof);
        let mut expected = json!({"recipient": {"id": PERSON}, "message": message});
        expected["message"]["metadata"] = attempt().to_string().into();
        expected.as_object_mut().expect("an object").extend(kind.as_object().expect("an object").clone());
        assert_eq!(requests[0].json(), expected, "{case}");
    }
}

#[tokio::test]
async fn failures() {
    let stand_in = StandIn::start(taken()).await;
    for (reply, expected) in [
        (error(400, 551, None), "permanent 551"),
        (error(400, 551, Some(1_545_041)), "permanent 551"),
        (error(403, 10, Some(2_018_278)), "permanent 10/2018278"),
        (error(400, 100, Some(2_018_001)), "permanent 100/2018001"),
        (error(400, 190, Some(463)), "misconfigured 190"),
        (error(403, 10, None), "misconfigured 10"),
        (error(400, 613, None), "temporary 613"),
        (error(500, 2, None), "temporary 2"),
        (error(500, 1, None), "unknown 1"),
        (Reply::text(502, "text/html", "<html>"), "unknown http_502"),
        (Reply::text(503, "text/html", "<html>"), "temporary http_503"),
        (Reply::text(200, "text/html", "<html>"), "unknown no_message_id"),
        (Reply::Drop, "unknown connection_lost"),
        (taken(), "accepted"),
    ] {
        stand_in.reply(reply);
        let outcome = send(&stand_in.url, text("x")).await;
        assert_eq!(summary(&outcome), expected);
        let said = format!("{outcome:?}");
        assert!(!said.contains("EAAG") && !said.contains(PERSON), "{said}");
        assert_eq!(stand_in.take().len(), 1, "one request for one call: {expected}");
    }
    let outcome = send(&nowhere().await, text("x")).await;
    assert_eq!(summary(&outcome), "temporary no_connection");
    assert!(!format!("{outcome:?}").contains("EAAG"));
    assert_eq!(summary(&send(&stand_in.url, text(&"x".repeat(2001))).await), "permanent text_too_long");
    assert!(stand_in.take().is_empty());
}

#[tokio::test]
async fn a_check_reads_whose_token_it_is() {
    let stand_in = StandIn::start(Reply::json(200, &json!({"id": PAGE}))).await;
    let provider = provider(&stand_in.url, json!({"appSecret": "app-secret"}));
    assert_eq!(provider.check().await, Ok(()));
    let requests = stand_in.take();
    assert_eq!(query(&requests[0], "access_token").as_deref(), Some(TOKEN));
    assert_eq!(query(&requests[0], "appsecret_proof").as_deref(), Some(PROOF));
    assert_eq!(query(&requests[0], "fields").as_deref(), Some("id"));
    assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("GET", "/v25.0/me"));
    for (reply, expected) in [
        (Reply::json(200, &json!({"id": "1"})), "misconfigured wrong_page"),
        (Reply::json(200, &json!({})), "misconfigured bad_answer"),
        (error(400, 190, None), "misconfigured 190"),
        (Reply::text(500, "text/html", "<html>"), "temporary http_500"),
        (Reply::Drop, "temporary connection_lost"),
    ] {
        stand_in.reply(reply);
        let failed = provider.check().await.expect_err(expected);
        assert_eq!(format!("{} {}", failed.class, failed.code), expected);
        assert!(!failed.message.contains("EAAG") && !failed.message.contains("taken"), "{}", failed.message);
    }
}
