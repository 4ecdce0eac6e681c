//! What a provider is to the pipeline: something that takes one message, and something that is heard of later.

use crate::inbound::Inbound;
use baton_domain::{
    AttemptRef, Channel, ChannelContent, Outcome, ProviderError, Receipt, Recipient, TaskId, Time, segments::segments,
};
use futures::future::BoxFuture;

/// One message as a provider gets it: rendered, for one recipient, over one channel.
#[derive(Clone, Debug)]
pub struct SendRequest {
    /// What the provider is asked to give back in its receipts.
    pub attempt: AttemptRef,
    /// The message's task.
    pub task: Option<TaskId>,
    /// The number of this try, from 1. More than 1 only after refusals.
    pub try_number: u8,
    /// The channel.
    pub channel: Channel,
    /// The recipient's address at this provider (see [`Provider::address`]): a phone in E.164 form with `+`, an e-mail, an
    /// id, a token.
    pub to: String,
    /// The recipient with all addresses.
    pub recipient: Recipient,
    /// The content with its variables filled in.
    pub content: ChannelContent,
    /// Now.
    pub now: Time,
}

impl SendRequest {
    /// The parts of an SMS by our own count; `None` on other channels.
    #[must_use]
    pub fn part_count(&self) -> Option<u16> {
        let text = self.content.text.as_deref().filter(|_| self.channel == Channel::Sms)?;
        u16::try_from(segments(text).parts).ok()
    }
}

/// A provider: carries one message at a time. Built once per process; its connections are reused.
pub trait Provider: Send + Sync {
    /// Its name in upper case, as in the providers document: `TWILIO`.
    fn name(&self) -> &'static str;

    /// The recipient's address at this provider; `None` when it can not reach the recipient (it wants a phone, say, and
    /// there is an id alone), or can not carry what the content is (a code alone, an approved template alone). The next
    /// provider of the channel is asked then.
    fn address<'r>(&self, channel: Channel, recipient: &'r Recipient, content: &ChannelContent) -> Option<&'r str> {
        recipient.address_for(channel, content)
    }

    /// Whether it takes a key against duplicates, made of [`SendRequest::attempt`]: then a call whose outcome is unknown is
    /// made again.
    fn idempotent(&self) -> bool {
        false
    }

    /// Makes the cheapest call that shows whether the credentials are good. It reaches nobody and costs nothing.
    ///
    /// The default is for providers that have no such call: their settings were checked when they were built.
    fn check(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Makes one call. Never panics on what the provider answers, and never takes longer than [`CALL_TIMEOUT`].
    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome>;
}

/// The longest a provider call may take; what has not answered by then is an unknown outcome.
pub const CALL_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(7);

/// The receipt of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptOf {
    /// The attempt.
    pub attempt: AttemptRef,
    /// What is reported.
    pub receipt: Receipt,
}

/// What a provider told us in one go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// The receipts in it, none when it is about something else.
    pub receipts: Vec<ReceiptOf>,
    /// What people did: messages to us, blocks.
    pub inbound: Vec<Inbound>,
}

impl Heard {
    /// These receipts alone.
    #[must_use]
    pub fn receipts(receipts: Vec<ReceiptOf>) -> Heard {
        Heard { receipts, inbound: Vec::new() }
    }

    /// What people did alone.
    #[must_use]
    pub fn inbound(inbound: Vec<Inbound>) -> Heard {
        Heard { receipts: Vec::new(), inbound }
    }
}

/// A provider's HTTP request to us.
#[derive(Clone, Debug, Default)]
pub struct WebhookRequest {
    /// `POST` or `GET`, in upper case.
    pub method: String,
    /// The whole address that the provider called, as it knows it (signatures cover it).
    pub url: String,
    /// The query string without `?`, still encoded.
    pub query: String,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

impl WebhookRequest {
    /// The first value of a header; `name` in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What a webhook said, and what to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookAnswer {
    /// The receipts in it, none when it is about something else.
    pub receipts: Vec<ReceiptOf>,
    /// What people did: messages to us, blocks.
    pub inbound: Vec<Inbound>,
    /// The media type of the answer.
    pub content_type: &'static str,
    /// The body of the answer, with status 200.
    pub body: String,
}

impl WebhookAnswer {
    /// These receipts, answered with an empty body.
    #[must_use]
    pub fn receipts(receipts: Vec<ReceiptOf>) -> WebhookAnswer {
        WebhookAnswer { receipts, inbound: Vec::new(), content_type: "text/plain", body: String::new() }
    }

    /// What people did, answered with an empty body.
    #[must_use]
    pub fn inbound(inbound: Vec<Inbound>) -> WebhookAnswer {
        WebhookAnswer { inbound, ..WebhookAnswer::receipts(Vec::new()) }
    }

    /// All that was heard, answered with an empty body.
    #[must_use]
    pub fn heard(heard: Heard) -> WebhookAnswer {
        WebhookAnswer { inbound: heard.inbound, ..WebhookAnswer::receipts(heard.receipts) }
    }

    /// The same, answered with this text: a challenge, a confirmation, `ok`.
    #[must_use]
    pub fn body(self, body: impl Into<String>) -> WebhookAnswer {
        WebhookAnswer { body: body.into(), ..self }
    }
}

/// Why a webhook was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// The signature or secret is missing or wrong: answered with 401.
    #[error("the signature is missing or wrong")]
    Forged,
    /// It is authentic by its signature, but not what the provider documents: answered with 400.
    #[error("not understood: {0}")]
    Malformed(String),
}

/// A provider's webhooks.
pub trait Webhook: Send + Sync {
    /// The provider's name in upper case.
    fn name(&self) -> &'static str;

    /// Verifies a request and reads it.
    ///
    /// # Errors
    /// It is forged or malformed.
    fn read(&self, request: &WebhookRequest, now: Time) -> Result<WebhookAnswer, WebhookError>;
}
