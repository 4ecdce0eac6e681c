//! `VONAGE` for WhatsApp: channel `whatsapp` of the Messages API (see [`crate::vonage`]). Receipts come where
//! `signatureSecret` is set, also of reading; there is no key against duplicates and no time to live.
//!
//! Texts, pictures, videos and files are Vonage's own messages. So are templates that have a namespace and are filled
//! in the body alone, by position. Everything else (buttons; templates with a header, with buttons or with names) is a
//! `custom` message, which Vonage passes on to Meta as it is. With a template the text and `buttonUrl` are not sent:
//! what it says is approved.

use super::message::{self, Content, Object};
use crate::{Capabilities, registry::Kind, vonage::Client};
use baton_domain::{
    Channel, Outcome, ProviderError,
    whatsapp::{Media, MediaKind, Template},
};
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
        template: true,
        receipts: true,
        read_receipts: true,
        inbound: true,
        ..Capabilities::TEXT
    },
    new: |entry, context| Ok(Box::new(Vonage(Client::new(entry, context, Channel::Whatsapp)?))),
};

struct Vonage(Client);

fn body(client: &Client, request: &SendRequest) -> Result<Value, Outcome> {
    let message = |kind| client.message(request, "whatsapp", kind);
    match message::content(request)? {
        Content::Text(text) => {
            let mut body = message("text")?;
            body["text"] = text.into();
            Ok(body)
        }
        Content::Media { media, caption } => {
            let (kind, value) = medium(media, caption);
            let mut body = message(kind)?;
            body[kind] = value;
            Ok(body)
        }
        Content::Template(template) if is_plain(&template) => {
            let mut body = message("template")?;
            let namespace = template.namespace.as_deref().unwrap_or_default();
            let parameters: Vec<_> = template.body.iter().map(|parameter| &parameter.text).collect();
            body["template"] = json!({ "name": format!("{namespace}:{}", template.name), "parameters": parameters });
            body["whatsapp"] = json!({ "policy": "deterministic", "locale": template.language });
            Ok(body)
        }
        Content::Template(template) => {
            let Object { kind, mut value } = Content::Template(template.clone()).object();
            if let Some(namespace) = template.namespace {
                value["namespace"] = namespace.into();
            }
            custom(message("custom")?, kind, value)
        }
        button @ Content::Button { .. } => {
            let Object { kind, value } = button.object();
            custom(message("custom")?, kind, value)
        }
    }
}

fn custom(mut body: Value, kind: &str, value: Value) -> Result<Value, Outcome> {
    body["custom"] = json!({ "type": kind, kind: value });
    Ok(body)
}

/// Whether Vonage's own kind of template can carry it.
fn is_plain(template: &Template) -> bool {
    template.namespace.is_some()
        && template.header.is_none()
        && template.buttons.is_empty()
        && template.body.iter().all(|parameter| parameter.name.is_none())
}

/// A medium under Vonage's name for its kind.
fn medium(media: Media, caption: Option<&str>) -> (&'static str, Value) {
    let kind = match media.kind {
        MediaKind::Image => "image",
        MediaKind::Video => "video",
        MediaKind::Document => "file",
    };
    let mut value = json!({ "url": media.link });
    if let Some(caption) = caption {
        value["caption"] = caption.into();
    }
    if let Some(name) = media.filename {
        value["name"] = name.into();
    }
    (kind, value)
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
