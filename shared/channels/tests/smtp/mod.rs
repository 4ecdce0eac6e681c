//! A mail server on 127.0.0.1 that takes submissions, keeps them, and answers as it is told.
//!
//! `test-only-ca.pem` signed `test-only-server.pem`, for `localhost`, valid until 2126; the key of the former was thrown away.

use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufStream},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

/// The certificate to trust.
pub const CA: &str = include_str!("test-only-ca.pem");

/// Instead of a reply: the connection is closed.
pub const DROP: &str = "drop";
/// Instead of a reply: nothing, for ever.
pub const SILENCE: &str = "silence";

/// How the server is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    None,
    Starttls,
    Outer,
}

/// An e-mail as it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    pub data: String,
    /// What `AUTH PLAIN` said, as it stands there.
    pub login: Option<String>,
    pub encrypted: bool,
}

#[derive(Default)]
struct State {
    replies: Vec<(&'static str, &'static str)>,
    commands: Vec<String>,
    mails: Vec<Mail>,
    open: usize,
    most_open: usize,
    connections: usize,
}

/// The server. It lives as long as the test's runtime.
#[derive(Clone)]
pub struct Server {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

struct Session<S> {
    stream: S,
    state: Arc<Mutex<State>>,
    tls: Tls,
    encrypted: bool,
}

impl Server {
    pub async fn start(tls: Tls) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(Mutex::new(State::default()));
        let served = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&served);
                {
                    let mut state = state.lock().expect("the state");
                    state.connections += 1;
                    state.open += 1;
                    state.most_open = state.most_open.max(state.open);
                }
                tokio::spawn(async move {
                    serve(stream, Arc::clone(&state), tls).await;
                    state.lock().expect("the state").open -= 1;
                });
            }
        });
        Server { port, state }
    }

    /// The replies that differ from `250`, by the beginning of the command; `banner` and `content` are the two that answer none.
    pub fn replies(&self, replies: &[(&'static str, &'static str)]) {
        self.state.lock().expect("the state").replies = replies.to_vec();
    }

    /// Takes the e-mails that arrived since the last time.
    pub fn take(&self) -> Vec<Mail> {
        std::mem::take(&mut self.state.lock().expect("the state").mails)
    }

    /// Takes the commands that arrived since the last time.
    pub fn commands(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().expect("the state").commands)
    }

    /// How many connections there were so far, and at most at a time.
    pub fn connections(&self) -> (usize, usize) {
        let state = self.state.lock().expect("the state");
        (state.connections, state.most_open)
    }
}

async fn serve(stream: TcpStream, state: Arc<Mutex<State>>, tls: Tls) -> Option<()> {
    if tls == Tls::Outer {
        let stream = BufStream::new(acceptor().accept(stream).await.ok()?);
        return Session { stream, state, tls, encrypted: true }.run(true).await.map(drop);
    }
    let session = Session { stream: BufStream::new(stream), state: Arc::clone(&state), tls, encrypted: false };
    let plain = session.run(true).await?;
    let stream = BufStream::new(acceptor().accept(plain.into_inner()).await.ok()?);
    Session { stream, state, tls, encrypted: true }.run(false).await.map(drop)
}

fn acceptor() -> TlsAcceptor {
    let chain = vec![CertificateDer::from_pem_slice(include_bytes!("test-only-server.pem")).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("test-only-server.key")).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a certificate with its key");
    TlsAcceptor::from(Arc::new(config))
}

impl<S: AsyncRead + AsyncWrite + AsyncBufRead + Unpin> Session<S> {
    /// Serves until the end (`None`) or until TLS is to begin.
    async fn run(mut self, greet: bool) -> Option<S> {
        if greet {
            self.reply("banner", "220 localhost ESMTP").await?;
        }
        let (mut from, mut to, mut login) = (String::new(), Vec::new(), None);
        loop {
            let line = self.line().await?;
            self.state.lock().expect("the state").commands.push(line.clone());
            let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match word.as_str() {
                "EHLO" => {
                    self.reply(&line, self.extensions()).await?;
                }
                "STARTTLS" => {
                    self.reply(&line, "220 go ahead").await?;
                    return Some(self.stream);
                }
                "AUTH" => {
                    login = line.strip_prefix("AUTH PLAIN ").map(str::to_owned);
                    self.reply(&line, "235 welcome").await?;
                }
                "MAIL" => {
                    from = line["MAIL FROM:".len()..].to_owned();
                    to.clear();
                    self.reply(&line, "250 sender ok").await?;
                }
                "RCPT" => {
                    to.push(line["RCPT TO:".len()..].to_owned());
                    self.reply(&line, "250 recipient ok").await?;
                }
                "DATA" => {
                    if !self.reply(&line, "354 go ahead").await?.starts_with('3') {
                        continue;
                    }
                    let mut data = String::new();
                    loop {
                        match self.line().await?.as_str() {
                            "." => break,
                            line => data.push_str(&format!("{}\r\n", line.strip_prefix('.').unwrap_or(line))),
                        }
                    }
                    let mail = Mail {
                        from: from.clone(),
                        to: std::mem::take(&mut to),
                        data,
                        login: login.clone(),
                        encrypted: self.encrypted,
                    };
                    self.state.lock().expect("the state").mails.push(mail);
                    self.reply("content", "250 2.0.0 queued").await?;
                }
                "QUIT" => {
                    self.reply(&line, "221 bye").await?;
                    return None;
                }
                _ => {
                    self.reply(&line, "250 ok").await?;
                }
            }
        }
    }

    fn extensions(&self) -> &'static str {
        match (self.tls, self.encrypted) {
            (Tls::Starttls, false) => "250-localhost\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN",
            _ => "250-localhost\r\n250-ENHANCEDSTATUSCODES\r\n250 AUTH PLAIN LOGIN",
        }
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        assert!(line.ends_with("\r\n"), "lines end with CR LF: {line:?}");
        Some(line.trim_end_matches("\r\n").to_owned())
    }

    async fn reply(&mut self, to: &str, usual: &'static str) -> Option<&'static str> {
        let reply = {
            let state = self.state.lock().expect("the state");
            state.replies.iter().find(|(start, _)| to.starts_with(start)).map_or(usual, |(_, reply)| *reply)
        };
        match reply {
            DROP => return None,
            SILENCE => std::future::pending().await,
            _ => {}
        }
        self.stream.write_all(format!("{reply}\r\n").as_bytes()).await.ok()?;
        self.stream.flush().await.ok()?;
        if reply.starts_with("421") { None } else { Some(reply) }
    }
}
