//! FCM's adapter against stand-ins, through the public interface. Writes the requests for `tests/contract`.

mod support;

use baton_channels::push;
use baton_domain::{Channel, ChannelContent, Outcome};
use baton_pipeline::provider::{Provider, SendRequest};
use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::{Value, json};
use std::time::Duration;
use support::{Reply, StandIn, attempt, clear, context, nowhere, request, summary, text};

const PEM: &str = include_str!("support/test-only.pem");
const TOKEN: &str = "fcm-registration-token:APA91b";

/// Google's token endpoint and FCM.
struct Google {
    tokens: StandIn,
    fcm: StandIn,
}

impl Google {
    async fn start() -> Google {
        Google { tokens: StandIn::start(token("ya29.first", 3599)).await, fcm: StandIn::start(taken()).await }
    }

    fn provider(&self, change: Value) -> Box<dyn Provider> {
        provider(&self.fcm.url, &format!("{}/token", self.tokens.url), change)
    }
}

fn provider(base_url: &str, token_uri: &str, change: Value) -> Box<dyn Provider> {
    let mut entry = json!({
        "name": "FCM", "baseUrl": base_url, "tokenUri": token_uri,
        "serviceAccount": {
            "type": "service_account", "project_id": "shop-1", "private_key_id": "0123456789abcdef", "private_key": PEM,
            "client_email": "baton@shop-1.iam.gserviceaccount.com", "client_id": "1",
            "token_uri": "https://oauth2.googleapis.com/token",
        },
    });
    for (name, value) in change.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    push::providers(&json!([entry]).to_string(), &context()).expect("a provider").remove(0)
}

fn token(token: &str, seconds: u32) -> Reply {
    Reply::json(200, &json!({"access_token": token, "expires_in": seconds, "token_type": "Bearer"}))
}

fn taken() -> Reply {
    Reply::json(200, &json!({"name": "projects/shop-1/messages/0:1500415314455276%31bd1c9631bd1c96"}))
}

fn error(status: u16, name: &str, code: Option<&str>) -> Reply {
    let kind = "type.googleapis.com/google.firebase.fcm.v1.FcmError";
    let details: Vec<_> = code.map(|code| json!({"@type": kind, "errorCode": code})).into_iter().collect();
    Reply::json(status, &json!({"error": {"code": status, "message": TOKEN, "status": name, "details": details}}))
}

fn push(content: ChannelContent) -> SendRequest {
    request(Channel::Push, TOKEN, content)
}

#[tokio::test]
async fn requests() {
    clear("fcm");
    let google = Google::start().await;
    let all = ChannelContent {
        from: Some("Магазин".to_owned()),
        validity_period: Some(2880),
        image_url: Some("https://example.org/a.png".to_owned()),
        button_url: Some("https://example.org/orders/42?a=b&c=d".to_owned()),
        button_text: Some("Открыть".to_owned()),
        ..text("Код: 1234 & « + = 😀»\nвторая строка")
    };
    let plain_link = ChannelContent { button_url: Some("http://example.org/".to_owned()), ..text("Hello") };
    for (case, settings, content) in [
        ("text", json!({}), text("Hello")),
        ("all", json!({}), all),
        ("plain-link", json!({}), plain_link),
        ("fid", json!({"targetField": "fid"}), text("Hello")),
        ("longest", json!({}), text(&"ж".repeat(1980))),
    ] {
        let request = push(content.clone());
        let outcome = google.provider(settings).send(&request).await;
        let Outcome::Accepted(accepted) = &outcome else { panic!("{case}: {outcome:?}") };
        let id = accepted.provider_message_id.as_deref();
        assert_eq!(id, Some("projects/shop-1/messages/0:1500415314455276%31bd1c9631bd1c96"));
        assert!(!accepted.receipts, "FCM has no receipts");

        let tokens = google.tokens.take();
        assert_eq!((tokens.len(), tokens[0].path.as_str()), (1, "/token"));
        tokens[0].dump("fcm-token", case);
        let requests = google.fcm.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump("fcm", case);
        assert_eq!(requests[0].path, "/v1/projects/shop-1/messages:send");
        assert_eq!(requests[0].header("authorization"), "Bearer ya29.first");
        let message = &requests[0].json()["message"];
        assert_eq!(message[if case == "fid" { "fid" } else { "token" }], TOKEN);
        assert_eq!(message["notification"]["body"], json!(content.text));
        assert_eq!(message["notification"]["title"], json!(content.from));
        assert_eq!(message["notification"]["image"], json!(content.image_url));
        assert_eq!(message["data"]["msg"], json!(attempt().to_string()));
        assert_eq!(message["data"]["url"], json!(content.button_url));
        assert_eq!(message["data"]["button"], json!(content.button_text));
        assert_eq!(message["android"]["ttl"].as_str(), content.validity_period.map(|_| "172800s"));
        let expires = content.validity_period.map(|_| (request.now.timestamp() + 172_800).to_string());
        assert_eq!(message["apns"]["headers"]["apns-expiration"], json!(expires));
        let https = content.button_url.filter(|url| url.starts_with("https:"));
        assert_eq!(message["webpush"]["fcmOptions"]["link"], json!(https));
    }
    clear_of_all_but_one("fcm-token");
}

