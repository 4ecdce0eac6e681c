//! `SMTP`: any mail server that takes submissions (RFC 5321, RFC 6409), through `lettre`.
//!
//! There are no receipts: what the server took counts as delivered. The `Message-ID` is made from our reference and is the
//! provider's id. The body is in ASCII whatever the text, so the server needs no 8BITMIME.

use super::{
    letter::{Letter, Sender},
    smtp_replies::{self, Failure, Stage},
    smtp_session::{Login, Pool, Security, Server, ServerFault, Submission},
};
use crate::{
    Capabilities, Context,
    document::{DocumentFault, Entry},
    registry::Kind,
    secret::Secret,
};
use baton_domain::{ErrorClass, Outcome, ProviderError, outcome::Accepted};
use baton_pipeline::provider::{CALL_TIMEOUT, Provider, SendRequest};
use futures::future::BoxFuture;
use lettre::{
    Message,
    message::{
        MultiPart, SinglePart,
        header::{HeaderName, HeaderValue},
    },
};
use std::sync::atomic::{AtomicU8, Ordering};

/// The provider's name.
pub const NAME: &str = "SMTP";

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities { image: true, button: true, ..Capabilities::TEXT },
    new: |entry, context| Ok(Box::new(Smtp::new(entry, context)?)),
};

/// Connections at a time, when the settings do not say: those of one batch.
const CONNECTIONS: usize = 10;

// ---- settings ----

/// The settings of an entry. `host` and `port` are what `baseUrl` is to the other providers.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// The server.
    host: String,
    /// Its port; by default that of `tls`: 587, 465 or 25.
    #[serde(default)]
    port: Option<u16>,
    /// `starttls` (the default; required, not only tried), `tls` or `none`.
    #[serde(default)]
    tls: Security,
    /// A certificate in PEM to trust beside the system's, for a server inside the network.
    #[serde(default)]
    ca_certificate: Option<String>,
    /// The user, with `password`; without both there is no authentication.
    #[serde(default)]
    user: Option<String>,
    /// The password.
    #[serde(default)]
    password: Option<Secret>,
    /// The name that we greet the server with; by default the domain of `fromEmail`.
    #[serde(default)]
    hello_name: Option<String>,
    /// How many connections there may be at a time, 1 to 100; 10 by default.
    #[serde(default)]
    max_connections: Option<usize>,
    /// The sender's address of e-mails that name none.
    from_email: String,
    /// The sender's name of e-mails that name none.
    #[serde(default)]
    from_name: Option<String>,
    /// Where `List-Unsubscribe` leads (RFC 8058): an https address, `{ref}` in it becomes our reference. No header without it.
    #[serde(default)]
    unsubscribe_url: Option<String>,
}

/// The provider.
pub struct Smtp {
    pool: Pool,
    sender: Sender,
}

impl Smtp {
    /// The provider of an entry. It connects with its first e-mail.
    ///
    /// # Errors
    /// A setting is missing, unknown or wrong.
    pub fn new(entry: &Entry, _context: &Context) -> Result<Smtp, DocumentFault> {
        let settings: Settings = entry.settings()?;
        let (name, unsubscribe) = (settings.from_name.as_deref(), settings.unsubscribe_url.as_deref());
        let sender = Sender::new(entry, &settings.from_email, name, unsubscribe)?;
        let login = match (settings.user, settings.password) {
            (Some(user), Some(password)) => Some(Login { user, password }),
            (None, None) => None,
            _ => return Err(entry.fault("password", "user and password go together")),
        };
        let connections = settings.max_connections.unwrap_or(CONNECTIONS);
        if !(1..=100).contains(&connections) {
            return Err(entry.fault("maxConnections", "1 to 100 is expected"));
        }
        let hello = settings.hello_name.as_deref().unwrap_or(sender.from.email.domain());
        let server =
            Server::new(&settings.host, settings.port, settings.tls, settings.ca_certificate.as_deref(), hello);
        let server = server.map_err(|fault| match fault {
            ServerFault::Host => entry.fault("host", "the name or address of a server is expected"),
            ServerFault::Hello => entry.fault("helloName", "a host's name is expected"),
            ServerFault::Certificate => entry.fault("caCertificate", "a certificate in PEM is expected"),
            ServerFault::Tls => entry.fault("tls", "TLS could not be set up"),
        })?;
        Ok(Smtp { pool: Pool::new(server, login, connections), sender })
    }
}

// ---- request ----

