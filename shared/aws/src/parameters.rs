//! The providers documents in the parameter store, one per channel, as `SecureString`.

use aws_sdk_ssm::{Client, error::SdkError};
use baton_domain::Channel;
use baton_pipeline::ports::{PortError, PortResult};

/// Reads the providers document of a channel; `None` when there is none.
///
/// # Errors
/// The parameter store failed.
pub async fn providers_document(client: &Client, path: &str, channel: Channel) -> PortResult<Option<String>> {
    let name = format!("{}/{channel}", path.trim_end_matches('/'));
    match client.get_parameter().name(name).with_decryption(true).send().await {
        Ok(answer) => Ok(answer.parameter.and_then(|parameter| parameter.value)),
        Err(SdkError::ServiceError(error)) if error.err().is_parameter_not_found() => Ok(None),
        Err(error) => Err(PortError::new("SSM GetParameter", error)),
    }
}

/// The providers documents of a deployment.
#[derive(Clone, Debug)]
pub struct Documents {
    /// The client.
    pub client: Client,
    /// The path that they stand under, one parameter per channel.
    pub path: String,
}

impl Documents {
    /// Reads the document of a channel; `None` when there is none.
    ///
    /// # Errors
    /// The parameter store failed.
    pub async fn read(&self, channel: Channel) -> PortResult<Option<String>> {
        providers_document(&self.client, &self.path, channel).await
    }
}
