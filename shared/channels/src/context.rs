//! What providers are built from.

use crate::sandbox::SandboxPorts;
use std::sync::Arc;

/// Shared by all providers of a process.
#[derive(Clone)]
pub struct Context {
    /// The HTTP client: one pool of connections for all providers of the process.
    pub http: reqwest::Client,
    /// Credentials and region for the providers that are AWS services.
    pub aws: aws_config::SdkConfig,
    /// Where providers reach us, without a slash at the end: webhooks are at `{public_url}/webhooks/{channel}/{provider}`.
    pub public_url: String,
    /// Where `SANDBOX` leaves what it "sends"; `None` where the sandbox is off.
    pub sandbox: Option<Arc<dyn SandboxPorts>>,
}

impl Context {
    /// The address of a provider's webhook, with the attempt in its query for providers that carry no reference of ours.
    #[must_use]
    pub fn webhook_url(&self, channel: baton_domain::Channel, provider: &str) -> String {
        format!("{}/webhooks/{channel}/{}", self.public_url, provider.to_ascii_lowercase())
    }
}
