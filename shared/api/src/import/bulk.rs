//! A chunk becomes a bulk.

use super::{ImportPorts, Importer, chunk::Chunk, refused, results, sheet::Sheet, work::Work};
use baton_domain::BulkId;
use baton_pipeline::{
    accept::{self, AcceptError},
    ports::{Clock, PortError, PortResult},
    tasks::{file::TaskFile, join::join},
};
use std::collections::BTreeSet;

impl<P: ImportPorts, C: Clock> Importer<P, C> {
    /// Makes messages of a chunk's rows and lists those that are refused; how many these are. `again`: another run may have begun
    /// with the chunk.
    pub(super) async fn take(
        &self,
        work: Work,
        file: &TaskFile,
        sheet: &Sheet,
        chunk: &mut Chunk,
        again: bool,
    ) -> PortResult<u32> {
        let bulk = work.bulk(file.created_at, chunk.id);
        let (rows, mut told) = self.judge(work, file, sheet, chunk).await?;
        let submission = rows.into_submission(work.account, bulk, work.task, &work.digest(chunk.id));
        let of_item = |item: &accept::Item| item.recipients.iter().map(|(place, _)| *place).collect::<Vec<_>>();
        let mut taken: BTreeSet<u16> = submission.items.iter().flat_map(of_item).collect();
        if again {
            // What is stored stays, whatever has changed since in the lists that rows are judged by.
            let stored = self.ports.messages(work.account, bulk).await?;
            taken.extend(stored.iter().filter_map(|message| message.id.index()));
            told.retain(|place, _| !taken.contains(place));
        }
        if !submission.items.is_empty() {
            accept::keep(&self.ports, &self.clock, &submission).await.map_err(failed)?;
        }
        refused::store(&self.ports, work, (file, chunk), &told, again).await?;
        if sheet.with_results {
            results::store(&self.ports, work, chunk, &told).await?;
        }
        self.tell(work, bulk, taken.len()).await?;
        Ok(u32::try_from(told.len()).unwrap_or(u32::MAX))
    }

    /// Tells the task of a bulk with so many messages, when it has any.
    pub(super) async fn tell(&self, work: Work, bulk: BulkId, messages: usize) -> PortResult<()> {
        if messages == 0 {
            return Ok(());
        }
        let count = u16::try_from(messages).unwrap_or(u16::MAX);
        join(&self.ports, &self.ports, &self.clock, (work.account, work.task), (bulk, count)).await
    }
}

fn failed(error: AcceptError) -> PortError {
    match error {
        AcceptError::Port(error) => error,
        other => PortError::new("accepting a bulk", other),
    }
}
