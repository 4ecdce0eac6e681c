//! A browser's subscription, and the push services that may be called for one.
//!
//! The address in it comes from outside, so it could lead anywhere, into our own network for one: only known push services
//! are called, and those that the operator names.

use base64::{
    Engine,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::Deserialize;
use url::{Host, Url};

/// The push services of Chrome (and browsers made of it), Firefox, Edge and Safari. `*.` stands for any host below.
const SERVICES: [&str; 4] =
    ["fcm.googleapis.com", "*.push.services.mozilla.com", "*.notify.windows.com", "web.push.apple.com"];

/// base64url, with padding or without.
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a subscription is not used. Says nothing of what stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is not what a browser gives.
    Malformed,
    /// Its address is none of a push service that may be called.
    NotAllowed,
}

/// A subscription that may be used.
#[derive(Debug)]
pub(super) struct Subscription {
    /// Where messages go.
    pub(super) endpoint: Url,
    /// The browser's public key, 65 bytes.
    pub(super) key: Vec<u8>,
    /// The browser's authentication secret, 16 bytes.
    pub(super) secret: Vec<u8>,
}

/// As `PushSubscription.toJSON()` writes it (<https://www.w3.org/TR/push-api/#dom-pushsubscription-tojson>).
#[derive(Deserialize)]
struct Json {
    endpoint: String,
    keys: Keys,
}

#[derive(Deserialize)]
struct Keys {
    p256dh: String,
    auth: String,
}

impl Subscription {
    /// Reads a subscription. `allowed`: hosts beside [`SERVICES`], which may be called over plain http and on any port.
    pub(super) fn read(text: &str, allowed: &[String]) -> Result<Subscription, Fault> {
        let json: Json = serde_json::from_str(text).map_err(|_| Fault::Malformed)?;
        let decode = |text: &str, length| BASE64.decode(text).ok().filter(|bytes| bytes.len() == length);
        let key = decode(&json.keys.p256dh, 65).ok_or(Fault::Malformed)?;
        let secret = decode(&json.keys.auth, 16).ok_or(Fault::Malformed)?;
        let endpoint = Url::parse(&json.endpoint).map_err(|_| Fault::Malformed)?;
        if !may_call(&endpoint, allowed) {
            return Err(Fault::NotAllowed);
        }
        Ok(Subscription { endpoint, key, secret })
    }
}

fn may_call(endpoint: &Url, allowed: &[String]) -> bool {
    let Some(host) = endpoint.host_str() else { return false };
    let plain = endpoint.username().is_empty() && endpoint.password().is_none() && endpoint.fragment().is_none();
    let public = endpoint.scheme() == "https" && endpoint.port().is_none();
    let is = |pattern: &str| match pattern.strip_prefix("*.") {
        Some(domain) => host.strip_suffix(domain).is_some_and(|below| below.len() > 1 && below.ends_with('.')),
        None => host == pattern,
    };
    let own = matches!(endpoint.scheme(), "http" | "https") && allowed.iter().any(|pattern| is(pattern));
    plain && (own || (public && SERVICES.iter().any(|pattern| is(pattern))))
}

/// Whether a text is what `allowedHosts` takes, in the form in which hosts are compared: `push.example.org`,
/// `*.push.example.org`, `127.0.0.1`.
pub(super) fn is_pattern(text: &str) -> bool {
    let domain = text.strip_prefix("*.");
    match domain {
        _ if domain.unwrap_or(text).contains('*') => false,
        // Never all of the web.
        Some(domain) => domain.contains('.') && matches!(Host::parse(domain), Ok(Host::Domain(host)) if host == domain),
        None => Host::parse(text).is_ok_and(|host| host.to_string() == text),
    }
}

#[cfg(test)]
mod tests;
