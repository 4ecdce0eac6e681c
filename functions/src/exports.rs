//! What making exports works on.

use baton_api::ports::{Export, ExportPointer, ExportQueue, Exports, Index, Line, Lists, Part, Span};
use baton_aws::{
    control::ControlTable, messages::MessageTable, objects::ObjectStore, queues::ExportsQueue, short_links::LinkTable,
};
use baton_domain::{AccountId, BulkId, Message, MessageId, ShortLink, Spec};
use baton_pipeline::{
    objects::HasObjects,
    ports::{PortResult, Specs, Stored},
    short_links::ShortLinkLists,
    tasks::ports::HasTasks,
};
use std::sync::Arc;
use uuid::Uuid;

/// The messages, the exports, their files and the function's own queue, in one value.
#[derive(Clone, Debug)]
pub struct MakerPorts {
    /// Messages, contents and their lists.
    pub messages: MessageTable,
    /// The exports.
    pub control: ControlTable,
    /// The short links.
    pub links: LinkTable,
    /// The bucket of files.
    pub files: ObjectStore,
    /// The queue that the function reads.
    pub queue: ExportsQueue,
}

impl Lists for MakerPorts {
    async fn lines(
        &self,
        account: AccountId,
        index: Index<'_>,
        span: Span,
        after: Option<&str>,
        limit: usize,
    ) -> PortResult<Part<Line>> {
        self.messages.lines(account, index, span, after, limit).await
    }

    async fn line(&self, account: AccountId, bulk: BulkId) -> PortResult<Option<(BulkId, Line)>> {
        self.messages.line(account, bulk).await
    }

    async fn part_of_bulk(
        &self,
        account: AccountId,
        bulk: BulkId,
        first: u16,
        limit: usize,
    ) -> PortResult<Vec<Message>> {
        self.messages.part_of_bulk(account, bulk, first, limit).await
    }

    async fn load_many(&self, account: AccountId, ids: &[MessageId]) -> PortResult<Vec<Message>> {
        self.messages.load_many(account, ids).await
    }
}

impl Specs for MakerPorts {
    async fn spec(&self, account: AccountId, bulk: BulkId, item: u16) -> PortResult<Option<Arc<Spec>>> {
        self.messages.spec(account, bulk, item).await
    }
}

impl ShortLinkLists for MakerPorts {
    async fn links(&self, codes: &[String]) -> PortResult<Vec<ShortLink>> {
        self.links.links(codes).await
    }
}

impl HasTasks for MakerPorts {
    type Tasks = ControlTable;

    fn tasks_in(&self) -> &ControlTable {
        &self.control
    }
}

impl Exports for MakerPorts {
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

impl ExportQueue for MakerPorts {
    async fn push_export(&self, pointer: ExportPointer) -> PortResult<()> {
        self.queue.push_export(pointer).await
    }
}

impl HasObjects for MakerPorts {
    type Objects = ObjectStore;

    fn objects(&self) -> &ObjectStore {
        &self.files
    }
}
