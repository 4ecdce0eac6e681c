//! Files in the object store: sheets that are to be imported, lists of refused rows, reports and exports.

use crate::ports::PortResult;
use std::{collections::BTreeMap, future::Future, path::Path, time::Duration};

/// What a file is kept as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Its size in bytes.
    pub size: u64,
    /// What was said of it when it was stored, by lower-case names (`x-amz-meta-*` without the prefix).
    pub metadata: BTreeMap<String, String>,
}

/// A form that a browser or a program posts a file with, without a key of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadForm {
    /// Where the form is posted to.
    pub url: String,
    /// Its fields, in order; the file follows as `file`, last.
    pub fields: Vec<(String, String)>,
}

/// Files by their keys. A key is a path that begins with the account: `<kind>/<account>/…`.
pub trait Objects: Send + Sync {
    /// Stores a small file; one of the same key is replaced.
    fn put(
        &self,
        key: &str,
        content_type: &str,
        metadata: &BTreeMap<String, String>,
        bytes: Vec<u8>,
    ) -> impl Future<Output = PortResult<()>> + Send;

    /// Stores a file of the local disk, of any size, without holding it in memory.
    fn put_file(&self, key: &str, content_type: &str, file: &Path) -> impl Future<Output = PortResult<()>> + Send;

    /// What is known of a file; `None` when there is none.
    fn info(&self, key: &str) -> impl Future<Output = PortResult<Option<ObjectInfo>>> + Send;

    /// Reads a small file whole; `None` when there is none.
    fn get(&self, key: &str) -> impl Future<Output = PortResult<Option<Vec<u8>>>> + Send;

    /// Copies a file to the local disk without holding it in memory; `false` when there is none.
    fn get_file(&self, key: &str, file: &Path) -> impl Future<Output = PortResult<bool>> + Send;

    /// The keys that begin with this prefix, in order.
    fn keys(&self, prefix: &str) -> impl Future<Output = PortResult<Vec<String>>> + Send;

    /// Removes a file, if there is one.
    fn remove(&self, key: &str) -> impl Future<Output = PortResult<()>> + Send;

    /// A link under which anybody can read a file for so long, as an attachment of this name.
    fn link(&self, key: &str, file_name: &str, valid: Duration) -> PortResult<String>;

    /// A form under which anybody can store a file of at most so many bytes for so long.
    fn form(
        &self,
        key: &str,
        most_bytes: u64,
        metadata: &BTreeMap<String, String>,
        valid: Duration,
    ) -> PortResult<UploadForm>;
}

/// Holds files with another value, which fulfils the port for it.
pub trait HasObjects: Send + Sync {
    /// What has the files.
    type Objects: Objects;

    /// What has the files.
    fn objects(&self) -> &Self::Objects;
}

impl<T: HasObjects> Objects for T {
    async fn put(
        &self,
        key: &str,
        content_type: &str,
        metadata: &BTreeMap<String, String>,
        bytes: Vec<u8>,
    ) -> PortResult<()> {
        self.objects().put(key, content_type, metadata, bytes).await
    }

    async fn put_file(&self, key: &str, content_type: &str, file: &Path) -> PortResult<()> {
        self.objects().put_file(key, content_type, file).await
    }

    async fn info(&self, key: &str) -> PortResult<Option<ObjectInfo>> {
        self.objects().info(key).await
    }

    async fn get(&self, key: &str) -> PortResult<Option<Vec<u8>>> {
        self.objects().get(key).await
    }

    async fn get_file(&self, key: &str, file: &Path) -> PortResult<bool> {
        self.objects().get_file(key, file).await
    }

    async fn keys(&self, prefix: &str) -> PortResult<Vec<String>> {
        self.objects().keys(prefix).await
    }

    async fn remove(&self, key: &str) -> PortResult<()> {
        self.objects().remove(key).await
    }

    fn link(&self, key: &str, file_name: &str, valid: Duration) -> PortResult<String> {
        self.objects().link(key, file_name, valid)
    }

    fn form(
        &self,
        key: &str,
        most_bytes: u64,
        metadata: &BTreeMap<String, String>,
        valid: Duration,
    ) -> PortResult<UploadForm> {
        self.objects().form(key, most_bytes, metadata, valid)
    }
}
