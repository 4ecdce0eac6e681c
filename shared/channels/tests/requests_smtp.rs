//! The SMTP adapter against a mail server of our own, through the public interface. Writes the e-mails, with what they were
//! made of, for `tests/contract`.

mod smtp;
mod support;

use baton_channels::email;
use baton_domain::{Channel, ChannelContent, Outcome};
use baton_pipeline::provider::Provider;
use futures::future::join_all;
use serde_json::{Value, json};
use smtp::{CA, DROP, SILENCE, Server, Tls};
use std::{fs, time::Duration};
use support::{attempt, clear, context, contract_directory, request, summary, text};

const TO: &str = "ann@example.com";

fn provider(server: &Server, more: &Value) -> Box<dyn Provider> {
    let mut entry = json!({
        "name": "SMTP", "host": "localhost", "port": server.port, "tls": "none", "fromEmail": "no-reply@example.org",
    });
    entry.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    email::providers(&json!([entry]).to_string(), &context()).expect("a provider").remove(0)
}

async fn send(provider: &dyn Provider, content: ChannelContent) -> Outcome {
    provider.send(&request(Channel::Email, TO, content)).await
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[tokio::test]
async fn e_mails() {
    clear("smtp");
    let server = Server::start(Tls::None).await;
    let named = json!({ "fromName": "Батон: «новости», №1", "unsubscribeUrl": "https://example.org/u?m={ref}" });
    let hello = ChannelContent { subject: some("Hi"), ..text("Hello") };
    let dots = ".\r\n..\n.starts with a dot\n\nFrom the start\nend\n.\n";
    for (case, to, settings, content) in [
        ("text", TO, json!({}), hello.clone()),
        ("no_subject", TO, json!({}), text("Hello")),
        ("html", TO, json!({}), ChannelContent { html: some("<b>only</b>"), text: None, ..hello.clone() }),
        ("cyrillic", TO, named, ChannelContent { subject: some("Привет, мир"), ..text("Привет, мир! Ё № «»\n😀") }),
        ("dots", TO, json!({}), ChannelContent { subject: some(".hidden"), ..text(dots) }),
        (
            "long",
            TO,
            json!({}),
            ChannelContent { subject: some(&"длинная тема ".repeat(19)), ..text(&"ж".repeat(3000)) },
        ),
        (
            "long_ascii",
            TO,
            json!({}),
            ChannelContent { subject: some(&"long subject ".repeat(19)), ..text(&"x".repeat(3000)) },
        ),
        ("national_domain", "ann@пример.рф", json!({}), hello.clone()),
        (
            "header_injection",
            TO,
            json!({}),
            ChannelContent {
                subject: some("Hi\r\nBcc: x@example.net\r\n\r\nbody"),
                from_name: some("Eve\r\nBcc: x@example.net"),
                ..text("x")
            },
        ),
        (
            "image_and_button",
            TO,
            json!({}),
            ChannelContent {
                image_url: some("https://example.org/a.png"),
                button_url: some("https://example.org/o?a=1&b=2"),
                button_text: some("Открыть"),
                ..hello.clone()
            },
        ),
        (
            "all",
            TO,
            json!({}),
            ChannelContent {
                subject: some("Заказ № 42 — готов 😀"),
                html: some("<p>Ждём <b>вас</b></p>"),
                from_email: some("shop@example.org"),
                from_name: some("Лавка \"У дома\", Москва"),
                reply_to: some("Помощь <help@example.org>"),
                ..text("Ждём вас\nс 9 до 21")
            },
        ),
    ] {
        let provider = provider(&server, &settings);
        let outcome = provider.send(&request(Channel::Email, to, content.clone())).await;
        let Outcome::Accepted(accepted) = &outcome else { panic!("{case}: {outcome:?}") };
        let id = format!("{}@example.org", attempt());
        assert_eq!((accepted.provider_message_id.as_ref(), accepted.receipts), (Some(&id), false));
        let mails = server.take();
        let [mail] = mails.as_slice() else { panic!("{case}: {mails:?}") };
        assert!(mail.data.is_ascii(), "{case}");
        assert!(mail.data.contains(&format!("Message-ID: <{id}>\r\n")), "{case}");
        assert!(mail.data.lines().all(|line| line.len() <= 998), "{case}: RFC 5322, section 2.1.1");
        let directory = contract_directory().join("smtp");
        fs::create_dir_all(&directory).expect("a directory for the e-mails");
        let made_of = json!({
            "from": mail.from, "to": mail.to, "messageId": format!("<{id}>"), "reference": attempt(), "settings": settings,
            "content": content,
        });
        fs::write(directory.join(format!("{case}.json")), made_of.to_string()).expect("a file");
        fs::write(directory.join(format!("{case}.eml")), &mail.data).expect("a file");
    }
}

#[tokio::test]
async fn replies() {
    let server = Server::start(Tls::None).await;
    for (command, reply, expected) in [
        ("banner", "554 5.3.2 no service", "temporary 5.3.2"),
        ("banner", "421 busy", "temporary 421"),
        ("banner", "hello", "temporary no_connection"),
        ("MAIL", "530 5.7.0 authentication required", "misconfigured 5.7.0"),
        ("MAIL", "421 4.3.2 closing", "temporary 4.3.2"),
        ("RCPT", "450 4.2.0 greylisted", "temporary 4.2.0"),
        ("RCPT", "550 5.1.1 <ann@example.com> unknown", "permanent 5.1.1"),
        ("RCPT", "550-5.2.1 mailbox\r\n550 5.2.1 disabled", "permanent 5.2.1"),
        ("RCPT", "552 5.2.2 full", "permanent 5.2.2"),
        ("RCPT", "554 5.7.1 relay denied", "misconfigured 5.7.1"),
        ("RCPT", "550 no such user", "permanent 550"),
        ("RCPT", DROP, "temporary connection_lost"),
        ("DATA", "451 4.3.0 later", "temporary 4.3.0"),
        ("DATA", "250 what", "temporary connection_lost"),
        ("content", "552 5.3.4 too big", "misconfigured 5.3.4"),
        ("content", "451 4.7.1 try again", "temporary 4.7.1"),
        ("content", DROP, "unknown connection_lost"),
        ("content", "nonsense", "unknown connection_lost"),
    ] {
        let provider = provider(&server, &json!({}));
        server.replies(&[(command, reply)]);
        let outcome = send(&*provider, text("x")).await;
        assert_eq!(summary(&outcome), expected, "{command}: {reply}");
        assert!(!format!("{outcome:?}").contains("ann@"), "no address in an error: {outcome:?}");
        // Whatever it was, the next e-mail goes out, whole and once.
        server.replies(&[]);
        server.take();
        assert_eq!(summary(&send(&*provider, text("next")).await), "accepted", "after {command}: {reply}");
        let mails = server.take();
        assert!(mails.len() == 1 && mails[0].data.trim_end().ends_with("next"), "after {command}: {reply}: {mails:?}");
    }
}

#[tokio::test]
async fn a_time_out_is_unknown_after_the_e_mail_and_temporary_before() {
    for (command, expected) in [("content", "unknown timeout"), ("RCPT", "temporary timeout")] {
        let server = Server::start(Tls::None).await;
        let provider = provider(&server, &json!({}));
        server.replies(&[(command, SILENCE)]);
        let started = std::time::Instant::now();
        assert_eq!(summary(&send(&*provider, text("x")).await), expected);
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
        // The connection on which a reply may still come is not used again.
        server.replies(&[]);
        assert_eq!(summary(&send(&*provider, text("next")).await), "accepted");
        assert_eq!(server.connections().0, 2);
    }
}

#[tokio::test]
async fn without_a_connection_nothing_was_taken() {
    let mut nobody = Server::start(Tls::None).await;
    nobody.port = 1;
    assert_eq!(summary(&send(&*provider(&nobody, &json!({})), text("x")).await), "temporary no_connection");
}

#[tokio::test]
async fn connections_are_few_and_used_again() {
    let server = Server::start(Tls::None).await;
    let provider = provider(&server, &json!({ "maxConnections": 3 }));
    for _ in 0..2 {
        let outcomes = join_all((0..10).map(|_| send(&*provider, text("x")))).await;
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Accepted(_))), "{outcomes:?}");
    }
    assert_eq!(server.take().len(), 20);
    let (connections, at_a_time) = server.connections();
    assert!(connections <= 3 && at_a_time <= 3, "{connections} {at_a_time}");

    // A refused recipient leaves the connection in use, after a reset.
    server.replies(&[("RCPT", "550 5.1.1 unknown")]);
    assert_eq!(summary(&send(&*provider, text("x")).await), "permanent 5.1.1");
    server.replies(&[]);
    server.commands();
    assert_eq!(summary(&send(&*provider, text("x")).await), "accepted");
    assert_eq!(server.commands()[0], "RSET");
    assert_eq!(server.connections().0, connections);

    // Connections that the server has closed meanwhile are replaced before anything is sent.
    server.replies(&[("RSET", DROP), ("MAIL", DROP)]);
    assert_eq!(summary(&send(&*provider, text("x")).await), "temporary connection_lost");
    server.replies(&[]);
    assert_eq!(summary(&send(&*provider, text("x")).await), "accepted");
}

