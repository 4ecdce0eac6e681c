//! Credentials that never show themselves.

use serde::Deserialize;
use std::fmt;
use subtle::ConstantTimeEq;

/// A credential of a providers document. It is read, but neither written nor printed: `{:?}` and `{}` give `[secret]`.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a credential.
    pub fn new(secret: impl Into<String>) -> Secret {
        Secret(secret.into())
    }

    /// The credential itself, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `other` is this credential, in a time that does not tell how much of it is right. (The length may show.)
    #[must_use]
    pub fn matches(&self, other: &str) -> bool {
        self.0.as_bytes().ct_eq(other.as_bytes()).into()
    }

    /// Whether nothing stands in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_but_never_printed() {
        let secret: Secret = serde_json::from_str("\"s3cret\"").expect("a string");
        assert_eq!(format!("{secret} {secret:?}"), "[secret] [secret]");
        assert!(
            secret.matches("s3cret") && !secret.matches("s3creT") && !secret.matches("s3cret2") && !secret.matches("")
        );
        assert_eq!((secret.expose(), secret.is_empty()), ("s3cret", false));
        assert!(Secret::new("").is_empty());
    }
}
