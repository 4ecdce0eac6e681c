//! Signatures of webhooks: HMAC-SHA256 over the raw body, in hexadecimal digits.

use crate::secret::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

fn mac(key: &Secret, content: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()).expect("HMAC takes a key of any length");
    mac.update(content);
    mac
}

/// HMAC-SHA256 of a content under a key, in lower-case hexadecimal digits.
pub(crate) fn sign(key: &Secret, content: &[u8]) -> String {
    hex::encode(mac(key, content).finalize().into_bytes())
}

/// Whether `given` is the signature of a body, after a prefix (`sha256=` with Meta, none with Viber). The comparison takes a
/// time that does not tell how much of it is right.
pub(crate) fn is_signed(key: &Secret, body: &[u8], given: Option<&str>, prefix: &str) -> bool {
    let given = given.and_then(|given| given.strip_prefix(prefix)).and_then(|digits| hex::decode(digits).ok());
    given.is_some_and(|given| mac(key, body).verify_slice(&given).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Test case 2 of RFC 4231.
    #[test]
    fn a_signature_is_that_of_rfc_4231() {
        let (key, body) = (Secret::new("Jefe"), b"what do ya want for nothing?");
        let digits = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(sign(&key, body), digits);
        for (given, prefix) in
            [(digits.to_owned(), ""), (format!("sha256={digits}"), "sha256="), (digits.to_uppercase(), "")]
        {
            assert!(is_signed(&key, body, Some(&given), prefix), "{given}");
        }
        for given in ["", "sha256=", digits, "sha256=zz", &format!("sha1={digits}"), &format!("sha256={digits}00")] {
            assert!(!is_signed(&key, body, Some(given), "sha256="), "{given}");
        }
        assert!(!is_signed(&key, body, None, ""));
        assert!(!is_signed(&key, b"what do ya want for nothing!", Some(digits), ""));
        assert!(!is_signed(&Secret::new("jefe"), body, Some(digits), ""));
    }
}
