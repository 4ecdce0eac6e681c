//! `tracks`: what people did with a message. Every source of it comes together here.

use super::{Message, stamp};
use baton_domain::{
    ShortLink, Time,
    tracks::{Track as Stored, Tracks as AllStored},
};
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
    /// The short links of an SMS, each with its own clicks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkTrack>,
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

/// A short link in an SMS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkTrack {
    /// Where it leads.
    #[schema(example = "https://example.org/orders/42")]
    pub content: String,
    /// What stands in the text instead.
    #[schema(example = "https://go.example.org/jnpup0U")]
    pub shortcut: String,
    /// How often people followed it.
    #[schema(example = 1)]
    pub clicks: u64,
    /// When somebody followed it first; null before.
    #[schema(format = DateTime)]
    pub first_visited_at: Option<String>,
    /// When somebody followed it last; null before.
    #[schema(format = DateTime)]
    pub last_visited_at: Option<String>,
}

impl Tracks {
    /// What providers have told of a message.
    #[must_use]
    pub fn of(stored: &AllStored) -> Tracks {
        Tracks { opens: stored.opens.map(Track::of), clicks: stored.clicks.map(Track::of), links: Vec::new() }
    }
}

impl Message {
    /// With the clicks on its short links; `short_url` stands before their codes. An SMS has no clicks besides, as no provider
    /// tells of any.
    #[must_use]
    pub fn linked(mut self, links: &[ShortLink], short_url: &str) -> Message {
        let first = links.iter().filter_map(|link| link.first_visited_at).min();
        let last = links.iter().filter_map(|link| link.last_visited_at).max();
        if let Some((first, last)) = first.zip(last) {
            let count = links.iter().map(|link| link.clicks).sum::<u64>();
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            self.tracks.clicks = Some(Track::of(Stored { count, first, last }));
        }
        self.tracks.links = links.iter().map(|link| LinkTrack::of(link, short_url)).collect();
        self
    }
}

impl LinkTrack {
    fn of(link: &ShortLink, short_url: &str) -> LinkTrack {
        let shown = |time: Option<Time>| time.map(stamp);
        LinkTrack {
            content: link.url.clone(),
            shortcut: format!("{short_url}/{}", link.code),
            clicks: link.clicks,
            first_visited_at: shown(link.first_visited_at),
            last_visited_at: shown(link.last_visited_at),
        }
    }
}

impl Track {
    fn of(stored: Stored) -> Track {
        Track { count: stored.count, first_at: stamp(stored.first), last_at: stamp(stored.last) }
    }
}
