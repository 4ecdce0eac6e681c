//! Short links, passed on.

use super::Everything;
use baton_domain::ShortLink;
use baton_pipeline::{ports::PortResult, short_links::ShortLinkLists};

impl ShortLinkLists for Everything {
    async fn links(&self, codes: &[String]) -> PortResult<Vec<ShortLink>> {
        self.links.links(codes).await
    }
}
