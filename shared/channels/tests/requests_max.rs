//! MAX's adapter against a stand-in, through the public interface. Writes the requests for `tests/contract`.

mod support;

use baton_channels::max;
use baton_domain::{Channel, ChannelContent, Outcome};
use baton_pipeline::provider::Provider;
use serde_json::{Value, json};
use std::time::Duration;
use support::{Reply, StandIn, clear, context, nowhere, request, summary, text};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

const TOKEN: &str = "f9LHodD0cOL5-s3cret";

fn provider(base_url: &str, settings: &Value) -> Box<dyn Provider> {
    let mut entry = json!({ "name": "MAX", "token": TOKEN, "baseUrl": base_url });
    entry.as_object_mut().expect("an object").extend(settings.as_object().expect("an object").clone());
    max::providers(&json!([entry]).to_string(), &context()).expect("a provider").remove(0)
}

async fn send(base_url: &str, to: &str, content: ChannelContent) -> Outcome {
    provider(base_url, &json!({})).send(&request(Channel::Max, to, content)).await
}

fn sent() -> Value {
    json!({ "message": {
        "recipient": { "chat_id": 7, "chat_type": "dialog", "user_id": 42 }, "timestamp": 1_790_000_000_000_i64,
        "body": { "mid": "mid.1", "seq": 1, "text": "x", "attachments": null },
    } })
}

fn taken() -> Reply {
    Reply::json(200, &sent())
}

