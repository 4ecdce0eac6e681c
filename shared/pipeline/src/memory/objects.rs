//! Files.

use super::Memory;
use crate::{
    objects::{ObjectInfo, Objects, UploadForm},
    ports::{PortError, PortResult},
};
use std::{collections::BTreeMap, path::Path, time::Duration};

/// A file that is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredObject {
    /// What it is, as `text/csv`.
    pub content_type: String,
    /// What was said of it when it was stored.
    pub metadata: BTreeMap<String, String>,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// The address of the bucket in links and forms.
const BUCKET: &str = "https://objects.invalid/";

impl Objects for Memory {
    async fn put(
        &self,
        key: &str,
        content_type: &str,
        metadata: &BTreeMap<String, String>,
        bytes: Vec<u8>,
    ) -> PortResult<()> {
        let object = StoredObject { content_type: content_type.to_owned(), metadata: metadata.clone(), bytes };
        self.state().objects.insert(key.to_owned(), object);
        Ok(())
    }

    async fn put_file(&self, key: &str, content_type: &str, file: &Path) -> PortResult<()> {
        let bytes = std::fs::read(file).map_err(|error| PortError::new("reading a file", error))?;
        Objects::put(self, key, content_type, &BTreeMap::new(), bytes).await
    }

    async fn info(&self, key: &str) -> PortResult<Option<ObjectInfo>> {
        let state = self.state();
        let object = state.objects.get(key);
        Ok(object.map(|object| ObjectInfo { size: object.bytes.len() as u64, metadata: object.metadata.clone() }))
    }

    async fn get(&self, key: &str) -> PortResult<Option<Vec<u8>>> {
        Ok(self.state().objects.get(key).map(|object| object.bytes.clone()))
    }

    async fn get_file(&self, key: &str, file: &Path) -> PortResult<bool> {
        let Some(bytes) = Objects::get(self, key).await? else { return Ok(false) };
        std::fs::write(file, bytes).map_err(|error| PortError::new("writing a file", error))?;
        Ok(true)
    }

    async fn keys(&self, prefix: &str) -> PortResult<Vec<String>> {
        Ok(self.state().objects.keys().filter(|key| key.starts_with(prefix)).cloned().collect())
    }

    async fn remove(&self, key: &str) -> PortResult<()> {
        self.state().objects.remove(key);
        Ok(())
    }

    fn link(&self, key: &str, file_name: &str, valid: Duration) -> PortResult<String> {
        Ok(format!("{BUCKET}{key}?name={file_name}&valid={}", valid.as_secs()))
    }

    fn form(
        &self,
        key: &str,
        most_bytes: u64,
        metadata: &BTreeMap<String, String>,
        valid: Duration,
    ) -> PortResult<UploadForm> {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut fields = vec![field("key", key)];
        fields.extend(metadata.iter().map(|(name, value)| (format!("x-amz-meta-{name}"), value.clone())));
        fields.push(field("policy", &format!("at most {most_bytes} bytes for {} s", valid.as_secs())));
        Ok(UploadForm { url: BUCKET.to_owned(), fields })
    }
}
