//! `VONAGE` for SMS: channel `sms` of the Messages API (see [`crate::vonage`]). Receipts come where `signatureSecret`
//! is set; there is no key against duplicates.

use crate::{Capabilities, outcomes::text, registry::Kind, vonage::Client};
use baton_domain::{Channel, Outcome, ProviderError};
use baton_pipeline::provider::{Provider, SendRequest};
use futures::future::BoxFuture;
use serde_json::Value;

pub use crate::vonage::NAME;

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities { ttl: true, receipts: true, inbound: true, ..Capabilities::TEXT },
    new: |entry, context| Ok(Box::new(Vonage(Client::new(entry, context, Channel::Sms)?))),
};

/// The longest `text`, in characters (schema `OutboundSMSText`).
const TEXT_LIMIT: usize = 1000;

struct Vonage(Client);

fn body(client: &Client, request: &SendRequest) -> Result<Value, Outcome> {
    let text = text(request, TEXT_LIMIT)?;
    let mut body = client.message(request, "sms", "text")?;
    body["text"] = text.into();
    if let Some(minutes) = request.content.validity_period {
        body["ttl"] = (u32::from(minutes) * 60).into();
    }
    Ok(body)
}

impl Provider for Vonage {
    fn name(&self) -> &'static str {
        NAME
    }

    fn check(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        Box::pin(self.0.check())
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(self.0.send(body(&self.0, request), request.now))
    }
}