/// The fetches of tokens are alike; one is checked.
fn clear_of_all_but_one(provider: &str) {
    let directory = support::contract_directory().join(provider);
    for file in std::fs::read_dir(directory).expect("the requests") {
        let path = file.expect("a file").path();
        if path.file_name().is_some_and(|name| name != "text.json") {
            std::fs::remove_file(path).expect("a request can be removed");
        }
    }
}

#[tokio::test]
async fn sends_at_the_same_time_share_one_token_and_later_ones_use_it_until_shortly_before_its_end() {
    let google = Google::start().await;
    google.tokens.reply(token("ya29.slow", 3599).after(Duration::from_millis(200)));
    let provider = google.provider(json!({}));
    let first = push(text("Hello"));
    let outcomes = join_all((0..10).map(|_| provider.send(&first))).await;
    assert!(outcomes.iter().all(|outcome| summary(outcome) == "accepted"), "{outcomes:?}");
    assert_eq!((google.tokens.take().len(), google.fcm.take().len()), (1, 10));

    let after = |seconds| SendRequest { now: first.now + TimeDelta::seconds(seconds), ..first.clone() };
    google.tokens.reply(token("ya29.second", 3599));
    assert_eq!(summary(&provider.send(&after(3298)).await), "accepted");
    assert_eq!(google.tokens.take().len(), 0);
    assert_eq!(summary(&provider.send(&after(3299)).await), "accepted");
    assert_eq!(google.tokens.take().len(), 1);
    let bearers: Vec<_> = google.fcm.take().iter().map(|call| call.header("authorization").to_owned()).collect();
    assert_eq!(bearers, ["Bearer ya29.slow", "Bearer ya29.second"]);
}

#[tokio::test]
async fn a_refused_token_is_fetched_anew_once() {
    let google = Google::start().await;
    let provider = google.provider(json!({}));
    let hello = push(text("Hello"));
    assert_eq!(summary(&provider.send(&hello).await), "accepted");
    google.tokens.take();
    google.fcm.take();

    google.tokens.reply(token("ya29.second", 3599));
    google.fcm.reply(error(401, "UNAUTHENTICATED", None).once_then(taken()));
    assert_eq!(summary(&provider.send(&hello).await), "accepted");
    assert_eq!(google.tokens.take().len(), 1);
    let bearers: Vec<_> = google.fcm.take().iter().map(|call| call.header("authorization").to_owned()).collect();
    assert_eq!(bearers, ["Bearer ya29.first", "Bearer ya29.second"]);

    // A project that Google does not let in is called twice, not for ever.
    google.fcm.reply(error(401, "UNAUTHENTICATED", None));
    assert_eq!(summary(&provider.send(&hello).await), "misconfigured UNAUTHENTICATED");
    assert_eq!(google.fcm.take().len(), 2);
    // It is Apple that does not let Google in: our token is good.
    google.tokens.take();
    google.fcm.reply(error(401, "UNAUTHENTICATED", Some("THIRD_PARTY_AUTH_ERROR")));
    assert_eq!(summary(&provider.send(&hello).await), "misconfigured THIRD_PARTY_AUTH_ERROR");
    assert_eq!((google.tokens.take().len(), google.fcm.take().len()), (0, 1));
}

#[tokio::test]
async fn without_a_token_nothing_is_sent_and_it_is_known() {
    let google = Google::start().await;
    let provider_of = |url: &str| provider(&google.fcm.url, url, json!({}));
    let hello = push(text("Hello"));
    let grant = json!({"error": "invalid_grant", "error_description": "Invalid JWT Signature."});
    for (reply, expected) in [
        (Reply::json(400, &grant), "misconfigured invalid_grant"),
        (Reply::text(500, "text/html", "<html>"), "temporary http_500"),
        (Reply::text(200, "text/html", "<html>"), "temporary token_missing"),
        (Reply::Drop, "temporary connection_lost"),
        (token("x", 3599).after(Duration::from_secs(6)), "temporary token_timeout"),
    ] {
        google.tokens.reply(reply);
        let outcome = provider_of(&google.tokens.url).send(&hello).await;
        assert_eq!(summary(&outcome), expected);
        let Outcome::Refused(error) = outcome else { panic!("not refused") };
        assert!(error.provider_wide && !format!("{error:?}").contains("baton@"), "{error:?}");
    }
    assert_eq!(summary(&provider_of(&nowhere().await).send(&hello).await), "temporary no_connection");
    assert!(google.fcm.take().is_empty());
}

