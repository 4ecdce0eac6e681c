//! Files in S3, by requests that are signed here.
//!
//! The address of a file is that of its bucket's own host on AWS, and a path under the endpoint where one is set (the local stack). What was
//! said of a file when it was stored goes with it as `x-amz-meta-*`, percent-encoded where it is not plain ASCII.
//!
//! | key | what | kept for |
//! |---|---|---|
//! | `imports/<account>/<task>/<file id>` | a sheet as it was given to us | 7 days |
//! | `refused/<account>/<task>/<file id>/<chunk>` | the refused rows of a thousand, as lines of CSV | as long as messages |
//! | `results/<account>/<task>/<file id>/<chunk>` | which row became which message, of `POST /messages/bulk` | as long as messages |
//! | `exports/<account>/…` | what is read by a link | 7 days |

mod address;
mod call;
mod file;
mod form;
mod keys;
mod metadata;
mod sign;

pub use address::Place;

use aws_credential_types::Credentials;
use baton_pipeline::{
    objects::{ObjectInfo, Objects, UploadForm},
    ports::{PortError, PortResult},
};
use call::{Body, Call};
use reqwest::{Method, Response, StatusCode, header};
use sign::Signer;
use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, SystemTime},
};

/// The longest that a link or a form is valid. Session credentials that signed it may end it sooner.
pub const LONGEST_VALIDITY: Duration = Duration::from_secs(60 * 60);
/// Where S3 keeps what was said of a file.
const META: &str = "x-amz-meta-";

/// A bucket.
#[derive(Clone, Debug)]
pub struct ObjectStore {
    http: reqwest::Client,
    place: Place,
    signer: Signer,
}

impl ObjectStore {
    /// The bucket at this place, with the credentials that the process has.
    ///
    /// # Errors
    /// The TLS back end could not be set up.
    pub fn new(place: Place, credentials: Credentials) -> Result<ObjectStore, reqwest::Error> {
        // No time-out for a whole call, as a file may be large: only for a connection that stands still.
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(3))
            .read_timeout(Duration::from_secs(20))
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("baton/", env!("CARGO_PKG_VERSION")))
            .build()?;
        let signer = Signer { credentials, region: place.region.clone() };
        Ok(ObjectStore { http, place, signer })
    }

    fn call(&self, method: Method, url: String) -> Call<'_> {
        Call { http: &self.http, signer: &self.signer, method, url, headers: Vec::new(), body: Body::Bytes(Vec::new()) }
    }

    fn object(&self, method: Method, key: &str) -> Call<'_> {
        self.call(method, self.place.object(key))
    }
}

/// The answer, unless there is no such file.
fn found(operation: &'static str, answer: Response) -> PortResult<Option<Response>> {
    match answer.status() {
        status if status.is_success() => Ok(Some(answer)),
        StatusCode::NOT_FOUND => Ok(None),
        status => Err(PortError::new(operation, format!("HTTP status {status}"))),
    }
}

fn done(operation: &'static str, answer: &Response) -> PortResult<()> {
    let status = answer.status();
    if status.is_success() { Ok(()) } else { Err(PortError::new(operation, format!("HTTP status {status}"))) }
}

impl Objects for ObjectStore {
    async fn put(
        &self,
        key: &str,
        content_type: &str,
        metadata: &BTreeMap<String, String>,
        bytes: Vec<u8>,
    ) -> PortResult<()> {
        let mut call = self.object(Method::PUT, key).header(header::CONTENT_TYPE.as_str(), content_type);
        for (name, value) in metadata {
            call = call.header(format!("{META}{name}"), metadata::written(value));
        }
        done("S3 PutObject", &call.body(Body::Bytes(bytes)).send("S3 PutObject").await?)
    }

    async fn put_file(&self, key: &str, content_type: &str, path: &Path) -> PortResult<()> {
        let call = self.object(Method::PUT, key).header(header::CONTENT_TYPE.as_str(), content_type);
        done("S3 PutObject", &call.body(Body::File(path.to_owned())).send("S3 PutObject").await?)
    }

    async fn info(&self, key: &str) -> PortResult<Option<ObjectInfo>> {
        let answer = self.object(Method::HEAD, key).send("S3 HeadObject").await?;
        let Some(answer) = found("S3 HeadObject", answer)? else { return Ok(None) };
        let text = |value: &header::HeaderValue| value.to_str().map(str::to_owned).unwrap_or_default();
        // The size of the body of an answer to HEAD is 0; the file's stands in the header.
        let size = answer.headers().get(header::CONTENT_LENGTH).and_then(|value| text(value).parse().ok());
        let size = size.ok_or_else(|| PortError::new("S3 HeadObject", "the answer says no size"))?;
        let said = answer.headers().iter().filter_map(|(name, value)| {
            Some((name.as_str().strip_prefix(META)?.to_owned(), metadata::read(&text(value))))
        });
        Ok(Some(ObjectInfo { size, metadata: said.collect() }))
    }

    async fn get(&self, key: &str) -> PortResult<Option<Vec<u8>>> {
        let answer = self.object(Method::GET, key).send("S3 GetObject").await?;
        let Some(answer) = found("S3 GetObject", answer)? else { return Ok(None) };
        let bytes = answer.bytes().await.map_err(|error| PortError::new("S3 GetObject", error.without_url()))?;
        Ok(Some(bytes.to_vec()))
    }

    async fn get_file(&self, key: &str, path: &Path) -> PortResult<bool> {
        let answer = self.object(Method::GET, key).send("S3 GetObject").await?;
        let Some(answer) = found("S3 GetObject", answer)? else { return Ok(false) };
        file::write(answer, path).await.map(|()| true)
    }

    async fn keys(&self, prefix: &str) -> PortResult<Vec<String>> {
        let (mut found, mut next) = (Vec::new(), None);
        loop {
            let url = self.place.list(prefix, next.as_deref());
            let answer = self.call(Method::GET, url).send("S3 ListObjectsV2").await?;
            done("S3 ListObjectsV2", &answer)?;
            let text = answer.text().await.map_err(|error| PortError::new("S3 ListObjectsV2", error.without_url()))?;
            let page = keys::read(&text)?;
            found.extend(page.keys);
            match page.next {
                Some(token) => next = Some(token),
                None => return Ok(found),
            }
        }
    }

    async fn remove(&self, key: &str) -> PortResult<()> {
        done("S3 DeleteObject", &self.object(Method::DELETE, key).send("S3 DeleteObject").await?)
    }

    fn link(&self, key: &str, file_name: &str, valid: Duration) -> PortResult<String> {
        let url = format!("{}?{}", self.place.object(key), address::attachment(file_name));
        self.signer.link(&url, valid.min(LONGEST_VALIDITY), SystemTime::now())
    }

    fn form(
        &self,
        key: &str,
        most_bytes: u64,
        metadata: &BTreeMap<String, String>,
        valid: Duration,
    ) -> PortResult<UploadForm> {
        let mut fields = vec![("key".to_owned(), key.to_owned())];
        fields.extend(metadata.iter().map(|(name, value)| (format!("{META}{name}"), metadata::written(value))));
        let terms = form::Terms { bucket: &self.place.bucket, fields, most_bytes };
        let fields = form::signed(&self.signer, terms, valid.min(LONGEST_VALIDITY), SystemTime::now());
        Ok(UploadForm { url: self.place.bucket_url(), fields })
    }
}
