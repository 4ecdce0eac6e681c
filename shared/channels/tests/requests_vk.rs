//! VK's adapter against a stand-in, through the public interface. Writes the requests for `tests/contract`.

mod support;

use baton_channels::vk;
use baton_domain::{Channel, ChannelContent, ErrorClass, Outcome};
use baton_pipeline::provider::Provider;
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};
use support::{Captured, Reply, StandIn, clear, context, nowhere, request, summary, text};

const TOKEN: &str = "vk1.a.s3cret";
const TO: &str = "4242424242";

fn provider(base_url: &str) -> Box<dyn Provider> {
    let entry = json!({ "name": "VK", "token": TOKEN, "baseUrl": base_url });
    vk::providers(&json!([entry]).to_string(), &context()).expect("a provider").remove(0)
}

async fn send(base_url: &str, content: ChannelContent) -> Outcome {
    provider(base_url).send(&request(Channel::Vk, TO, content)).await
}

fn taken() -> Reply {
    Reply::json(
        200,
        &json!({ "response": [{ "peer_id": 4_242_424_242_i64, "message_id": 17, "conversation_message_id": 3 }] }),
    )
}

/// An error about the call, with what VK repeats of it.
fn refused(code: u64) -> Reply {
    let params = json!([{ "key": "access_token", "value": TOKEN }, { "key": "peer_ids", "value": TO }]);
    Reply::json(
        200,
        &json!({ "error": { "error_code": code, "error_msg": format!("No: {TO}"), "request_params": params } }),
    )
}

/// An error about the recipient.
fn refused_for_peer(code: u64) -> Reply {
    let error = json!({ "code": code, "description": format!("No: {TO}") });
    Reply::json(
        200,
        &json!({ "response": [{ "peer_id": 4_242_424_242_i64, "message_id": 0, "conversation_message_id": 0, "error": error }] }),
    )
}

fn form(request: &Captured) -> BTreeMap<String, String> {
    let pairs = request.form();
    let form: BTreeMap<_, _> = pairs.iter().cloned().collect();
    assert_eq!(form.len(), pairs.len(), "a field stands twice");
    form
}

#[tokio::test]
async fn requests() {
    clear("vk");
    let stand_in = StandIn::start(taken()).await;
    let button = ChannelContent {
        button_url: Some("https://example.org/o?a=1&b=2".to_owned()),
        button_text: Some("Открыть".to_owned()),
        ..text("С кнопкой & + = 😀\nвторая")
    };
    let photos = vec!["photo-1_2".to_owned(), "doc3_4_key".to_owned()];
    let unnamed = ChannelContent { button_text: None, ..button.clone() };
    let all = ChannelContent { attachments: photos.clone(), validity_period: Some(60), ..button.clone() };
    for (case, content, label) in [
        ("text", text("Hello"), None),
        ("longest", text(&"ж".repeat(4096)), None),
        ("button", button, Some("Открыть")),
        ("button_without_label", unnamed, Some("https://example.org/o?a=1&b=2")),
        ("attachments", ChannelContent { attachments: photos, ..ChannelContent::default() }, None),
        ("all", all, Some("Открыть")),
    ] {
        let outcome = send(&stand_in.url, content.clone()).await;
        let Outcome::Accepted(accepted) = &outcome else { panic!("{case}: {outcome:?}") };
        assert_eq!((accepted.provider_message_id.as_deref(), accepted.receipts), (Some("17"), false));
        let requests = stand_in.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump("vk", case);
        assert_eq!((requests[0].path.as_str(), requests[0].query.as_str()), ("/method/messages.send", ""));
        let mut form = form(&requests[0]);
        let random = form.remove("random_id").expect("a key against duplicates");
        assert!(random.parse::<i32>().is_ok_and(|random| random != 0), "{random}");
        let keyboard = form.remove("keyboard").map(|keyboard| serde_json::from_str::<Value>(&keyboard).expect("JSON"));
        let action =
            |label: &str| json!({ "type": "open_link", "link": "https://example.org/o?a=1&b=2", "label": label });
        let expected =
            label.map(|label| json!({ "one_time": false, "inline": true, "buttons": [[{ "action": action(label) }]] }));
        assert_eq!(keyboard, expected, "{case}");
        let mut expected = BTreeMap::from(
            [("peer_ids", TO), ("access_token", TOKEN), ("v", "5.199"), ("dont_parse_links", "1")]
                .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        expected.extend(content.text.map(|text| ("message".to_owned(), text)));
        if !content.attachments.is_empty() {
            expected.insert("attachment".to_owned(), "photo-1_2,doc3_4_key".to_owned());
        }
        assert_eq!(form, expected, "{case}");
    }
}

#[tokio::test]
async fn every_try_has_the_same_key_and_another_attempt_another_one() {
    let stand_in = StandIn::start(taken()).await;
    let provider = provider(&stand_in.url);
    assert!(provider.idempotent());
    let mut message = request(Channel::Vk, TO, text("x"));
    provider.send(&message).await;
    message.try_number = 2;
    provider.send(&message).await;
    message.attempt.attempt += 1;
    provider.send(&message).await;
    let keys: Vec<_> = stand_in.take().iter().map(|request| form(request)["random_id"].clone()).collect();
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[0], keys[2]);
}

