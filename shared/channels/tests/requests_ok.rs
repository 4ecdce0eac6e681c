//! The adapter of Odnoklassniki against a stand-in, through the public interface. Writes the requests for `tests/contract`.

mod support;

use baton_channels::ok;
use baton_domain::{Channel, ChannelContent, Outcome};
use baton_pipeline::provider::Provider;
use serde_json::{Value, json};
use support::{Reply, StandIn, clear, context, nowhere, request, summary, text};

const TOKEN: &str = "tkn1s3cret:CBA&x=1";
const CHAT: &str = "chat:C3ecb9d02a600";

fn provider(base_url: &str) -> Box<dyn Provider> {
    let entry = json!({ "name": "OK", "token": TOKEN, "baseUrl": base_url });
    ok::providers(&json!([entry]).to_string(), &context()).expect("a provider").remove(0)
}

async fn send(base_url: &str, to: &str, content: ChannelContent) -> Outcome {
    provider(base_url).send(&request(Channel::Ok, to, content)).await
}

fn taken() -> Reply {
    Reply::json(200, &json!({ "success": true, "message_id": "mid:1" }))
}

fn refused(code: u64) -> Reply {
    let body = json!({ "error_code": code, "error_msg": "PERMISSION_DENIED : user:4242", "error_data": "user:4242" });
    Reply::json(200, &body).header("invocation-error", &code.to_string())
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[tokio::test]
async fn requests() {
    clear("ok");
    let stand_in = StandIn::start(taken()).await;
    let button = ChannelContent {
        button_url: some("https://example.org/o?a=1&b=2"),
        button_text: some("Открыть"),
        ..text("С кнопкой")
    };
    let image = some("https://example.org/a.png");
    let keyboard = |label: &str| {
        let button =
            json!({ "type": "LINK", "text": label, "intent": "DEFAULT", "url": "https://example.org/o?a=1&b=2" });
        json!({ "type": "INLINE_KEYBOARD", "payload": { "keyboard": { "buttons": [[button]] } } })
    };
    let picture = json!({ "type": "IMAGE", "payload": { "url": "https://example.org/a.png" } });
    let unnamed = ChannelContent { button_text: None, ..button.clone() };
    let all = ChannelContent { image_url: image.clone(), validity_period: Some(60), ..button.clone() };
    let (user, chat) = (json!({ "user_ids": ["user:4242"] }), json!({ "chat_id": CHAT }));
    for (case, to, content, recipient, message) in [
        ("user", "user:4242", text("Hello"), &user, json!({ "text": "Hello" })),
        ("digits", "4242", text("Код & 😀\nвторая"), &user, json!({ "text": "Код & 😀\nвторая" })),
        ("chat", CHAT, text("Hello"), &chat, json!({ "text": "Hello" })),
        ("longest", "4242", text(&"ж".repeat(4000)), &user, json!({ "text": "ж".repeat(4000) })),
        ("button", "4242", button, &user, json!({ "text": "С кнопкой", "attachments": [keyboard("Открыть")] })),
        (
            "button_without_label",
            "4242",
            unnamed,
            &user,
            json!({ "text": "С кнопкой", "attachments": [keyboard("https://example.org/o?a=1&b=2")] }),
        ),
        (
            "image",
            "4242",
            ChannelContent { image_url: image, ..ChannelContent::default() },
            &user,
            json!({ "attachments": [picture] }),
        ),
        ("all", CHAT, all, &chat, json!({ "text": "С кнопкой", "attachments": [picture, keyboard("Открыть")] })),
    ] {
        let outcome = send(&stand_in.url, to, content).await;
        let Outcome::Accepted(accepted) = &outcome else { panic!("{case}: {outcome:?}") };
        assert_eq!((accepted.provider_message_id.as_deref(), accepted.receipts), (Some("mid:1"), false));
        let requests = stand_in.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump("ok", case);
        assert_eq!(requests[0].query, "access_token=tkn1s3cret%3ACBA%26x%3D1");
        assert_eq!(requests[0].json(), json!({ "recipient": recipient, "message": message }), "{case}");
    }
}

#[tokio::test]
async fn failures() {
    let stand_in = StandIn::start(taken()).await;
    let in_header_alone: Value = json!({});
    for (reply, expected) in [
        (refused(10), "permanent 10"),
        (refused(110), "permanent 110"),
        (refused(102), "misconfigured 102"),
        (refused(8), "temporary 8"),
        (Reply::json(200, &in_header_alone).header("invocation-error", "11"), "temporary 11"),
        (Reply::json(200, &json!({ "success": [false] })), "permanent not_sent"),
        (Reply::text(502, "text/html", "<html>"), "unknown http_502"),
        (Reply::text(503, "text/html", "<html>"), "temporary http_503"),
        (Reply::text(200, "text/html", "<html>"), "unknown bad_answer"),
        (Reply::Drop, "unknown connection_lost"),
        (Reply::json(200, &json!({ "success": [true] })), "accepted"),
    ] {
        stand_in.reply(reply);
        let outcome = send(&stand_in.url, "4242", text("x")).await;
        assert_eq!(summary(&outcome), expected);
        let said = format!("{outcome:?}");
        assert!(!said.contains("4242") && !said.contains("s3cret"), "{said}");
        assert_eq!(stand_in.take().len(), 1, "one request for one call: {expected}");
    }
}

#[tokio::test]
async fn nothing_is_sent_without_a_connection_an_id_or_a_fitting_text() {
    let unreachable = send(&nowhere().await, "4242", text("x")).await;
    assert_eq!(summary(&unreachable), "temporary no_connection");
    assert!(!format!("{unreachable:?}").contains("s3cret"));
    let stand_in = StandIn::start(taken()).await;
    for (to, content, expected) in [
        ("anna", text("x"), "permanent bad_address"),
        ("chat:../x", text("x"), "permanent bad_address"),
        ("4242", text(&"ж".repeat(4001)), "permanent text_too_long"),
        ("4242", ChannelContent::default(), "permanent text_missing"),
    ] {
        assert_eq!(summary(&send(&stand_in.url, to, content).await), expected);
    }
    assert!(stand_in.take().is_empty());
}

#[tokio::test]
async fn a_check_lists_the_webhooks() {
    let stand_in = StandIn::start(Reply::json(200, &json!({ "subscriptions": [] }))).await;
    let provider = provider(&stand_in.url);
    assert_eq!(provider.check().await, Ok(()));
    let requests = stand_in.take();
    assert_eq!(
        (requests.len(), requests[0].method.as_str(), requests[0].path.as_str()),
        (1, "GET", "/graph/me/subscriptions")
    );
    for (reply, code) in [
        (refused(102), "102"),
        (refused(103), "103"),
        (Reply::text(502, "text/html", "<html>"), "http_502"),
        (Reply::Drop, "connection_lost"),
    ] {
        stand_in.reply(reply);
        let found = provider.check().await.expect_err(code);
        assert_eq!(found.code, code);
        assert!(!format!("{found:?}").contains("s3cret"));
    }
}