/// The e-mail on the wire, and its `Message-ID` without the brackets.
fn mime(letter: &Letter, request: &SendRequest) -> Result<(Message, String), ProviderError> {
    let id = format!("{}@{}", request.attempt, letter.from.email.domain());
    let mut builder = Message::builder()
        .from(letter.from.clone())
        .to(letter.to.clone().into())
        .subject(letter.subject.clone())
        .date(request.now.into())
        .message_id(Some(format!("<{id}>")));
    if let Some(mailbox) = &letter.reply_to {
        builder = builder.reply_to(mailbox.clone());
    }
    for (name, value) in &letter.headers {
        builder = builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value.clone()));
    }
    let message = match (letter.body.text.clone(), letter.body.html.clone()) {
        (Some(text), Some(html)) => builder.multipart(MultiPart::alternative_plain_html(text, html)),
        (None, Some(html)) => builder.singlepart(SinglePart::html(html)),
        (text, None) => builder.singlepart(SinglePart::plain(text.unwrap_or_default())),
    };
    let message = message.map_err(|_| {
        ProviderError::new(ErrorClass::Misconfigured, "bad_request", "The e-mail could not be written.")
    })?;
    Ok((message, id))
}

impl Smtp {
    async fn deliver(&self, request: &SendRequest) -> Result<Outcome, ProviderError> {
        let letter = Letter::new(request, &self.sender)?;
        let (message, id) = mime(&letter, request)?;
        let mail = Submission { envelope: message.envelope(), content: &message.formatted() };
        // How far it has come outlives the submission, which is dropped when the time is up.
        let stage = AtomicU8::new(Stage::Connect as u8);
        let submitted = tokio::time::timeout(CALL_TIMEOUT, self.pool.submit(&mail, &stage)).await;
        let stage = Stage::from(stage.load(Ordering::Relaxed));
        match submitted {
            Ok(Ok(())) => {
                Ok(Outcome::Accepted(Accepted { provider_message_id: Some(id), receipts: false, part_count: None }))
            }
            Ok(Err(failure)) => Err(smtp_replies::error(stage, &failure)),
            Err(_) => Err(smtp_replies::error(stage, &Failure::Timeout)),
        }
    }
}

impl Provider for Smtp {
    fn name(&self) -> &'static str {
        NAME
    }

    /// Connects, greets, secures the connection, logs in where there is a login, and quits.
    fn check(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        Box::pin(async move {
            let stage = AtomicU8::new(Stage::Connect as u8);
            let checked = tokio::time::timeout(CALL_TIMEOUT, self.pool.check(&stage)).await;
            let stage = Stage::from(stage.load(Ordering::Relaxed));
            checked.unwrap_or(Err(Failure::Timeout)).map_err(|failure| smtp_replies::error(stage, &failure))
        })
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.deliver(request).await.unwrap_or_else(Outcome::from_error) })
    }
}

#[cfg(test)]
mod tests {
    use crate::{email, testing};
    use serde_json::{Value, json};

    fn fault(settings: Value) -> Option<String> {
        email::providers(&json!([settings]).to_string(), &testing::context()).err().map(|fault| fault.to_string())
    }

    fn settings(more: Value) -> Value {
        let mut settings = json!({ "name": "smtp", "host": "mail.example.org", "fromEmail": "a@example.org" });
        let more = more.as_object().expect("an object").clone();
        settings.as_object_mut().expect("an object").extend(more);
        settings
    }

    #[tokio::test]
    async fn faults_of_the_settings_are_found_and_show_no_password() {
        for good in [
            json!({}),
            json!({ "tls": "tls" }),
            json!({ "tls": "none", "port": 1025, "host": "127.0.0.1", "maxConnections": 2, "helloName": "baton.example.org" }),
            json!({ "user": "u", "password": "s3cret", "fromName": "A", "unsubscribeUrl": "https://example.org" }),
        ] {
            assert_eq!(fault(settings(good.clone())), None, "{good}");
        }
        for (bad, place) in [
            (json!({ "host": "" }), "/0/host"),
            (json!({ "host": "mail.example.org:25" }), "/0/host"),
            (json!({ "tls": "ssl" }), "/0/tls"),
            (json!({ "user": "u" }), "/0/password"),
            (json!({ "password": "s3cret" }), "/0/password"),
            (json!({ "fromEmail": "x" }), "/0/fromEmail"),
            (json!({ "maxConnections": 0 }), "/0/maxConnections"),
            (json!({ "caCertificate": "x" }), "/0/caCertificate"),
            (json!({ "helloName": "two words" }), "/0/helloName"),
            (json!({ "port": 70000, "password": "s3cret" }), "/0/port"),
            (json!({ "token": "s3cret" }), "unknown field `token`"),
        ] {
            let fault = fault(settings(bad.clone())).unwrap_or_else(|| panic!("no fault: {bad}"));
            assert!(fault.contains(place) && !fault.contains("s3cret"), "{fault}");
        }
    }
}
