//! What a messenger's provider is to the chat channel: it carries the sessions of people whose id in the messenger is known.

use baton_domain::{Channel, ChannelContent, Outcome, ProviderError, Recipient, Time};
use baton_pipeline::provider::{Provider, SendRequest, Webhook, WebhookAnswer, WebhookError, WebhookRequest};
use futures::future::BoxFuture;

/// The recipient's id in a messenger; `None` when the content wants another messenger. `types`: what `messengerType` calls
/// this one, in any case. A content that names none has its recipient's id in the messenger that was used last.
pub(crate) fn address<'r>(recipient: &'r Recipient, content: &ChannelContent, types: &[&str]) -> Option<&'r str> {
    let named = content.messenger_type.as_deref();
    let ours = named.is_none_or(|named| types.iter().any(|known| known.eq_ignore_ascii_case(named)));
    recipient.messenger_user_id.as_deref().filter(|_| ours)
}

/// A messenger's provider, with the addresses of the chat channel.
pub(crate) struct Session {
    inner: Box<dyn Provider>,
    types: &'static [&'static str],
}

impl Session {
    /// The provider of a messenger that `messengerType` calls by these names.
    pub(crate) fn new(inner: Box<dyn Provider>, types: &'static [&'static str]) -> Session {
        Session { inner, types }
    }
}

impl Provider for Session {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn address<'r>(&self, channel: Channel, recipient: &'r Recipient, content: &ChannelContent) -> Option<&'r str> {
        // What the messenger can not carry, it carries in no channel.
        self.inner.address(channel, recipient, content)?;
        address(recipient, content, self.types)
    }

    fn idempotent(&self) -> bool {
        self.inner.idempotent()
    }

    fn check(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        self.inner.check()
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        self.inner.send(request)
    }
}

/// The [`crate::registry::Kind`] of a messenger's channel as one of the chat channel: name, aliases and abilities are kept.
/// The second argument is what `messengerType` calls the messenger.
macro_rules! kind {
    ($kind:expr, $types:expr) => {
        $crate::registry::Kind {
            name: $kind.name,
            aliases: $kind.aliases,
            capabilities: $kind.capabilities,
            new: |entry, context| {
                Ok(Box::new($crate::chat::session::Session::new(($kind.new)(entry, context)?, $types)))
            },
        }
    };
}
pub(crate) use kind;

/// The webhook of a messenger's channel as that of the chat channel: what people do there belongs to their chats.
pub(crate) fn webhook(inner: Box<dyn Webhook>) -> Box<dyn Webhook> {
    Box::new(SessionWebhook(inner))
}

struct SessionWebhook(Box<dyn Webhook>);

impl Webhook for SessionWebhook {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn read(&self, request: &WebhookRequest, now: Time) -> Result<WebhookAnswer, WebhookError> {
        let mut answer = self.0.read(request, now)?;
        for inbound in &mut answer.inbound {
            inbound.channel = Channel::Chat;
        }
        Ok(answer)
    }
}