#[tokio::test]
async fn sends_at_the_same_time_share_a_failure_too() {
    let google = Google::start().await;
    google.tokens.reply(Reply::text(503, "text/html", "").after(Duration::from_millis(200)));
    let provider = google.provider(json!({}));
    let hello = push(text("Hello"));
    let outcomes = join_all((0..10).map(|_| provider.send(&hello))).await;
    assert!(outcomes.iter().all(|outcome| summary(outcome) == "temporary http_503"), "{outcomes:?}");
    assert_eq!(google.tokens.take().len(), 1);
    google.tokens.reply(token("ya29.again", 3599));
    assert_eq!(summary(&provider.send(&hello).await), "accepted", "a failure is not kept");
}

#[tokio::test]
async fn failures() {
    let google = Google::start().await;
    let provider = google.provider(json!({}));
    let hello = push(text("Hello"));
    for (reply, expected) in [
        (error(404, "NOT_FOUND", Some("UNREGISTERED")), "permanent UNREGISTERED"),
        (error(403, "PERMISSION_DENIED", Some("SENDER_ID_MISMATCH")), "permanent SENDER_ID_MISMATCH"),
        (error(400, "INVALID_ARGUMENT", Some("INVALID_ARGUMENT")), "permanent INVALID_ARGUMENT"),
        (error(400, "INVALID_ARGUMENT", None), "misconfigured INVALID_ARGUMENT"),
        (error(403, "PERMISSION_DENIED", None), "misconfigured PERMISSION_DENIED"),
        (
            error(429, "RESOURCE_EXHAUSTED", Some("QUOTA_EXCEEDED")).header("retry-after", "2"),
            "temporary QUOTA_EXCEEDED",
        ),
        (error(503, "UNAVAILABLE", Some("UNAVAILABLE")), "temporary UNAVAILABLE"),
        (error(500, "INTERNAL", Some("INTERNAL")), "temporary INTERNAL"),
        (Reply::text(500, "text/html", "<html>"), "unknown http_500"),
        (Reply::text(503, "text/html", "<html>"), "temporary http_503"),
        (Reply::text(200, "text/html", "<html>"), "unknown no_message_id"),
        (Reply::Drop, "unknown connection_lost"),
        (taken(), "accepted"),
    ] {
        google.fcm.reply(reply);
        let outcome = provider.send(&hello).await;
        assert_eq!(summary(&outcome), expected);
        let said = format!("{outcome:?}");
        assert!(!said.contains(TOKEN) && !said.contains("ya29") && !said.contains("PRIVATE KEY"), "{said}");
        if let (Outcome::Refused(error), "temporary QUOTA_EXCEEDED") = (&outcome, expected) {
            assert_eq!(error.retry_after, Some(Duration::from_secs(2)));
        }
        assert_eq!(google.fcm.take().len(), 1, "one request for one call: {expected}");
    }
    assert_eq!(google.tokens.take().len(), 1);
}

#[tokio::test]
async fn an_answer_after_the_time_out_leaves_the_outcome_unknown() {
    let google = Google::start().await;
    google.fcm.reply(taken().after(baton_pipeline::provider::CALL_TIMEOUT + Duration::from_secs(1)));
    let outcome = google.provider(json!({})).send(&push(text("Hello"))).await;
    assert_eq!(summary(&outcome), "unknown timeout");
    assert_eq!(google.fcm.take().len(), 1);
}

#[tokio::test]
async fn nothing_is_sent_without_a_connection_or_a_fitting_text() {
    let google = Google::start().await;
    let unreachable = provider(&nowhere().await, &google.tokens.url, json!({}));
    assert_eq!(summary(&unreachable.send(&push(text("x"))).await), "temporary no_connection");
    google.tokens.take();
    let provider = google.provider(json!({}));
    assert_eq!(summary(&provider.send(&push(text(&"я".repeat(2040)))).await), "permanent text_too_long");
    assert_eq!(summary(&provider.send(&push(ChannelContent::default())).await), "permanent text_missing");
    assert!(google.fcm.take().is_empty() && google.tokens.take().is_empty());
}

#[tokio::test]
async fn a_check_asks_for_a_token_and_sends_nothing() {
    let google = Google::start().await;
    assert_eq!(google.provider(json!({})).check().await, Ok(()));
    google.tokens.reply(Reply::json(400, &json!({"error": "invalid_grant"})));
    let error = google.provider(json!({})).check().await.expect_err("a refusal");
    assert_eq!(error.code, "invalid_grant");
    assert_eq!((google.tokens.take().len(), google.fcm.take().len()), (2, 0));
}
