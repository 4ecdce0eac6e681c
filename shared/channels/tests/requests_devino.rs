//! Devino's adapter against a stand-in, on both channels, through the public interface. Writes the requests for
//! `tests/contract`.

mod support;

use baton_channels::{ok, vk};
use baton_domain::{Channel, ChannelContent, Outcome};
use baton_pipeline::provider::Provider;
use serde_json::{Value, json};
use support::{Reply, StandIn, attempt, clear, context, nowhere, request, summary};

const TO: &str = "+79990000001";
const KEY: &str = "s3cret-key";
const SECRET: &str = "a secret of ours & more";

fn provider(channel: Channel, base_url: &str, settings: &Value) -> Box<dyn Provider> {
    let mut entry = json!({"name": "DEVINO", "apiKey": KEY, "baseUrl": base_url});
    for (name, value) in settings.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    let document = json!([entry]).to_string();
    let providers = match channel {
        Channel::Vk => vk::providers(&document, &context()),
        _ => ok::providers(&document, &context()),
    };
    providers.expect("a provider").remove(0)
}

fn full() -> Value {
    json!({"service": "brand", "webhookSecret": SECRET})
}

fn template(name: &str, data: Value) -> ChannelContent {
    ChannelContent { template_name: Some(name.to_owned()), template_data: Some(data), ..ChannelContent::default() }
}

fn taken() -> Reply {
    Reply::json(200, &json!({"result": [{"code": "OK", "messageId": "3222269333010907000"}]}))
}

#[tokio::test]
async fn requests() {
    clear("devino");
    let stand_in = StandIn::start(taken()).await;
    let data = json!({"order": "№ 42 & « + = 😀»", "sum": "100.50"});
    let lasting = |minutes, content: ChannelContent| ChannelContent { validity_period: Some(minutes), ..content };
    let everything = ChannelContent {
        from: Some("other".to_owned()),
        text: Some("not sent".to_owned()),
        image_url: Some("https://example.org/a.png".to_owned()),
        ..lasting(30, template("order ready", data.clone()))
    };
    let bare = ChannelContent { template_data: None, ..template("hello", Value::Null) };
    for (case, settings, content, ttl) in [
        ("named", full(), template("order ready", data.clone()), None),
        ("numbered", full(), lasting(1, template("16", data)), Some(60)),
        ("longest", full(), lasting(2880, template("hello", json!({}))), Some(86_400)),
        ("without_data", full(), bare.clone(), None),
        ("without_statuses", json!({"service": "brand"}), bare, None),
        ("all", full(), everything, Some(1800)),
    ] {
        for (channel, route) in [(Channel::Vk, "VK"), (Channel::Ok, "OK")] {
            let provider = provider(channel, &stand_in.url, &settings);
            let outcome = provider.send(&request(channel, TO, content.clone())).await;
            let Outcome::Accepted(accepted) = &outcome else { panic!("{case}: {outcome:?}") };
            assert_eq!(accepted.provider_message_id.as_deref(), Some("3222269333010907000"));
            let reported = settings["webhookSecret"].is_string();
            assert_eq!(accepted.receipts, reported, "without a secret there are no receipts");

            let requests = stand_in.take();
            assert_eq!(requests.len(), 1, "{case}");
            requests[0].dump("devino", &format!("{channel}_{case}"));
            let message = requests[0].json()["messages"][0].clone();
            assert_eq!((&message["routes"], message["ttl"].as_u64()), (&json!([route]), ttl), "{case}");
            assert_eq!(requests[0].header("authorization"), "Key s3cret-key");
            let callback = format!(
                "https://baton.example.org/webhooks/{channel}/devino?secret=a+secret+of+ours+%26+more&ref={}",
                attempt()
            );
            assert_eq!(message["status_url"].as_str(), reported.then_some(callback.as_str()), "{case}");
            let reference = reported.then(|| attempt().to_string());
            assert_eq!(message["callbackData"]["ref"].as_str(), reference.as_deref(), "{case}");
        }
    }
}

#[tokio::test]
async fn failures() {
    let stand_in = StandIn::start(taken()).await;
    let provider = provider(Channel::Vk, &stand_in.url, &full());
    let vk = request(Channel::Vk, TO, template("t", json!({})));
    let of_message = |code: &str| Reply::json(200, &json!({"result": [{"code": code, "description": TO}]}));
    let of_request =
        |status: u16, code: &str| Reply::json(status, &json!({"code": code, "description": format!("{TO} {KEY}")}));
    for (reply, expected) in [
        (of_message("PHONE_INVALID"), "permanent phone_invalid"),
        (of_message("NOT-ENOUGH-CREDITS"), "misconfigured not_enough_credits"),
        (of_message("QUEUE_FULL"), "temporary queue_full"),
        (of_message("NEWS"), "misconfigured news"),
        (of_request(400, "validation_error"), "misconfigured validation_error"),
        (of_request(500, "system_error"), "temporary system_error"),
        (of_request(429, "slow").header("retry-after", "2"), "temporary slow"),
        (Reply::text(401, "text/plain", "no"), "misconfigured http_401"),
        (Reply::text(500, "text/html", "<html>"), "unknown http_500"),
        (Reply::text(503, "text/html", "<html>"), "temporary http_503"),
        (Reply::text(200, "text/html", "<html>"), "unknown no_message_id"),
        (Reply::Drop, "unknown connection_lost"),
        (taken(), "accepted"),
    ] {
        stand_in.reply(reply);
        let outcome = provider.send(&vk).await;
        assert_eq!(summary(&outcome), expected);
        let said = format!("{outcome:?}");
        assert!(!said.contains(TO) && !said.contains("s3cret") && !said.contains(SECRET), "{said}");
        if let (Outcome::Refused(error), "temporary slow") = (&outcome, expected) {
            assert_eq!(error.retry_after.map(|pause| pause.as_secs()), Some(2));
        }
        assert_eq!(stand_in.take().len(), 1, "one request for one call: {expected}");
    }
}

#[tokio::test]
async fn nothing_is_sent_without_a_connection_a_template_or_a_sender_or_by_a_check() {
    let vk = |content| request(Channel::Vk, TO, content);
    let unreachable = provider(Channel::Vk, &nowhere().await, &full());
    assert_eq!(summary(&unreachable.send(&vk(template("t", json!({})))).await), "temporary no_connection");

    let stand_in = StandIn::start(taken()).await;
    let provider_with = |settings| provider(Channel::Vk, &stand_in.url, &settings);
    let text = support::text("Hello");
    assert_eq!(summary(&provider_with(full()).send(&vk(text)).await), "permanent template_missing");
    let anonymous = provider_with(json!({})).send(&vk(template("t", json!({})))).await;
    assert_eq!(summary(&anonymous), "misconfigured no_sender");
    assert_eq!(provider_with(full()).check().await, Ok(()));
    assert!(stand_in.take().is_empty());
}
