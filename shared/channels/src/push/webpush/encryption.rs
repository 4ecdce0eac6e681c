//! The encryption of Web Push messages (RFC 8291): `ece` knows the format, and `aws-lc-rs`, which TLS brings along anyway, is
//! its cryptography.

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree},
    encoding::{AsBigEndian, EcPrivateKeyBin},
    hkdf::{HKDF_SHA256, KeyType, Salt},
    rand,
};
use ece::{Cryptographer, EcKeyComponents, Error, LocalKeyPair, RemotePublicKey, Result};
use std::{any::Any, sync::Once};

/// The most bytes that [`encrypt`] takes. A push service need not take more than 4096 bytes (RFC 8030, section 7.2): 86 of them
/// are the header, 16 the tag, and `ece` pads the text with at least one byte to a multiple of 128.
pub(super) const LIMIT: usize = 3967;

/// The bytes of an uncompressed point of P-256.
const POINT: usize = 65;

/// Encrypts a message for a browser: its public key (an uncompressed point of P-256) and its authentication secret.
///
/// # Errors
/// The key is no point of the curve.
pub(super) fn encrypt(key: &[u8], secret: &[u8], text: &[u8]) -> Result<Vec<u8>> {
    set_up();
    ece::encrypt(key, secret, text)
}

fn set_up() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Nobody else in the process sets one.
        let _ = ece::crypto::set_cryptographer(&AwsLc);
    });
}

struct AwsLc;

/// A point of the curve, uncompressed.
struct Public(Vec<u8>);

impl RemotePublicKey for Public {
    fn as_raw(&self) -> Result<Vec<u8>> {
        Ok(self.0.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct Pair(PrivateKey);

impl LocalKeyPair for Pair {
    fn pub_as_raw(&self) -> Result<Vec<u8>> {
        Ok(self.0.compute_public_key().map_err(failed)?.as_ref().to_vec())
    }

    fn raw_components(&self) -> Result<EcKeyComponents> {
        let private: EcPrivateKeyBin<'_> = self.0.as_be_bytes().map_err(failed)?;
        Ok(EcKeyComponents::new(private.as_ref().to_vec(), self.pub_as_raw()?))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Any number of bytes from HKDF.
#[derive(Clone, Copy)]
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn failed<E>(_: E) -> Error {
    Error::CryptoError
}

fn cipher(key: &[u8], iv: &[u8]) -> Result<(LessSafeKey, Nonce)> {
    let key = UnboundKey::new(&AES_128_GCM, key).map_err(failed)?;
    Ok((LessSafeKey::new(key), Nonce::try_assume_unique_for_key(iv).map_err(failed)?))
}

impl Cryptographer for AwsLc {
    fn generate_ephemeral_keypair(&self) -> Result<Box<dyn LocalKeyPair>> {
        Ok(Box::new(Pair(PrivateKey::generate(&ECDH_P256).map_err(failed)?)))
    }

    fn import_key_pair(&self, components: &EcKeyComponents) -> Result<Box<dyn LocalKeyPair>> {
        Ok(Box::new(Pair(PrivateKey::from_private_key(&ECDH_P256, components.private_key()).map_err(failed)?)))
    }

    fn import_public_key(&self, raw: &[u8]) -> Result<Box<dyn RemotePublicKey>> {
        // `ece` panics on a compressed point. Whether it is on the curve shows when a secret is agreed on.
        if raw.len() != POINT {
            return Err(Error::InvalidKeyLength);
        }
        Ok(Box::new(Public(raw.to_vec())))
    }

    fn compute_ecdh_secret(&self, remote: &dyn RemotePublicKey, local: &dyn LocalKeyPair) -> Result<Vec<u8>> {
        let local = local.as_any().downcast_ref::<Pair>().ok_or(Error::CryptoError)?;
        let remote = UnparsedPublicKey::new(&ECDH_P256, remote.as_raw()?);
        agree(&local.0, remote, Error::CryptoError, |secret| Ok(secret.to_vec()))
    }

    fn hkdf_sha256(&self, salt: &[u8], secret: &[u8], info: &[u8], len: usize) -> Result<Vec<u8>> {
        let mut key = vec![0; len];
        let extracted = Salt::new(HKDF_SHA256, salt).extract(secret);
        let info = [info];
        let expanded = extracted.expand(&info, Length(len)).map_err(failed)?;
        expanded.fill(&mut key).map_err(failed)?;
        Ok(key)
    }

    fn aes_gcm_128_encrypt(&self, key: &[u8], iv: &[u8], data: &[u8]) -> Result<Vec<u8>> {
        let (key, nonce) = cipher(key, iv)?;
        let mut sealed = data.to_vec();
        key.seal_in_place_append_tag(nonce, Aad::empty(), &mut sealed).map_err(failed)?;
        Ok(sealed)
    }

    fn aes_gcm_128_decrypt(&self, key: &[u8], iv: &[u8], ciphertext_and_tag: &[u8]) -> Result<Vec<u8>> {
        let (key, nonce) = cipher(key, iv)?;
        let mut opened = ciphertext_and_tag.to_vec();
        Ok(key.open_in_place(nonce, Aad::empty(), &mut opened).map_err(failed)?.to_vec())
    }

    fn random_bytes(&self, dest: &mut [u8]) -> Result<()> {
        rand::fill(dest).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 8291, section 5, both ways; `ece` brings it for whoever is its cryptography.
    #[test]
    fn the_example_of_the_rfc_comes_out_byte_for_byte() {
        set_up();
        ece::crypto::test_cryptographer(AwsLc);
    }

    #[test]
    fn the_longest_text_fits_into_what_every_service_takes_and_comes_back() {
        set_up();
        let (pair, secret) = ece::generate_keypair_and_auth_secret().expect("a key");
        let (public, components) = (pair.pub_as_raw().expect("a point"), pair.raw_components().expect("the parts"));
        for length in [1, 111, 127, 128, LIMIT] {
            let text = vec![b'x'; length];
            let message = encrypt(&public, &secret, &text).expect("encrypted");
            assert!(message.len() <= 4096, "{length} became {}", message.len());
            assert_eq!(ece::decrypt(&components, &secret, &message).expect("decrypted"), text);
        }
        assert!(encrypt(&public, &secret, &[b'x'; LIMIT + 1]).expect("encrypted").len() > 4096);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for key in [&[][..], &[4; 65], &[0; 65], &[2; 33]] {
            assert!(encrypt(key, &[0; 16], b"text").is_err());
        }
    }
}
