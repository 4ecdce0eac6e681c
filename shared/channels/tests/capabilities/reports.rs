//! What providers report, as they send it, and what is heard of it.

use crate::{case::Case, server::Setup, support::request};
use base64::{Engine, engine::general_purpose::STANDARD};
use baton_channels::{sns, webhooks};
use baton_domain::{AttemptRef, ReceiptStatus, Time};
use baton_pipeline::{
    inbound::Inbound,
    provider::{Heard, Webhook, WebhookError, WebhookRequest},
};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A report.
#[derive(Clone, Debug)]
pub enum Fixture {
    /// To our webhook.
    Hook(WebhookRequest),
    /// Through the SNS topic.
    Topic(String),
}

/// A JSON body, posted to an address with these headers.
pub fn posted(address: &str, headers: &[(&str, String)], body: &Value) -> WebhookRequest {
    bytes(address, headers, body.to_string().into_bytes())
}

/// The same for any body.
pub fn bytes(address: &str, headers: &[(&str, String)], body: Vec<u8>) -> WebhookRequest {
    let (_, query) = address.split_once('?').unwrap_or_default();
    WebhookRequest {
        method: "POST".to_owned(),
        url: address.to_owned(),
        query: query.to_owned(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        body,
    }
}

/// Signed by HMAC-SHA256 over the body, in hexadecimal digits, after a prefix.
pub fn signed(header: &str, prefix: &str, key: &str, body: &Value) -> Fixture {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("a key");
    mac.update(body.to_string().as_bytes());
    let signature = format!("{prefix}{}", hex::encode(mac.finalize().into_bytes()));
    Fixture::Hook(posted("", &[(header, signature)], body))
}

/// Signed as Twilio does it: HMAC-SHA1 over the address and the fields in order.
pub fn twilio(address: &str, key: &str, mut fields: Vec<(&str, String)>) -> Fixture {
    fields.sort();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(key.as_bytes()).expect("a key");
    mac.update(address.as_bytes());
    fields.iter().for_each(|(name, value)| mac.update(format!("{name}{value}").as_bytes()));
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let headers = [("content-type", FORM.to_owned()), ("x-twilio-signature", signature)];
    Fixture::Hook(bytes(address, &headers, form(&fields)))
}

pub const FORM: &str = "application/x-www-form-urlencoded";

/// Fields as the body of a form.
pub fn form(fields: &[(&str, String)]) -> Vec<u8> {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes()
}

/// Signed as Vonage does it: a token that names the body's hash.
pub fn vonage(key: &str, now: Time, body: &Value) -> Fixture {
    let hash = hex::encode(Sha256::digest(body.to_string().as_bytes()));
    let claims = json!({"iat": now.timestamp(), "jti": "1", "iss": "Vonage", "payload_hash": hash});
    let key = jsonwebtoken::EncodingKey::from_secret(key.as_bytes());
    let token = jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &key).expect("a token");
    Fixture::Hook(posted("", &[("authorization", format!("Bearer {token}"))], body))
}

/// Signed as the Telegram Gateway does it: HMAC-SHA256 under the token's hash over the time and the body.
pub fn gateway(token: &str, now: Time, body: &Value) -> Fixture {
    let stamp = now.timestamp().to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(&Sha256::digest(token.as_bytes())).expect("a key");
    mac.update(format!("{stamp}\n{body}").as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    Fixture::Hook(posted("", &[("x-request-timestamp", stamp), ("x-request-signature", signature)], body))
}

/// A notification of the topic.
pub fn topic(event: &Value) -> Fixture {
    Fixture::Topic(json!({"Type": "Notification", "MessageId": "1", "Message": event.to_string()}).to_string())
}

fn hook(case: &Case, document: &Value) -> Option<Box<dyn Webhook>> {
    webhooks::webhook(case.channel, case.name, &document.to_string()).expect("a document without faults")
}

/// Whether the registry has a webhook of the provider.
pub fn has_hook(setup: &Setup<'_>) -> bool {
    hook(setup.case, &setup.case.document(&setup.url)).is_some()
}

/// Whether what the provider reports comes to a webhook.
pub fn by_hook(case: &Case) -> bool {
    !case.hook_secret.is_empty()
}

/// Reads a report as the receipts function does.
fn read(setup: &Setup<'_>, fixture: &Fixture) -> Heard {
    let now = request(setup.case.channel, "", Default::default()).now;
    let name = format!("{} over {}", setup.case.name, setup.case.channel);
    match fixture {
        Fixture::Topic(message) => sns::read(message, now).unwrap_or_else(|error| panic!("{name}: {error}")),
        Fixture::Hook(call) => {
            let document = setup.case.document(&setup.url);
            let answer = hook(setup.case, &document).expect(&name).read(call, now);
            let answer = answer.unwrap_or_else(|error| panic!("{name}: {error}"));
            forged(setup, document, call, now);
            Heard { receipts: answer.receipts, inbound: answer.inbound }
        }
    }
}

/// The same call is forged where the secret is another one.
fn forged(setup: &Setup<'_>, mut document: Value, call: &WebhookRequest, now: Time) {
    let case = setup.case;
    assert!(case.secrets.contains(&case.hook_secret), "{}: {} is a secret", case.name, case.hook_secret);
    document[0][case.hook_secret] = "another-0123456789".into();
    let answer = hook(case, &document).expect("a webhook").read(call, now);
    assert_eq!(answer, Err(WebhookError::Forged), "{} over {}", case.name, case.channel);
}

/// The receipt in a report.
pub fn receipt(setup: &Setup<'_>, fixture: Fixture) -> Option<(AttemptRef, ReceiptStatus)> {
    read(setup, &fixture).receipts.pop().map(|receipt| (receipt.attempt, receipt.receipt.status))
}

/// Whether a report is something that a person did, over this channel and through this provider.
pub fn heard(setup: &Setup<'_>, fixture: Fixture) -> bool {
    let case = setup.case;
    let ours = |inbound: &Inbound| (inbound.channel, inbound.provider.as_str()) == (case.channel, case.name);
    read(setup, &fixture).inbound.first().is_some_and(ours)
}