#[tokio::test]
async fn tls_is_required_where_it_is_set_and_certificates_are_checked() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let login = json!({ "user": "baton", "password": "pässword" });
    let trusting = |tls: &str| json!({ "tls": tls, "caCertificate": CA, "user": "baton", "password": "pässword" });
    for (kind, tls) in [(Tls::Starttls, "starttls"), (Tls::Outer, "tls")] {
        let server = Server::start(kind).await;
        assert_eq!(summary(&send(&*provider(&server, &trusting(tls)), text("x")).await), "accepted", "{tls}");
        let mail = &server.take()[0];
        assert!(mail.encrypted);
        server.commands();
        let said = STANDARD.decode(mail.login.as_ref().expect("a login")).expect("base64");
        assert_eq!(said, "\0baton\0pässword".as_bytes());

        let distrusting = provider(&server, &json!({ "tls": tls }));
        assert_eq!(summary(&send(&*distrusting, text("x")).await), "misconfigured bad_certificate", "{tls}");
        let other_name = provider(&server, &json!({ "tls": tls, "caCertificate": CA, "host": "127.0.0.1" }));
        assert_eq!(summary(&send(&*other_name, text("x")).await), "misconfigured bad_certificate", "{tls}");
        assert!(server.take().is_empty() && server.commands().iter().all(|command| !command.starts_with("MAIL")));
    }
    // No STARTTLS, no e-mail; and no password in the clear either.
    let server = Server::start(Tls::None).await;
    assert_eq!(
        summary(&send(&*provider(&server, &trusting("starttls")), text("x")).await),
        "misconfigured not_offered"
    );
    assert!(server.commands().iter().all(|command| command.starts_with("EHLO")));
    // In the clear where the settings say so; a wrong password is our fault.
    assert_eq!(summary(&send(&*provider(&server, &login), text("x")).await), "accepted");
    server.replies(&[("AUTH", "535 5.7.8 wrong")]);
    assert_eq!(summary(&send(&*provider(&server, &login), text("x")).await), "misconfigured 5.7.8");
}

