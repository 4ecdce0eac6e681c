//! Opens and clicks in an item: `[opens, clicks, known]`, where opens and clicks are `[count, first, last]` or null, with times
//! as offsets from the message's creation, and `known` is the digests of events, four bytes each, in base 64. At most some 130
//! bytes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use baton_domain::{
    Time,
    tracks::{Track, Tracks},
};
use chrono::TimeDelta;

/// Count, first and last time.
type Record = (u32, i64, i64);

/// `None` when there is nothing to keep.
pub(super) fn encode(tracks: &Tracks, created: Time) -> Option<String> {
    if tracks.is_empty() {
        return None;
    }
    let offset = |time: Time| (time - created).num_milliseconds();
    let record = |track: Track| -> Record { (track.count, offset(track.first), offset(track.last)) };
    let known: Vec<u8> = tracks.known.iter().flat_map(|digest| digest.to_be_bytes()).collect();
    Some(super::json(&(tracks.opens.map(record), tracks.clicks.map(record), URL_SAFE_NO_PAD.encode(known))))
}

/// `None` when it is not as it was written.
pub(super) fn decode(text: &str, created: Time) -> Option<Tracks> {
    let (opens, clicks, known): (Option<Record>, Option<Record>, String) = super::parse(text)?;
    let at = |offset: i64| Some(created + TimeDelta::try_milliseconds(offset)?);
    let track = |(count, first, last): Record| Some(Track { count, first: at(first)?, last: at(last)? });
    let known = URL_SAFE_NO_PAD.decode(known).ok()?;
    let known = known.chunks_exact(4).filter_map(|bytes| Some(u32::from_be_bytes(bytes.try_into().ok()?))).collect();
    Some(Tracks { opens: opens.and_then(track), clicks: clicks.and_then(track), known })
}
