//! `RAPPORTO` on SMS: see [`crate::rapporto`].

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
    capabilities: Capabilities { ttl: true, receipts: true, inbound: true, idempotency: true, ..Capabilities::TEXT },
    new: |entry, context| Ok(Box::new(Rapporto::new(entry, context, &PRODUCT)?)),
};

/// The longest `text`, in characters (page `rest_sms`).
const TEXT_LIMIT: usize = 2000;

const PRODUCT: Product = Product {
    channel: Channel::Sms,
    kind: "SMS",
    // 1 to 2880 minutes.
    longest_ttl: 2880,
    strict: false,
    carries: |_| true,
    data: |request| Ok(json!({"text": text(request, TEXT_LIMIT)?})),
};