#[tokio::test]
async fn a_mailbox_beyond_ascii_needs_a_server_that_takes_it() {
    let server = Server::start(Tls::None).await;
    let provider = provider(&server, &json!({}));
    let outcome = provider.send(&request(Channel::Email, "анна@example.com", text("x"))).await;
    assert_eq!(summary(&outcome), "permanent bad_address");
    server.replies(&[("EHLO", "250-localhost\r\n250 SMTPUTF8")]);
    let other = self::provider(&server, &json!({}));
    assert_eq!(summary(&other.send(&request(Channel::Email, "анна@example.com", text("x"))).await), "accepted");
    let mail = &server.take()[0];
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("<no-reply@example.org> SMTPUTF8", &["<анна@example.com>".to_owned()][..])
    );
}

#[tokio::test]
async fn a_check_logs_in_and_quits() {
    let login = |tls: &str| json!({ "tls": tls, "caCertificate": CA, "user": "baton", "password": "pässword" });
    let failed = async |server: &Server, settings: &Value| {
        let error = provider(server, settings).check().await.expect_err("a failure");
        assert!(!error.message.contains("pässword"), "{}", error.message);
        format!("{} {}", error.class, error.code)
    };
    for (kind, tls, first) in [(Tls::Starttls, "starttls", "STARTTLS"), (Tls::Outer, "tls", "AUTH")] {
        let server = Server::start(kind).await;
        assert_eq!(provider(&server, &login(tls)).check().await, Ok(()));
        let commands = server.commands();
        assert!(commands[1].starts_with(first), "{commands:?}");
        assert!(commands.iter().any(|command| command.starts_with("AUTH")), "{commands:?}");
        assert!(commands.iter().all(|command| !command.starts_with("MAIL")), "{commands:?}");
        assert_eq!(commands.last().map(String::as_str), Some("QUIT"));
        server.replies(&[("AUTH", "535 5.7.8 wrong")]);
        assert_eq!(failed(&server, &login(tls)).await, "misconfigured 5.7.8");
        assert_eq!(failed(&server, &json!({ "tls": tls })).await, "misconfigured bad_certificate");
    }
    let server = Server::start(Tls::None).await;
    assert_eq!(failed(&server, &login("starttls")).await, "misconfigured not_offered");
    assert_eq!(provider(&server, &json!({})).check().await, Ok(()), "without a login");
    server.replies(&[("banner", "554 no service here")]);
    assert_eq!(failed(&server, &json!({})).await, "temporary 554");
    server.replies(&[("QUIT", DROP)]);
    assert_eq!(provider(&server, &json!({})).check().await, Ok(()), "whatever is said to QUIT");
    let nobody = json!({ "port": 1 });
    assert_eq!(failed(&server, &nobody).await, "temporary no_connection");
}
