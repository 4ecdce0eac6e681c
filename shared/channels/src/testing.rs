//! What the unit tests of the providers share.

use crate::Context;
use baton_domain::{
    AccountId, AttemptRef, BulkId, Channel, ChannelContent, MessageId, Outcome, ProviderError, Recipient, Time,
};
use baton_pipeline::provider::SendRequest;

/// A moment.
pub fn now() -> Time {
    Time::from_timestamp_millis(1_790_000_000_123).expect("a time")
}

/// An attempt.
pub fn attempt() -> AttemptRef {
    let message = MessageId::new(BulkId::new(now(), *b"baton-01"), 0);
    AttemptRef { account: AccountId(7), message, attempt: 1 }
}

/// The first try of [`attempt`].
pub fn request(channel: Channel, to: &str, content: ChannelContent) -> SendRequest {
    let recipient = Recipient::default();
    let to = to.to_owned();
    SendRequest { attempt: attempt(), task: None, try_number: 1, channel, to, recipient, content, now: now() }
}

/// A context without a sandbox, with made-up AWS credentials.
pub fn context() -> Context {
    let credentials = aws_sdk_sesv2::config::Credentials::new("AKIDEXAMPLE", "secret", None, None, "tests");
    let aws = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("eu-central-1"))
        .credentials_provider(aws_sdk_sesv2::config::SharedCredentialsProvider::new(credentials))
        .build();
    let http = crate::transport::client().expect("an HTTP client");
    Context { http, aws, public_url: "https://baton.example.org".to_owned(), sandbox: None }
}

/// The error of an outcome that is none of success.
pub fn failed(outcome: Outcome) -> Result<(), ProviderError> {
    match outcome {
        Outcome::Accepted(_) => Ok(()),
        Outcome::Refused(error) | Outcome::Unknown(error) => Err(error),
    }
}
