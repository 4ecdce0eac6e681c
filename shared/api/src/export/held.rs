//! The export that a run is at.

use crate::ports::{Export, Exports};
use baton_pipeline::ports::{Clock, PortError, Stored};

/// Why a run stops before its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// A port failed: the record comes again.
    Port(PortError),
    /// Another run has taken over.
    Overtaken,
    /// There can be no file: why, as a sentence.
    Refused(String),
}

impl From<PortError> for Stop {
    fn from(error: PortError) -> Stop {
        Stop::Port(error)
    }
}

/// The export as this run has stored it last. Each change is a write on the condition that nobody else has changed it since: of two
/// runs, the one that came first stops at its next change.
pub(super) struct Held<'a, P, C> {
    pub(super) ports: &'a P,
    pub(super) clock: &'a C,
    pub(super) export: Export,
}

impl<P: Exports, C: Clock> Held<'_, P, C> {
    pub(super) async fn change(&mut self, change: impl FnOnce(&mut Export)) -> Result<(), Stop> {
        let read = self.export.version;
        let mut changed = self.export.clone();
        change(&mut changed);
        (changed.version, changed.updated_at) = (read + 1, self.clock.now());
        if self.ports.store_export(&changed, read).await? == Stored::Conflict {
            // The write may have been ours, with its answer lost on the way.
            let stored = self.ports.export(changed.account, changed.id).await?;
            if stored.as_ref() != Some(&changed) {
                return Err(Stop::Overtaken);
            }
        }
        self.export = changed;
        Ok(())
    }
}
