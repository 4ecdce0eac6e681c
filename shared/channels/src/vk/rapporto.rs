//! `RAPPORTO` on VKontakte, by phone: see [`crate::rapporto`].
//!
//! A message is a text that fits a template agreed with VKontakte; Rapporto finds the template itself. So `text` is sent, and
//! `templateName` is not known here: a content that is a template alone is left to the channel's next provider. Pictures and
//! buttons are no part of such messages and are not sent.

use crate::{
    Capabilities,
    outcomes::text,
    rapporto::{NAME, Product, Rapporto},
    registry::Kind,
};
use baton_domain::Channel;
use serde_json::json;

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities {
        ttl: true,
        receipts: true,
        read_receipts: true,
        idempotency: true,
        ..Capabilities::TEXT
    },
    new: |entry, context| Ok(Box::new(Rapporto::new(entry, context, &PRODUCT)?)),
};

/// The longest `text`, in characters (page `rest_vk`).
const TEXT_LIMIT: usize = 2000;

const PRODUCT: Product = Product {
    channel: Channel::Vk,
    kind: "VK",
    // 60 to 86400 seconds.
    longest_ttl: 1440,
    strict: true,
    carries: |content| content.text.as_ref().is_some_and(|text| !text.is_empty()),
    data: |request| Ok(json!({"text": text(request, TEXT_LIMIT)?})),
};
