//! Signatures by the rules of Standard Webhooks, version 1: `v1,` and the base64 of the HMAC-SHA256 of `id.timestamp.body`
//! under the bytes that the secret holds. A header with several signatures, separated by spaces, holds while secrets rotate.

use base64::{Engine, engine::general_purpose::STANDARD};
use baton_pipeline::callbacks::ports::Delivery;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The value of `webhook-signature`; empty when there is no secret that can be read.
#[must_use]
pub fn sign(delivery: &Delivery<'_>) -> String {
    let content = format!("{}.{}.{}", delivery.id, delivery.timestamp, delivery.body);
    let signatures = delivery.secrets.iter().filter_map(|secret| under(&secret.secret, &content));
    signatures.collect::<Vec<_>>().join(" ")
}

/// The signature of a text under a secret, `whsec_` and base64.
pub(super) fn under(secret: &str, content: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(content.as_bytes());
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}
