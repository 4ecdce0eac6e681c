//! The short links of messages.

use super::contents::Shown;
use crate::refusal::Refusal;
use baton_domain::{Message, ShortLink};
use baton_pipeline::short_links::{ShortLinkLists, Wanted, stored};

/// The short links of each message, in the order in which they stand in its text.
pub(crate) async fn of(
    ports: &impl ShortLinkLists,
    messages: &[Message],
    shown: &[Shown],
) -> Result<Vec<Vec<ShortLink>>, Refusal> {
    let wanted = |(message, shown): (&Message, &Shown)| {
        let wanted = |url: &String| Wanted { account: message.account, message: message.id, url: url.clone() };
        shown.links.iter().map(wanted).collect::<Vec<_>>()
    };
    let wanted: Vec<Wanted> = messages.iter().zip(shown).flat_map(wanted).collect();
    let mut found = stored(ports, &wanted).await?.into_iter();
    Ok(shown.iter().map(|shown| found.by_ref().take(shown.links.len()).flatten().collect()).collect())
}
