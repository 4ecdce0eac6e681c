//! Connections to a mail server, kept open between e-mails.
//!
//! `lettre` has a pool too, but it hands a connection on whose e-mail was given up half way (the reply that was not waited
//! for is then taken for that of the next e-mail), and it does not tell whether an e-mail was handed over before it failed.

use super::smtp_replies::{Failure, Stage};
use crate::secret::Secret;
use lettre::{
    address::Envelope,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail, Rcpt, Rset},
        extension::{ClientId, Extension, MailParameter},
        response::Response,
    },
};
use std::{
    error::Error as _,
    io,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{sync::Semaphore, time::timeout};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// A connection that has been idle for longer is not used again: servers and networks forget them.
const MAX_IDLE: Duration = Duration::from_secs(60);
/// How long a connection that has been idle may take to show that it is alive.
const ALIVE_TIMEOUT: Duration = Duration::from_secs(2);

/// How a connection is secured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Security {
    /// In the clear at first, then `STARTTLS`, without which nothing is sent.
    #[default]
    Starttls,
    /// TLS from the start.
    Tls,
    /// In the clear.
    None,
}

/// Who logs in.
pub(super) struct Login {
    pub user: String,
    pub password: Secret,
}

/// A mail server, and how to reach it.
pub(super) struct Server {
    host: String,
    port: u16,
    /// The parameters of TLS with what to do with them; `None` in the clear.
    tls: Option<(Security, TlsParameters)>,
    hello: ClientId,
}

/// What is wrong with the settings of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServerFault {
    Host,
    Hello,
    Certificate,
    Tls,
}

impl Server {
    /// A server by its settings.
    pub fn new(
        host: &str,
        port: Option<u16>,
        security: Security,
        certificate: Option<&str>,
        hello: &str,
    ) -> Result<Server, ServerFault> {
        let valid = |name: &str| url::Host::parse(name).is_ok();
        if !valid(host) {
            return Err(ServerFault::Host);
        }
        if !valid(hello) {
            return Err(ServerFault::Hello);
        }
        let mut parameters = TlsParameters::builder(host.trim_matches(['[', ']']).to_owned());
        if let Some(certificate) = certificate {
            let read = Certificate::from_pem(certificate.as_bytes()).map_err(|_| ServerFault::Certificate)?;
            if !certificate.contains("-----BEGIN CERTIFICATE-----") {
                return Err(ServerFault::Certificate);
            }
            parameters = parameters.add_root_certificate(read);
        }
        let (default, tls) = match security {
            Security::None => (25, None),
            Security::Starttls | Security::Tls => {
                let parameters = parameters.build().map_err(|_| ServerFault::Tls)?;
                (if security == Security::Tls { 465 } else { 587 }, Some((security, parameters)))
            }
        };
        let hello = ClientId::Domain(hello.to_owned());
        Ok(Server { host: host.to_owned(), port: port.unwrap_or(default), tls, hello })
    }
}

/// One e-mail to submit.
pub(super) struct Submission<'a> {
    pub envelope: &'a Envelope,
    pub content: &'a [u8],
}

struct Parked {
    connection: AsyncSmtpConnection,
    since: Instant,
    /// A transaction was refused half way: it has to be reset.
    reset: bool,
}

/// The connections.
pub(super) struct Pool {
    server: Server,
    login: Option<Login>,
    idle: Mutex<Vec<Parked>>,
    permits: Semaphore,
}

impl Pool {
    /// A pool of at most `connections` at a time.
    pub fn new(server: Server, login: Option<Login>, connections: usize) -> Pool {
        Pool { server, login, idle: Mutex::default(), permits: Semaphore::new(connections) }
    }

    /// Submits an e-mail; `stage` tells how far it has come, at any moment. May be dropped at any moment: the connection is
    /// closed then.
    pub async fn submit(&self, mail: &Submission<'_>, stage: &AtomicU8) -> Result<(), Failure> {
        let at = |stage_now: Stage| stage.store(stage_now as u8, Ordering::Relaxed);
        let _permit = self.permits.acquire().await.map_err(|_| Failure::Broken)?;
        let mut connection = self.begin(mail.envelope, &at).await?;
        let sent = transact(&mut connection, mail, &at).await;
        match &sent {
            Ok(()) => self.park(connection, false),
            // It said no, and is ready for the next one; after 421 it closes.
            Err(Failure::Reply(code, _)) if *code != 421 => self.park(connection, true),
            Err(_) => {}
        }
        sent
    }