#[tokio::test]
async fn failures() {
    let stand_in = StandIn::start(taken()).await;
    for (reply, expected) in [
        (refused(901), "permanent 901"),
        (refused_for_peer(902), "permanent 902"),
        (refused(5), "misconfigured 5"),
        (refused(6), "temporary 6"),
        (refused(10), "temporary 10"),
        (refused_for_peer(914), "misconfigured 914"),
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
        assert!(!said.contains(TO) && !said.contains("s3cret"), "{said}");
        assert_eq!(stand_in.take().len(), 1, "one request for one call: {expected}");
    }
    stand_in.reply(refused(6));
    let Outcome::Refused(error) = send(&stand_in.url, text("x")).await else { panic!("taken") };
    assert_eq!((error.class, error.retry_after), (ErrorClass::Temporary, Some(Duration::from_secs(1))));
}

#[tokio::test]
async fn nothing_is_sent_without_a_connection_or_a_fitting_text() {
    assert_eq!(summary(&send(&nowhere().await, text("x")).await), "temporary no_connection");
    let stand_in = StandIn::start(taken()).await;
    assert_eq!(summary(&send(&stand_in.url, text(&"ж".repeat(4097))).await), "permanent text_too_long");
    let picture =
        ChannelContent { image_url: Some("https://example.org/a.png".to_owned()), ..ChannelContent::default() };
    assert_eq!(summary(&send(&stand_in.url, picture).await), "permanent text_missing");
    assert!(stand_in.take().is_empty());
}

#[tokio::test]
async fn a_check_asks_for_the_community() {
    let group = json!({ "response": { "groups": [{ "id": 7, "name": "Baton" }], "profiles": [] } });
    let stand_in = StandIn::start(Reply::json(200, &group)).await;
    let provider = provider(&stand_in.url);
    assert_eq!(provider.check().await, Ok(()));
    let requests = stand_in.take();
    assert_eq!((requests.len(), requests[0].path.as_str()), (1, "/method/groups.getById"));
    assert_eq!(form(&requests[0])["access_token"], TOKEN);
    for (reply, code) in [
        (refused(5), "5"),
        (Reply::text(502, "text/html", "<html>"), "http_502"),
        (Reply::text(200, "text/html", "<html>"), "no_message_id"),
        (Reply::Drop, "connection_lost"),
    ] {
        stand_in.reply(reply);
        let found = provider.check().await.expect_err(code);
        assert_eq!(found.code, code);
        assert!(!format!("{found:?}").contains("s3cret"));
    }
}
