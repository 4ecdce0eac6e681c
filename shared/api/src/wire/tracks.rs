//! `tracks`: what people did with a message. Every source of it comes together here.

use super::stamp;
use baton_domain::tracks::{Track as Stored, Tracks as AllStored};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What people did with a message. What nobody has done, or no provider tells, is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tracks {
    /// Opens of an e-mail. Some mail programs fetch images without anybody looking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub opens: Option<Track>,
    /// Followed links.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub clicks: Option<Track>,
}

/// How often, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Track {
    /// How often; an event that its provider reports twice counts once.
    #[schema(example = 2)]
    pub count: u32,
    /// The first time.
    #[schema(format = DateTime)]
    pub first_at: String,
    /// The last time.
    #[schema(format = DateTime)]
    pub last_at: String,
}

impl Tracks {
    /// What providers have told of a message. Clicks that Baton has seen itself are to be added here.
    #[must_use]
    pub fn of(stored: &AllStored) -> Tracks {
        Tracks { opens: stored.opens.map(Track::of), clicks: stored.clicks.map(Track::of) }
    }
}

impl Track {
    fn of(stored: Stored) -> Track {
        Track { count: stored.count, first_at: stamp(stored.first), last_at: stamp(stored.last) }
    }
}
