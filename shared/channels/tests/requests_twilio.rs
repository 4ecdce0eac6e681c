//! Twilio's adapter against a stand-in, through the public interface. Writes the requests for `tests/contract`.

mod support;

use baton_channels::sms;
use baton_domain::{Channel, ChannelContent, Outcome};
use baton_pipeline::provider::Provider;
use serde_json::{Value, json};
use support::{Reply, StandIn, attempt, clear, context, nowhere, request, summary, text};

const SID: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const TO: &str = "+79990000001";

fn provider(base_url: &str, settings: Value) -> Box<dyn Provider> {
    let mut entry = json!({"name": "TWILIO", "accountSid": SID, "authToken": "token", "baseUrl": base_url});
    for (name, value) in settings.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    sms::providers(&json!([entry]).to_string(), &context()).expect("a provider").remove(0)
}

fn taken() -> Reply {
    Reply::json(201, &json!({"sid": "SMbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "status": "queued", "num_segments": "1"}))
}

#[tokio::test]
async fn requests() {
    clear("twilio");
    let stand_in = StandIn::start(taken()).await;
    let from = json!({"from": "+15005550006"});
    let service = json!({"messagingServiceSid": "MGaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"});
    let key = json!({"from": "Brand", "apiKeySid": "SKaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "apiKeySecret": "key secret"});
    let all = ChannelContent {
        from: Some("Baton".to_owned()),
        validity_period: Some(2880),
        image_url: Some("https://example.org/a.png".to_owned()),
        ..text("Код: 1234 & « + = 😀»\nвторая строка")
    };
    let short = ChannelContent { validity_period: Some(1), ..text("short-lived") };
    for (case, settings, content) in [
        ("text", &from, text("Hello")),
        ("longest", &from, text(&"a".repeat(1600))),
        ("cyrillic", &service, text("Здравствуйте")),
        ("all", &service, all),
        ("key", &key, short),
    ] {
        let outcome = provider(&stand_in.url, settings.clone()).send(&request(Channel::Sms, TO, content.clone())).await;
        let Outcome::Accepted(accepted) = &outcome else { panic!("{case}: {outcome:?}") };
        assert_eq!(accepted.provider_message_id.as_deref(), Some("SMbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"));
        assert_eq!((accepted.receipts, accepted.part_count), (true, Some(1)));

        let requests = stand_in.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump("twilio", case);
        assert_eq!(requests[0].path, format!("/2010-04-01/Accounts/{SID}/Messages.json"));
        let form = requests[0].form();
        let field = |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        assert_eq!((field("To"), field("Body")), (Some(TO.to_owned()), content.text.clone()));
        let callback = format!("https://baton.example.org/webhooks/sms/twilio?ref={}", attempt());
        assert_eq!(field("StatusCallback"), Some(callback));
        let sender = content.from.or_else(|| settings["from"].as_str().map(str::to_owned));
        assert_eq!(field("From"), sender, "{case}");
        let validity = content.validity_period.map(|minutes| (u32::from(minutes) * 60).min(36_000).to_string());
        assert_eq!(field("ValidityPeriod"), validity, "{case}");
    }
}

#[tokio::test]
async fn calls_are_authorised_by_the_key_or_by_the_account() {
    let stand_in = StandIn::start(taken()).await;
    // Both in base64, as RFC 7617 has it.
    let account = "Basic QUNhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYTp0b2tlbg==";
    for (settings, expected) in [
        (json!({"from": "B"}), account),
        (json!({"from": "B", "apiKeySid": "SK1", "apiKeySecret": "s"}), "Basic U0sxOnM="),
    ] {
        provider(&stand_in.url, settings).send(&request(Channel::Sms, TO, text("x"))).await;
        assert_eq!(stand_in.take()[0].header("authorization"), expected);
    }
}

#[tokio::test]
async fn failures() {
    let stand_in = StandIn::start(taken()).await;
    let provider = provider(&stand_in.url, json!({"from": "+15005550006"}));
    let sms = request(Channel::Sms, TO, text("Hello"));
    let error = |code: u32, status: u16| {
        let body = json!({"code": code, "message": TO, "more_info": format!("https://www.twilio.com/docs/errors/{code}"), "status": status});
        Reply::json(status, &body)
    };
    for (reply, expected) in [
        (error(21211, 400), "permanent 21211"),
        (error(21610, 400), "permanent 21610"),
        (error(20003, 401), "misconfigured 20003"),
        (error(20429, 429).header("retry-after", "2"), "temporary 20429"),
        (error(20500, 500), "temporary 20500"),
        (Reply::text(500, "text/html", "<html>"), "unknown http_500"),
        (Reply::text(503, "text/html", "<html>"), "temporary http_503"),
        (Reply::text(302, "text/html", "").header("location", "https://example.org"), "misconfigured http_302"),
        (Reply::text(201, "text/html", "<html>"), "unknown no_message_id"),
        (Reply::Drop, "unknown connection_lost"),
        (taken(), "accepted"),
    ] {
        stand_in.reply(reply);
        let outcome = provider.send(&sms).await;
        assert_eq!(summary(&outcome), expected);
        let said = format!("{outcome:?}");
        assert!(!said.contains(TO) && !said.contains("token"), "{said}");
        if let (Outcome::Refused(error), "temporary 20429") = (&outcome, expected) {
            assert_eq!(error.retry_after.map(|pause| pause.as_secs()), Some(2));
        }
        assert_eq!(stand_in.take().len(), 1, "one request for one call: {expected}");
    }
}

#[tokio::test]
async fn an_answer_after_the_time_out_leaves_the_outcome_unknown() {
    let late = taken().after(baton_pipeline::provider::CALL_TIMEOUT + std::time::Duration::from_secs(1));
    let stand_in = StandIn::start(late).await;
    let outcome = provider(&stand_in.url, json!({"from": "B"})).send(&request(Channel::Sms, TO, text("Hello"))).await;
    assert_eq!(summary(&outcome), "unknown timeout");
    assert_eq!(stand_in.take().len(), 1);
}

#[tokio::test]
async fn nothing_is_sent_without_a_connection_a_sender_or_a_fitting_text() {
    let sms = |content| request(Channel::Sms, TO, content);
    let unreachable = provider(&nowhere().await, json!({"from": "B"}));
    assert_eq!(summary(&unreachable.send(&sms(text("x"))).await), "temporary no_connection");

    let stand_in = StandIn::start(taken()).await;
    assert_eq!(summary(&provider(&stand_in.url, json!({})).send(&sms(text("x"))).await), "misconfigured no_sender");
    let provider = provider(&stand_in.url, json!({"from": "B"}));
    assert_eq!(summary(&provider.send(&sms(text(&"я".repeat(1601)))).await), "permanent text_too_long");
    assert_eq!(summary(&provider.send(&sms(ChannelContent::default())).await), "permanent text_missing");
    assert!(stand_in.take().is_empty());
}

#[tokio::test]
async fn a_check_reads_the_account_and_tries_the_key() {
    clear("twilio_check");
    let account = Reply::json(200, &json!({"sid": SID, "status": "active", "auth_token": "token"}));
    let stand_in = StandIn::start(account.clone()).await;
    // Both in base64, as RFC 7617 has it.
    let (by_account, by_key) = ("Basic QUNhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYTp0b2tlbg==", "Basic U0sxOnM=");
    let key = json!({"apiKeySid": "SK1", "apiKeySecret": "s"});
    for (settings, expected) in [(json!({}), vec![by_account]), (key.clone(), vec![by_account, by_key])] {
        assert_eq!(provider(&stand_in.url, settings).check().await, Ok(()));
        let requests = stand_in.take();
        let used: Vec<_> = requests.iter().map(|request| request.header("authorization")).collect();
        assert_eq!(used, expected);
        for (request, case) in requests.iter().zip(["account", "key"]) {
            request.dump("twilio_check", case);
        }
    }
    let error =
        |code: u32, status: u16| Reply::json(status, &json!({"code": code, "message": "token", "status": status}));
    for (reply, expected) in [
        (error(20003, 401), "misconfigured 20003"),
        (error(20429, 429), "temporary 20429"),
        (Reply::json(200, &json!({"sid": SID, "status": "suspended"})), "misconfigured 30002"),
        (Reply::json(200, &json!({"sid": SID, "status": "closed"})), "misconfigured 30002"),
        (Reply::text(200, "text/html", "<html>"), "misconfigured bad_answer"),
        (Reply::text(500, "text/html", "<html>"), "temporary http_500"),
        (Reply::Drop, "temporary connection_lost"),
    ] {
        stand_in.reply(reply);
        let failed = provider(&stand_in.url, key.clone()).check().await.expect_err(expected);
        assert_eq!(format!("{} {}", failed.class, failed.code), expected);
        assert!(!failed.message.contains("token") && !failed.message.contains("taken"), "{}", failed.message);
        assert_eq!(stand_in.take().len(), 1, "the key is not tried after that: {expected}");
    }
}
