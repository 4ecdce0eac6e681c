//! The resolver of receivers' names.

use baton_domain::network::is_public;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::SocketAddr;

/// A name resolves to nothing that may be called.
#[derive(Debug, thiserror::Error)]
#[error("the name has no address on the public internet")]
pub(super) struct NoPublicAddress;

/// Resolves names, and gives the client their public addresses alone: it connects to nothing that was not looked at.
#[derive(Debug)]
pub(super) struct PublicNames;

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public = only_public(found)?;
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// The public ones of a name's addresses. A name that has none is refused.
pub(super) fn only_public(found: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, NoPublicAddress> {
    let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
    if public.is_empty() { Err(NoPublicAddress) } else { Ok(public) }
}
