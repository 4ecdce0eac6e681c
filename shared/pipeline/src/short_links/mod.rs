//! Short links: made by the sender of SMS between its claim and its call, followed by people, listed with their clicks.

mod shorten;
mod visit;

pub use shorten::Shortener;
pub use visit::{Visit, Visitor, visit};

use crate::ports::PortResult;
use baton_domain::{
    AccountId, MessageId, ShortLink, Time,
    short_link::{MOST_TURNS, code},
};
use std::{collections::HashMap, future::Future};

/// Where short links are made.
pub trait ShortLinks: Send + Sync {
    /// Stores a link if its code is free; otherwise gives the link that has the code.
    fn add_link(&self, link: &ShortLink) -> impl Future<Output = PortResult<Option<ShortLink>>> + Send;
}

/// Where short links are looked up.
pub trait ShortLinkLists: Send + Sync {
    /// The links of these codes, in any order; codes that have none are left out.
    fn links(&self, codes: &[String]) -> impl Future<Output = PortResult<Vec<ShortLink>>> + Send;
}

/// Where short links are followed.
pub trait Visits: Send + Sync {
    /// The link of a code: one read.
    fn link(&self, code: &str) -> impl Future<Output = PortResult<Option<ShortLink>>> + Send;

    /// Counts a click on the link of a code, unless it has expired by `now`, and gives the link: one write.
    fn click(&self, code: &str, now: Time) -> impl Future<Output = PortResult<Option<ShortLink>>> + Send;
}

/// What may have become a short link: an address in the text of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Whose message it is.
    pub account: AccountId,
    /// The message.
    pub message: MessageId,
    /// The address.
    pub url: String,
}

/// The short link of each of these, where there is one. Nothing says where they are: their codes are come to again.
///
/// # Errors
/// A port failed.
pub async fn stored(lists: &impl ShortLinkLists, wanted: &[Wanted]) -> PortResult<Vec<Option<ShortLink>>> {
    let mut found: Vec<Option<ShortLink>> = vec![None; wanted.len()];
    let mut open: Vec<usize> = (0..wanted.len()).collect();
    for turn in 0..MOST_TURNS {
        if open.is_empty() {
            break;
        }
        let code_of = |index: &usize| code(wanted[*index].account, wanted[*index].message, &wanted[*index].url, turn);
        let mut codes: Vec<String> = open.iter().map(code_of).collect();
        codes.sort_unstable();
        codes.dedup();
        let links = lists.links(&codes).await?;
        let links: HashMap<&str, &ShortLink> = links.iter().map(|link| (link.code.as_str(), link)).collect();
        // Whose code belongs to another link has one of a later turn.
        open.retain(|index| {
            let (of, code) = (&wanted[*index], code_of(index));
            let Some(link) = links.get(code.as_str()) else { return false };
            if link.is_of(of.account, of.message, &of.url) {
                found[*index] = Some(ShortLink::clone(link));
                return false;
            }
            true
        });
    }
    Ok(found)
}
