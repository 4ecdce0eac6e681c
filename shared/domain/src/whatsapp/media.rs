//! The medium of a message.

use crate::ChannelContent;

/// The kind of a medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// A picture: JPEG or PNG.
    Image,
    /// A film: MP4 or 3GPP.
    Video,
    /// Any other file.
    Document,
}

impl MediaKind {
    /// The name in Meta's messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            MediaKind::Image => "image",
            MediaKind::Video => "video",
            MediaKind::Document => "document",
        }
    }
}

/// The endings of paths by which pictures and films are told from other files (the types that WhatsApp takes as such).
const ENDINGS: &[(&str, MediaKind)] = &[
    (".jpg", MediaKind::Image),
    (".jpeg", MediaKind::Image),
    (".png", MediaKind::Image),
    (".mp4", MediaKind::Video),
    (".3gp", MediaKind::Video),
    (".3gpp", MediaKind::Video),
];

/// A medium by its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// Its kind.
    pub kind: MediaKind,
    /// Its http(s) address.
    pub link: String,
    /// The name that a document is shown with.
    pub filename: Option<String>,
}

/// The medium of a content: the picture at `imageUrl`, else what `mediaUrl` leads to. The kind of the latter is told by
/// the ending of its path; with a `documentFilename` it is a document whatever its ending.
#[must_use]
pub fn media(content: &ChannelContent) -> Option<Media> {
    if let Some(link) = &content.image_url {
        return Some(Media { kind: MediaKind::Image, link: link.clone(), filename: None });
    }
    let (link, filename) = (content.media_url.clone()?, content.document_filename.clone());
    let kind = if filename.is_some() { MediaKind::Document } else { kind(&link) };
    Some(Media { kind, link, filename })
}

fn kind(link: &str) -> MediaKind {
    let path = link.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    ENDINGS.iter().find(|(ending, _)| path.ends_with(ending)).map_or(MediaKind::Document, |(_, kind)| *kind)
}
