//! Exports and their files, passed on.

use super::Everything;
use baton_api::ports::{Export, ExportPointer, ExportQueue, Exports};
use baton_domain::AccountId;
use baton_pipeline::ports::{PortResult, Stored};
use uuid::Uuid;

impl Exports for Everything {
    async fn export(&self, account: AccountId, id: Uuid) -> PortResult<Option<Export>> {
        self.control.export(account, id).await
    }

    async fn exports(&self, account: AccountId) -> PortResult<Vec<Export>> {
        self.control.exports(account).await
    }

    async fn add_export(&self, export: &Export) -> PortResult<()> {
        self.control.add_export(export).await
    }

    async fn store_export(&self, export: &Export, read: u64) -> PortResult<Stored> {
        self.control.store_export(export, read).await
    }
}

impl ExportQueue for Everything {
    async fn push_export(&self, pointer: ExportPointer) -> PortResult<()> {
        self.exports.push_export(pointer).await
    }
}
