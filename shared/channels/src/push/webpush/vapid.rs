//! Who we are to push services (RFC 8292): each call carries a token signed with our key, and the key.

use crate::{DocumentFault, document::Entry, secret::Secret};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use baton_domain::Time;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;

/// How long a token is good, in seconds; push services take at most 24 hours.
const TOKEN_LIFE: i64 = 12 * 3600;

/// Our key and the contact that push services are told.
pub(super) struct Vapid {
    key: EncodingKey,
    public: String,
    subject: String,
}

impl Vapid {
    pub(super) fn new(entry: &Entry, public: &str, private: &Secret, subject: String) -> Result<Vapid, DocumentFault> {
        let contact =
            subject.strip_prefix("mailto:").map_or(subject.starts_with("https://"), |mail| mail.contains('@'));
        if !contact || !subject.is_ascii() {
            return Err(entry.fault("subject", "a contact is expected: `mailto:` with an e-mail, or an https address"));
        }
        let decode = |text: &str| super::subscription::BASE64.decode(text).ok();
        let point = decode(public).filter(|point| point.len() == 65);
        let point = point.ok_or_else(|| {
            entry.fault("publicKey", "a P-256 key in base64url is expected: 65 bytes, the uncompressed point")
        })?;
        let fault = || entry.fault("privateKey", "the private key of publicKey in base64url is expected: 32 bytes");
        let scalar = decode(private.expose()).filter(|scalar| scalar.len() == 32).ok_or_else(fault)?;
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        // Refuses a private key that is not the public one's.
        let pair = EcdsaKeyPair::from_private_key_and_public_key(algorithm, &scalar, &point).map_err(|_| fault())?;
        let document = pair.to_pkcs8v1().map_err(|_| fault())?;
        Ok(Vapid { key: EncodingKey::from_ec_der(document.as_ref()), public: URL_SAFE_NO_PAD.encode(point), subject })
    }

    /// The value of `Authorization` for a push service: `vapid t=…, k=…`. `None` when it could not be signed.
    pub(super) fn authorization(&self, origin: &str, now: Time) -> Option<String> {
        let claims = json!({"aud": origin, "exp": now.timestamp() + TOKEN_LIFE, "sub": self.subject});
        let token = jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &self.key).ok()?;
        Some(format!("vapid t={token}, k={}", self.public))
    }
}
