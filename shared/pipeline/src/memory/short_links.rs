//! The ports of short links in memory.

use super::Memory;
use crate::{
    ports::PortResult,
    short_links::{ShortLinkLists, ShortLinks, Visits},
};
use baton_domain::{ShortLink, Time};

impl ShortLinks for Memory {
    async fn add_link(&self, link: &ShortLink) -> PortResult<Option<ShortLink>> {
        let links = &mut self.state().short_links;
        if let Some(known) = links.get(&link.code) {
            return Ok(Some(known.clone()));
        }
        links.insert(link.code.clone(), link.clone());
        Ok(None)
    }
}

impl ShortLinkLists for Memory {
    async fn links(&self, codes: &[String]) -> PortResult<Vec<ShortLink>> {
        let state = self.state();
        Ok(codes.iter().filter_map(|code| state.short_links.get(code).cloned()).collect())
    }
}

impl Visits for Memory {
    async fn link(&self, code: &str) -> PortResult<Option<ShortLink>> {
        Ok(self.state().short_links.get(code).cloned())
    }

    async fn click(&self, code: &str, now: Time) -> PortResult<Option<ShortLink>> {
        let mut state = self.state();
        let Some(link) = state.short_links.get_mut(code) else { return Ok(None) };
        if link.expires_at > now {
            link.clicks += 1;
            link.first_visited_at.get_or_insert(now);
            link.last_visited_at = Some(now);
        }
        Ok(Some(link.clone()))
    }
}
