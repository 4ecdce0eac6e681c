//! Vonage's adapter against a stand-in, through the public interface. Writes the requests for `tests/contract`.

mod support;

use baton_channels::sms;
use baton_domain::{Channel, ChannelContent, Outcome};
use baton_pipeline::provider::Provider;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};
use support::{Reply, StandIn, attempt, clear, context, nowhere, request, summary, text};

const PEM: &str = include_str!("support/test-only.pem");
const TO: &str = "+79990000001";

fn application() -> Value {
    json!({"applicationId": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab", "privateKey": PEM, "signatureSecret": "secret", "from": "Baton"})
}

fn account() -> Value {
    json!({"apiKey": "abcd1234", "apiSecret": "api secret", "from": "+447700900001"})
}

fn provider(base_url: &str, settings: &Value) -> Box<dyn Provider> {
    let mut entry = json!({"name": "VONAGE", "baseUrl": base_url});
    for (name, value) in settings.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    sms::providers(&json!([entry]).to_string(), &context()).expect("a provider").remove(0)
}

fn taken() -> Reply {
    Reply::json(202, &json!({"message_uuid": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"}))
}

#[tokio::test]
async fn requests() {
    clear("vonage");
    let stand_in = StandIn::start(taken()).await;
    let all = ChannelContent {
        from: Some("+447700900002".to_owned()),
        validity_period: Some(2880),
        image_url: Some("https://example.org/a.png".to_owned()),
        ..text("Код: 1234 & « + = 😀»\nвторая строка")
    };
    for (case, settings, content) in [
        ("text", application(), text("Hello")),
        ("longest", application(), text(&"a".repeat(1000))),
        ("cyrillic", application(), text("Здравствуйте")),
        ("all", application(), all),
        ("account", account(), text("Hello")),
    ] {
        let outcome = provider(&stand_in.url, &settings).send(&request(Channel::Sms, TO, content.clone())).await;
        let Outcome::Accepted(accepted) = &outcome else { panic!("{case}: {outcome:?}") };
        assert_eq!(accepted.provider_message_id.as_deref(), Some("aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"));
        assert_eq!(accepted.receipts, case != "account", "without a signature secret there are no receipts");

        let requests = stand_in.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump("vonage", case);
        let body = requests[0].json();
        assert_eq!((&body["to"], &body["text"]), (&json!("79990000001"), &json!(content.text)));
        assert_eq!(body["client_ref"], json!(attempt().to_string()));
        let from = content.from.as_deref().or(settings["from"].as_str()).map(|from| from.trim_start_matches('+'));
        assert_eq!(body["from"].as_str(), from, "{case}");
        assert_eq!(body["ttl"].as_u64(), content.validity_period.map(|minutes| u64::from(minutes) * 60), "{case}");
        let callback = (case != "account").then_some("https://baton.example.org/webhooks/sms/vonage");
        assert_eq!(body["webhook_url"].as_str(), callback, "{case}");
    }
}

#[tokio::test]
async fn a_call_is_signed_by_the_application_or_has_the_accounts_secret() {
    let stand_in = StandIn::start(taken()).await;
    let sms = request(Channel::Sms, TO, text("Hello"));
    provider(&stand_in.url, &account()).send(&sms).await;
    // `abcd1234:api secret` in base64.
    assert_eq!(stand_in.take()[0].header("authorization"), "Basic YWJjZDEyMzQ6YXBpIHNlY3JldA==");

    provider(&stand_in.url, &application()).send(&sms).await;
    let requests = stand_in.take();
    let token = requests[0].header("authorization").strip_prefix("Bearer ").expect("a token");
    let header = jsonwebtoken::decode_header(token).expect("a header");
    assert_eq!(header.alg, Algorithm::RS256);
    let claims = jsonwebtoken::dangerous::insecure_decode::<Value>(token).expect("claims").claims;
    assert_eq!(claims["application_id"], "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab");
    assert_eq!((claims["iat"].as_i64(), claims["exp"].as_i64()), {
        let now = sms.now.timestamp();
        (Some(now), Some(now + 900))
    });
    // An unrelated key does not fit; `tests/contract` checks with the right one, by another library.
    let other = DecodingKey::from_secret(b"secret");
    assert!(jsonwebtoken::decode::<Value>(token, &other, &Validation::new(Algorithm::HS256)).is_err());
}

#[tokio::test]
async fn failures() {
    let stand_in = StandIn::start(taken()).await;
    let provider = provider(&stand_in.url, &application());
    let sms = request(Channel::Sms, TO, text("Hello"));
    let problem = |code: &str, status: u16| {
        let body = json!({
            "type": format!("https://developer.vonage.com/api-errors/messages#{code}"), "title": TO, "detail": TO,
            "instance": "bf0ca0bf927b3b52e3cb03217e1a1ddf",
        });
        Reply::json(status, &body)
    };
    for (reply, expected) in [
        (problem("1170", 422), "permanent 1170"),
        (problem("1120", 422), "misconfigured 1120"),
        (problem("low-balance", 402), "misconfigured low-balance"),
        (problem("unathorized", 401), "misconfigured unathorized"),
        (problem("1000", 429).header("retry-after", "2"), "temporary 1000"),
        (problem("1030", 500), "temporary 1030"),
        (Reply::text(500, "text/html", "<html>"), "unknown http_500"),
        (Reply::text(503, "text/html", "<html>"), "temporary http_503"),
        (Reply::text(202, "text/html", "<html>"), "unknown no_message_id"),
        (Reply::Drop, "unknown connection_lost"),
        (taken(), "accepted"),
    ] {
        stand_in.reply(reply);
        let outcome = provider.send(&sms).await;
        assert_eq!(summary(&outcome), expected);
        let said = format!("{outcome:?}");
        assert!(!said.contains(TO) && !said.contains("PRIVATE KEY"), "{said}");
        if let (Outcome::Refused(error), "temporary 1000") = (&outcome, expected) {
            assert_eq!(error.retry_after.map(|pause| pause.as_secs()), Some(2));
        }
        assert_eq!(stand_in.take().len(), 1, "one request for one call: {expected}");
    }
}

#[tokio::test]
async fn an_answer_after_the_time_out_leaves_the_outcome_unknown() {
    let late = taken().after(baton_pipeline::provider::CALL_TIMEOUT + std::time::Duration::from_secs(1));
    let stand_in = StandIn::start(late).await;
    let outcome = provider(&stand_in.url, &application()).send(&request(Channel::Sms, TO, text("Hello"))).await;
    assert_eq!(summary(&outcome), "unknown timeout");
    assert_eq!(stand_in.take().len(), 1);
}

#[tokio::test]
async fn nothing_is_sent_without_a_connection_a_sender_or_a_fitting_text() {
    let sms = |content| request(Channel::Sms, TO, content);
    let unreachable = provider(&nowhere().await, &application());
    assert_eq!(summary(&unreachable.send(&sms(text("x"))).await), "temporary no_connection");

    let stand_in = StandIn::start(taken()).await;
    let anonymous = provider(&stand_in.url, &json!({"apiKey": "k", "apiSecret": "s"}));
    assert_eq!(summary(&anonymous.send(&sms(text("x"))).await), "misconfigured no_sender");
    let provider = provider(&stand_in.url, &application());
    assert_eq!(summary(&provider.send(&sms(text(&"я".repeat(1001)))).await), "permanent text_too_long");
    assert_eq!(summary(&provider.send(&sms(ChannelContent::default())).await), "permanent text_missing");
    assert!(stand_in.take().is_empty());
}
