//! One signed request, repeated where that can help.

use super::{
    file::{self, FileBody},
    sign::Signer,
};
use baton_pipeline::ports::{PortError, PortResult};
use reqwest::{Client, Method, Response, header};
use sha2::{Digest, Sha256};
use std::{
    path::PathBuf,
    time::{Duration, SystemTime},
};

/// How often a request is made, the first time counted. All that are made here can be repeated.
const TRIES: u32 = 3;
/// The pause before the second try; the third waits twice as long.
const PAUSE: Duration = Duration::from_millis(100);

/// What is sent.
pub(super) enum Body {
    /// This.
    Bytes(Vec<u8>),
    /// A file of the local disk.
    File(PathBuf),
}

/// A request.
pub(super) struct Call<'a> {
    pub http: &'a Client,
    pub signer: &'a Signer,
    pub method: Method,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Body,
}

impl Call<'_> {
    /// With this header, whose name is in lower case.
    pub(super) fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With this body.
    pub(super) fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// The answer, whatever its status; the last one where S3 says that it is busy.
    pub(super) async fn send(self, operation: &'static str) -> PortResult<Response> {
        let digest = match &self.body {
            Body::Bytes(bytes) => hex::encode(Sha256::digest(bytes)),
            Body::File(path) => file::digest(path).map_err(|error| PortError::new("reading a file", error))?,
        };
        let mut tried = 1;
        loop {
            let answer = self.once(operation, &digest).await;
            let busy = match &answer {
                Ok(answer) => answer.status().is_server_error() || answer.status().as_u16() == 429,
                Err(_) => true,
            };
            if !busy || tried == TRIES {
                return answer;
            }
            tokio::time::sleep(PAUSE * tried).await;
            tried += 1;
        }
    }

    async fn once(&self, operation: &'static str, digest: &str) -> PortResult<Response> {
        let signature =
            self.signer.headers(self.method.as_str(), &self.url, &self.headers, digest, SystemTime::now())?;
        let mut request = self.http.request(self.method.clone(), &self.url);
        for (name, value) in self.headers.iter().chain(&signature) {
            request = request.header(name, value);
        }
        let request = match &self.body {
            Body::Bytes(bytes) if bytes.is_empty() && self.method != Method::PUT => request,
            Body::Bytes(bytes) => request.header(header::CONTENT_LENGTH, bytes.len()).body(bytes.clone()),
            Body::File(path) => {
                let body = FileBody::open(path).map_err(|error| PortError::new("reading a file", error))?;
                request.body(reqwest::Body::wrap(body))
            }
        };
        // The address is ours, but a signature in it would be a key: it stays out of logs.
        request.send().await.map_err(|error| PortError::new(operation, error.without_url()))
    }
}
