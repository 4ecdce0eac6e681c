//! Files in memory.

use super::World;
use baton_pipeline::{
    objects::{ObjectInfo, Objects, UploadForm},
    ports::PortResult,
};
use std::{collections::BTreeMap, path::Path, time::Duration};

impl Objects for World {
    async fn put(
        &self,
        key: &str,
        content_type: &str,
        metadata: &BTreeMap<String, String>,
        bytes: Vec<u8>,
    ) -> PortResult<()> {
        self.call(Objects::put(&self.memory, key, content_type, metadata, bytes)).await
    }

    async fn put_file(&self, key: &str, content_type: &str, file: &Path) -> PortResult<()> {
        self.call(self.memory.put_file(key, content_type, file)).await
    }

    async fn info(&self, key: &str) -> PortResult<Option<ObjectInfo>> {
        self.call(self.memory.info(key)).await
    }

    async fn get(&self, key: &str) -> PortResult<Option<Vec<u8>>> {
        self.call(self.memory.get(key)).await
    }

    async fn get_file(&self, key: &str, file: &Path) -> PortResult<bool> {
        self.call(self.memory.get_file(key, file)).await
    }

    async fn keys(&self, prefix: &str) -> PortResult<Vec<String>> {
        self.call(self.memory.keys(prefix)).await
    }

    async fn remove(&self, key: &str) -> PortResult<()> {
        self.call(self.memory.remove(key)).await
    }

    fn link(&self, key: &str, file_name: &str, valid: Duration) -> PortResult<String> {
        self.memory.link(key, file_name, valid)
    }

    fn form(
        &self,
        key: &str,
        most_bytes: u64,
        metadata: &BTreeMap<String, String>,
        valid: Duration,
    ) -> PortResult<UploadForm> {
        self.memory.form(key, most_bytes, metadata, valid)
    }
}