    /// A connection that has taken `MAIL FROM`: one that was idle if there is one alive, else a new one. Nothing is sent twice
    /// by this, as the e-mail has not begun.
    async fn begin(&self, envelope: &Envelope, at: &impl Fn(Stage)) -> Result<AsyncSmtpConnection, Failure> {
        while let Some(parked) = self.take() {
            at(Stage::Sender);
            let mut connection = parked.connection;
            let alive = async {
                if parked.reset {
                    command(&mut connection, Rset).await.map_err(|_| Failure::Broken)?;
                }
                sender(&mut connection, envelope).await
            };
            match timeout(ALIVE_TIMEOUT, alive).await {
                Ok(Ok(())) => return Ok(connection),
                Ok(Err(Failure::Reply(code, text))) if code != 421 => {
                    self.park(connection, true);
                    return Err(Failure::Reply(code, text));
                }
                Ok(Err(failure @ Failure::Unnameable)) => {
                    self.park(connection, true);
                    return Err(failure);
                }
                _ => {}
            }
        }
        let mut connection = self.open(at).await?;
        at(Stage::Sender);
        match sender(&mut connection, envelope).await {
            Err(refused @ (Failure::Reply(..) | Failure::Unnameable)) => {
                self.park(connection, true);
                Err(refused)
            }
            other => other.map(|()| connection),
        }
    }

    /// Opens a connection, and closes it when the server has taken the login.
    pub async fn check(&self, stage: &AtomicU8) -> Result<(), Failure> {
        let mut connection = self.open(&|now: Stage| stage.store(now as u8, Ordering::Relaxed)).await?;
        // Whatever the server says to that: all that was to be seen is seen.
        let _ = connection.quit().await;
        Ok(())
    }

    /// A new connection, ready for an e-mail.
    async fn open(&self, at: &impl Fn(Stage)) -> Result<AsyncSmtpConnection, Failure> {
        at(Stage::Connect);
        let mut connection = self.connect().await?;
        if let Some(login) = &self.login {
            at(Stage::Login);
            let credentials = Credentials::new(login.user.clone(), login.password.expose().to_owned());
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&mechanisms, &credentials).await.map_err(|error| failure(&error, "a login by password"))?;
        }
        Ok(connection)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let Server { host, port, tls, hello } = &self.server;
        let outer = tls.as_ref().filter(|(security, _)| *security == Security::Tls).map(|(_, tls)| tls.clone());
        let name = host.trim_matches(['[', ']']);
        let connected = AsyncSmtpConnection::connect_tokio1((name, *port), Some(CONNECT_TIMEOUT), hello, outer, None);
        let mut connection = connected.await.map_err(|error| failure(&error, "SMTP"))?;
        if let Some((Security::Starttls, tls)) = tls {
            connection.starttls(tls.clone(), hello).await.map_err(|error| failure(&error, "STARTTLS"))?;
        }
        Ok(connection)
    }

    fn take(&self) -> Option<Parked> {
        // What is in there is whole at any moment, so a panic elsewhere does not spoil it.
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|parked| parked.since.elapsed() < MAX_IDLE);
        idle.pop()
    }

    fn park(&self, connection: AsyncSmtpConnection, reset: bool) {
        let parked = Parked { connection, since: Instant::now(), reset };
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(parked);
    }
}

async fn sender(connection: &mut AsyncSmtpConnection, envelope: &Envelope) -> Result<(), Failure> {
    let mut parameters = Vec::new();
    if envelope.to().iter().chain(envelope.from()).any(|address| !address.to_string().is_ascii()) {
        // RFC 6531, section 3.1: without the extension such an address can not be named.
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(Failure::Unnameable);
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    command(connection, Mail::new(envelope.from().cloned(), parameters)).await.map(drop)
}

async fn transact(
    connection: &mut AsyncSmtpConnection,
    mail: &Submission<'_>,
    at: &impl Fn(Stage),
) -> Result<(), Failure> {
    at(Stage::Recipient);
    for to in mail.envelope.to() {
        command(connection, Rcpt::new(to.clone(), Vec::new())).await?;
    }
    at(Stage::Data);
    if !command(connection, Data).await?.has_code(354) {
        return Err(Failure::Broken);
    }
    at(Stage::Content);
    connection.message(mail.content).await.map(drop).map_err(|error| failure(&error, "SMTP"))
}

async fn command(connection: &mut AsyncSmtpConnection, command: impl std::fmt::Display) -> Result<Response, Failure> {
    connection.command(command).await.map_err(|error| failure(&error, "SMTP"))
}

/// What an error of `lettre` is to us; `asked` is what the server lacks if it lacks something.
fn failure(error: &Error, asked: &'static str) -> Failure {
    if let Some(code) = error.status() {
        let text = error.source().map(ToString::to_string).unwrap_or_default();
        return Failure::Reply(code.into(), text);
    }
    if error.is_client() {
        return Failure::Lacks(asked);
    }
    // rustls wraps its refusal of a certificate in this kind; what a network does has others.
    let refused = |cause: &io::Error| cause.kind() == io::ErrorKind::InvalidData;
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.downcast_ref().is_some_and(refused) {
            return Failure::Certificate;
        }
        cause = error.source();
    }
    Failure::Broken
}
