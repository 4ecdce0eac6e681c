use super::*;
use baton_domain::{AccountId, BulkId, CallbackId, MessageId, Time};
use baton_pipeline::callbacks::ports::CallbackSecret;
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

fn id() -> CallbackId {
    let now = Time::from_timestamp_millis(1_790_000_000_000).expect("a time");
    CallbackId { message: MessageId::new(BulkId::new(now, [1; 8]), 0), number: 3 }
}

fn secret(text: &str) -> CallbackSecret {
    let created_at = Time::from_timestamp_millis(0).expect("a time");
    CallbackSecret { account: AccountId(1), id: "s".to_owned(), secret: text.to_owned(), created_at }
}

fn delivery<'a>(url: &'a str, secrets: &'a [CallbackSecret]) -> Delivery<'a> {
    Delivery { url, id: id(), timestamp: 1_614_265_330, body: "{}".to_owned(), secrets }
}

fn receiver(private: bool) -> HttpReceiver {
    HttpReceiver::new(Duration::from_millis(300), private).expect("a client")
}

/// A server that answers one request with this text; gives its address and the request.
async fn server(answer: &'static str) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut read = vec![0; 4096];
        let length = stream.read(&mut read).await.expect("a request");
        if answer.is_empty() {
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
        stream.write_all(answer.as_bytes()).await.expect("written");
        String::from_utf8_lossy(&read[..length]).into_owned()
    });
    (format!("http://{address}/hook"), task)
}

/// The example of the Standard Webhooks specification's own libraries.
#[test]
fn a_signature_is_that_of_the_standard() {
    let content = r#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#;
    let signature = signature::under("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", content);
    assert_eq!(signature.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    for bad in ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!"] {
        assert_eq!(signature::under(bad, content), None, "{bad}");
    }
}

#[test]
fn two_secrets_give_two_signatures() {
    let secrets = [secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), secret("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")];
    let both = sign(&delivery("https://example.org", &secrets));
    let each: Vec<_> = secrets.iter().map(|secret| sign(&delivery("", std::slice::from_ref(secret)))).collect();
    assert_eq!(both, each.join(" "));
    assert_eq!(sign(&delivery("", &[])), "");
}

/// Whatever a name resolves to at the moment of the call is looked at, and nothing else is connected to.
#[test]
fn of_a_names_addresses_only_public_ones_are_called() {
    let address = |text: &str| -> SocketAddr { format!("{text}:0").parse().expect("an address") };
    let mixed = [address("10.0.0.1"), address("8.8.8.8"), address("[::1]")];
    assert_eq!(guard::only_public(mixed.into_iter()).ok(), Some(vec![address("8.8.8.8")]));
    assert!(guard::only_public([address("127.0.0.1"), address("[fe80::1]")].into_iter()).is_err());
    assert!(guard::only_public(std::iter::empty()).is_err());
}

/// The resolver of the system knows the machine's own name as an address inside.
#[tokio::test]
async fn a_name_that_resolves_inside_is_refused_at_connect_time() {
    let client =
        reqwest::Client::builder().dns_resolver(Arc::new(guard::PublicNames)).no_proxy().build().expect("a client");
    let error = client.post("http://localhost:9/").send().await.expect_err("refused");
    assert_eq!(reason(&error), "private_address");
}

#[tokio::test]
async fn a_literal_address_inside_is_not_connected_to() {
    let (url, task) = server("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let called = receiver(false).post(&delivery(&url, &[])).await;
    assert_eq!(called.error, Some("private_address"));
    assert!(!task.is_finished());
    task.abort();
}

#[tokio::test]
async fn a_call_carries_id_time_and_signature() {
    let (url, task) = server("HTTP/1.1 204 No Content\r\n\r\n").await;
    let secrets = [secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")];
    let delivery = delivery(&url, &secrets);
    let called = receiver(true).post(&delivery).await;
    assert_eq!(called, Called { status: Some(204), ..Called::default() });
    let request = task.await.expect("a request").to_lowercase();
    for header in [
        format!("webhook-id: {}", id()),
        "webhook-timestamp: 1614265330".to_owned(),
        format!("webhook-signature: {}", sign(&delivery).to_lowercase()),
        "content-type: application/json".to_owned(),
    ] {
        assert!(request.contains(&header), "{header}: {request}");
    }
}

#[tokio::test]
async fn redirects_are_answers_and_silence_is_a_time_out() {
    let (url, _task) =
        server("HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(receiver(true).post(&delivery(&url, &[])).await.status, Some(302));
    let (url, task) = server("").await;
    assert_eq!(receiver(true).post(&delivery(&url, &[])).await.error, Some("timeout"));
    task.abort();
    assert_eq!(receiver(true).post(&delivery("http://127.0.0.1:1/", &[])).await.error, Some("no_connection"));
}

#[tokio::test]
async fn a_pause_that_is_asked_for_is_read() {
    let (url, _task) = server("HTTP/1.1 503 No\r\nretry-after: 120\r\ncontent-length: 0\r\n\r\n").await;
    let called = receiver(true).post(&delivery(&url, &[])).await;
    assert_eq!((called.status, called.retry_after), (Some(503), Some(Duration::from_secs(120))));
}

#[test]
fn a_call_leaves_time_to_write_down_what_came_of_it() {
    assert_eq!([5, 10, 30].map(|seconds| limit(Duration::from_secs(seconds)).as_secs()), [3, 6, 10]);
    let quick = |seconds| quick_limit(Duration::from_secs(2), Duration::from_secs(seconds)).as_millis();
    assert_eq!([5, 10, 30].map(quick), [1500, 2000, 2000]);
}
