//! Files, passed on.

use super::Everything;
use baton_pipeline::{
    objects::{ObjectInfo, Objects, UploadForm},
    ports::PortResult,
};
use std::{collections::BTreeMap, path::Path, time::Duration};

impl Objects for Everything {
    async fn put(
        &self,
        key: &str,
        content_type: &str,
        metadata: &BTreeMap<String, String>,
        bytes: Vec<u8>,
    ) -> PortResult<()> {
        self.objects.put(key, content_type, metadata, bytes).await
    }

    async fn put_file(&self, key: &str, content_type: &str, file: &Path) -> PortResult<()> {
        self.objects.put_file(key, content_type, file).await
    }

    async fn info(&self, key: &str) -> PortResult<Option<ObjectInfo>> {
        self.objects.info(key).await
    }

    async fn get(&self, key: &str) -> PortResult<Option<Vec<u8>>> {
        self.objects.get(key).await
    }

    async fn get_file(&self, key: &str, file: &Path) -> PortResult<bool> {
        self.objects.get_file(key, file).await
    }

    async fn keys(&self, prefix: &str) -> PortResult<Vec<String>> {
        self.objects.keys(prefix).await
    }

    async fn remove(&self, key: &str) -> PortResult<()> {
        self.objects.remove(key).await
    }

    fn link(&self, key: &str, file_name: &str, valid: Duration) -> PortResult<String> {
        self.objects.link(key, file_name, valid)
    }

    fn form(
        &self,
        key: &str,
        most_bytes: u64,
        metadata: &BTreeMap<String, String>,
        valid: Duration,
    ) -> PortResult<UploadForm> {
        self.objects.form(key, most_bytes, metadata, valid)
    }
}
