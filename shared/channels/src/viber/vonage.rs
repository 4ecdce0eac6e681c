//! `VONAGE` for Viber: Viber Business Messages, channel `viber_service` of the Messages API (see [`crate::vonage`]).
//! Receipts come where `signatureSecret` is set, also of reading; there is no key against duplicates.
//!
//! A text; or a picture with the text under it; either with a button. Text, picture and button together are one
//! message: the picture with its caption and the action.

use crate::{
    Capabilities,
    outcomes::{fits, text},
    registry::Kind,
    vonage::Client,
};
use baton_domain::{Channel, Outcome, ProviderError};
use baton_pipeline::provider::{Provider, SendRequest};
use futures::future::BoxFuture;
use serde_json::{Value, json};

pub use crate::vonage::NAME;

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities {
        image: true,
        button: true,
        ttl: true,
        receipts: true,
        read_receipts: true,
        inbound: true,
        ..Capabilities::TEXT
    },
    new: |entry, context| Ok(Box::new(Vonage(Client::new(entry, context, Channel::Viber)?))),
};

/// The longest `text`, in characters (schema `OutboundViberText`); a caption is held to it as well.
const TEXT_LIMIT: usize = 1000;
/// The longest text of a button, in characters (schema `channelOptionsViberWithButton`).
const BUTTON_LIMIT: usize = 30;
/// The times to live that are taken, in seconds (same schema).
const TTL: (u32, u32) = (30, 259_200);

struct Vonage(Client);

fn body(client: &Client, request: &SendRequest) -> Result<Value, Outcome> {
    let content = &request.content;
    let mut body = match &content.image_url {
        None => {
            let text = text(request, TEXT_LIMIT)?;
            let mut body = client.message(request, "viber_service", "text")?;
            body["text"] = text.into();
            body
        }
        Some(url) => {
            // A picture with a button needs a caption.
            let caption = match &content.button_url {
                Some(_) => text(request, TEXT_LIMIT)?,
                None => fits(content.text.as_deref().unwrap_or_default(), TEXT_LIMIT)?,
            };
            let mut body = client.message(request, "viber_service", "image")?;
            body["image"] = json!({ "url": url });
            if !caption.is_empty() {
                body["image"]["caption"] = caption.into();
            }
            body
        }
    };
    let options = options(client, request)?;
    if options.as_object().is_some_and(|options| !options.is_empty()) {
        body["viber_service"] = options;
    }
    Ok(body)
}

/// What is Viber's own: the category, the time to live, the button.
fn options(client: &Client, request: &SendRequest) -> Result<Value, Outcome> {
    let content = &request.content;
    let mut options = json!({});
    if let Some(category) = client.settings().category {
        options["category"] = json!(category);
    }
    if let Some(kind) = client.settings().kind {
        options["type"] = json!(kind);
    }
    if let Some(minutes) = content.validity_period {
        options["ttl"] = (u32::from(minutes) * 60).clamp(TTL.0, TTL.1).into();
    }
    if let Some(url) = &content.button_url {
        // A button needs a label; without one the address itself is shown, when it is short enough.
        let label = fits(content.button_text.as_ref().unwrap_or(url), BUTTON_LIMIT)?;
        options["action"] = json!({ "url": url, "text": label });
    }
    Ok(options)
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
