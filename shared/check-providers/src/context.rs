//! What providers are built from outside a function.

use aws_config::{
    BehaviorVersion, Region, SdkConfig, environment::EnvironmentVariableRegionProvider,
    meta::region::RegionProviderChain, profile::ProfileFileRegionProvider,
};
use baton_channels::{
    Context,
    sandbox::{OutboxRecord, SandboxPorts},
    transport,
};
use baton_domain::AccountId;
use baton_pipeline::{pointer::QueuedReceipt, ports::PortResult};
use futures::future::{BoxFuture, ready};
use std::{env, sync::Arc, time::Duration};

/// What stands for the region of the function, which always has one, where nobody is called.
const SOME_REGION: &str = "eu-central-1";

/// Credentials and region by the environment and the profile. Credentials are looked for when they are needed, so that there
/// need be none for providers outside AWS. The metadata service of EC2 is not asked for the region: elsewhere that takes
/// seconds.
pub async fn aws(offline: bool) -> SdkConfig {
    let chain = RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
        .or_else(ProfileFileRegionProvider::new());
    let chain = if offline { chain.or_else(Region::new(SOME_REGION)) } else { chain };
    aws_config::defaults(BehaviorVersion::latest()).region(chain).load().await
}

/// The context of all providers.
///
/// # Errors
/// The root certificates could not be read.
pub fn context(aws: SdkConfig) -> Result<Context, String> {
    let http = transport::client().map_err(|_| "no HTTP client could be made; are there root certificates?")?;
    // Nothing is sent, so it does not matter where receipts would go.
    let public_url = env::var("PUBLIC_URL").unwrap_or_else(|_| "https://baton.invalid".to_owned());
    Ok(Context { http, aws, public_url, sandbox: Some(Arc::new(Nowhere)) })
}

/// The sandbox of a program that sends nothing.
struct Nowhere;

impl SandboxPorts for Nowhere {
    fn record(&self, _: OutboxRecord) -> BoxFuture<'_, PortResult<()>> {
        Box::pin(ready(Ok(())))
    }

    fn receipt(&self, _: AccountId, _: QueuedReceipt, _: Duration) -> BoxFuture<'_, PortResult<()>> {
        Box::pin(ready(Ok(())))
    }
}
