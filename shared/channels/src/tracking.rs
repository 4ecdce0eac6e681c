//! Opens and clicks that providers tell of.

use baton_domain::tracks::{TrackEvent, TrackKind};
use sha2::{Digest, Sha256};

/// An event, known again by `identity`: its id, else all that it says.
pub(crate) fn track_event(kind: TrackKind, identity: &str) -> TrackEvent {
    let digest = Sha256::new().chain_update([kind as u8]).chain_update(identity).finalize();
    TrackEvent { kind, digest: u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) }
}
