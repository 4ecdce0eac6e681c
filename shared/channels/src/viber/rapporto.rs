//! `RAPPORTO` on Viber: see [`crate::rapporto`].
//!
//! There are four messages: a text, a picture, a text with a button, and all three together. A picture with a text but without
//! a button is none of them: such a content is left to the channel's next provider rather than sent without its picture.

use crate::{
    Capabilities,
    outcomes::{refused, text},
    rapporto::{NAME, Product, Rapporto, not_carried},
    registry::Kind,
};
use baton_domain::{Channel, ChannelContent, ErrorClass, Outcome};
use baton_pipeline::provider::SendRequest;
use serde_json::{Value, json};

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
        idempotency: true,
        ..Capabilities::TEXT
    },
    new: |entry, context| Ok(Box::new(Rapporto::new(entry, context, &PRODUCT)?)),
};

/// The longest `text`, in characters (page `rest_viber`).
const TEXT_LIMIT: usize = 1000;

/// The longest `action`, a button's address, in characters (same page).
const URL_LIMIT: usize = 2048;

const PRODUCT: Product = Product {
    channel: Channel::Viber,
    kind: "VIBER",
    // 30 to 86400 seconds.
    longest_ttl: 1440,
    strict: false,
    carries,
    data,
};

fn has_text(content: &ChannelContent) -> bool {
    content.text.as_ref().is_some_and(|text| !text.is_empty())
}

fn carries(content: &ChannelContent) -> bool {
    match (&content.image_url, &content.button_url) {
        (Some(_), None) => !has_text(content),
        _ => has_text(content),
    }
}

/// `instantContent`: one of the four messages.
fn data(request: &SendRequest) -> Result<Value, Outcome> {
    let content = &request.content;
    let (kind, data) = match (&content.image_url, &content.button_url) {
        (None, None) => ("TEXT", json!({"text": text(request, TEXT_LIMIT)?})),
        (Some(_), None) if has_text(content) => {
            return Err(not_carried("Rapporto carries a picture with a text only when there is a button."));
        }
        (Some(image), None) => ("IMAGE_URL", json!({"imageURL": image})),
        (image, Some(address)) => {
            if address.chars().count() > URL_LIMIT {
                let message = format!("The button's address is longer than {URL_LIMIT} characters.");
                return Err(refused(ErrorClass::Permanent, "button_url_too_long", message));
            }
            // The contract takes a button's address and label only together.
            let caption = content.button_text.as_deref().unwrap_or_default();
            let mut data = json!({"text": text(request, TEXT_LIMIT)?, "caption": caption, "action": address});
            if let Some(image) = image {
                data["imageURL"] = image.as_str().into();
            }
            ("BUTTON", data)
        }
    };
    Ok(json!({"instantContent": {"type": kind, "data": data}}))
}