fn refused(status: u16, code: &str) -> Reply {
    Reply::json(status, &json!({ "code": code, "message": "Key: error.dialog.suspended, args: [4242,]." }))
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[tokio::test]
async fn requests() {
    clear("max");
    let stand_in = StandIn::start(taken()).await;
    let button = ChannelContent {
        button_url: some("https://example.org/o?a=1&b=2"),
        button_text: some("Открыть"),
        ..text("С кнопкой")
    };
    let image = some("https://example.org/a.png");
    let keyboard = |label: &str| {
        let button = json!({ "type": "link", "text": label, "url": "https://example.org/o?a=1&b=2" });
        json!({ "type": "inline_keyboard", "payload": { "buttons": [[button]] } })
    };
    let picture = json!({ "type": "image", "payload": { "url": "https://example.org/a.png" } });
    let unnamed = ChannelContent { button_text: None, ..button.clone() };
    let all = ChannelContent { image_url: image.clone(), validity_period: Some(60), ..button.clone() };
    for (case, content, expected) in [
        ("text", text("Hello"), json!({ "text": "Hello" })),
        ("cyrillic", text("Код *1234* <b>& 😀\nвторая"), json!({ "text": "Код *1234* <b>& 😀\nвторая" })),
        ("longest", text(&"ж".repeat(4000)), json!({ "text": "ж".repeat(4000) })),
        ("button", button, json!({ "text": "С кнопкой", "attachments": [keyboard("Открыть")] })),
        (
            "button_without_label",
            unnamed,
            json!({ "text": "С кнопкой", "attachments": [keyboard("https://example.org/o?a=1&b=2")] }),
        ),
        (
            "image",
            ChannelContent { image_url: image, ..ChannelContent::default() },
            json!({ "attachments": [picture] }),
        ),
        ("all", all, json!({ "text": "С кнопкой", "attachments": [picture, keyboard("Открыть")] })),
    ] {
        let outcome = send(&stand_in.url, "4242", content).await;
        let Outcome::Accepted(accepted) = &outcome else { panic!("{case}: {outcome:?}") };
        assert_eq!((accepted.provider_message_id.as_deref(), accepted.receipts), (Some("mid.1"), false));
        let requests = stand_in.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump("max", case);
        assert_eq!((requests[0].path.as_str(), requests[0].query.as_str()), ("/messages", "user_id=4242"));
        assert_eq!(requests[0].header("authorization"), TOKEN, "bare, without a scheme");
        assert_eq!(requests[0].json(), expected, "{case}");
    }
}

#[tokio::test]
async fn failures() {
    let stand_in = StandIn::start(taken()).await;
    for (reply, expected) in [
        (refused(403, "chat.denied"), "permanent chat.denied"),
        (refused(404, "chat.not.found"), "permanent chat.not.found"),
        (refused(401, "verify.token"), "misconfigured verify.token"),
        (refused(400, "proto.payload"), "misconfigured proto.payload"),
        (refused(429, "too.many.requests").header("retry-after", "2"), "temporary too.many.requests"),
        (refused(503, "service.unavailable"), "temporary service.unavailable"),
        (Reply::text(502, "text/html", "<html>"), "unknown http_502"),
        (Reply::text(200, "text/html", "<html>"), "unknown no_message_id"),
        (Reply::Drop, "unknown connection_lost"),
        (taken(), "accepted"),
    ] {
        stand_in.reply(reply);
        let outcome = send(&stand_in.url, "4242", text("x")).await;
        assert_eq!(summary(&outcome), expected);
        let said = format!("{outcome:?}");
        assert!(!said.contains("4242") && !said.contains("s3cret"), "{said}");
        if let (Outcome::Refused(error), "temporary too.many.requests") = (&outcome, expected) {
            assert_eq!(error.retry_after, Some(Duration::from_secs(2)));
        }
        assert_eq!(stand_in.take().len(), 1, "one request for one call: {expected}");
    }
}

#[tokio::test]
async fn nothing_is_sent_without_a_connection_an_id_or_a_fitting_text() {
    assert_eq!(summary(&send(&nowhere().await, "42", text("x")).await), "temporary no_connection");
    let stand_in = StandIn::start(taken()).await;
    for (to, content, expected) in [
        ("anna", text("x"), "permanent bad_address"),
        ("42&chat_id=1", text("x"), "permanent bad_address"),
        ("42", text(&"ж".repeat(4001)), "permanent text_too_long"),
        ("42", ChannelContent::default(), "permanent text_missing"),
    ] {
        assert_eq!(summary(&send(&stand_in.url, to, content).await), expected);
    }
    assert!(stand_in.take().is_empty());
}

#[tokio::test]
async fn a_check_asks_who_the_bot_is() {
    let me = json!({ "user_id": 1, "first_name": "Baton", "is_bot": true, "last_activity_time": 1 });
    let stand_in = StandIn::start(Reply::json(200, &me)).await;
    let provider = provider(&stand_in.url, &json!({}));
    assert_eq!(provider.check().await, Ok(()));
    let requests = stand_in.take();
    assert_eq!((requests.len(), requests[0].method.as_str(), requests[0].path.as_str()), (1, "GET", "/me"));
    assert_eq!(requests[0].header("authorization"), TOKEN);
    for (reply, code) in [
        (refused(401, "verify.token"), "verify.token"),
        (Reply::text(502, "text/html", "<html>"), "http_502"),
        (Reply::text(200, "text/html", "<html>"), "no_message_id"),
        (Reply::Drop, "connection_lost"),
    ] {
        stand_in.reply(reply);
        assert_eq!(provider.check().await.expect_err(code).code, code);
    }
}

/// An API over TLS whose certificate (for `localhost`) no system trusts. Answers every request with success.
async fn behind_tls() -> String {
    let certificate =
        CertificateDer::from_pem_slice(include_bytes!("smtp/test-only-server.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("smtp/test-only-server.key")).expect("a key");
    let config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a certificate with its key");
    let acceptor = TlsAcceptor::from(std::sync::Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("https://localhost:{}", listener.local_addr().expect("an address").port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let body = sent().to_string();
            let answer =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    url
}

#[tokio::test]
async fn the_root_of_the_settings_is_trusted_and_no_other() {
    let url = behind_tls().await;
    let message = request(Channel::Max, "42", text("x"));
    let trusting = provider(&url, &json!({ "caCertificate": include_str!("smtp/test-only-ca.pem") }));
    assert_eq!(summary(&trusting.send(&message).await), "accepted");
    assert_eq!(summary(&provider(&url, &json!({})).send(&message).await), "temporary no_connection");
    let wrong_name = url.replace("localhost", "127.0.0.1");
    let wrong_name = provider(&wrong_name, &json!({ "caCertificate": include_str!("smtp/test-only-ca.pem") }));
    assert_eq!(summary(&wrong_name.send(&message).await), "temporary no_connection");
}
