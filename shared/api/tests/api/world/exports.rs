//! The exports in memory.

use super::World;
use baton_api::ports::{Export, ExportPointer, ExportQueue, Exports};
use baton_domain::AccountId;
use baton_pipeline::ports::{PortResult, Stored};
use uuid::Uuid;

impl World {
    /// What another run does to the exports, when this is the call before which it comes.
    fn overtake(&self) {
        let mut own = self.own();
        own.overtaken = match own.overtaken {
            Some(0) => {
                own.exports.values_mut().for_each(|export| export.version += 1);
                None
            }
            Some(calls) => Some(calls - 1),
            None => None,
        };
    }
}

impl Exports for World {
    async fn export(&self, account: AccountId, id: Uuid) -> PortResult<Option<Export>> {
        self.call(async { Ok(self.own().exports.get(&(account, id)).cloned()) }).await
    }

    async fn exports(&self, account: AccountId) -> PortResult<Vec<Export>> {
        let all = async {
            let own = self.own();
            Ok(own.exports.values().filter(|export| export.account == account).cloned().collect())
        };
        self.call(all).await
    }

    async fn add_export(&self, export: &Export) -> PortResult<()> {
        let add = async {
            self.own().exports.entry((export.account, export.id)).or_insert_with(|| export.clone());
            Ok(())
        };
        self.call(add).await
    }

    async fn store_export(&self, export: &Export, read: u64) -> PortResult<Stored> {
        let store = async {
            self.overtake();
            match self.own().exports.get_mut(&(export.account, export.id)) {
                Some(stored) if stored.version == read => {
                    *stored = export.clone();
                    Ok(Stored::Done)
                }
                _ => Ok(Stored::Conflict),
            }
        };
        self.call(store).await
    }
}

impl ExportQueue for World {
    async fn push_export(&self, pointer: ExportPointer) -> PortResult<()> {
        let push = async {
            self.own().export_queue.push(pointer);
            Ok(())
        };
        self.call(push).await
    }
}
