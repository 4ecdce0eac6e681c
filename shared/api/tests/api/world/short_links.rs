use super::World;
use baton_domain::ShortLink;
use baton_pipeline::{ports::PortResult, short_links::ShortLinkLists};

impl ShortLinkLists for World {
    async fn links(&self, codes: &[String]) -> PortResult<Vec<ShortLink>> {
        self.call(self.memory.links(codes)).await
    }
}
